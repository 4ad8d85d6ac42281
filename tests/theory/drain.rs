//! A burst drains as fast as a fluid would: backlog / (capacity - load).

use ecrsim::validation::formulas::drain_time;
use ecrsim::validation::observe::{first_under_s, sojourn_s};
use ecrsim::validation::scenarios::{self, CONSTANT, EXPONENTIAL, PER_COPY, SLOTS};

use crate::case::Case;

/// Images of the burst at time 0.
const BURST: f64 = 400.0;

/// A burst of 400 images, mean 100 MB, at time 0 on an idle link of 100 MB/s, and pushes that go on. Lambda: 0.6 per
/// second. Mu: 1 per second. No warm-up, 40 repeats; interval within 10 % of theory. The link works as long as it has
/// work, so it is first idle after `400 / (mu - lambda)` seconds on average, exactly, shared or one after the other.
#[test]
fn a_burst_drains_at_the_spare_capacity() {
    for (law, size) in [("constant", CONSTANT), ("exponential", EXPONENTIAL)] {
        for (discipline, slots) in [("shared", "unlimited"), ("in order", "1")] {
            let [idle_at] = Case::new("burst.toml", scenarios::BURST, 40)
                .set("pushes.release.size", size)
                .set("pushes.jobs.size", size)
                .set(SLOTS, slots)
                .estimate(|run| [first_under_s(&run.records, 1)]);
            let what = format!("first idle, {law}, {discipline}");
            idle_at.agrees(&what, drain_time(BURST, 0.6), 0.1);
        }
    }
}

/// The same burst on 16 slots of 6.25 MB/s each, exponential sizes. Mu: 1/16 per second and slot. Lambda: 0.6 per second.
/// While all slots are in use copies end at rate 1 per second, so the first slot is free after `(400 - 16 + 1) / (1 - 0.6)`
/// seconds on average. No warm-up, 40 repeats; interval within 10 % of theory.
#[test]
fn a_burst_drains_through_slots() {
    let [free_at] = Case::new("burst.toml", scenarios::BURST, 40)
        .set(SLOTS, 16)
        .set(PER_COPY, "6250 kB/s")
        .estimate(|run| [first_under_s(&run.records, 16)]);
    free_at.agrees("first slot free", drain_time(BURST - 15.0, 0.6), 0.1);
}

/// The burst alone: on a shared link 400 equal images end together when the last byte is through, to the nanosecond; on
/// 16 slots in 25 rounds.
#[test]
fn a_burst_of_equal_images_alone_is_exact() {
    for (slots, per_copy) in [("unlimited", "unlimited"), ("16", "6250 kB/s")] {
        let [first, last] = Case::new("burst.toml", scenarios::BURST, 2)
            .set("pushes.jobs.rate", "0 per second")
            .set("pushes.release.size", CONSTANT)
            .set(SLOTS, slots)
            .set(PER_COPY, per_copy)
            .estimate(|run| {
                let ends = || run.records.iter().map(sojourn_s);
                [
                    ends().fold(f64::INFINITY, f64::min),
                    ends().fold(0.0, f64::max),
                ]
            });
        // All 400 s of work at once, or rounds of 16 s.
        let first_s = if slots == "16" { 16.0 } else { BURST };
        first.agrees("first end", first_s, 0.0);
        last.agrees("last end", BURST, 0.0);
    }
}
