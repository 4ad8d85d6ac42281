//! Values are tried: as many repeats as it takes to be sure, the same seeds at every value.

use rayon::prelude::*;

use super::bound::{Finding, Verdict};
use super::range::Value;
use super::{Limit, Limited, Question, Unsolved, Watch};
use crate::experiment::engine::NoSample;
use crate::scenario::Operator;

/// What came of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The value.
    pub value: Value,
    /// Repeats.
    pub repeats: u32,
    /// What they say of each condition.
    pub findings: Vec<Finding>,
    /// What they say of all conditions together.
    pub verdict: Verdict,
    /// The conditions on a mean that has no interval at this value.
    pub without_interval: Vec<String>,
}

/// Tries values of a question's key.
#[derive(Debug)]
pub struct Trials<'a, E, W> {
    pub engine: &'a E,
    pub question: &'a Question,
    pub watch: &'a W,
}

/// A value with what its repeats gave so far.
struct Open<P> {
    value: Value,
    point: P,
    limits: Vec<Limit>,
    /// For each condition, one number from each repeat.
    observed: Vec<Vec<Option<f64>>>,
    tried: Option<Tried>,
}

impl<E: Limited, W: Watch> Trials<'_, E, W> {
    /// Reads and checks the scenario with a value of the key.
    pub fn point(&self, value: &Value) -> Result<E::Point, String> {
        let mut overrides = self.question.overrides.clone();
        overrides.push(format!("{}={}", self.question.key, value.text));
        self.engine.point(&overrides)
    }

    /// Returns the limits of the conditions.
    ///
    /// # Errors
    /// If the lower end is wrong, or there is no condition that has a bound on one side.
    pub fn limits(&self) -> Result<Vec<Limit>, Unsolved> {
        let point = self.point(&self.question.range.from);
        let limits = self.engine.limits(&point.map_err(Unsolved::Wrong)?);
        if limits.is_empty() {
            let why = "there is no condition: give --until, or thresholds in the scenario";
            return Err(Unsolved::Senseless(why.to_owned()));
        }
        match limits.iter().find(|it| it.operator == Operator::Equal) {
            Some(limit) => Err(Unsolved::Senseless(format!(
                "`{}` has no side on which a mean could be: write <= or >=",
                limit.condition
            ))),
            None => Ok(limits),
        }
    }

    /// Tries `values`, all at the same time.
    ///
    /// # Errors
    /// If a value is wrong, a run fails, or it is asked to stop.
    pub fn values(&self, values: Vec<Value>) -> Result<Vec<Tried>, Unsolved> {
        let opened = values.into_iter().map(|value| self.open(value));
        let mut open: Vec<Open<E::Point>> = opened.collect::<Result<_, _>>()?;
        while open.iter().any(|it| it.tried.is_none()) {
            self.more_repeats(&mut open)?;
        }
        let tried: Vec<Tried> = open.into_iter().filter_map(|it| it.tried).collect();
        tried.iter().for_each(|tried| self.watch.tried(tried));
        Ok(tried)
    }

    fn open(&self, value: Value) -> Result<Open<E::Point>, Unsolved> {
        let point = self.point(&value).map_err(Unsolved::Wrong)?;
        let limits = self.engine.limits(&point);
        Ok(Open {
            value,
            point,
            observed: vec![Vec::new(); limits.len()],
            limits,
            tried: None,
        })
    }

    /// Adds repeats to every value whose verdict is not final.
    fn more_repeats(&self, open: &mut [Open<E::Point>]) -> Result<(), Unsolved> {
        let runs: Vec<(usize, u32)> = open
            .iter()
            .enumerate()
            .filter(|(_, it)| it.tried.is_none())
            .flat_map(|(place, it)| self.next_repeats(it).map(move |repeat| (place, repeat)))
            .collect();
        let run = |&(place, repeat): &(usize, u32)| self.run(&open[place], repeat);
        let answers: Result<Vec<Vec<Option<f64>>>, Unsolved> = runs.par_iter().map(run).collect();
        for ((place, _), answers) in runs.into_iter().zip(answers?) {
            let observed = &mut open[place].observed;
            observed
                .iter_mut()
                .zip(answers)
                .for_each(|(all, one)| all.push(one));
        }
        for it in open.iter_mut().filter(|it| it.tried.is_none()) {
            it.tried = Some(it.judged()).filter(|tried| self.is_final(tried));
        }
        Ok(())
    }

    fn next_repeats<P>(&self, open: &Open<P>) -> std::ops::Range<u32> {
        let made = open.repeats();
        made..(made + self.question.repeats).min(self.question.max_repeats)
    }

    fn is_final(&self, tried: &Tried) -> bool {
        tried.verdict != Verdict::NotClear || tried.repeats >= self.question.max_repeats
    }

    /// Makes one run; repeat 0 has the point's own seed, each other the next one.
    fn run(&self, open: &Open<E::Point>, repeat: u32) -> Result<Vec<Option<f64>>, Unsolved> {
        let seed = self.engine.seed(&open.point).wrapping_add(repeat.into());
        let keep_going = || self.watch.keep_going();
        match self.engine.run(&open.point, seed, &keep_going) {
            Ok(sample) => {
                self.watch.ended(sample.events);
                Ok(sample.answers.iter().map(|it| it.observed).collect())
            }
            Err(NoSample::Interrupted) => Err(Unsolved::Interrupted),
            Err(NoSample::Failed(why)) => {
                let at = format!("{} = {}, seed {seed}", self.question.key, open.value.text);
                Err(Unsolved::Failed(format!("{at}: {why}")))
            }
        }
    }
}

impl<P> Open<P> {
    fn repeats(&self) -> u32 {
        let made = self.observed.first().map_or(0, Vec::len);
        u32::try_from(made).expect("repeats are counted by a u32")
    }

    fn judged(&self) -> Tried {
        let conditions = self.limits.iter().zip(&self.observed);
        let findings: Vec<Finding> = conditions.map(|(it, all)| Finding::of(it, all)).collect();
        let verdict = Verdict::of_all(findings.iter().map(|finding| finding.verdict));
        let wild = self.limits.iter().filter(|limit| !limit.has_interval);
        Tried {
            value: self.value.clone(),
            repeats: self.repeats(),
            findings,
            verdict,
            without_interval: wild.map(|limit| limit.condition.clone()).collect(),
        }
    }
}
