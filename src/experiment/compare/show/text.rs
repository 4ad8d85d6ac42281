//! The table for a terminal and the one for a comment.

use anstyle::{AnsiColor, Style};

use super::{grid, identical, legend, ranking, threshold, title};
use crate::experiment::compare::{Comparison, Difference};
use crate::report::terminal::{Screen, markdown_table, markdown_text as escaped};

/// Columns where the screen does not say.
const COLUMNS: usize = 110;

/// Returns the comparison as lines of text.
pub fn table(comparison: &Comparison, screen: Screen, with_identical: bool) -> String {
    let columns = screen.columns.unwrap_or(COLUMNS);
    let bold = |text: String| styled(Style::new().bold(), &text, screen.colour);
    let mut lines = vec![bold(title(comparison))];
    for variant in &comparison.variants {
        let rows = rows_of(comparison, variant);
        let grid = grid(&rows, variant, with_identical);
        lines.push(String::new());
        if !grid.rows.is_empty() {
            let found = grid.lines(columns);
            let mut found = found.into_iter();
            lines.extend(found.next().map(bold));
            lines.extend(found.map(|line| coloured(&line, screen.colour)));
        }
        lines.extend(identical(&rows, with_identical));
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

/// Returns the comparison as Markdown.
pub fn markdown(comparison: &Comparison, with_identical: bool) -> String {
    let mut parts = vec![format!("### {}\n", escaped(&title(comparison)))];
    for variant in &comparison.variants {
        let rows = rows_of(comparison, variant);
        let grid = grid(&rows, variant, with_identical);
        if !grid.rows.is_empty() {
            parts.push(markdown_table(&grid));
        }
        parts.extend(identical(&rows, with_identical).map(|it| escaped(&it) + "\n"));
    }
    parts.extend(
        comparison
            .ranking
            .as_ref()
            .map(|of| markdown_table(&ranking(of))),
    );
    let mark = |held| if held { "✓" } else { "✗" };
    let verdicts = comparison.thresholds.iter();
    let verdicts =
        verdicts.map(|judged| format!("- {} {}\n", mark(judged.held), escaped(&threshold(judged))));
    let verdicts: String = verdicts.collect();
    parts.extend((!verdicts.is_empty()).then_some(verdicts));
    let legend = legend(comparison).into_iter();
    let legend: Vec<String> = legend
        .map(|line| format!("<sub>{}</sub>", escaped(&line)))
        .collect();
    parts.push(legend.join("<br>\n") + "\n");
    parts.join("\n")
}

fn rows_of<'a>(comparison: &'a Comparison, variant: &str) -> Vec<&'a Difference> {
    let rows = comparison.differences.iter();
    rows.filter(|row| row.variant == variant).collect()
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
