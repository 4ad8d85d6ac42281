//! What was found, in words, as a table and as a document.

use serde::Serialize;

use super::bound::Finding;
use super::search::Solution;
use super::trials::Tried;
use super::{CONFIDENCE, Limit, Verdict};
use crate::report::human;
use crate::report::view::Grid;

/// A cell without a value.
const NONE: &str = "–";

/// `solve.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Version of the program.
    version: &'static str,
    /// The key that was varied.
    key: String,
    /// Lower end of its range.
    from: String,
    /// Upper end.
    to: String,
    /// `least` or `greatest`.
    sought: &'static str,
    /// Confidence of each bound.
    confidence: f64,
    /// The answer; `null` if no value meets the conditions.
    answer: Option<String>,
    /// The next better value that was tried, which is no answer.
    refused: Option<String>,
    /// Whether the verdicts change at most once along the range.
    monotone: bool,
    /// The answer in words.
    sentences: Vec<String>,
    conditions: Vec<ConditionFact>,
    tried: Vec<TriedFact>,
}

/// A condition.
#[derive(Clone, Debug, Serialize)]
struct ConditionFact {
    condition: String,
    limit: f64,
    unit: &'static str,
}

/// A value that was tried.
#[derive(Clone, Debug, Serialize)]
struct TriedFact {
    value: String,
    number: f64,
    repeats: u32,
    verdict: &'static str,
    conditions: Vec<FindingFact>,
}

/// What the repeats at a value say of a condition.
#[derive(Clone, Debug, Serialize)]
struct FindingFact {
    mean: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    verdict: &'static str,
}

impl Document {
    /// Returns the document of a solution.
    pub fn new(solution: &Solution) -> Self {
        let text = |tried: Option<&Tried>| tried.map(|it| it.value.text.clone());
        let condition = |limit: &Limit| ConditionFact {
            condition: limit.condition.clone(),
            limit: limit.value,
            unit: limit.unit,
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            key: solution.key.clone(),
            from: solution.range.from.text.clone(),
            to: solution.range.to.text.clone(),
            sought: solution.sought.name(),
            confidence: CONFIDENCE,
            answer: text(solution.found()),
            refused: text(solution.refused()),
            monotone: solution.contradiction().is_none(),
            sentences: solution.sentences(),
            conditions: solution.limits.iter().map(condition).collect(),
            tried: solution.tried.iter().map(TriedFact::from).collect(),
        }
    }

    /// Returns it as JSON, with a final line break.
    ///
    /// # Panics
    /// Never: it is plain data.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a solution is plain data");
        text + "\n"
    }
}

impl From<&Tried> for TriedFact {
    fn from(tried: &Tried) -> Self {
        let fact = |finding: &Finding| FindingFact {
            mean: finding.mean,
            low: finding.low,
            high: finding.high,
            verdict: finding.verdict.name(),
        };
        Self {
            value: tried.value.text.clone(),
            number: tried.value.number,
            repeats: tried.repeats,
            verdict: tried.verdict.name(),
            conditions: tried.findings.iter().map(fact).collect(),
        }
    }
}

/// Returns the table of the values that were tried, a row for each value and condition.
pub fn grid(solution: &Solution) -> Grid {
    let several = solution.limits.len() > 1;
    let mut header = vec![solution.key.clone(), "repeats".to_owned()];
    header.extend(several.then(|| "condition".to_owned()));
    header.extend(["estimate", "95 % bound", "verdict"].map(str::to_owned));
    let rows = solution.tried.iter().flat_map(|tried| {
        let conditions = solution.limits.iter().zip(&tried.findings);
        conditions.map(move |(limit, finding)| {
            let mut row = vec![tried.value.text.clone(), tried.repeats.to_string()];
            row.extend(several.then(|| limit.condition.clone()));
            row.push(number(finding.mean, limit));
            row.push(number(finding.bound(limit), limit));
            row.push(finding.verdict.name().to_owned());
            row
        })
    });
    Grid {
        rows: rows.collect(),
        header,
        dispensable: Vec::new(),
    }
}

fn number(value: Option<f64>, limit: &Limit) -> String {
    value.map_or(NONE.to_owned(), |value| match value < 0.0 {
        true => format!("−{}", human::in_unit(-value, limit.unit)),
        false => human::in_unit(value, limit.unit),
    })
}

impl Solution {
    /// Returns the answer in words: the first sentence is the answer, the others are what must be known besides.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.answer_sentence()];
        sentences.extend(self.beside_the_answer());
        sentences.extend(self.contradiction().map(|[one, other, third]| {
            let what = |tried: &Tried| match tried.is_met() {
                true => format!("{} meets", tried.value.text),
                false => format!("{} misses", tried.value.text),
            };
            let it = self.them();
            let (one, other, third) = (what(one), what(other), what(third));
            format!("The answer is not monotone: {one} {it}, {other}, {third}; more such changes may lie between.")
        }));
        sentences.extend(self.doubts());
        sentences.extend(self.unsure());
        sentences
    }

    /// How a verdict comes about, in one sentence.
    pub fn method() -> &'static str {
        "A value meets a condition if the one-sided 95 % bound (Student's t) of the mean over its repeats does; the seeds are the same at every value."
    }

    fn answer_sentence(&self) -> String {
        let (key, from, to) = (&self.key, &self.range.from.text, &self.range.to.text);
        let conditions = self.conditions();
        match self.found() {
            Some(found) => format!(
                "The {} {key} from {from} to {to} that meets {conditions} is {}{}.",
                self.sought.name(),
                found.value.text,
                self.figures(found),
            ),
            None => format!("No {key} that was tried from {from} to {to} meets {conditions}."),
        }
    }

    fn beside_the_answer(&self) -> Option<String> {
        let it = self.them();
        if self.found().is_none() {
            let end = self.nearer_end()?;
            let figures = self.figures(end);
            return Some(format!("The nearer end is {}{figures}.", end.value.text));
        }
        if self.tried.iter().all(Tried::is_met) {
            return Some(format!(
                "Every value that was tried meets {it}, both ends too: a value outside the range may be better still."
            ));
        }
        let Some(refused) = self.refused() else {
            return Some("It is an end of the range: what lies outside was not tried.".to_owned());
        };
        let text = &refused.value.text;
        Some(match refused.verdict {
            Verdict::NotClear => format!(
                "Of {text} it is not clear after {} repeats.",
                refused.repeats
            ),
            _ => format!("{text} misses {it}{}.", self.figures(refused)),
        })
    }

    fn doubts(&self) -> Option<String> {
        let unclear = self
            .tried
            .iter()
            .filter(|it| it.verdict == Verdict::NotClear);
        let unclear: Vec<&str> = unclear.map(|it| it.value.text.as_str()).collect();
        (!unclear.is_empty() && self.found().is_none()).then(|| {
            let list = unclear.join(", ");
            let more = match self.wild() {
                0 => " More repeats (--max-repeats) may tell.",
                _ => "",
            };
            format!("Not clear, and so not counted as met: {list}.{more}")
        })
    }

    /// Returns how many of the values that were tried leave a mean without an interval.
    fn wild(&self) -> usize {
        let wild = self.tried.iter();
        wild.filter(|it| !it.without_interval.is_empty()).count()
    }

    /// Says which bounds are too narrow.
    fn unsure(&self) -> Option<String> {
        let wild = self.wild();
        let of = |limit: &&Limit| {
            let mut tried = self.tried.iter();
            tried.any(|it| it.without_interval.contains(&limit.condition))
        };
        let conditions = self.limits.iter().filter(of);
        let list: Vec<String> = conditions
            .map(|limit| format!("`{}`", limit.condition))
            .collect();
        let place = if wild == self.tried.len() {
            String::new()
        } else {
            format!(
                " at {wild} of the {} values that were tried",
                self.tried.len()
            )
        };
        let list = list.join(" and ");
        (wild > 0).then(|| {
            format!("No number of repeats makes the mean of {list} sure{place}: a law with too heavy a tail may be behind it, and its bounds are too narrow. A quantile or a share, where there is one, has good ones.")
        })
    }

    fn conditions(&self) -> String {
        let quoted = self
            .limits
            .iter()
            .map(|limit| format!("`{}`", limit.condition));
        quoted.collect::<Vec<_>>().join(" and ")
    }

    fn them(&self) -> &'static str {
        if self.limits.len() == 1 { "it" } else { "them" }
    }

    /// What a value's repeats gave, in brackets.
    fn figures(&self, tried: &Tried) -> String {
        let repeats = tried.repeats;
        match (&self.limits[..], &tried.findings[..]) {
            ([limit], [finding]) if finding.mean.is_some() => format!(
                " (estimate {}, bound {}, {repeats} repeats)",
                number(finding.mean, limit),
                number(finding.bound(limit), limit)
            ),
            ([_], _) => format!(" ({repeats} repeats, not each with a sample)"),
            _ => format!(" ({repeats} repeats)"),
        }
    }
}
