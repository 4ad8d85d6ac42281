//! The summary at the end of a run: at most 25 lines of at most 100 columns, or the same as Markdown or JSON.

mod grid;
mod markdown;
mod text;

use std::path::Path;

use super::run_json::RunFacts;
use super::summary_json::SummaryDocument;
use super::view::{Findings, View};
use crate::measure::outcome::Outcome;

pub use markdown::{escaped as markdown_text, table as markdown_table};

/// Most lines of the summary: with the prompt it fits a small terminal and a screenshot.
pub const MAX_LINES: usize = 25;

/// Most columns of the summary.
pub const MAX_COLUMNS: usize = 100;

/// Shapes of the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Table,
    /// The content of `summary.json`.
    Json,
    /// For a pull request's comment.
    Markdown,
}

/// What is known of the screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Screen {
    /// Its width in columns, if known.
    pub columns: Option<usize>,
    /// Whether to colour.
    pub colour: bool,
}

/// Returns the summary of a run, with a final line break; `folder` is where its files are.
pub fn summary(
    format: Format,
    facts: &RunFacts,
    outcome: &Outcome,
    folder: Option<&Path>,
    screen: Screen,
) -> String {
    let summary = &SummaryDocument::new(outcome);
    let findings = Findings {
        facts,
        summary,
        destinations: &outcome.destinations,
        costs: &outcome.costs,
        failures: &outcome.failures,
        deployments: &outcome.deployments,
        pulls: &outcome.pulls,
        break_even: &outcome.break_even,
    };
    match format {
        Format::Json => summary.text(),
        Format::Markdown => markdown::render(&View::new(&findings, folder)),
        Format::Table => text::render(&View::new(&findings, folder), screen),
    }
}

#[cfg(test)]
mod tests;
