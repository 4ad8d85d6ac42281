//! Orphans priced apart: their part of the storage bill, its growth, and the day on which it passes a share.

use ecrsim::measure::outcome::{Orphans, PassedBy};

use crate::support::Run;
use crate::support::text::{Text, digest};
use crate::{IRELAND, VIRGINIA};

const GIB: u64 = 1 << 30;

/// Returns the rows of orphans.csv.
fn rows(run: &Run) -> Vec<String> {
    let rows = run.outcome.orphan_months.iter().map(|row| {
        format!(
            "{} {:.6} {:.6} {} {} {} {:.6}",
            row.month,
            row.storage_usd.0,
            row.orphan_usd.0,
            row.orphan_share
                .map_or("-".to_owned(), |share| format!("{:.6}", share.0)),
            row.end_bytes,
            row.growth_bytes.0,
            row.growth_usd.0
        )
    });
    rows.collect()
}

fn orphans(run: &Run) -> &Orphans {
    run.outcome.orphans.as_ref().expect("there are orphans")
}

/// Returns the days on which 10, 25 and 50 % are passed, and how that is known.
fn passes(run: &Run) -> Vec<String> {
    let passes = orphans(run).passes.iter().map(|pass| {
        let day = pass.at.map_or("not in sight".to_owned(), |at| {
            at.to_string()[..10].to_owned()
        });
        let by = match pass.by {
            Some(PassedBy::Run) => " run",
            Some(PassedBy::Trend) => " trend",
            None => "",
        };
        format!("{} {day}{by}", pass.share)
    });
    passes.collect()
}

/// Two GiB in Virginia and Ireland, of which one is deleted in Virginia after `at`. A GiB-month is 0.10 USD in both.
fn deleted(start: &str, duration: &str, at: &str) -> Text {
    let push = format!(
        "registry = '{VIRGINIA}'\nrepository = 'app'\ntags = ['1']\nsize = '1 GiB'\ndigest = '{}'",
        digest(7)
    );
    Text::instant(start, duration)
        .rule(VIRGINIA, &[IRELAND])
        .event("0 s", "PutImage", &push)
        .put("0 s", VIRGINIA, "app", &["2"], "1 GiB")
        .delete_digest(at, VIRGINIA, "app", 7)
}

#[test]
fn a_month_has_its_share_and_its_growth() {
    // 4 GiB for 14 of 28 days of February, then 3 GiB, one of them an orphan: a third of each day's bill.
    let run = deleted("2026-02-01T00:00:00Z", "28 days", "14 days").run();
    assert_eq!(
        rows(&run),
        [format!(
            "2026-02 0.350000 0.050000 0.142857 {GIB} {GIB} 0.100000"
        )]
    );
    let of = orphans(&run);
    assert_eq!(
        [of.storage_usd, of.orphan_usd].map(|usd| format!("{usd:.6}")),
        ["0.350000", "0.050000"]
    );
    // A GiB in 28 days; a month has 730 hours.
    assert_eq!(of.growth_bytes_per_month, GIB as f64 * (730.0 / 672.0));
    assert_eq!(
        format!("{:.9}", of.growth_usd_per_month),
        format!("{:.9}", 0.10 * 730.0 / 672.0)
    );
    // Level from then on: half the bill is not in sight.
    assert_eq!(
        passes(&run),
        [
            "0.1 2026-02-15 run",
            "0.25 2026-02-15 run",
            "0.5 not in sight"
        ]
    );
}

#[test]
fn rows_are_the_sums_of_the_bill_and_growth_is_each_months_own() {
    // Deleted on 14 February; in Ireland on 15 March too.
    let run = deleted("2026-02-01T00:00:00Z", "59 days", "14 days")
        .delete_tag("42 days", IRELAND, "app", "1")
        .run();
    // March of 31 days: 3 GiB for 14 of them, then 2 GiB; the orphan is gone.
    let march = 0.1 * (3.0 * 14.0 + 2.0 * 17.0) / 31.0;
    let orphan = 0.1 * 14.0 / 31.0;
    assert_eq!(
        rows(&run),
        [
            format!("2026-02 0.350000 0.050000 0.142857 {GIB} {GIB} 0.100000"),
            format!(
                "2026-03 {march:.6} {orphan:.6} {:.6} 0 -{GIB} -0.100000",
                orphan / march
            ),
        ]
    );
    let billed: f64 = run
        .outcome
        .costs
        .iter()
        .filter(|row| row.item == "storage_orphan")
        .map(|row| row.usd.0)
        .sum();
    assert!((billed - orphans(&run).orphan_usd).abs() < 1e-12);
    assert_eq!(orphans(&run).growth_bytes_per_month, 0.0);
}

#[test]
fn growth_counts_from_the_warm_ups_end() {
    // An orphan from day 7 on; measured from day 14 on: a third of the bill from the first measured day on, and no growth.
    let run = deleted("2026-02-01T00:00:00Z", "28 days", "7 days")
        .key("warmup = '14 days'")
        .run();
    assert_eq!(
        rows(&run),
        [format!(
            "2026-02 0.150000 0.050000 0.333333 {GIB} 0 0.000000"
        )]
    );
    assert_eq!(
        passes(&run)[..2],
        ["0.1 2026-02-15 run", "0.25 2026-02-15 run"]
    );
}

#[test]
fn what_the_run_does_not_see_its_trend_may_tell() {
    // 40.5 GiB that no rule sends. From day 0 on 1 GiB at noon; the source keeps 1 at each midnight. On day d Virginia holds
    // 1.5 GiB on average, Ireland d + 0.5, of which d - 1 are orphans: (d - 1) / (d + 42.5) of the bill. More than 10 %
    // from d = 5.8 on, 25 % from 15.5 on, 50 % from 44.5 on; the run ends after day 11.
    let run = Text::instant("2026-02-01T00:00:00Z", "12 days")
        .rule(VIRGINIA, &[IRELAND])
        .toml(
            "[registries.'prod/us-east-1'.repositories.base]
images = { count = 1, size = '41472 MiB' }
[pushes.ci]
registry = 'build/us-east-1'
repositories = ['app']
burst = { images = 1, over = '1 h', every = '1 day', first = '12 h' }
size = '1 GiB'
[retention.ci]
registry = 'build/us-east-1'
repositories = ['app']
keep_last = 1",
        )
        .run();
    assert_eq!(
        passes(&run),
        [
            "0.1 2026-02-07 run",
            "0.25 2026-02-17 trend",
            "0.5 2026-03-18 trend"
        ]
    );
}

#[test]
fn without_orphans_nothing_is_told_but_the_bill() {
    let run = Text::instant("2026-02-01T00:00:00Z", "28 days")
        .rule(VIRGINIA, &[IRELAND])
        .put("0 s", VIRGINIA, "app", &["1"], "1 GiB")
        .run();
    assert_eq!(run.outcome.orphans, None);
    assert_eq!(
        rows(&run),
        ["2026-02 0.200000 0.000000 0.000000 0 0 0.000000"]
    );
}
