//! A comparison on the screen, in a pull request's comment, and for programs.

mod numbers;
mod text;

use std::collections::BTreeSet;

use super::select::metric;
use super::table::{csv, json};
use super::{BaseIs, Comparison, Difference, Judged, Ranking, Verdict};
use crate::experiment::statistics::CONFIDENCE;
use crate::report::terminal::Screen;
use crate::report::view::Grid;
use crate::scenario::metrics::quantity_behind;

/// Shapes of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// For people at a terminal.
    #[default]
    Table,
    /// The content of `compare.json`.
    Json,
    /// For a pull request's comment.
    Markdown,
    /// The content of `differences.csv`.
    Csv,
}

/// Returns a comparison in a shape; `with_identical` shows what does not differ too.
pub fn shaped(
    comparison: &Comparison,
    shape: Shape,
    screen: Screen,
    with_identical: bool,
) -> String {
    match shape {
        Shape::Table => text::table(comparison, screen, with_identical),
        Shape::Json => json(comparison),
        Shape::Markdown => text::markdown(comparison, with_identical),
        Shape::Csv => csv(comparison),
    }
}

fn title(comparison: &Comparison) -> String {
    let last = comparison.first_seed.wrapping_add(comparison.repeats - 1);
    let runs = match comparison.repeats {
        1 => format!("one run, seed {last}"),
        many => format!(
            "{many} repeats each, seeds {} to {last}",
            comparison.first_seed
        ),
    };
    let version = comparison.version;
    let variants = comparison.variants.join(", ");
    format!("{} → {variants}: {runs}, ecrsim {version}", comparison.base)
}

/// Returns the differences of one variant as a table.
fn grid(rows: &[&Difference], variant: &str) -> Grid {
    let header = [
        variant,
        "old → new",
        "difference, 95 %",
        "change, 95 %",
        "narrower",
    ];
    Grid {
        header: header.map(str::to_owned).to_vec(),
        rows: lines(rows),
        dispensable: vec!["change, 95 %", "narrower"],
    }
}

/// Returns a line for each row; the quantity that a sum of money is paid for follows it, if it is there too.
fn lines(rows: &[&Difference]) -> Vec<Vec<String>> {
    let behind: BTreeSet<&str> = rows.iter().filter_map(|row| quantity_of(row)).collect();
    let mut lines = Vec::new();
    for row in rows
        .iter()
        .filter(|row| !behind.contains(row.metric.as_str()))
    {
        lines.push(line(row, &format!("{} {}", row.verdict.sign(), row.metric)));
        let quantity = quantity_of(row).and_then(|of| rows.iter().find(|it| it.metric == of));
        let name = |of: &Difference| format!("  {} for {}", of.verdict.sign(), of.metric);
        lines.extend(quantity.map(|of| line(of, &name(of))));
    }
    lines
}

/// Returns the quantity that a sum of money is paid for.
fn quantity_of(row: &Difference) -> Option<&'static str> {
    row.metric
        .ends_with(".total")
        .then(|| quantity_behind(metric(&row.metric)))
        .flatten()
}

fn line(row: &Difference, name: &str) -> Vec<String> {
    vec![
        name.to_owned(),
        numbers::old_to_new(row),
        numbers::difference(row),
        numbers::relative(row),
        numbers::narrower(row),
    ]
}

/// Returns the rows of a variant that are shown, and what there is to say of those that are not.
fn shown<'a>(
    comparison: &'a Comparison,
    variant: &str,
    with_identical: bool,
) -> (Vec<&'a Difference>, Option<String>) {
    let of_variant = comparison
        .differences
        .iter()
        .filter(|row| row.variant == variant);
    let is_shown = |row: &&Difference| with_identical || row.verdict != Verdict::Identical;
    let (shown, equal): (Vec<&Difference>, Vec<&Difference>) = of_variant.partition(is_shown);
    let equal = not_shown(variant, shown.len(), equal.len());
    (shown, equal)
}

/// Says how many numbers are not shown.
fn not_shown(variant: &str, shown: usize, equal: usize) -> Option<String> {
    match (shown, equal) {
        (0, 0) => Some(format!(
            "{variant}: nothing that was asked for has a sample"
        )),
        (0, 1) => Some(format!(
            "{variant}: the number is identical in every repeat"
        )),
        (0, all) => Some(format!(
            "{variant}: all {all} numbers are identical in every repeat"
        )),
        (_, 0) => None,
        (_, 1) => Some("= 1 more number is identical in every repeat".to_owned()),
        (_, more) => Some(format!(
            "= {more} more numbers are identical in every repeat"
        )),
    }
}

fn ranking(ranking: &Ranking) -> Grid {
    let header = [
        format!("rank by {}", ranking.metric),
        "mean".to_owned(),
        "chance of being best".to_owned(),
        "less the best of the others, 95 % for all".to_owned(),
    ];
    let row = |(place, of): (usize, &super::Ranked)| {
        let (low, high) = of.to_the_best;
        vec![
            format!("{}. {}", place + 1, of.system),
            numbers::value(of.mean, ranking.unit),
            crate::report::human::share(of.chance_of_being_best),
            numbers::amounts(low, high, ranking.unit),
        ]
    };
    Grid {
        header: header.to_vec(),
        rows: ranking.systems.iter().enumerate().map(row).collect(),
        dispensable: Vec::new(),
    }
}

fn threshold(judged: &Judged) -> String {
    let amount = |change: f64| match judged.unit {
        "%" => numbers::percent(change),
        unit => numbers::amount(change, unit),
    };
    let observed = judged.observed.map_or("no value".to_owned(), amount);
    let close = match judged.pairs {
        _ if judged.too_close => " (too close to call)",
        1 if judged.observed != Some(0.0) => " (one pair)",
        _ => "",
    };
    format!("{}: {} {observed}{close}", judged.threshold, judged.variant)
}

/// Says what signs and columns mean.
fn legend(comparison: &Comparison) -> Vec<String> {
    let has = |verdict| {
        comparison
            .differences
            .iter()
            .any(|row| row.verdict == verdict)
    };
    let mut lines = Vec::new();
    let one_pair = comparison.base_is == BaseIs::SavedPair;
    if one_pair {
        lines.push("~ differs in this one pair of runs, which says nothing of others".to_owned());
    } else {
        let level = (1.0 - CONFIDENCE) * 100.0;
        let family = comparison
            .differences
            .iter()
            .filter(|row| row.p_value.is_some());
        let family = family.count();
        lines.push(format!(
            "+ more, - less than {}; ~ changed, but not distinguishable from no change ({family} tests, {level:.0} % for all: Holm)",
            comparison.base
        ));
    }
    let narrower = comparison
        .differences
        .iter()
        .any(|row| row.narrower.is_some());
    if narrower {
        lines.push(
            "narrower: the same seeds make the interval so many times narrower than independent ones would (squared: the variance)"
                .to_owned(),
        );
    }
    if has(Verdict::AlwaysMore) || has(Verdict::AlwaysLess) {
        lines.push("always: by the same in every repeat".to_owned());
    }
    lines.extend(comparison.notes.iter().cloned());
    lines
}
