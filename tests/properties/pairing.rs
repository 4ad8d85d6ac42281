//! What the same seeds are worth: the figure that comparisons promise.

use std::path::Path;

use ecrsim::experiment::compare::{Audience, Contender, Gathered, Repeats, gather, natural};
use ecrsim::experiment::engine::Engine;
use ecrsim::experiment::scenarios::{Prepared, Scenarios};
use ecrsim::experiment::statistics::{CONFIDENCE, Estimate, Pairs, Spread, student_quantile};

/// Runs of each: few, so that it takes seconds.
const REPEATS: u64 = 4;

/// `latency.mean` of the main job with every copy a tenth slower.
const SLOWER: &str = r#"links."* -> *".per_copy=360 Mbit/s"#;

struct Nobody;

impl Audience for Nobody {
    fn ended(&self, _: u64) {}

    fn keep_going(&self) -> bool {
        true
    }
}

fn engine() -> Scenarios {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Scenarios::at(&root.join("scenarios/two-regions.toml"))
}

fn prepared(name: &str, overrides: &[&str]) -> Contender<Prepared> {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Contender {
        name: name.to_owned(),
        point: engine().point(&overrides).expect("a right scenario"),
    }
}

fn runs(first_seed: u64, contenders: &[Contender<Prepared>]) -> Gathered {
    let repeats = Repeats {
        count: REPEATS,
        first_seed,
    };
    gather(&engine(), contenders, repeats, &Nobody).expect("all runs end")
}

/// Half-width of the 95 % interval of the difference of two independent means: the pooled t of textbooks, with the degrees
/// of freedom of both samples.
fn independent_half_width(one: &Estimate, other: &Estimate) -> f64 {
    let t = student_quantile(0.5 + CONFIDENCE / 2.0, 2.0 * (REPEATS as f64 - 1.0));
    t * one.standard_error.hypot(other.standard_error)
}

/// `per_copy` changed by 10 %: the interval of the mean latency is at least 5 times narrower than with seeds of their own.
/// Both intervals hold the difference of the other.
#[test]
fn the_same_seeds_narrow_the_interval_of_the_mean_latency_5_times() {
    let (base, slower) = (prepared("base", &[]), prepared("slower", &[SLOWER]));
    let paired = runs(1, &[base, slower]);
    let place = natural("replication_latency", &paired.columns).expect("a metric");
    let apart = runs(1_001, &[prepared("slower", &[SLOWER])]);
    let values =
        |gathered: &Gathered, system: usize| gathered.systems[system].values[place].clone();
    let estimate = |values: Vec<Option<f64>>| {
        Estimate::of(
            &values
                .into_iter()
                .map(|it| it.expect("latencies"))
                .collect::<Vec<_>>(),
        )
    };
    let pairs = Pairs::of(&values(&paired, 0), &values(&paired, 1));
    let Spread::Varying(difference) = pairs.spread() else {
        panic!("a slower link makes later images");
    };
    let (old, new) = (estimate(values(&paired, 0)), estimate(values(&apart, 0)));
    let independent = independent_half_width(&old, &new);
    let narrow = difference.half_width(CONFIDENCE);
    assert!(independent > 5.0 * narrow, "{independent} s and {narrow} s");
    // The factor that is printed says the same, from the pairs alone.
    assert!(pairs.variance_saved().expect("it varies") > 25.0);
    assert!(difference.interval(CONFIDENCE).0 > 0.0, "{difference:?}");
    assert!((new.mean - old.mean - difference.mean).abs() < independent);
}
