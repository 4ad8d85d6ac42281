//! The search over engines whose answers are known by hand.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::ThreadPoolBuilder;

use super::*;
use crate::experiment::engine::{Answer, Column, NoSample, Sample};

/// A program that gives one number for a value and a seed, and asks that it be below 10 s.
struct Curve<F> {
    gives: F,
    whole: bool,
}

impl<F: Fn(f64, u64) -> Option<f64> + Sync> Engine for Curve<F> {
    type Point = f64;

    fn columns(&self) -> Vec<Column> {
        Vec::new()
    }

    fn point(&self, overrides: &[String]) -> Result<f64, String> {
        let last = overrides.last().expect("the value");
        let text = last.strip_prefix("x=").ok_or("unknown key")?;
        let number: f64 = text
            .trim_end_matches(" s")
            .parse()
            .map_err(|_| "no number")?;
        if self.whole && number.fract() != 0.0 {
            return Err("not whole".to_owned());
        }
        Ok(number)
    }

    fn identity(&self, point: &f64) -> String {
        point.to_string()
    }

    fn seed(&self, _: &f64) -> u64 {
        100
    }

    fn run(
        &self,
        point: &f64,
        seed: u64,
        keep_going: &(dyn Fn() -> bool + Sync),
    ) -> Result<Sample, NoSample> {
        if !keep_going() {
            return Err(NoSample::Interrupted);
        }
        let observed = (self.gives)(*point, seed);
        let answer = Answer {
            condition: "x < 10 s".to_owned(),
            observed,
            held: observed.is_some_and(|value| value < 10.0),
        };
        Ok(Sample {
            values: Vec::new(),
            answers: vec![answer],
            events: 1,
        })
    }
}

impl<F: Fn(f64, u64) -> Option<f64> + Sync> Limited for Curve<F> {
    fn limits(&self, _: &f64) -> Vec<Limit> {
        vec![Limit {
            has_interval: true,
            condition: "x < 10 s".to_owned(),
            operator: Operator::Less,
            value: 10.0,
            unit: "s",
        }]
    }
}

/// Counts runs, and stops after so many.
struct Counter {
    runs: AtomicU32,
    most: u32,
}

impl Counter {
    fn new(most: u32) -> Self {
        Self {
            runs: AtomicU32::new(0),
            most,
        }
    }
}

impl Watch for Counter {
    fn ended(&self, _: u64) {
        self.runs.fetch_add(1, Ordering::Relaxed);
    }

    fn tried(&self, _: &Tried) {}

    fn keep_going(&self) -> bool {
        self.runs.load(Ordering::Relaxed) < self.most
    }
}

fn question(from: &str, to: &str) -> Question {
    Question {
        overrides: Vec::new(),
        key: "x".to_owned(),
        range: Range::parse(from, to, 0.01).expect("a range"),
        sought: None,
        repeats: 10,
        max_repeats: 100,
    }
}

fn solved<F>(whole: bool, question: &Question, gives: F) -> Solution
where
    F: Fn(f64, u64) -> Option<f64> + Sync,
{
    let watch = Counter::new(u32::MAX);
    solve(&Curve { gives, whole }, question, &watch).expect("it is solved")
}

fn answer(solution: &Solution) -> Option<&str> {
    solution.found().map(|tried| tried.value.text.as_str())
}

/// Even and odd seeds differ by 2: the mean of ten is exact, their standard deviation 1.054.
fn noise(seed: u64) -> f64 {
    if seed.is_multiple_of(2) { 1.0 } else { -1.0 }
}

#[test]
fn least_whole_number_is_exact() {
    // 120 / x is below 10 from 13 on.
    let solution = solved(true, &question("1", "64"), |x, _| Some(120.0 / x));
    assert_eq!(
        (answer(&solution), solution.sought),
        (Some("13"), Sought::Least)
    );
    let refused = solution.refused().expect("12 was tried");
    assert_eq!(
        (refused.value.text.as_str(), refused.verdict),
        ("12", Verdict::Missed)
    );
    assert!(solution.contradiction().is_none());
}

#[test]
fn where_the_lower_end_meets_it_and_the_upper_does_not_the_greatest_is_sought() {
    // x / 5 is below 10 until 49.
    let solution = solved(true, &question("1", "64"), |x, _| Some(x / 5.0));
    assert_eq!(
        (answer(&solution), solution.sought),
        (Some("49"), Sought::Greatest)
    );
    let asked = Question {
        sought: Some(Sought::Least),
        ..question("1", "64")
    };
    let solution = solved(true, &asked, |x, _| Some(x / 5.0));
    assert_eq!(answer(&solution), Some("1"));
    let said = solution.sentences().join(" ");
    assert!(said.contains("an end of the range"), "{said}");
}

#[test]
fn fractions_are_found_to_the_tolerance_in_the_range_s_unit() {
    // The root of 1,000 is 31.62.
    let solution = solved(false, &question("1 s", "1000 s"), |x, _| {
        Some(x * x / 100.0)
    });
    let found = solution.found().expect("an answer").value.clone();
    let refused = solution.refused().expect("one beside it").value.clone();
    assert!(found.text.ends_with(" s") && found.number < 31.63 && refused.number > 31.62);
    assert!(
        refused.number - found.number <= 0.01 * refused.number,
        "{found:?} {refused:?}"
    );
}

#[test]
fn a_verdict_takes_the_repeats_that_it_needs() {
    // The mean is 12 - x / 100 and the noise ±1. Of n repeats the bound is t(n - 1) / root(n - 1) above the mean (each
    // deviation is 1, so the standard error is 1 / root(n - 1)): 0.611 for 10, 0.397 for 20, 0.315 for 30. A mean of 9.65
    // (x = 235) is clear after 30 repeats, one of 9.5 (250) after 20, one of 9 (300) after 10.
    let repeats = |x: &str| {
        let watch = Counter::new(u32::MAX);
        let engine = Curve {
            gives: |x: f64, seed: u64| Some(12.0 - x / 100.0 + noise(seed)),
            whole: true,
        };
        let asked = question(x, "400");
        let solution = solve(&engine, &asked, &watch).expect("it is solved");
        let first = &solution.tried[0];
        assert_eq!(first.value.text, x);
        (first.verdict, first.repeats)
    };
    assert_eq!(repeats("300"), (Verdict::Met, 10));
    assert_eq!(repeats("250"), (Verdict::Met, 20));
    assert_eq!(repeats("235"), (Verdict::Met, 30));
    assert_eq!(repeats("200"), (Verdict::NotClear, 100));
    assert_eq!(repeats("100"), (Verdict::Missed, 10));
}

#[test]
fn what_is_not_clear_is_no_answer_and_told() {
    // The mean is 12 - x: at 2 it is the limit itself, so that no number of repeats tells.
    let noisy = |x: f64, seed: u64| Some(12.0 - x + noise(seed));
    let solution = solved(true, &question("0", "8"), noisy);
    assert_eq!(answer(&solution), Some("3"));
    let refused = solution.refused().expect("2 was tried");
    assert_eq!((refused.verdict, refused.repeats), (Verdict::NotClear, 100));
    let said = solution.sentences().join(" ");
    assert!(
        said.contains("Of 2 it is not clear after 100 repeats."),
        "{said}"
    );
    assert!(solution.contradiction().is_none());
}

#[test]
fn more_repeats_are_not_made_than_allowed() {
    let asked = Question {
        max_repeats: 15,
        ..question("2", "8")
    };
    let solution = solved(true, &asked, |x, seed| Some(12.0 - x + noise(seed)));
    assert_eq!(solution.tried[0].repeats, 15);
}

#[test]
fn the_same_seeds_serve_at_every_value() {
    let seen = Mutex::new(Vec::new());
    let watch = |x: f64, seed: u64| {
        seen.lock()
            .expect("no test panics here")
            .push((x as u64, seed));
        Some(120.0 / x)
    };
    solved(true, &question("1", "5"), watch);
    let mut seen = seen.into_inner().expect("no test panics here");
    seen.sort_unstable();
    let expected: Vec<(u64, u64)> = (1..=5)
        .flat_map(|x| (100..110).map(move |s| (x, s)))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn an_answer_that_is_not_monotone_is_told() {
    // From 1 to 9, looked at in steps of 2: met at 3 and 4, and from 7 on.
    let islands = |x: f64, _| {
        Some(if x == 3.0 || x == 4.0 || x >= 7.0 {
            1.0
        } else {
            50.0
        })
    };
    let solution = solved(true, &question("1", "9"), islands);
    assert_eq!(answer(&solution), Some("3"));
    let [one, other, third] = solution.contradiction().expect("it is not monotone");
    let texts = [&one.value.text, &other.value.text, &third.value.text];
    assert_eq!(texts, ["2", "3", "5"]);
    let said = solution.sentences().join(" ");
    assert!(
        said.contains("not monotone: 2 misses it, 3 meets, 5 misses"),
        "{said}"
    );
    let greatest = Question {
        sought: Some(Sought::Greatest),
        ..question("1", "9")
    };
    assert_eq!(answer(&solved(true, &greatest, islands)), Some("9"));
}

#[test]
fn an_island_between_two_ends_that_miss_is_found() {
    let island = |x: f64, _| Some((x - 50.0).abs());
    // 50 is looked at among the first; met from 41 to 59.
    let solution = solved(true, &question("1", "99"), island);
    assert_eq!(answer(&solution), Some("41"));
}

#[test]
fn a_condition_of_which_no_repeats_make_sure_is_named() {
    let mut solution = solved(true, &question("1", "8"), |x, _| Some(x));
    let before = solution.sentences();
    let last = |solution: &Solution| {
        let mut after = solution.sentences();
        let last = after.pop().expect("a sentence");
        assert_eq!(after, before);
        last
    };
    let count = solution.tried.len();
    let condition = solution.limits[0].condition.clone();
    solution.tried[1].without_interval = vec![condition.clone()];
    let some = format!(
        "No number of repeats makes the mean of `x < 10 s` sure at 1 of the {count} values that were tried: "
    );
    assert!(last(&solution).starts_with(&some));
    for tried in &mut solution.tried {
        tried.without_interval = vec![condition.clone()];
    }
    assert!(
        last(&solution).starts_with("No number of repeats makes the mean of `x < 10 s` sure: ")
    );
}

#[test]
fn outside_the_range_the_nearer_end_is_told() {
    let solution = solved(true, &question("1", "8"), |x, _| Some(120.0 / x));
    assert_eq!(answer(&solution), None);
    assert_eq!(solution.nearer_end().expect("an end").value.text, "8");
    let said = solution.sentences();
    assert_eq!(said[0], "No x that was tried from 1 to 8 meets `x < 10 s`.");
    assert_eq!(
        said[1],
        "The nearer end is 8 (estimate 15 s, bound 15 s, 10 repeats)."
    );
}

#[test]
fn a_range_that_meets_it_everywhere_is_told() {
    let solution = solved(true, &question("20", "30"), |x, _| Some(120.0 / x));
    assert_eq!(answer(&solution), Some("20"));
    let said = solution.sentences();
    assert!(
        said[1].starts_with("Every value that was tried meets it"),
        "{said:?}"
    );
}

#[test]
fn a_value_without_a_sample_misses() {
    let solution = solved(true, &question("1", "8"), |x, _| (x > 4.0).then_some(1.0));
    assert_eq!(answer(&solution), Some("5"));
    let said = solution.sentences();
    assert_eq!(said[1], "4 misses it (10 repeats, not each with a sample).");
}

#[test]
fn wrong_questions_are_refused() {
    let engine = Curve {
        gives: |_, _| Some(1.0),
        whole: true,
    };
    let watch = Counter::new(u32::MAX);
    let asked = Question {
        key: "y".to_owned(),
        ..question("1", "2")
    };
    let unsolved = solve(&engine, &asked, &watch).expect_err("there is no y");
    assert_eq!(unsolved, Unsolved::Wrong("unknown key".to_owned()));
    let unsolved = solve(&engine, &question("0.5", "2"), &watch).expect_err("0.5 is not whole");
    assert_eq!(unsolved, Unsolved::Wrong("not whole".to_owned()));
}

#[test]
fn it_stops_when_asked_to() {
    let engine = Curve {
        gives: |x: f64, _| Some(x),
        whole: true,
    };
    let unsolved = solve(&engine, &question("1", "99"), &Counter::new(30));
    assert_eq!(unsolved, Err(Unsolved::Interrupted));
}

#[test]
fn threads_change_nothing() {
    let noisy = |x: f64, seed: u64| Some(12.0 - x / 9.0 + noise(seed) * (seed % 7) as f64);
    let with = |threads: usize| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        let solution = pool.install(|| solved(false, &question("1", "80"), noisy));
        Document::new(&solution).text()
    };
    assert_eq!(with(1), with(3));
}
