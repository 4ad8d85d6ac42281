//! What `outages.csv` says, counted again from every replication of the run, slowly.

use std::collections::BTreeMap;

use ecrsim::measure::outcome::OutageRow;
use ecrsim::measure::record::{ReplicationRecord, Status};
use ecrsim::measure::table::Moment;
use ecrsim::simulation::Model;

use crate::support::{Run, load_text, run_seeded};

/// Two Regions away over narrow links, failures, a burst, and interruptions that overlap; some last beyond the end.
const SCENARIO: &str = r#"
start = 2026-03-02T00:00:00Z
duration = "8 hours"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1", "build/ap-northeast-1"]
[pushes.ci]
registry = "build/us-east-1"
repositories = { prefix = "app-", count = 5 }
rate = "60 per hour"
size = { lognormal = { median = "40 MB", sigma = 1.0 } }
[pushes.train]
registry = "build/us-east-1"
repositories = ["train"]
size = "30 MB"
burst = { images = 20, over = "10 min", every = "2 hours", first = "1 hour" }
[links."* -> *"]
slots = 2
per_copy = "8 Mbit/s"
[failures]
probability = 0.1
retries = 1
[[outages]]
name = "all"
link = "us-east-1 -> *"
at = "2 hours"
lasts = "45 min"
capacity = 0.0
[[outages]]
link = "* -> eu-west-1"
at = "2 hours 30 min"
lasts = "6 hours"
capacity = 0.5
[spells.wave]
link = "us-* -> *"
every = { exponential = { mean = "1 hour" } }
lasts = { exponential = { mean = "20 min" } }
capacity = 0.2
"#;

const SECOND_NS: u64 = 1_000_000_000;

fn nanos(moment: &Moment) -> u64 {
    let start: Moment = "2026-03-02T00:00:00.000Z".parse().expect("a moment");
    let past = moment.0.duration_since(start.0).as_nanos();
    u64::try_from(past).expect("in the run")
}

/// The replications behind a row's links.
fn behind<'r>(run: &'r Run, row: &OutageRow) -> Vec<&'r ReplicationRecord> {
    let only_ireland = row.link == "* -> eu-west-1";
    let records = run.records.iter();
    records
        .filter(|of| !only_ireland || run.destination(of) == "build/eu-west-1")
        .collect()
}

fn ended(of: &ReplicationRecord) -> u64 {
    of.ended_at.map_or(u64::MAX, |at| at.as_nanos())
}

fn arrived(of: &ReplicationRecord) -> u64 {
    if of.status == Status::Complete {
        ended(of)
    } else {
        u64::MAX
    }
}

/// How things stand from `at` on.
struct Level {
    share: Option<f64>,
    backlog: u64,
    at_risk: (u64, u64),
}

fn level(records: &[&ReplicationRecord], at: u64) -> Level {
    let asked = records.iter().filter(|of| of.pushed_at.as_nanos() <= at);
    let (mut all, mut there, mut open) = (0_u64, 0_u64, 0);
    let mut images: BTreeMap<u64, (u64, bool)> = BTreeMap::new();
    for of in asked {
        all += 1;
        there += u64::from(arrived(of) <= at);
        open += u64::from(ended(of) > at);
        let image = images.entry(of.push).or_insert((of.image_bytes, false));
        image.1 |= arrived(of) <= at;
    }
    let at_risk = images.values().filter(|image| !image.1);
    Level {
        share: (all > 0).then(|| there as f64 / all as f64),
        backlog: open,
        at_risk: at_risk.fold((0, 0), |sum, image| (sum.0 + 1, sum.1 + image.0)),
    }
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-9
}

fn check(run: &Run, row: &OutageRow, (from, until): (u64, u64), end: u64, told: &str) {
    let records = behind(run, row);
    let has_ended = until <= end;
    assert_eq!(row.ends_at.is_some(), has_ended, "end: {told}");
    let (ends_at, until) = (until, until.min(end));
    let mut changes: Vec<u64> = records
        .iter()
        .flat_map(|of| [of.pushed_at.as_nanos(), ended(of)])
        .filter(|&at| from <= at && at < until)
        .chain([from])
        .collect();
    changes.sort_unstable();
    changes.dedup();
    let mut nexts = changes.iter().skip(1).copied().chain([until]);
    let (mut least, mut sum, mut time) = (f64::INFINITY, 0.0, 0.0);
    let (mut most, mut risk) = (0, (0, 0));
    for &at in &changes {
        let next = nexts.next().expect("one for each");
        let level = level(&records, at);
        if let Some(share) = level.share.filter(|_| next > at) {
            least = least.min(share);
            sum += share * (next - at) as f64;
            time += (next - at) as f64;
        }
        most = most.max(level.backlog);
        risk = (risk.0.max(level.at_risk.0), risk.1.max(level.at_risk.1));
    }
    let before = level(&records, from - 1).backlog;
    assert_eq!(row.backlog_before, before, "backlog before: {told}");
    assert_eq!(row.backlog_max, most.max(before), "largest backlog: {told}");
    if row.kind != "burst" {
        let shares = [row.pullable_share_min, row.pullable_share_mean].map(|of| of.map(|of| of.0));
        let [Some(found_least), Some(found_mean)] = shares else {
            panic!("there are shares: {told}")
        };
        assert!(
            close(found_least, least) && close(found_mean, sum / time),
            "shares: {told}"
        );
    }
    if row.link != "* -> eu-west-1" && row.kind != "burst" {
        assert_eq!(
            (row.at_risk_images, row.at_risk_bytes),
            (Some(risk.0), Some(risk.1)),
            "{told}"
        );
    }
    let ends = records
        .iter()
        .map(|of| ended(of))
        .filter(|&at| at >= until && at <= end);
    let mut ends: Vec<u64> = ends.collect();
    ends.sort_unstable();
    let is_drained = |at: &u64| {
        let asked = records.iter().filter(|of| of.pushed_at.as_nanos() < *at);
        asked.filter(|of| ended(of) > *at).count() as u64 <= before
    };
    let drained = if level(&records, until - 1).backlog <= before {
        Some(ends_at)
    } else {
        ends.into_iter().find(is_drained)
    };
    let drained_s = drained
        .filter(|_| has_ended)
        .map(|at| (at - until) as f64 / SECOND_NS as f64);
    let found_s = row.drain_s.map(|time| time.0.as_secs_f64());
    assert_eq!(found_s.is_some(), drained_s.is_some(), "drained: {told}");
    if let Some((found, expected)) = found_s.zip(drained_s) {
        assert!(
            (found - expected).abs() < 1e-9,
            "{found} s is {expected} s: {told}"
        );
    }
}

#[test]
fn interruptions_are_what_the_replications_say() {
    let loaded = load_text(SCENARIO, &[], &[]).expect("a right scenario");
    let model = Model::new(&loaded);
    let end = model.end.as_nanos();
    for seed in 1..=5 {
        let run = run_seeded(&loaded, seed);
        let kinds: Vec<&str> = run
            .outcome
            .outages
            .iter()
            .map(|row| row.kind.as_str())
            .collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "outage").count(), 2);
        assert_eq!(kinds.iter().filter(|kind| **kind == "burst").count(), 4);
        // Moments in tables are cut to milliseconds: spells begin and end between them.
        let mut spells = model.spells[0].times(seed, model.end);
        for row in &run.outcome.outages {
            let told = format!("{} {} at {}, seed {seed}", row.kind, row.name, row.at);
            let times = if row.kind == "spell" {
                let (from, until) = spells.next().expect("a row for each spell");
                (from.as_nanos(), until.as_nanos())
            } else {
                let until = row.ends_at.as_ref();
                (nanos(&row.at), until.map_or(u64::MAX, nanos))
            };
            check(&run, row, times, end, &told);
        }
        assert!(spells.next().is_none());
    }
}
