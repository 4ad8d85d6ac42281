//! Two streams of half the rate are one stream of the whole: Poisson processes add up to a Poisson process.

use ecrsim::measure::record::ReplicationRecord;
use ecrsim::validation::observe::{at_s, sojourn_s, wait_s};
use ecrsim::validation::{Case, Estimate, Run};

/// Takes a number from a run.
type Number = fn(&Run) -> f64;

/// Share of intervals that hold the true difference.
const CONFIDENCE: f64 = 0.999;
const REPEATS: u64 = 20;

/// Eight slots at a load of 0.8; sizes are exponential, 1 s of a slot on average. Warm-up 2,000 s.
const HEAD: &str = r#"
duration = "2 h"
warmup   = "2000 s"
cooldown = "500 s"

[accounts]
build = "111122223333"

[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]

[latency]
dispatch = "0 s"
stall    = { probability = 0.0 }

[links."us-east-1 -> eu-west-1"]
slots    = 8
per_copy = "100 MB/s"
"#;

fn stream(name: &str, rate_per_s: f64) -> String {
    format!(
        "\n[pushes.{name}]\nregistry = 'build/us-east-1'\nrepositories = {{ prefix = 'shop/', count = 50 }}\n\
         rate = '{rate_per_s} per second'\nsize = {{ exponential = {{ mean = '100 MB' }} }}\ntags = ['{name}-{{n}}']\n"
    )
}

/// Runs a scenario of these streams under the seeds from 1 on; other names are other draws.
fn runs(streams: &[String]) -> Vec<Run> {
    let text: &'static str = Box::leak((HEAD.to_owned() + &streams.concat()).into_boxed_str());
    let loaded = Case::new("split.toml", text).load();
    let run = |seed| Run::new(&loaded, seed, || true).expect("nobody interrupts");
    (1..=REPEATS).map(run).collect()
}

/// What the copies go through has the same mean, and what is pushed the same law. Lambda: 6.4 per second, 20 repeats of
/// some 30,000 copies each way; the interval of each difference holds 0 and is at most 10 % of the mean.
#[test]
fn half_and_half_is_the_whole() {
    let whole = runs(&[stream("jobs", 6.4)]);
    let halves = runs(&[stream("left", 3.2), stream("right", 3.2)]);
    let numbers: [(&str, Number); 5] = [
        ("pushes", |run| run.records.len() as f64),
        ("dispersion of pushes in 5 s", dispersion),
        ("mean wait", |run| run.mean(wait_s)),
        ("share that waits", |run| {
            run.share(|record| wait_s(record) > 0.0)
        }),
        ("share over 3 s", |run| {
            run.share(|record| sojourn_s(record) > 3.0)
        }),
    ];
    for (what, number) in numbers {
        // The runs are independent, so any pairing will do.
        let pairs = whole.iter().zip(&halves);
        let differences: Vec<f64> = pairs.map(|(one, two)| number(one) - number(two)).collect();
        let mean = Estimate::of(&whole.iter().map(number).collect::<Vec<f64>>()).mean;
        let difference = Estimate::of(&differences);
        let half_width = difference.half_width(CONFIDENCE);
        assert!(
            difference.covers(0.0, CONFIDENCE),
            "{what}: {difference:?} of {mean}"
        );
        assert!(half_width <= 0.1 * mean, "{what}: {half_width} of {mean}");
    }
    for (what, number) in [("gaps", gaps as fn(&Run) -> Vec<f64>), ("sizes", sizes)] {
        let all = |runs: &[Run]| runs.iter().flat_map(number).collect::<Vec<f64>>();
        same_law(what, all(&whole), all(&halves));
    }
}

/// Returns the variance of the pushes in 5 s over their mean: 1 if they are Poisson.
fn dispersion(run: &Run) -> f64 {
    const SPANS: usize = 940;
    let mut counts = [0.0; SPANS];
    for at in pushed_s(run) {
        if let Some(count) = counts.get_mut(((at - 2_000.0) / 5.0) as usize) {
            *count += 1.0;
        }
    }
    let mean = counts.iter().sum::<f64>() / SPANS as f64;
    let squares = counts.iter().map(|count| (count - mean).powi(2));
    squares.sum::<f64>() / (SPANS - 1) as f64 / mean
}

fn gaps(run: &Run) -> Vec<f64> {
    pushed_s(run)
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect()
}

fn pushed_s(run: &Run) -> Vec<f64> {
    let pushed = |record: &ReplicationRecord| at_s(record.pushed_at);
    let mut times: Vec<f64> = run.records.iter().map(pushed).collect();
    times.sort_by(f64::total_cmp);
    times
}

fn sizes(run: &Run) -> Vec<f64> {
    let bytes = |record: &ReplicationRecord| record.image_bytes as f64;
    run.records.iter().map(bytes).collect()
}

/// Asserts that two independent samples do not differ by more than one pair in a thousand does (Kolmogorov and Smirnov:
/// the largest distance of the two shares exceeds `1.95 sqrt(1/n + 1/m)` with a chance of 0.001).
fn same_law(what: &str, mut one: Vec<f64>, mut other: Vec<f64>) {
    one.sort_by(f64::total_cmp);
    other.sort_by(f64::total_cmp);
    let (n, m) = (one.len() as f64, other.len() as f64);
    let share_upto = |value: f64| other.partition_point(|x| *x <= value) as f64 / m;
    let distances = one.iter().enumerate().map(|(place, &value)| {
        let share = (place as f64 + 1.0) / n;
        (share - share_upto(value)).abs()
    });
    let farthest = distances.fold(0.0, f64::max);
    let allowed = 1.95 * (1.0 / n + 1.0 / m).sqrt();
    assert!(farthest <= allowed, "{what}: {farthest} over {allowed}");
}
