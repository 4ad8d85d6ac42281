//! Bandwidth shared by the copies that move bytes: processor sharing, with and without a top speed of each copy.

use ecrsim::validation::formulas::{slowdown_ps, sojourn_capped_sharing};
use ecrsim::validation::observe::{slowdown, sojourn_s};
use ecrsim::validation::scenarios::{CONSTANT, EXPONENTIAL, PER_COPY, SHARING, lognormal, pareto};

use crate::case::Case;

/// Share of the bandwidth in use: 0.7 images of 1 s per second.
const LOAD: f64 = 0.7;
const REPEATS: u64 = 30;

/// Laws of sizes with the same mean, from none to a heavy tail.
fn size_laws() -> [(&'static str, String); 4] {
    [
        ("constant", CONSTANT.to_owned()),
        ("exponential", EXPONENTIAL.to_owned()),
        ("log-normal", lognormal(1.2)),
        ("Pareto", pareto()),
    ]
}

/// M/G/1 processor sharing. Lambda: 0.7 per second. Mu: 1 per second (100 MB at 100 MB/s). Warm-up 1 h, 30 repeats of
/// some 40,000 copies; intervals within 5 % of theory, 10 % for the Pareto. The mean time in system is `1 / (1 - load)`
/// whatever the law of sizes, and a copy of `x` seconds alone takes `x / (1 - load)` on average, small or large.
#[test]
fn processor_sharing_is_insensitive_to_sizes() {
    let theory = slowdown_ps(LOAD);
    for (law, size) in size_laws() {
        let widest = if law == "Pareto" { 0.1 } else { 0.05 };
        let [sojourn, moving, small, medium, large] = Case::new("sharing.toml", SHARING, REPEATS)
            .set("pushes.jobs.size", size)
            .estimate(|run| {
                [
                    run.mean(sojourn_s),
                    run.metric("in_flight", "mean"),
                    slowdown(run, 0.0, 0.5),
                    slowdown(run, 0.5, 1.5),
                    slowdown(run, 1.5, f64::INFINITY),
                ]
            });
        sojourn.agrees(&format!("mean time, {law}"), theory, widest);
        moving.agrees(&format!("copies on the link, {law}"), LOAD * theory, widest);
        medium.agrees(&format!("slowdown of medium sizes, {law}"), theory, 0.05);
        if law != "constant" {
            small.agrees(&format!("slowdown of small sizes, {law}"), theory, 0.05);
            large.agrees(&format!("slowdown of large sizes, {law}"), theory, 0.05);
        }
    }
}

/// A link of 100 MB/s whose copies move at most 100/c MB/s: the rate is `min(per_copy, bandwidth / n)`, so as many copies
/// are on it as in M/M/c, whatever the law of sizes. Mu: 1/c per second and copy, c = 4 and 16. Lambda: 0.7 per second.
/// Warm-up 1 h, 30 repeats of some 40,000 copies; intervals within 5 % of theory:
/// `E[T] = E[S] + C(c, a) / (c mu - lambda)`.
#[test]
fn capped_sharing_takes_as_long_as_its_closed_form() {
    for servers in [4_u32, 16] {
        let alone_s = f64::from(servers);
        let theory = alone_s * sojourn_capped_sharing(servers, LOAD * alone_s);
        for (law, size) in size_laws() {
            let per_copy = format!("{} kB/s", 100_000 / servers);
            let [sojourn, moving] = Case::new("sharing.toml", SHARING, REPEATS)
                .set(PER_COPY, per_copy)
                .set("pushes.jobs.size", size)
                .estimate(|run| [run.mean(sojourn_s), run.metric("in_flight", "mean")]);
            let what = format!("{law}, {servers} copies at full speed");
            sojourn.agrees(&format!("mean time, {what}"), theory, 0.05);
            moving.agrees(&format!("copies on the link, {what}"), LOAD * theory, 0.05);
        }
    }
}
