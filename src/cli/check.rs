//! `ecrsim check`: reads scenarios, prints every error and lint, and what each link is offered.

use std::io::{self, Write};
use std::path::PathBuf;

use comfy_table::Table;
use comfy_table::presets::NOTHING;

use crate::aws::nearest;
use crate::scenario::diagnostic::{Diagnostics, LINTS, Severity, validation_json};
use crate::scenario::{Estimate, Loaded, estimate, load};

/// What `ecrsim check` is asked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Scenario files.
    pub files: Vec<PathBuf>,
    /// Overrides `KEY=VALUE`, for each of them.
    pub set: Vec<String>,
    /// Lints that are errors.
    pub deny: Vec<String>,
    /// Print the scenario with every default instead of its load.
    pub show: bool,
    /// Print JSON in the shape of Terraform's `validate -json`.
    pub json: bool,
    /// Colour what goes to standard error.
    pub colour: bool,
}

/// Everything is right.
const RIGHT: u8 = 0;

/// Wrong usage, or a wrong scenario.
const WRONG: u8 = 2;

/// Checks every file; returns the exit code.
///
/// # Errors
/// If `out` or `err` cannot be written.
pub fn check(options: &Options, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    if let Some(unknown) = unknown_lint(&options.deny) {
        writeln!(err, "{unknown}")?;
        return Ok(WRONG);
    }
    let mut all: Vec<(Option<Loaded>, Diagnostics)> = Vec::new();
    for file in &options.files {
        all.push(match load(file, &options.set) {
            Ok(mut loaded) => {
                loaded.warnings.deny(&options.deny);
                let found = loaded.warnings.clone();
                (Some(loaded), found)
            }
            Err(found) => (None, found),
        });
    }
    if options.json {
        let found: Vec<&Diagnostics> = all.iter().map(|(_, found)| found).collect();
        writeln!(out, "{:#}", validation_json(&found))?;
    } else {
        for (file, (loaded, found)) in options.files.iter().zip(&all) {
            text(
                options,
                &file.display().to_string(),
                loaded.as_ref(),
                found,
                out,
                err,
            )?;
        }
    }
    let right = all.iter().all(|(_, found)| !found.has_errors());
    Ok(if right { RIGHT } else { WRONG })
}

fn unknown_lint(deny: &[String]) -> Option<String> {
    let known = || LINTS.iter().map(|(name, _)| *name);
    let unknown = deny
        .iter()
        .find(|name| !known().any(|lint| lint == name.as_str()))?;
    let help = nearest(unknown, known()).map_or_else(
        || format!("the lints are {}", known().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Some(format!("error: there is no lint `{unknown}`; {help}"))
}

fn text(
    options: &Options,
    file: &str,
    loaded: Option<&Loaded>,
    found: &Diagnostics,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<()> {
    write!(err, "{}", found.render(options.colour))?;
    let (errors, warnings) = (found.count(Severity::Error), found.count(Severity::Warning));
    if errors > 0 {
        return writeln!(err, "\n{file}: {}", counted(errors, warnings));
    }
    let Some(loaded) = loaded else { return Ok(()) };
    if options.show {
        return write!(out, "{}", loaded.scenario.to_toml());
    }
    writeln!(out, "{file}: {}", counted(errors, warnings))?;
    let estimate = estimate(loaded);
    write!(out, "{}", load_table(&estimate))?;
    for reason in &estimate.reasons_needing_yes {
        writeln!(out, "  a run needs --yes: {reason}")?;
    }
    Ok(())
}

/// Counts in words: "1 error, 2 warnings", or "right".
fn counted(errors: usize, warnings: usize) -> String {
    let count = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    };
    let parts = [count(errors, "error"), count(warnings, "warning")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if errors == 0 {
        return [vec!["right".to_owned()], parts].concat().join(", ");
    }
    parts.join(", ")
}

/// Lists what each link is offered.
fn load_table(estimate: &Estimate) -> String {
    if estimate.links.is_empty() {
        return String::new();
    }
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
    use std::fs;

    use super::*;

    const RIGHT_FILE: &str = "duration = \"1 day\"\n[accounts]\na = \"111122223333\"\n\
        [registries.\"a/us-east-1\".rules.all]\ndestinations = [\"a/ap-east-1\"]\n\
        [pushes.ci]\nregistry = \"a/us-east-1\"\nrepositories = [\"app\"]\nrate = \"36 per hour\"\nsize = \"100 MB\"\n";

    /// Checks files of these texts; returns exit code, standard output and standard error without the folder's path.
    fn run(texts: &[&str], options: Options) -> (u8, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let files = texts.iter().enumerate().map(|(index, text)| {
            let path = folder.path().join(format!("s{index}.toml"));
            fs::write(&path, text).unwrap();
            path
        });
        let options = Options {
            files: files.collect(),
            ..options
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = check(&options, &mut out, &mut err).unwrap();
        let prefix = format!("{}/", folder.path().display());
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(&prefix, "");
        (code, text(out), text(err))
    }

    #[test]
    fn a_right_scenario_shows_what_is_offered_and_its_lints() {
        let (code, out, err) = run(&[RIGHT_FILE], Options::default());
        assert_eq!(code, 0);
        assert!(out.starts_with("s0.toml: right, 1 warning\n"), "{out}");
        // 36 per hour of 100 MB are 8 Mbit/s.
        let row = out.lines().last().unwrap();
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(
            cells,
            [
                "us-east-1",
                "->",
                "ap-east-1",
                "36.0",
                "8.0",
                "unlimited",
                "unlimited"
            ]
        );
        assert!(err.contains("warning[region-not-opted-in]"), "{err}");
    }

    #[test]
    fn a_wrong_scenario_exits_with_2_and_says_so_at_the_end() {
        let wrong = RIGHT_FILE.replace("rate =", "rat =");
        let (code, out, err) = run(&[RIGHT_FILE, &wrong], Options::default());
        assert_eq!(code, 2);
        assert!(
            out.contains("s0.toml: right") && !out.contains("s1.toml"),
            "{out}"
        );
        assert!(err.ends_with("s1.toml: 1 error\n"), "{err}");
    }

    #[test]
    fn a_denied_lint_is_an_error_and_an_unknown_one_is_named() {
        let deny = |lint: &str| Options {
            deny: vec![lint.to_owned()],
            ..Options::default()
        };
        let (code, _, err) = run(&[RIGHT_FILE], deny("region-not-opted-in"));
        assert_eq!(code, 2);
        assert!(err.contains("error[region-not-opted-in]"), "{err}");
        let (code, _, err) = run(&[RIGHT_FILE], deny("region-not-opted"));
        assert_eq!(code, 2);
        assert!(err.contains("there is no lint `region-not-opted`"), "{err}");
    }

    #[test]
    fn json_has_terraform_s_shape() {
        let json = Options {
            json: true,
            ..Options::default()
        };
        let wrong = RIGHT_FILE.replace("\"1 day\"", "\"1 dai\"");
        let (code, out, err) = run(&[&wrong], json);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, err.as_str()), (2, ""));
        assert_eq!(value["format_version"], "1.0");
        assert_eq!(
            (&value["valid"], &value["error_count"]),
            (&false.into(), &1.into())
        );
        let found = &value["diagnostics"][0];
        assert_eq!(found["severity"], "error");
        assert_eq!(found["summary"], "\"dai\" is no unit of time");
        assert_eq!(found["range"]["filename"], "s0.toml");
        assert_eq!(
            found["range"]["start"],
            serde_json::json!({ "line": 1, "column": 12, "byte": 11 })
        );
        assert_eq!(found["snippet"]["code"], "duration = \"1 dai\"");
        assert_eq!(found["snippet"]["highlight_end_offset"], 18);
    }

    #[test]
    fn show_prints_the_scenario_with_its_overrides() {
        let options = Options {
            show: true,
            set: vec!["seed=7".to_owned()],
            ..Options::default()
        };
        let (code, out, _) = run(&[RIGHT_FILE], options);
        assert_eq!(code, 0);
        assert!(
            out.contains("seed = 7\n") && out.contains("preset = \"observed\"\n"),
            "{out}"
        );
    }
}
