//! How sure a single run says that it is, beside the truth.

use ecrsim::measure::outcome::MetricValue;
use ecrsim::validation::formulas::{erlang_c, wait_mmc};
use ecrsim::validation::scenarios::{INFINITE, MMC, SLOTS};
use ecrsim::validation::{self, Run};
use rayon::prelude::*;

/// Runs, each of which gives one interval per number.
const RUNS: u64 = 200;
/// A perfect 95 % interval covers the truth in fewer of 200 runs, or in more than [`MOST`], once in a thousand times
/// (binomial law).
const LEAST: usize = 178;
/// See [`LEAST`].
const MOST: usize = 199;

const SERVERS: u32 = 8;
/// Load in servers: 0.7 of each.
const LOAD: f64 = 5.6;

fn run(case: &validation::Case, seed: u64) -> Run {
    Run::new(&case.load(), seed, || true).expect("nobody interrupts")
}

fn latency<'a>(run: &'a Run, statistic: &str) -> &'a MetricValue {
    let mut metrics = run.outcome.metrics.iter();
    let is_it = |value: &&MetricValue| {
        value.metric == "replication_latency"
            && value.destination.is_empty()
            && value.statistic == statistic
    };
    metrics.find(is_it).expect("every run has this statistic")
}

/// Share of customers of M/M/8 that stay longer than `time` mean services: a service, and for those that wait an
/// exponential time of rate c - a besides.
fn stays_longer(time: f64) -> f64 {
    let (waits, rate) = (erlang_c(SERVERS, LOAD), f64::from(SERVERS) - LOAD);
    let (service, wait) = ((-time).exp(), (-rate * time).exp());
    (1.0 - waits) * service + waits * (rate * service - wait) / (rate - 1.0)
}

fn quantile(share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 100.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if stays_longer(middle) > 1.0 - share {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// M/M/8. Lambda: 5.6 per second. Mu: 1 per second and slot. Warm-up 200 s, then some 19,000 copies; 200 runs. How many of
/// their 95 % intervals hold the truth lies within the bounds of the binomial law.
#[test]
fn intervals_by_batches_cover_the_truth() {
    let case = validation::Case::new("mmc.toml", MMC)
        .set(SLOTS, SERVERS)
        .set("pushes.jobs.rate", format!("{LOAD} per second"))
        .set("duration", "3700 s")
        .set("warmup", "200 s")
        .set("cooldown", "100 s")
        .set("thresholds.replication_latency", "['within(3 s) > 0.5']");
    let truths = [
        ("mean", 1.0 + wait_mmc(SERVERS, LOAD)),
        ("p50", quantile(0.5)),
        ("p95", quantile(0.95)),
        ("p99", quantile(0.99)),
        ("within(3 s)", 1.0 - stays_longer(3.0)),
    ];
    let covers = |seed| {
        let run = run(&case, seed);
        truths.map(|(statistic, truth)| {
            let found = latency(&run, statistic);
            let half_width = found.half_width.expect("19,000 copies are enough");
            let value = found.value.expect("a value");
            ((value - truth).abs() <= half_width, half_width)
        })
    };
    let all: Vec<_> = (1..=RUNS).into_par_iter().map(covers).collect();
    for (place, (statistic, truth)) in truths.into_iter().enumerate() {
        let covered = all.iter().filter(|of| of[place].0).count();
        let width = all.iter().map(|of| of[place].1).sum::<f64>() / RUNS as f64;
        println!("{statistic}: {truth:.4}, {covered} of {RUNS} +- {width:.4}");
        assert!(
            (LEAST..=MOST).contains(&covered),
            "{statistic}: {covered} of {RUNS}; mmc.toml, seeds 1 to {RUNS}"
        );
        assert!(width < 0.1 * truth, "{statistic}: {width} is too wide");
    }
}

/// Where sizes have no variance, neither has the mean an interval; where a queue waits behind them, it takes a third
/// moment. Median and share have theirs whatever the law.
#[test]
fn no_interval_without_a_variance() {
    let pareto = |shape| format!("{{ pareto = {{ scale = '40 MB', shape = {shape} }} }}");
    let case = |scenario: &'static str, shape| {
        let case = validation::Case::new("pareto.toml", scenario)
            .set("pushes.jobs.size", pareto(shape))
            .set("pushes.jobs.rate", "2 per second")
            .set("cooldown", "20 h")
            .set("duration", "22 h");
        let run = run(&case, 1);
        let sure = |statistic| latency(&run, statistic).half_width.is_some();
        let named = run.outcome.notes.iter().any(|note| {
            note.contains("the size of pushes `jobs`") && note.contains("infinite variance")
        });
        (sure("mean"), sure("p50"), named)
    };
    assert_eq!(case(INFINITE, 1.9), (false, true, true));
    assert_eq!(case(INFINITE, 2.5), (true, true, false));
    assert_eq!(case(MMC, 2.5), (false, true, true));
    assert_eq!(case(MMC, 3.5), (true, true, false));
}

/// The threshold of a run at its own median is too close to call, and far from it is not; the verdict is still that of
/// the value itself.
#[test]
fn a_threshold_within_the_half_width_is_too_close_to_call() {
    let verdict = |condition: String| {
        let conditions = format!("['{condition}']");
        let case = validation::Case::new("mmc.toml", MMC)
            .set("thresholds.replication_latency", conditions);
        let run = run(&case, 1);
        let verdict = &run.outcome.thresholds[0];
        (verdict.held, verdict.too_close)
    };
    let run = run(&validation::Case::new("mmc.toml", MMC), 1);
    let found = latency(&run, "p50");
    let (median, half_width) = found.value.zip(found.half_width).expect("both");
    let below = |share: f64| format!("p50 < {:.6} s", median + share * half_width);
    assert_eq!(verdict(below(0.5)), (true, true));
    assert_eq!(verdict(below(-0.5)), (false, true));
    assert_eq!(verdict(below(1.5)), (true, false));
    assert_eq!(verdict(below(-1.5)), (false, false));
}

/// M/M/1 at a load of 0.9, started empty, for 20,000 s: without a warm-up some run in eight is told of it; with 2,000 s,
/// five times what the queue takes to forget, none is, nor at a load of 0.5.
#[test]
fn a_hint_comes_where_the_beginning_is_measured() {
    let hints = |load: f64, warm_up_s: u64| {
        let case = validation::Case::new("mmc.toml", MMC)
            .set(SLOTS, 1)
            .set("pushes.jobs.rate", format!("{load} per second"))
            .set("duration", "20500 s")
            .set("warmup", format!("{warm_up_s} s"));
        let is_told = |seed| {
            let run = run(&case, seed);
            run.outcome.notes.iter().any(|note| note.contains("MSER-5"))
        };
        (1..=40_u64)
            .into_par_iter()
            .filter(|&seed| is_told(seed))
            .count()
    };
    let (empty, warm, light) = (hints(0.9, 0), hints(0.9, 2_000), hints(0.5, 2_000));
    println!("of 40 runs {empty} are told, after a warm-up {warm}, and at little load {light}");
    assert!((1..=20).contains(&empty), "{empty}");
    assert_eq!((warm, light), (0, 0));
}
