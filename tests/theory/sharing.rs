//! Bandwidth shared by the copies that move bytes: processor sharing, with and without a top speed of each copy.

use crate::case::{Case, sojourn_s};
use crate::formulas::{erlang_c, truncated_pareto_mean};
use crate::support::Run;

/// Mean size of an image in every law below, in bytes.
const MEAN_BYTES: f64 = 1e8;
const BANDWIDTH_BYTES_PER_S: f64 = 1e8;
/// Share of the bandwidth in use: 0.7 images of 1 s per second.
const LOAD: f64 = 0.7;
const REPEATS: u64 = 30;

/// Laws of sizes with the same mean, from none to a heavy tail; the truncated Pareto's variance is 5 times its squared mean.
fn size_laws() -> [(&'static str, String); 4] {
    let sigma: f64 = 1.2;
    let median = (MEAN_BYTES * (-sigma * sigma / 2.0).exp()).round();
    let scale = (MEAN_BYTES / truncated_pareto_mean(1.0, 1.5, 300.0)).round();
    let max = 300.0 * scale;
    [
        ("constant", "100 MB".to_owned()),
        (
            "exponential",
            "{ exponential = { mean = '100 MB' } }".to_owned(),
        ),
        (
            "log-normal",
            format!("{{ lognormal = {{ median = '{median} B', sigma = {sigma} }} }}"),
        ),
        (
            "Pareto",
            format!("{{ pareto = {{ scale = '{scale} B', shape = 1.5, max = '{max} B' }} }}"),
        ),
    ]
}

/// M/G/1 processor sharing. Lambda: 0.7 per second. Mu: 1 per second (100 MB at 100 MB/s). Warm-up 1 h, 30 repeats of
/// some 40,000 copies; intervals within 5 % of theory, 10 % for the Pareto. The mean time in system is `1 / (1 - load)`
/// whatever the law of sizes, and a copy of `x` seconds alone takes `x / (1 - load)` on average, small or large.
#[test]
fn processor_sharing_is_insensitive_to_sizes() {
    let theory = 1.0 / (1.0 - LOAD);
    for (law, size) in size_laws() {
        let widest = if law == "Pareto" { 0.1 } else { 0.05 };
        let [sojourn, moving, small, medium, large] = Case::new("sharing", REPEATS)
            .set("pushes.jobs.size", size)
            .estimate(|run| {
                [
                    run.mean(sojourn_s),
                    run.metric("in_flight", "", "mean")
                        .expect("a time was measured"),
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

/// Returns the mean of time over time alone, of the copies from `from` to `until` mean sizes.
fn slowdown(run: &Run, from: f64, until: f64) -> f64 {
    let inside = run
        .records
        .iter()
        .filter(|record| (from..until).contains(&(record.image_bytes as f64 / MEAN_BYTES)));
    let (sum, count) = inside.fold((0.0, 0.0), |(sum, count), record| {
        let alone_s = record.image_bytes as f64 / BANDWIDTH_BYTES_PER_S;
        (sum + sojourn_s(record) / alone_s, count + 1.0)
    });
    sum / count
}

/// A link of 100 MB/s whose copies move at most 100/c MB/s: the rate is `min(per_copy, bandwidth / n)`, so as many copies
/// are on it as in M/M/c, whatever the law of sizes. Mu: 1/c per second and copy, c = 4 and 16. Lambda: 0.7 per second.
/// Warm-up 1 h, 30 repeats of some 40,000 copies; intervals within 5 % of theory:
/// `E[T] = E[S] + C(c, a) / (c mu - lambda)`.
#[test]
fn capped_sharing_takes_as_long_as_its_closed_form() {
    for servers in [4_u32, 16] {
        let alone_s = f64::from(servers);
        let load = LOAD * alone_s;
        let theory = alone_s + erlang_c(servers, load) / (1.0 - LOAD);
        for (law, size) in size_laws() {
            let per_copy = format!("{} kB/s", 100_000 / servers);
            let [sojourn, moving] = Case::new("sharing", REPEATS)
                .set("links.'us-east-1 -> eu-west-1'.per_copy", per_copy)
                .set("pushes.jobs.size", size)
                .estimate(|run| {
                    [
                        run.mean(sojourn_s),
                        run.metric("in_flight", "", "mean")
                            .expect("a time was measured"),
                    ]
                });
            let what = format!("{law}, {servers} copies at full speed");
            sojourn.agrees(&format!("mean time, {what}"), theory, 0.05);
            moving.agrees(&format!("copies on the link, {what}"), LOAD * theory, 0.05);
        }
    }
}
