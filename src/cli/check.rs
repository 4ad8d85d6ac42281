//! `ecrsim check`: reads scenarios and sweeps, prints every error and lint, and what each link is offered.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};
use comfy_table::Table;
use comfy_table::presets::NOTHING;

use super::exit::{Failure, Status};
use super::output::{print, warn};
use crate::experiment::sweep::plan::Points;
use crate::measure::Scalar;
use crate::scenario::diagnostic::{Diagnostics, LINTS, Severity, validation_json};
use crate::scenario::sweep::{is_sweep, read};
use crate::scenario::{Estimate, Loaded, estimate, load};

const EXAMPLES: &str = "\
Examples:
  ecrsim check shop.toml
  ecrsim check slots.toml                  a sweep file, and its scenario under every value that varies
  ecrsim check --deny overload --deny no-permission *.toml
  ecrsim check shop.toml --show > shop-with-defaults.toml
  ecrsim check shop.toml --format json | jq .diagnostics";

/// Reads scenarios and sweeps and prints every error and oddity in them, and what each link is offered
///
/// Nothing is simulated. Errors and lints go to standard error, each with file, line and column; a scenario that is
/// right gets one line, notes of what may well be meant so, and the offered load of its links.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Scenarios and sweep files: TOML, or JSON of the same shape if the name ends in .json
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Prints the scenario with all defaults, as TOML
    #[arg(long)]
    show: bool,
    /// Shape of the findings; json goes to standard output, in the shape of Terraform's `validate -json`
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "SHAPE",
        conflicts_with = "show"
    )]
    format: Shape,
    /// Makes a lint an error (repeatable)
    #[arg(long, value_name = "LINT", value_parser = lints())]
    deny: Vec<String>,
    /// Sets a key by its dotted path, in every file (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// Shape of the findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// For people, with the place underlined
    #[default]
    Text,
    /// For programs
    Json,
}

fn lints() -> PossibleValuesParser {
    let lint = |&(name, warns_of)| PossibleValue::new(name).help(warns_of);
    PossibleValuesParser::new(LINTS.iter().map(lint))
}

/// One file: what was read if it is right, and what was found.
struct Checked<'a> {
    file: &'a Path,
    right: Option<Right>,
    found: Diagnostics,
}

/// What was read.
enum Right {
    Scenario(Box<Loaded>),
    /// A sweep: what it asks for, in words.
    Sweep(String),
}

/// Checks every file.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let all: Vec<Checked<'_>> = options
        .files
        .iter()
        .map(|it| checked(it, options))
        .collect();
    let mut wrong = String::new();
    if options.format == Shape::Json {
        let found: Vec<&Diagnostics> = all.iter().map(|checked| &checked.found).collect();
        print(&format!("{:#}\n", validation_json(&found)))?;
    } else {
        for checked in &all {
            warn(&checked.found.render(true));
            wrong.push_str(&tell(checked, options.show)?);
        }
    }
    if all.iter().any(|checked| checked.found.has_errors()) {
        return Err(Failure::Wrong(wrong));
    }
    Ok(Status::Done)
}

fn checked<'a>(file: &'a Path, options: &Options) -> Checked<'a> {
    let (right, found) = if is_sweep(file) {
        checked_sweep(file)
    } else {
        checked_scenario(file, options)
    };
    Checked { file, right, found }
}

fn checked_scenario(file: &Path, options: &Options) -> (Option<Right>, Diagnostics) {
    match load(file, &options.set) {
        Ok(mut loaded) => {
            loaded.warnings.deny(&options.deny);
            let found = loaded.warnings.clone();
            (Some(Right::Scenario(Box::new(loaded))), found)
        }
        Err(found) => (None, found),
    }
}

/// Reads a sweep, and its scenario under every value that varies.
fn checked_sweep(file: &Path) -> (Option<Right>, Diagnostics) {
    let metrics: Vec<String> = Scalar::all().iter().map(Scalar::name).collect();
    let asked = || -> Result<String, Diagnostics> {
        let sweep = read(file, &metrics)?;
        let points = Points::of(&sweep, sweep.seed())?;
        points.check(&sweep)?;
        Ok(format!(
            "  {} points, {} repeats each\n",
            points.len(),
            sweep.repeats
        ))
    };
    match asked() {
        Ok(text) => (Some(Right::Sweep(text)), Diagnostics::default()),
        Err(found) => (None, found),
    }
}

/// Prints what there is to say of a scenario that is right; returns the closing line of one that is wrong.
fn tell(checked: &Checked<'_>, show: bool) -> Result<String, Failure> {
    let Checked { file, right, found } = checked;
    let (errors, warnings) = (found.count(Severity::Error), found.count(Severity::Warning));
    let headline = format!("{}: {}\n", file.display(), counted(errors, warnings));
    match right {
        Some(Right::Sweep(text)) => {
            print(&(headline + text))?;
            Ok(String::new())
        }
        Some(Right::Scenario(loaded)) if errors == 0 => {
            print(&if show {
                loaded.scenario.to_toml()
            } else {
                headline + &found.render_notes() + &offered(&estimate(loaded))
            })?;
            Ok(String::new())
        }
        _ => Ok(format!("\n{headline}")),
    }
}

/// Counts in words: "1 error, 2 warnings", or "right".
fn counted(errors: usize, warnings: usize) -> String {
    let count = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    };
    let right = (errors == 0).then(|| "right".to_owned());
    let parts = [right, count(errors, "error"), count(warnings, "warning")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Lists what each link is offered, and why a run needs `--yes`.
fn offered(estimate: &Estimate) -> String {
    let mut text = String::new();
    if !estimate.links.is_empty() {
        text.push_str(&load_table(estimate));
    }
    for reason in &estimate.reasons_needing_yes {
        let _ = writeln!(text, "  a run needs --yes: {reason}");
    }
    text
}

fn load_table(estimate: &Estimate) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(vec![
        "link",
        "replications per hour",
        "Mbit/s",
        "load of slots",
        "load of bandwidth",
    ]);
    let share = |load: Option<f64>| match load {
        None => "unlimited".to_owned(),
        Some(load) => format!("{load:.3}"),
    };
    for link in &estimate.links {
        table.add_row(vec![
            link.link.to_string(),
            format!("{:.1}", link.replications_per_s * 3_600.0),
            format!("{:.1}", link.bytes_per_s * 8.0 / 1e6),
            share(link.slot_load),
            share(link.bandwidth_load),
        ]);
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| format!(" {}\n", line.trim_end()))
        .collect();
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_in_words() {
        assert_eq!(counted(0, 0), "right");
        assert_eq!(counted(0, 1), "right, 1 warning");
        assert_eq!(counted(1, 2), "1 error, 2 warnings");
        assert_eq!(counted(2, 0), "2 errors");
    }
}
