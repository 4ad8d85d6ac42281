//! Which numbers of a run have an interval over repeats.

use super::scalars::Scalar;
use super::tails::{OF_ITSELF, OF_SLOT, is_wild_dispatch, is_wild_stall, wild_stream};
use crate::scenario::Statistic;
use crate::simulation::Model;

/// Returns the names of the numbers of a run whose means over repeats have no interval: means, totals and greatest values
/// that rest on a law of infinite variance, or, where they wait behind others in slots, of an infinite third moment. Quantiles,
/// shares and counts have one, and so has what is bounded: copies in slots, the wait of a deployment that gives up. How many
/// copies are held without slots has all moments whatever the law (M/G/infinity and processor sharing: Kleinrock, "Queueing
/// Systems", volume 1, section 3.11; volume 2, section 4.4).
pub fn without_interval(model: &Model) -> Vec<String> {
    let any = |is_wild: &dyn Fn(usize) -> bool| (0..model.lanes.len()).any(is_wild);
    let has_slots = |lane: usize| model.links[model.lanes[lane].link].slots.is_some();
    let stored = |order| {
        let mut images = model.provided.iter().filter_map(|of| of.images.as_ref());
        images.any(|of| !of.size.has_moment(order))
    };
    let is_backfilled = model.backfills.is_some();
    let waits = any(&|lane| {
        let is_wild = is_wild_stall(model, lane, OF_SLOT)
            || wild_stream(model, lane, OF_SLOT).is_some()
            || is_backfilled && stored(OF_SLOT);
        has_slots(lane) && is_wild
    });
    let stalls = any(&|lane| is_wild_stall(model, lane, OF_ITSELF));
    let moves = any(&|lane| wild_stream(model, lane, OF_ITSELF).is_some())
        || is_backfilled && stored(OF_ITSELF);
    let dispatches = any(&|lane| is_wild_dispatch(model, lane));
    let mut streams = model.streams.iter();
    let bytes = streams.any(|of| !of.plan.size.has_moment(OF_ITSELF)) || stored(OF_ITSELF);
    let rests = |metric: &str| match metric {
        "queue_time" | "waiting" => waits,
        "transfer_time" => moves,
        "pending_bytes" => waits || bytes,
        _ if metric.ends_with("_bytes") || metric.ends_with("_usd") => bytes,
        "replication_latency" | "backfill_latency" | "time_to_all" => {
            dispatches || waits || stalls || moves
        }
        _ => false,
    };
    let all = Scalar::all().into_iter();
    all.filter(|scalar| takes_all(scalar.statistic) && rests(scalar.metric))
        .map(|scalar| scalar.name())
        .collect()
}

/// Returns whether a statistic takes the size of every value, also of the greatest.
const fn takes_all(statistic: Statistic) -> bool {
    use Statistic::{End, Max, Mean, Monthly, Rate, Total};
    matches!(statistic, Mean | Max | End | Total | Rate | Monthly)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;

    /// Returns the names for a scenario of one lane with this latency, size and link.
    fn names(latency: &str, size: &str, link: &str) -> Vec<String> {
        let text = format!(
            r#"
duration = "1 day"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["shop/web"]
rate = "1 per hour"
size = {size}
[latency]
{latency}
[links."us-east-1 -> eu-west-1"]
{link}
"#
        );
        let loaded = load_text("s.toml", &text, &[]).expect("a right scenario");
        without_interval(&Model::new(&loaded))
    }

    const CALM: &str = "dispatch = \"1 min\"\nstall = { probability = 0.0 }";
    const PARETO: &str = "{ pareto = { scale = \"1 min\", shape = SHAPE } }";

    fn stall(shape: &str) -> String {
        let time = PARETO.replace("SHAPE", shape);
        format!("dispatch = \"1 min\"\nstall = {{ probability = 0.1, time = {time} }}")
    }

    #[test]
    fn laws_with_a_variance_take_no_interval_away() {
        assert_eq!(names(CALM, "\"10 MB\"", "slots = 2"), [""; 0]);
        assert_eq!(names(&stall("3.5"), "\"10 MB\"", "slots = 2"), [""; 0]);
        assert_eq!(
            names(&stall("2.5"), "\"10 MB\"", "slots = \"unlimited\""),
            [""; 0]
        );
    }

    #[test]
    fn a_slot_held_long_keeps_those_behind_it_waiting() {
        let names = names(&stall("2.5"), "\"10 MB\"", "slots = 2");
        let found = [
            "replication_latency.mean",
            "replication_latency.max",
            "queue_time.mean",
            "waiting.max",
            "pending_bytes.end",
        ];
        assert!(
            found.iter().all(|name| names.iter().any(|of| of == name)),
            "{names:?}"
        );
        let others = [
            "replication_latency.p99",
            "in_flight.mean",
            "transfer_time.mean",
            "moved_bytes.total",
        ];
        assert!(
            !others.iter().any(|name| names.iter().any(|of| of == name)),
            "{names:?}"
        );
    }

    #[test]
    fn a_wild_dispatch_delays_arrivals_alone() {
        let latency = format!(
            "dispatch = {}\nstall = {{ probability = 0.0 }}",
            PARETO.replace("SHAPE", "1.5")
        );
        let names = names(&latency, "\"10 MB\"", "slots = 2");
        assert!(names.contains(&"time_to_all.mean".to_owned()), "{names:?}");
        assert!(
            !names
                .iter()
                .any(|name| name.starts_with("queue_time") || name.ends_with("_usd.total"))
        );
    }

    #[test]
    fn sizes_reach_bytes_and_dollars_even_where_they_take_no_time() {
        let size = "{ pareto = { scale = \"1 MB\", shape = 1.5 } }";
        let names = names(CALM, size, "per_copy = \"unlimited\"");
        for name in [
            "moved_bytes.total",
            "total_usd.monthly",
            "stored_bytes.mean",
        ] {
            assert!(names.iter().any(|of| of == name), "{name}: {names:?}");
        }
        assert!(
            !names
                .iter()
                .any(|name| name.contains("latency") || name.contains("count"))
        );
    }
}
