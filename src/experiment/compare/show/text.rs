//! The table for a terminal and the one for a comment.

use anstyle::{AnsiColor, Style};

use super::{grid, legend, ranking, shown, threshold, title};
use crate::experiment::compare::{Comparison, Difference};
use crate::report::terminal::{Screen, markdown_table, markdown_text as escaped};

/// Columns where the screen does not say.
const COLUMNS: usize = 120;

/// What GitHub takes as a comment.
const MOST_CHARACTERS: usize = 65_536;

/// Returns the comparison as lines of text.
pub fn table(comparison: &Comparison, screen: Screen, with_identical: bool) -> String {
    let columns = screen.columns.unwrap_or(COLUMNS);
    let bold = |text: String| styled(Style::new().bold(), &text, screen.colour);
    let mut lines = vec![bold(title(comparison))];
    for variant in &comparison.variants {
        let (rows, equal) = shown(comparison, variant, with_identical);
        lines.push(String::new());
        if !rows.is_empty() {
            let mut found = grid(&rows, variant).lines(columns).into_iter();
            lines.extend(found.next().map(bold));
            lines.extend(found.map(|line| coloured(&line, screen.colour)));
        }
        lines.extend(equal);
    }
    if let Some(found) = &comparison.ranking {
        lines.push(String::new());
        lines.extend(ranking(found).lines(columns));
    }
    lines.push(String::new());
    for judged in &comparison.thresholds {
        lines.push(mark(judged.held, &threshold(judged), screen.colour));
    }
    lines.extend(legend(comparison));
    lines.join("\n") + "\n"
}

/// Returns the comparison as Markdown: what is clear in tables, the rest folded away, or left out where a comment could
/// not hold it.
pub fn markdown(comparison: &Comparison, with_identical: bool) -> String {
    let all = markdown_with(comparison, with_identical, true);
    if all.chars().count() <= MOST_CHARACTERS {
        return all;
    }
    markdown_with(comparison, with_identical, false)
}

fn markdown_with(comparison: &Comparison, with_identical: bool, with_unclear: bool) -> String {
    let mut parts = vec![format!("### {}\n", escaped(&title(comparison)))];
    for variant in &comparison.variants {
        let (rows, equal) = shown(comparison, variant, with_identical);
        let is_clear = |row: &&Difference| row.verdict.is_clear();
        let (clear, unclear): (Vec<&Difference>, Vec<&Difference>) =
            rows.into_iter().partition(is_clear);
        if !clear.is_empty() {
            parts.push(markdown_table(&grid(&clear, variant)));
        } else if !unclear.is_empty() {
            parts.push(format!("**{}**: no clear difference\n", escaped(variant)));
        }
        parts.extend(folded(&unclear, variant, with_unclear));
        parts.extend(equal.map(|it| escaped(&it) + "\n"));
    }
    parts.extend(
        comparison
            .ranking
            .as_ref()
            .map(|of| markdown_table(&ranking(of))),
    );
    parts.extend(markdown_thresholds(comparison));
    let legend = legend(comparison).into_iter();
    let legend: Vec<String> = legend
        .map(|line| format!("<sub>{}</sub>", escaped(&line)))
        .collect();
    parts.push(legend.join("<br>\n") + "\n");
    parts.join("\n")
}

/// Returns what is not clear, to be unfolded by whoever wants it.
fn folded(rows: &[&Difference], variant: &str, with_rows: bool) -> Option<String> {
    let count = rows.len();
    let table = markdown_table(&grid(rows, variant));
    let summary = format!("~ {count} changed, but not clearly");
    match count {
        0 => None,
        _ if with_rows => Some(format!(
            "<details><summary>{summary}</summary>\n\n{table}\n</details>\n"
        )),
        _ => Some(format!("{} (too many for a comment)\n", escaped(&summary))),
    }
}

fn markdown_thresholds(comparison: &Comparison) -> Option<String> {
    let mark = |held| if held { "✓" } else { "✗" };
    let verdicts = comparison.thresholds.iter();
    let verdicts: String = verdicts
        .map(|judged| format!("- {} {}\n", mark(judged.held), escaped(&threshold(judged))))
        .collect();
    (!verdicts.is_empty()).then_some(verdicts)
}

fn styled(style: Style, text: &str, colour: bool) -> String {
    if colour {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

/// Colours the sign of a row.
fn coloured(line: &str, colour: bool) -> String {
    let sign = line
        .find(['+', '-', '~', '='])
        .filter(|at| line[..*at].trim().is_empty());
    let Some(at) = sign else {
        return line.to_owned();
    };
    let of = match &line[at..=at] {
        "+" => AnsiColor::Green,
        "-" => AnsiColor::Red,
        "~" => AnsiColor::Yellow,
        _ => return line.to_owned(),
    };
    let sign = styled(
        Style::new().fg_color(Some(of.into())),
        &line[at..=at],
        colour,
    );
    format!("{}{sign}{}", &line[..at], &line[at + 1..])
}

fn mark(held: bool, text: &str, colour: bool) -> String {
    let (mark, of) = match held {
        true => ("✓", AnsiColor::Green),
        false => ("✗", AnsiColor::Red),
    };
    format!(
        "{} {text}",
        styled(Style::new().fg_color(Some(of.into())), mark, colour)
    )
}
