//! What faster links and links of their own may change.

use proptest::prelude::*;

use crate::story::Story;
use crate::support::run_with;

/// Ends are rounded up to whole nanoseconds, and what shares the link meanwhile is slower for that fraction: a copy may end
/// this much later beside a faster one. Far more than one nanosecond for each of some hundred events.
const ROUNDING_NS: u64 = 1_000;

/// No stalls, failures, shared layers or revocations: the pushes alone are chance.
const PLAIN: &str = r#"
duration = "3 h"

[accounts]
build = "111122223333"

[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1", "build/ap-northeast-1"]

[pushes.ci]
registry     = "build/us-east-1"
repositories = { prefix = "shop/", count = 5 }
rate         = "60 per hour"
size         = { lognormal = { median = "200 MB", sigma = 1.5 } }

[pushes.release]
registry     = "build/us-east-1"
repositories = ["release/a"]
burst        = { images = 20, first = "1 h" }
size         = { exponential = { mean = "300 MB" } }

[latency]
dispatch = { uniform = { min = "0 s", max = "5 min" } }
stall    = { probability = 0.0 }
"#;

fn links(slots: u64, per_copy_mb: u64, bandwidth_mb: u64) -> Vec<String> {
    vec![
        format!("links.'* -> *'.slots={slots}"),
        format!("links.'* -> *'.per_copy={per_copy_mb} MB/s"),
        format!("links.'* -> *'.bandwidth={bandwidth_mb} MB/s"),
    ]
}

fn stories(seed: u64, links: &[String]) -> Vec<Story> {
    let seed = format!("seed={seed}");
    let overrides: Vec<&str> = links
        .iter()
        .map(String::as_str)
        .chain([seed.as_str()])
        .collect();
    run_with(PLAIN, &[], &overrides).stories()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// More speed for one copy, more for the link, or more slots beside enough speed: no copy ends later.
    #[test]
    fn a_faster_link_ends_no_copy_later(
        seed in 1_u64..1_000, slots in 1_u64..12, per_copy in 1_u64..40, bandwidth in 1_u64..60,
        more_per_copy in 0_u64..40, more_bandwidth in 0_u64..60,
    ) {
        let slow = stories(seed, &links(slots, per_copy, bandwidth));
        let fast = stories(seed, &links(slots, per_copy + more_per_copy, bandwidth + more_bandwidth));
        prop_assert_eq!(slow.len(), fast.len());
        for (slow, fast) in slow.iter().zip(&fast) {
            let Some(end) = slow.ended_at else { continue };
            let faster = fast.ended_at.expect("it ends no later than beside slower speed");
            prop_assert!(faster.as_nanos() <= end.as_nanos() + ROUNDING_NS, "{slow:?} {fast:?}");
        }
    }

    /// Two destinations in two Regions have a link each: together they are what they are alone.
    #[test]
    fn destinations_in_two_regions_are_two_runs(seed in 1_u64..1_000, slots in 1_u64..4) {
        let mut given = links(slots, 10, 20);
        let both = stories(seed, &given);
        let mut apart = Vec::new();
        for destination in ["build/ap-northeast-1", "build/eu-west-1"] {
            given.push(format!("registries.'build/us-east-1'.rules.all.destinations=['{destination}']"));
            apart.extend(stories(seed, &given));
        }
        prop_assert_eq!(both, apart);
    }
}
