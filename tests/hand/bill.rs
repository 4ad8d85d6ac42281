//! The bill: bytes by pair and month, storage over real calendar months, tiers, and both readings of the transfer rate.

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

/// February of 28 days and March of 31, with everything at once.
fn two_months() -> Text {
    Text::instant("2026-02-01T00:00:00Z", "59 days")
}

/// Returns the lines of the bill that cost something: month, payer, item, from, to, quantity, dollars.
fn lines(run: &Run) -> Vec<String> {
    let rows = run.outcome.costs.iter().filter(|row| row.quantity.0 > 0.0);
    let line = |row: &ecrsim::measure::outcome::CostRow| {
        let (quantity, usd) = (row.quantity.0, row.usd.0);
        format!(
            "{} {} {} {} {} {quantity:.6} {usd:.6}",
            row.month, row.payer, row.item, row.from, row.to
        )
    };
    rows.map(line).collect()
}

fn usd(run: &Run, metric: &str) -> String {
    format!("{:.6}", run.metric(metric, "", "total").unwrap())
}

#[test]
fn storage_is_billed_over_calendar_months_of_their_own_length() {
    // 1 GiB from the first instant on in both registries; it crosses once, at 0.02 USD.
    let run = two_months()
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "1 GiB")
        .run();
    assert_eq!(
        lines(&run),
        [
            "2026-02 build transfer us-east-1 eu-west-1 1.000000 0.020000",
            "2026-02 build storage_source us-east-1 us-east-1 1.000000 0.100000",
            "2026-02 build storage_replica eu-west-1 eu-west-1 1.000000 0.100000",
            "2026-03 build storage_source us-east-1 us-east-1 1.000000 0.100000",
            "2026-03 build storage_replica eu-west-1 eu-west-1 1.000000 0.100000",
        ]
    );
    assert_eq!(
        [
            usd(&run, "transfer_usd"),
            usd(&run, "storage_usd"),
            usd(&run, "total_usd")
        ],
        ["0.020000", "0.400000", "0.420000"]
    );
    // 0.42 USD in 59 days; a month has 730 hours.
    assert_eq!(
        format!("{:.9}", run.metric("total_usd", "", "monthly").unwrap()),
        format!("{:.9}", 0.42 * 730.0 / 1416.0)
    );
}

#[test]
fn a_gib_month_is_the_share_of_the_month_that_it_lay_there() {
    // Pushed on 15 February (14 of 28 days), deleted at the source on 1 March: orphan from then on.
    let push = format!(
        "registry = '{VIRGINIA}'\nrepository = 'app'\ntags = ['1']\nsize = '1 GiB'\ndigest = '{}'",
        crate::support::text::digest(7)
    );
    let run = two_months()
        .rule(VIRGINIA, &[IRELAND])
        .event("14 days", "PutImage", &push)
        .delete_digest("28 days", VIRGINIA, "app", 7)
        .run();
    assert_eq!(
        lines(&run),
        [
            "2026-02 build transfer us-east-1 eu-west-1 1.000000 0.020000",
            "2026-02 build storage_source us-east-1 us-east-1 0.500000 0.050000",
            "2026-02 build storage_replica eu-west-1 eu-west-1 0.500000 0.050000",
            "2026-03 build storage_orphan eu-west-1 eu-west-1 1.000000 0.100000",
        ]
    );
    assert_eq!(
        [usd(&run, "storage_usd"), usd(&run, "orphan_usd")],
        ["0.200000", "0.100000"]
    );
}

#[test]
fn what_lies_there_before_the_start_is_billed_from_the_start() {
    // One day of a February.
    let run = Text::instant("2026-02-10T00:00:00Z", "1 day")
        .toml(&format!(
            "[registries.'{VIRGINIA}'.repositories.app]\nimages = {{ count = 28, size = '1 GiB' }}"
        ))
        .run();
    assert_eq!(
        lines(&run),
        ["2026-02 build storage_source us-east-1 us-east-1 1.000000 0.100000"]
    );
}

#[test]
fn money_counts_from_the_warm_up_on() {
    // Warm-up until 15 February: the transfer is before it, storage counts for 14 of 28 days.
    let run = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .key("warmup = '14 days'")
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "1 GiB")
        .run();
    assert_eq!(
        lines(&run),
        [
            "2026-02 build storage_source us-east-1 us-east-1 0.500000 0.050000",
            "2026-02 build storage_replica eu-west-1 eu-west-1 0.500000 0.050000",
        ]
    );
}

#[test]
fn the_source_pays_for_transfer_and_the_owner_for_storage() {
    let run = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &["prod/eu-west-1", "prod/us-east-1"])
        .permission("prod/eu-west-1", "build", "")
        .permission("prod/us-east-1", "build", "")
        .put("0 s", VIRGINIA, "app", &["1"], "1 GiB")
        .run();
    assert_eq!(
        lines(&run),
        [
            "2026-02 build transfer us-east-1 eu-west-1 1.000000 0.020000",
            "2026-02 build transfer us-east-1 us-east-1 1.000000 0.000000",
            "2026-02 build storage_source us-east-1 us-east-1 1.000000 0.100000",
            "2026-02 prod storage_replica eu-west-1 eu-west-1 1.000000 0.100000",
            "2026-02 prod storage_replica us-east-1 us-east-1 1.000000 0.100000",
        ]
    );
    let caused = run
        .outcome
        .costs
        .iter()
        .filter(|row| row.payer == "prod")
        .map(|row| row.caused_by.as_str());
    assert_eq!(caused.collect::<Vec<_>>(), ["build", "build"]);
}

#[test]
fn internet_tiers_add_up_over_all_pairs_of_a_source_region_and_spread_back() {
    // 6 TiB to each of two Regions: 12288 GiB, of which 10240 at 0.09 and 2048 at 0.085: 921.60 + 174.08 = 1095.68 USD.
    let run = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[IRELAND, crate::TOKYO])
        .put("0 s", VIRGINIA, "app", &["1"], "6 TiB")
        .run_with(&["prices.transfer_rate=internet"]);
    assert_eq!(
        lines(&run)[..2],
        [
            "2026-02 build transfer us-east-1 ap-northeast-1 6144.000000 547.840000",
            "2026-02 build transfer us-east-1 eu-west-1 6144.000000 547.840000",
        ]
    );
    // The other reading: 0.02 USD for each GiB.
    assert_eq!(run.outcome.other_reading.transfer_rate, "inter-region");
    assert_eq!(
        format!("{:.6}", run.outcome.other_reading.transfer_usd.unwrap().0),
        "245.760000"
    );
}

#[test]
fn tiers_begin_anew_each_month_and_for_each_payer() {
    // Three times 6 TiB: in February and March by one account, in March by the other: 6144 GiB at 0.09 each.
    let run = two_months()
        .rule(VIRGINIA, &[IRELAND])
        .rule("prod/us-east-1", &["prod/eu-west-1"])
        .put("0 s", VIRGINIA, "app", &["1"], "6 TiB")
        .put("28 days", VIRGINIA, "app", &["2"], "6 TiB")
        .put("28 days", "prod/us-east-1", "app", &["1"], "6 TiB")
        .run_with(&["prices.transfer_rate=internet"]);
    let transfers: Vec<String> = lines(&run)
        .into_iter()
        .filter(|line| line.contains("transfer"))
        .collect();
    assert_eq!(
        transfers,
        [
            "2026-02 build transfer us-east-1 eu-west-1 6144.000000 552.960000",
            "2026-03 build transfer us-east-1 eu-west-1 6144.000000 552.960000",
            "2026-03 prod transfer us-east-1 eu-west-1 6144.000000 552.960000",
        ]
    );
}

#[test]
fn a_price_of_ones_own_beats_the_table_under_either_reading() {
    let text = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[IRELAND])
        .toml("[prices.transfer]\n'us-east-1 -> eu-west-1' = '0.05 USD per GB'")
        .toml("[prices.storage]\n'eu-west-1' = '0.30 USD per GB-month'")
        .put("0 s", VIRGINIA, "app", &["1"], "100 GiB");
    for reading in ["inter-region", "internet"] {
        let run = text.run_with(&[&format!("prices.transfer_rate={reading}")]);
        assert_eq!(usd(&run, "transfer_usd"), "5.000000");
        assert_eq!(usd(&run, "storage_usd"), "40.000000");
        assert_eq!(run.outcome.other_reading.transfer_usd.unwrap().0, 5.0);
    }
}

#[test]
fn a_billed_gb_of_transfer_may_be_ten_to_the_ninth() {
    let text = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "50 GB");
    let run = text.run_with(&["prices.gb=GB"]);
    assert_eq!(
        lines(&run)[0],
        "2026-02 build transfer us-east-1 eu-west-1 50.000000 1.000000"
    );
    assert_eq!(run.outcome.costs[0].unit, "GB");
    // In GiB it is 46.566129 of them; storage is in GiB in either case.
    assert_eq!(
        lines(&text.run())[0],
        "2026-02 build transfer us-east-1 eu-west-1 46.566129 0.931323"
    );
    assert!(lines(&run)[1].contains("46.566129"));
}

#[test]
fn bytes_of_failed_attempts_are_paid() {
    // Three attempts of 10 GiB at 0.02.
    let run = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "10 GiB")
        .run_with(&["failures.probability=1.0", "failures.retries=2"]);
    assert_eq!(
        lines(&run)[0],
        "2026-02 build transfer us-east-1 eu-west-1 30.000000 0.600000"
    );
    assert_eq!(format!("{:.6}", run.records[0].usd), "0.600000");
    assert_eq!(
        run.outcome.destinations[0].transfer_usd.0,
        run.metric("transfer_usd", IRELAND, "total").unwrap()
    );
}

#[test]
fn bytes_belong_to_the_month_in_which_they_move() {
    // 100 GiB at 1 MB/s take 107374.1824 s. From 23:00 of 28 February on: 3600 s minus 1 s of dispatch before midnight.
    let run = Text::new()
        .starting("2026-02-28T23:00:00Z")
        .lasting("2 days")
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "100 GiB")
        .run();
    let february = 3_599_000_000.0 / 1_073_741_824.0;
    let moved: Vec<String> = run
        .outcome
        .costs
        .iter()
        .filter(|row| row.item == "transfer")
        .map(|row| format!("{} {:.6}", row.month, row.quantity.0))
        .collect();
    assert_eq!(
        moved,
        [
            format!("2026-02 {february:.6}"),
            format!("2026-03 {:.6}", 100.0 - february)
        ]
    );
}

/// Puts digest 7 of 1 GiB into `app` in Virginia, and moves it between storage classes; a February of 28 days.
fn archived(duration: &str, moves: &[(&str, &str)]) -> Text {
    let digest = crate::support::text::digest(7);
    let at = format!("registry = '{VIRGINIA}'\nrepository = 'app'\ndigest = '{digest}'\n");
    let text = Text::instant("2026-02-01T00:00:00Z", duration);
    let text = text.event(
        "0 s",
        "PutImage",
        &format!("{at}tags = ['1']\nsize = '1 GiB'"),
    );
    moves.iter().fold(text, |text, (when, class)| {
        let keys = format!("{at}storage_class = '{class}'");
        text.event(when, "UpdateImageStorageClass", &keys)
    })
}

#[test]
fn an_archived_image_is_billed_in_the_archive_to_the_nanodollar() {
    // Active for 7 of 28 days, archived for 21 of 28 days and for a whole March.
    let run = archived("59 days", &[("7 days", "ARCHIVE")]).run();
    assert_eq!(
        exact_lines(&run),
        [
            "2026-02 storage_source 0.250000000 GiB-month 0.100000 0.025000000",
            "2026-02 storage_archive 0.750000000 GiB-month 0.100000 0.075000000",
            "2026-03 storage_archive 1.000000000 GiB-month 0.100000 0.100000000",
        ]
    );
    assert_eq!(
        [usd(&run, "storage_usd"), usd(&run, "total_usd")],
        ["0.200000", "0.200000"]
    );
}

#[test]
fn a_restore_costs_its_bytes_and_what_is_left_of_ninety_days() {
    // Archived at day 7, active again 20 min after day 20 h 23:40, so at day 21: 14 days in the archive, 76 still due,
    // which are 76 / 28 GiB-months beside the half one. Restored: 1 GiB at 0.03 USD.
    let moves = [("7 days", "ARCHIVE"), ("20 days 23 h 40 min", "STANDARD")];
    let run = archived("28 days", &moves).run();
    assert_eq!(
        exact_lines(&run),
        [
            "2026-02 storage_source 0.500000000 GiB-month 0.100000 0.050000000",
            "2026-02 storage_archive 3.214285714 GiB-month 0.100000 0.321428571",
            "2026-02 restore 1.000000000 GiB 0.030000 0.030000000",
        ]
    );
    assert_eq!(
        [usd(&run, "storage_usd"), usd(&run, "total_usd")],
        ["0.401429", "0.401429"]
    );
    // Deleted instead (B84): the same is due, and no restore.
    let run = archived("28 days", &moves[..1])
        .delete_digest("21 days", VIRGINIA, "app", 7)
        .run();
    assert_eq!(
        exact_lines(&run),
        [
            "2026-02 storage_source 0.250000000 GiB-month 0.100000 0.025000000",
            "2026-02 storage_archive 3.214285714 GiB-month 0.100000 0.321428571",
        ]
    );
}

#[test]
fn after_ninety_days_nothing_more_is_due() {
    // Archived at day 1; deleted at day 91, which is 3 May: 2 of 31 days.
    let run = archived("92 days", &[("1 day", "ARCHIVE")])
        .delete_digest("91 days", VIRGINIA, "app", 7)
        .run();
    let may = exact_lines(&run).pop().unwrap();
    assert_eq!(
        may,
        "2026-05 storage_archive 0.064516129 GiB-month 0.100000 0.006451613"
    );
}

#[test]
fn the_archive_is_cheaper_above_150_tb_months() {
    // 160 TiB = 163,840 GiB for a whole month: 153,600 at 0.10 and 10,240 at 0.07 USD.
    let images = format!(
        "[registries.'{VIRGINIA}'.repositories.app]\nimages = {{ count = 20, size = '8 TiB' }}"
    );
    let archive = "lifecycle = { archive_after = '1 day' }";
    let run = Text::instant("2026-01-31T00:00:00Z", "29 days")
        .toml(&format!("{images}\n{archive}"))
        .run();
    assert_eq!(
        exact_lines(&run)[1..],
        ["2026-02 storage_archive 163840.000000000 GiB-month 0.098125 16076.800000000"]
    );
}

/// Returns the lines of the bill of Virginia to the nanodollar: month, item, quantity, unit, rate, dollars.
fn exact_lines(run: &Run) -> Vec<String> {
    let rows = run.outcome.costs.iter();
    rows.map(|row| {
        let (quantity, rate, usd) = (row.quantity.0, row.rate_usd.0, row.usd.0);
        let (month, item, unit) = (&row.month, &row.item, &row.unit);
        format!("{month} {item} {quantity:.9} {unit} {rate:.6} {usd:.9}")
    })
    .collect()
}
