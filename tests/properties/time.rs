//! What time does to a run: a shorter run is the beginning of a longer one, and no unit of time is special.

use proptest::prelude::*;

use crate::scenarios::{EVENTS_UNTIL_MIN, any_scenario};
use crate::story::Story;
use crate::support::{Run, run_with};

/// Measures everything.
const WHOLE: [&str; 2] = ["warmup=0 s", "cooldown=0 s"];

fn run_for(toml: &str, minutes: u64) -> Run {
    let duration = format!("duration={minutes} min");
    run_with(toml, &[], &[WHOLE[0], WHOLE[1], &duration])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// What has ended by the end of a run has ended so in every longer one, and nothing else has by then.
    #[test]
    fn a_shorter_run_is_the_beginning_of_a_longer_one(
        text in any_scenario(), short in EVENTS_UNTIL_MIN..180, more in 0_u64..600,
    ) {
        let (long, short) = (run_for(&text.toml(), short + more), run_for(&text.toml(), short));
        let end = short.records.iter().filter(|record| record.ended_at.is_some()).count();
        prop_assert_eq!(&short.records[..end], &long.records[..end]);
        let last = short.records[..end].last().and_then(|record| record.ended_at);
        let next = long.records.get(end).and_then(|record| record.ended_at);
        prop_assert!(next.is_none() || last <= next);
        prop_assert_eq!(short.records.len(), requested_by(&long, &short));
    }
}

/// Returns how many replications of the longer run were requested when the shorter one ended: those with the ids it has.
fn requested_by(long: &Run, short: &Run) -> usize {
    let last = short
        .records
        .iter()
        .map(|record| record.id)
        .max()
        .unwrap_or(0);
    long.records
        .iter()
        .filter(|record| record.id <= last)
        .count()
}

/// A scenario whose every time is a multiple of `1 s` and whose every rate and speed is one per that unit.
const IN_SECONDS: &str = r#"
duration = "SECONDS(20000)"

[accounts]
build = "111122223333"
prod  = "444455556666"

[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1", "prod/ap-northeast-1"]

[registries."prod/ap-northeast-1".permissions.from-build]
principals = ["build"]

[pushes.ci]
registry     = "build/us-east-1"
repositories = { prefix = "shop/", count = 5 }
rate         = "PER_SECOND(0.02) per second"
size         = { lognormal = { median = "200 MB", sigma = 1.0 } }
shared       = 0.4
base_refresh = "SECONDS(3000)"

[pushes.release]
registry     = "build/us-east-1"
repositories = ["release/a"]
burst        = { images = 30, over = "SECONDS(60)", every = "SECONDS(5000)", first = "SECONDS(100)" }
size         = { exponential = { mean = "300 MB" } }

[latency]
dispatch = { lognormal = { median = "SECONDS(60)", sigma = 0.8 } }
stall    = { probability = 0.2, time = { pareto = { scale = "SECONDS(30)", shape = 1.5 } } }

[failures]
probability = 0.1
retries     = 2
backoff     = "SECONDS(40)"

[links."* -> *"]
slots     = 6
per_copy  = "PER_SECOND(160000000) bit/s"
bandwidth = "PER_SECOND(400000000) bit/s"

[[outages]]
link     = "us-east-1 -> eu-west-1"
at       = "SECONDS(4000)"
lasts    = "SECONDS(1500)"
capacity = 0.5

[assumptions]
in_flight_completes = 0.5

[[events]]
at       = "SECONDS(5300)"
action   = "DeleteRegistryPolicy"
registry = "prod/ap-northeast-1"

[[events]]
at          = "SECONDS(9000)"
action      = "PutRegistryPolicy"
registry    = "prod/ap-northeast-1"
permissions = { p = { principals = ["build"] } }
"#;

/// Returns the scenario with every time `factor` times as long.
fn stretched(factor: u64) -> String {
    let mut parts = IN_SECONDS.split(')');
    let mut text = String::new();
    for part in parts.by_ref() {
        if let Some((before, number)) = part.rsplit_once("PER_SECOND(") {
            let number: f64 = number.parse().expect("a number");
            text += &format!("{before}{}", number / factor as f64);
        } else if let Some((before, number)) = part.rsplit_once("SECONDS(") {
            let number: u64 = number.parse().expect("a number");
            text += &format!("{before}{} s", number * factor);
        } else {
            text += part;
        }
    }
    text
}

/// All times twice, 5 and 64 times as long (rates and speeds as much lower): the same run, stretched. Each moment is
/// rounded to whole nanoseconds at each step of its way, so that a stretched one differs by less than a microsecond.
#[test]
fn no_unit_of_time_is_special() {
    let base = run_with(&stretched(1), &[], &[]).stories();
    assert!(base.iter().any(|story| story.attempts > 1) && base.len() > 700);
    for factor in [2, 5, 64] {
        let long = run_with(&stretched(factor), &[], &[]).stories();
        assert_eq!(base.len(), long.len());
        for (one, other) in base.iter().zip(&long) {
            let what = format!("{factor} times: {one:?} {other:?}");
            let timeless = |of: &Story| (of.digest.clone(), of.status, of.image_bytes, of.attempts);
            assert_eq!(timeless(one), timeless(other), "{what}");
            let rounding_ns = 1_000 * factor;
            for (short, long) in times(one).into_iter().zip(times(other)) {
                assert_eq!(short.is_some(), long.is_some(), "{what}");
                let (short, long) = (short.unwrap_or(0) * factor, long.unwrap_or(0));
                assert!(short.abs_diff(long) <= rounding_ns, "{what}");
            }
        }
    }
}

fn times(of: &Story) -> [Option<u64>; 7] {
    let nanos = |at: Option<ecrsim::units::SimTime>| at.map(ecrsim::units::SimTime::as_nanos);
    [
        nanos(Some(of.pushed_at)),
        nanos(of.eligible_at),
        nanos(of.started_at),
        nanos(of.ended_at),
        Some(of.queue.as_nanos()),
        Some(of.transfer.as_nanos()),
        Some(of.stall.as_nanos()),
    ]
}
