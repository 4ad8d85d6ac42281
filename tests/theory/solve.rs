//! `solve` beside Erlang C: the least number of slots for which the mean wait stays under a limit.

use std::path::Path;

use ecrsim::experiment::scenarios::Scenarios;
use ecrsim::experiment::solve::{
    Question, Range, Tried, Verdict, Watch, solve, thresholds_override,
};
use ecrsim::validation::formulas::wait_mmc;

/// Arrivals per second, and copies in progress if slots were unlimited: a copy takes 1 s on average.
const LOAD: f64 = 6.4;

struct Silence;

impl Watch for Silence {
    fn ended(&self, _: u64) {}

    fn tried(&self, _: &Tried) {}

    fn keep_going(&self) -> bool {
        true
    }
}

/// Lambda 6.4 per second, mu 1 per second; warm-up 500 s, then 2,300 s; 10 to 30 repeats at a value.
fn least_slots(limit: &str) -> (String, Verdict) {
    let mmc = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/validation/scenarios/mmc.toml");
    let spans = ["duration=3000 s", "warmup=500 s", "cooldown=200 s"];
    let mut overrides: Vec<String> = spans.map(str::to_owned).to_vec();
    overrides.push(thresholds_override(&[format!("queue_time mean < {limit}")]));
    let question = Question {
        overrides,
        key: "links.\"us-east-1 -> eu-west-1\".slots".to_owned(),
        range: Range::parse("7", "23", 0.01).expect("a range"),
        sought: None,
        repeats: 10,
        max_repeats: 30,
    };
    let solution = solve(&Scenarios::at(&mmc), &question, &Silence).expect("it is solved");
    let found = solution
        .found()
        .expect("23 slots are ample")
        .value
        .text
        .clone();
    (found, solution.refused().expect("7 are not").verdict)
}

#[test]
fn least_slots_for_a_mean_wait_are_those_of_erlang_c() {
    // 286 ms with 8 slots, 101 ms with 9, 39 ms with 10.
    for (limit, limit_s) in [("60 ms", 0.06), ("180 ms", 0.18)] {
        let least = (7..24).find(|slots| wait_mmc(*slots, LOAD) < limit_s);
        let least = least.expect("enough slots").to_string();
        assert_eq!(least_slots(limit), (least, Verdict::Missed), "{limit}");
    }
}
