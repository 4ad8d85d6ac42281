//! The summary as Markdown that a pull request's comment shows.

use std::fmt::Write;

use crate::report::view::{Grid, NOTHING, View};

/// Destinations shown; a comment is not the place for more.
const MAX_DESTINATIONS: usize = 20;

/// Returns the summary as Markdown.
pub fn render(view: &View) -> String {
    let mut latency = view.latency.clone();
    let rows = latency.rows.len();
    latency.rows.truncate(MAX_DESTINATIONS);
    if rows > 1 {
        latency.rows.push(view.all.clone());
    }
    let mut text = format!("### {}\n\n", escaped(&view.title));
    if rows == 0 {
        put(&mut text, format_args!("{NOTHING}\n"));
    } else {
        text += &table(&latency);
    }
    if rows > MAX_DESTINATIONS {
        let more = rows - MAX_DESTINATIONS;
        put(
            &mut text,
            format_args!("\n… the worst by p99, and {more} more in destinations.csv\n"),
        );
    }
    if let Some(uncertainty) = &view.uncertainty {
        put(&mut text, format_args!("\n{}\n", escaped(uncertainty)));
    }
    if let Some(deployments) = &view.deployments {
        put(&mut text, format_args!("\n{}", table(deployments)));
    }
    put(&mut text, format_args!("\n{}\n", table(&view.cost)));
    for sentence in &view.pulls {
        put(&mut text, format_args!("{}\n\n", escaped(sentence)));
    }
    put(&mut text, format_args!("{}\n\n", escaped(&view.failures)));
    for (held, threshold) in &view.thresholds {
        let mark = if *held { "✓" } else { "✗" };
        put(&mut text, format_args!("- {mark} {}\n", escaped(threshold)));
    }
    if !view.thresholds.is_empty() {
        text.push('\n');
    }
    for note in &view.notes {
        put(&mut text, format_args!("- {}\n", escaped(note)));
    }
    text
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("memory takes everything");
}

/// Returns a grid as a table of Markdown.
pub fn table(grid: &Grid) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<_> = cells.iter().map(|cell| escaped(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let numbers = "---: | ".repeat(grid.header.len() - 1);
    let mut text = line(&grid.header);
    put(&mut text, format_args!("| --- | {}\n", numbers.trim_end()));
    for row in &grid.rows {
        text += &line(row);
    }
    text
}

/// Takes from `text` what Markdown would make something of.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\|*_<>[]~".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
