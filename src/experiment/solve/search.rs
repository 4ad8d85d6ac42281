//! The search: first the ends and some values between, then halves of the stretch in which the answer lies.

use super::bound::{Verdict, is_ceiling};
use super::range::Value;
use super::trials::{Trials, Tried};
use super::{Limit, Limited, Question, Range, Unsolved, Watch};

/// Which value is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// The least that meets the conditions.
    Least,
    /// The greatest that does.
    Greatest,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The key that was varied.
    pub key: String,
    /// From where to where; whether values are whole is known now.
    pub range: Range,
    /// Which value was sought.
    pub sought: Sought,
    /// The conditions.
    pub limits: Vec<Limit>,
    /// Every value that was tried, rising.
    pub tried: Vec<Tried>,
    /// The answer's place among them, if a value meets the conditions.
    pub answer: Option<usize>,
}

impl Sought {
    /// Returns its name: `least`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Least => "least",
            Self::Greatest => "greatest",
        }
    }
}

impl Tried {
    /// Whether the value meets the conditions; one of which that is not clear does not.
    pub fn is_met(&self) -> bool {
        self.verdict == Verdict::Met
    }
}

/// Finds the value that `question` asks for, on rayon's present pool; the threads change nothing of it.
///
/// # Errors
/// If the question or a value is wrong, a run fails, or `watch` wants no more.
///
/// # Panics
/// If the question asks for fewer than 2 repeats.
pub fn solve<E: Limited>(
    engine: &E,
    question: &Question,
    watch: &impl Watch,
) -> Result<Solution, Unsolved> {
    assert!(question.repeats >= 2, "a bound takes at least two repeats");
    let trials = Trials {
        engine,
        question,
        watch,
    };
    let limits = trials.limits()?;
    let range = with_steps(&trials);
    let mut tried = trials.values(range.first())?;
    let sought = question.sought.unwrap_or_else(|| suggested(&tried));
    while let Some(middle) = next(&range, sought, &tried) {
        tried.extend(trials.values(vec![middle])?);
        tried.sort_by(|a, b| a.value.number.total_cmp(&b.value.number));
    }
    Ok(Solution {
        key: question.key.clone(),
        answer: answer(sought, &tried),
        range,
        sought,
        limits,
        tried,
    })
}

/// Returns the range, in whole numbers if the engine takes no others.
fn with_steps<E: Limited, W: Watch>(trials: &Trials<'_, E, W>) -> Range {
    let range = &trials.question.range;
    let fraction = range.fraction();
    Range {
        whole: fraction.is_some_and(|value| trials.point(&value).is_err()),
        ..range.clone()
    }
}

/// The least value, unless the conditions hold at the lower end and not at the upper one.
fn suggested(tried: &[Tried]) -> Sought {
    let (from, to) = (&tried[0], &tried[tried.len() - 1]);
    if from.is_met() && !to.is_met() {
        Sought::Greatest
    } else {
        Sought::Least
    }
}

fn answer(sought: Sought, tried: &[Tried]) -> Option<usize> {
    match sought {
        Sought::Least => tried.iter().position(Tried::is_met),
        Sought::Greatest => tried.iter().rposition(Tried::is_met),
    }
}

/// Returns the place beside `answer` on the side on which something better would lie.
fn beside(sought: Sought, answer: usize, tried: &[Tried]) -> Option<usize> {
    match sought {
        Sought::Least => answer.checked_sub(1),
        Sought::Greatest => Some(answer + 1).filter(|place| *place < tried.len()),
    }
}

/// Returns what is to be tried next: half way from the best value so far to its neighbour that is no answer.
fn next(range: &Range, sought: Sought, tried: &[Tried]) -> Option<Value> {
    let best = answer(sought, tried)?;
    let other = beside(sought, best, tried)?;
    let number = |place: usize| tried[place].value.number;
    range.middle(number(best.min(other)), number(best.max(other)))
}

impl Solution {
    /// Returns the value that is the answer.
    pub fn found(&self) -> Option<&Tried> {
        self.answer.map(|place| &self.tried[place])
    }

    /// Returns the value next to the answer that would be better and is none.
    pub fn refused(&self) -> Option<&Tried> {
        let place = beside(self.sought, self.answer?, &self.tried)?;
        Some(&self.tried[place])
    }

    /// Returns three values, rising, of which the middle one differs from the others, if the conditions do not hold on one
    /// side of one value alone. Values of which it is not clear say nothing.
    pub fn contradiction(&self) -> Option<[&Tried; 3]> {
        let clear = |tried: &&Tried| tried.verdict != Verdict::NotClear;
        let clear: Vec<&Tried> = self.tried.iter().filter(clear).collect();
        let changes = clear.windows(2).enumerate();
        let mut changes = changes.filter(|(_, pair)| pair[0].verdict != pair[1].verdict);
        let (first, second) = (changes.next()?.0, changes.next()?.0);
        Some([clear[first], clear[second], clear[second + 1]])
    }

    /// Returns the end at which the conditions are missed by less, where no value meets them.
    pub fn nearer_end(&self) -> Option<&Tried> {
        let (from, to) = (&self.tried[0], &self.tried[self.tried.len() - 1]);
        let (at_from, at_to) = (self.shortfall(from), self.shortfall(to));
        if at_from == at_to {
            None
        } else if at_from < at_to {
            Some(from)
        } else {
            Some(to)
        }
    }

    /// Returns by how much of its limit a value's bound misses it, of the condition that is worst.
    fn shortfall(&self, tried: &Tried) -> f64 {
        let of_condition = |place: usize| {
            let limit = &self.limits[place];
            let Some(bound) = tried.findings[place].bound(limit) else {
                return f64::INFINITY;
            };
            let over = if is_ceiling(limit) {
                bound - limit.value
            } else {
                limit.value - bound
            };
            over / limit.value.abs().max(f64::MIN_POSITIVE)
        };
        (0..self.limits.len()).map(of_condition).fold(0.0, f64::max)
    }
}
