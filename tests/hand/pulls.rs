//! Fleets that pull: who serves them, how many bytes move, who pays, what is stale, and when a replica is cheaper.

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, VIRGINIA};

const GIB: u64 = 1 << 30;

/// Images of `size` pushed to one repository in Virginia, evenly over an hour from the start on, under their number and `latest`.
fn pushed(text: Text, images: u32, size: &str) -> Text {
    text.toml(&format!(
        "[pushes.ci]\nregistry = '{VIRGINIA}'\nrepositories = ['app']\nsize = '{size}'\ntags = ['{{n}}', 'latest']\n\
         burst = {{ images = {images}, over = '1 h' }}"
    ))
}

/// One image of 1 GiB in Virginia from the first instant on, in February.
fn one_image() -> Text {
    pushed(Text::instant("2026-02-01T00:00:00Z", "28 days"), 1, "1 GiB")
}

/// A fleet of `account` in Ireland that pulls ten times an hour.
fn fleet(text: Text, account: &str, keys: &str) -> Text {
    text.toml(&format!(
        "[pulls.dublin]\naccount = '{account}'\nregion = 'eu-west-1'\nof = 'ci'\nrate = '10 per hour'\n{keys}"
    ))
}

/// Returns registry, pulls, bytes and stale ones of each row of `pulls.csv`.
fn served(run: &Run) -> Vec<(&str, u64, u64, u64)> {
    let rows = run.outcome.pulls.iter();
    rows.map(|row| (row.from.as_str(), row.pulls, row.bytes, row.stale))
        .collect()
}

fn pulls(run: &Run) -> u64 {
    run.outcome.pulls.iter().map(|row| row.pulls).sum()
}

fn total(run: &Run, metric: &str) -> f64 {
    run.metric(metric, "", "total").expect("a total")
}

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-9 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}

#[test]
fn a_pull_across_costs_what_a_node_lacks_and_the_owner_of_the_registry_pays() {
    let run = fleet(one_image(), "prod", "cached = 0.75").run();
    let count = pulls(&run);
    // 6,720 are expected.
    assert!((6_000..7_500).contains(&count), "{count}");
    assert_eq!(served(&run), [(VIRGINIA, count, count * GIB / 4, 0)]);
    let usd = count as f64 * 0.25 * 0.02;
    let row = &run.outcome.pulls[0];
    assert_eq!(
        (row.stream.as_str(), row.to.as_str()),
        ("dublin", "prod/eu-west-1")
    );
    assert_eq!(row.local_share.map(|share| share.0), Some(0.0));
    close(row.usd.0, usd);
    let bill = run.outcome.costs.iter().filter(|row| row.item == "pull");
    let bill: Vec<_> = bill.collect();
    assert_eq!(bill.len(), 1);
    let line = bill[0];
    assert_eq!(
        [
            &line.month,
            &line.payer,
            &line.from,
            &line.to,
            &line.unit,
            &line.caused_by
        ],
        ["2026-02", "build", "us-east-1", "eu-west-1", "GiB", "prod"]
    );
    close(line.quantity.0, count as f64 * 0.25);
    close(line.rate_usd.0, 0.02);
    close(line.usd.0, usd);
    close(total(&run, "pull_usd"), usd);
    // Storage of 1 GiB in Virginia for February.
    close(total(&run, "total_usd"), usd + 0.10);
    assert_eq!(total(&run, "transfer_usd"), 0.0);
}

#[test]
fn the_nearest_registry_is_in_the_fleets_own_region_and_free() {
    let text = fleet(one_image(), "build", "").rule(VIRGINIA, &[IRELAND]);
    let run = text.run();
    let count = pulls(&run);
    assert_eq!(served(&run), [(IRELAND, count, count * GIB, 0)]);
    assert_eq!(
        run.outcome.pulls[0].local_share.map(|share| share.0),
        Some(1.0)
    );
    assert_eq!(total(&run, "pull_usd"), 0.0);
    // The same pulls at the same times from the source, if that is what the fleet does.
    let far = text.run_with(&["pulls.dublin.from=source"]);
    assert_eq!(served(&far), [(VIRGINIA, count, count * GIB, 0)]);
    close(total(&far, "pull_usd"), count as f64 * 0.02);
    let named = text.run_with(&["pulls.dublin.from=build/us-east-1"]);
    assert_eq!(served(&named), served(&far));
}

#[test]
fn the_fleets_own_account_comes_first_and_then_any_other() {
    let both = |account| {
        fleet(one_image(), account, "")
            .rule(VIRGINIA, &[IRELAND, "prod/eu-west-1"])
            .permission("prod/eu-west-1", "build", "")
    };
    assert_eq!(served(&both("build").run())[0].0, IRELAND);
    assert_eq!(served(&both("prod").run())[0].0, "prod/eu-west-1");
    let other = fleet(one_image(), "prod", "").rule(VIRGINIA, &[IRELAND]);
    assert_eq!(served(&other.run())[0].0, IRELAND);
}

/// 1,800 MB at 1 MB/s, a second after the push: there from 1,801 s on.
fn slow() -> Text {
    fleet(pushed(Text::new(), 1, "1800 MB"), "build", "").rule(VIRGINIA, &[IRELAND])
}

#[test]
fn until_the_replica_is_there_the_source_serves() {
    let often = "pulls.dublin.rate=1 per second";
    let run = slow().run_with(&[often]);
    let before = slow().run_with(&[often, "duration=1801 s"]);
    let far = pulls(&before);
    let bytes = |pulls: u64| pulls * 1_800_000_000;
    assert_eq!(served(&before), [(VIRGINIA, far, bytes(far), 0)]);
    let near = pulls(&run) - far;
    assert!(near > 1_500 && far > 1_500, "{near} {far}");
    // By name of the registry.
    let expected = [
        (IRELAND, near, bytes(near), 0),
        (VIRGINIA, far, bytes(far), 0),
    ];
    assert_eq!(served(&run), expected);
    let share = near as f64 / (near + far) as f64;
    for row in &run.outcome.pulls {
        close(row.local_share.expect("a share").0, share);
    }
}

#[test]
fn a_moving_tag_is_stale_where_the_newer_image_has_not_come() {
    // Pushes at 0 and 1,800 s; the link fails in between.
    let text = fleet(pushed(Text::new(), 2, "1 MB"), "build", "")
        .rule(VIRGINIA, &[IRELAND])
        .toml("[[outages]]\nlink = '* -> *'\nat = '2 s'\nlasts = '1 h'\ncapacity = 0.0");
    let often = "pulls.dublin.rate=1 per second";
    let run = text.run_with(&[often]);
    // The first copy arrives after 2 s; the few pulls before go to the source.
    let early = pulls(&text.run_with(&[often, "duration=2 s"]));
    let fresh = pulls(&text.run_with(&[often, "duration=1799999999999 ns"]));
    let near = pulls(&run) - early;
    let stale = pulls(&run) - fresh;
    assert!(stale > 1_500, "{stale}");
    assert_eq!(served(&run)[0], (IRELAND, near, near * 1_000_000, stale));
    assert_eq!(total(&run, "stale_tags"), stale as f64);
    let rate = run.metric("stale_tags", "", "rate").expect("a rate");
    close(rate, stale as f64 / pulls(&run) as f64);
    // By its number, the second image is found at the source only: nothing is stale.
    let numbered = text.run_with(&[often, "pushes.ci.tags=['{n}']"]);
    let far = pulls(&run) - fresh + early;
    assert_eq!(served(&numbered)[1], (VIRGINIA, far, far * 1_000_000, 0));
}

#[test]
fn what_no_registry_has_is_served_by_nobody() {
    // Two images within the hour; after a day the source keeps one. All ages are asked for alike.
    let text = fleet(
        pushed(Text::instant("2026-02-01T00:00:00Z", "2 days"), 2, "1 GiB"),
        "build",
        "recency = { geometric = 0.000001 }",
    )
    .toml(&format!(
        "[retention.old]\nregistry = '{VIRGINIA}'\nrepositories = ['*']\nkeep_last = 1"
    ));
    let often = "pulls.dublin.rate=10 per minute";
    let run = text.run_with(&[often]);
    let [(by, served_pulls, bytes, _), (nobody, missed, none, _)] = served(&run)[..] else {
        panic!("{:?}", served(&run));
    };
    assert_eq!((by, bytes), (VIRGINIA, served_pulls * GIB));
    assert_eq!((nobody, none), ("", 0));
    // Half of the second day's 14,400: 7,200 +- 4 standard deviations.
    assert!((6_860..7_540).contains(&missed), "{missed}");
    let day = text.run_with(&[often, "duration=1 day"]);
    assert_eq!(served(&day).len(), 1);
}

#[test]
fn only_measured_pulls_count() {
    let text = fleet(one_image(), "build", "");
    let run = text.run_with(&["warmup=5 days", "cooldown=8 days"]);
    let until = |duration| pulls(&text.run_with(&[duration]));
    let expected = until("duration=20 days") - until("duration=5 days");
    assert_eq!(served(&run), [(VIRGINIA, expected, expected * GIB, 0)]);
    close(total(&run, "pull_usd"), expected as f64 * 0.02);
}

#[test]
fn a_stream_has_metrics_of_its_own() {
    let text = fleet(one_image(), "build", "").toml(
        "[pulls.cork]\naccount = 'build'\nregion = 'eu-west-1'\nof = 'ci'\nrate = '1 per hour'\n\
         [thresholds]\n'pull_usd{stream=cork}' = ['total < 20 USD', 'monthly < 1 USD']\n'stale_tags{stream=cork}' = ['rate <= 0']",
    );
    let run = text.run();
    let cork = &run.outcome.pulls[0];
    assert_eq!(cork.stream, "cork");
    let observed: Vec<f64> = run
        .outcome
        .thresholds
        .iter()
        .map(|verdict| verdict.observed.expect("a sample"))
        .collect();
    close(observed[0], cork.pulls as f64 * 0.02);
    close(observed[1], cork.pulls as f64 * 0.02 * 730.0 / 672.0);
    assert_eq!(observed[2], 0.0);
    let held: Vec<bool> = run.outcome.thresholds.iter().map(|it| it.held).collect();
    assert_eq!(held, [true, false, true]);
}

#[test]
fn pulls_and_transfer_share_the_tiers_of_their_source_region() {
    // 6,144 GiB of transfer, and pulls of 6,144 GiB: at 0.09 USD up to 10,240 GiB, then at 0.085 up to 51,200.
    let text = fleet(
        pushed(Text::instant("2026-02-01T00:00:00Z", "1 day"), 1, "6 TiB"),
        "build",
        "from = 'source'",
    )
    .rule(VIRGINIA, &[IRELAND]);
    let run = text.run_with(&[
        "prices.transfer_rate=internet",
        "pulls.dublin.rate=4 per day",
    ]);
    let count = pulls(&run);
    let gib = 6_144.0 * (1 + count) as f64;
    assert!(
        (1..8).contains(&count),
        "{count} pulls: within the second tier"
    );
    let usd = 10_240.0 * 0.09 + (gib - 10_240.0) * 0.085;
    close(total(&run, "transfer_usd"), usd / (1 + count) as f64);
    close(
        total(&run, "pull_usd"),
        usd * count as f64 / (1 + count) as f64,
    );
    // The other reading of the transfer item knows nothing of pulls.
    let other = run.outcome.other_reading.transfer_usd.expect("a price");
    close(other.0, 6_144.0 * 0.02);
    let other = run.outcome.other_reading.pull_usd.expect("a price");
    close(other.0, 6_144.0 * count as f64 * 0.02);
}

#[test]
fn from_so_many_pulls_per_image_on_a_replica_is_cheaper() {
    // A pull costs 1/4 GiB at 0.02 USD; a replica 1 GiB at 0.02 USD, and 0.10 USD a month.
    let run = fleet(one_image(), "build", "cached = 0.75").run();
    let count = pulls(&run);
    let rows: Vec<_> = run.outcome.break_even.iter().collect();
    let kept: Vec<u32> = rows.iter().map(|row| row.kept_months).collect();
    assert_eq!(kept, [0, 1, 2, 3, 6, 12]);
    for (row, expected) in rows.iter().zip([4.0, 24.0, 44.0, 64.0, 124.0, 244.0]) {
        let found = row.break_even_pulls_per_image.expect("pulling costs").0;
        close(found, expected);
        assert_eq!((row.images, row.pulls), (1, count));
        close(row.pulls_per_image.0, count as f64);
        close(row.pull_usd.0, 0.005);
        close(row.replication_usd.0, 0.02);
        close(row.storage_month_usd.0, 0.10);
        assert_eq!(row.cheaper, "replicate");
    }
    assert_eq!([&rows[0].from, &rows[0].to], ["us-east-1", "eu-west-1"]);
}

#[test]
fn a_replica_moves_and_stores_a_base_layer_once() {
    // Two images of 1 GiB, half of it a base that they share: 1 GiB and 1/2 GiB are new.
    let text = pushed(Text::instant("2026-02-01T00:00:00Z", "28 days"), 2, "1 GiB");
    let run = fleet(text, "build", "")
        .run_with(&["pushes.ci.shared=0.5", "pulls.dublin.rate=0 per hour"]);
    let row = &run.outcome.break_even[1];
    close(row.mean_image_bytes.0, GIB as f64);
    close(row.mean_replica_bytes.0, 0.75 * GIB as f64);
    // (0.75 x 0.02 + 0.75 x 0.10) / 0.02
    close(
        row.break_even_pulls_per_image.expect("pulling costs").0,
        4.5,
    );
    assert_eq!((row.pulls, row.cheaper.as_str()), (0, "pull"));
    assert!(run.outcome.pulls.is_empty());
}

#[test]
fn in_the_source_region_there_is_nothing_to_beat() {
    let run = fleet(one_image(), "build", "").run_with(&["pulls.dublin.region=us-east-1"]);
    assert_eq!(served(&run)[0].0, VIRGINIA);
    assert_eq!(
        run.outcome.pulls[0].local_share.map(|share| share.0),
        Some(1.0)
    );
    assert_eq!(total(&run, "pull_usd"), 0.0);
    let row = &run.outcome.break_even[0];
    assert_eq!(
        (row.break_even_pulls_per_image, row.cheaper.as_str()),
        (None, "pull")
    );
}
