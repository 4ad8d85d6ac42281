//! `ecrsim explain`: which rule sends what where, and whether it may arrive.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use clap::Args;

use super::exit::{Failure, Status};
use super::output::print;
use super::report::check_run_folder;
use super::scenario::{ScenarioOptions, tell_warnings};
use crate::aws::nearest;
use crate::measure::outcome::ReplicationRow;
use crate::measure::table::Table;
use crate::report::story::{ImageName, Story, tell};
use crate::simulation::Model;
use crate::simulation::explain::{
    Answer, Change, Explanation, Group, UnknownRepository, Verdict, explain,
};
use crate::units::SimTime;

const EXAMPLES: &str = "\
Examples:
  ecrsim explain shop.toml
  ecrsim explain shop.toml --repository shop/checkout
  ecrsim explain output/shop --image shop/checkout:17";

/// Changes listed one by one; a trace may hold thousands.
const MAX_CHANGES: usize = 20;

/// Names of a group listed one by one.
const MAX_NAMES: usize = 500;

/// Where lists of names break.
const COLUMNS: usize = 100;

/// Says, without simulating, which rule sends a repository where and whether it may arrive, or why not
///
/// Answers for the start of the run, by the very code that the simulation asks. Operations of the scenario that change
/// rules, permissions or repositories later are listed at the end.
///
/// With --image and the folder of a finished run, tells what became of one image at each destination.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// Only this repository
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,
    /// Of the run in the folder FILE: the story of this image, by a tag (or REPO@DIGEST)
    #[arg(long, value_name = "REPO:TAG", value_parser = image_name, conflicts_with_all = ["repository", "set"])]
    image: Option<ImageName>,
}

fn image_name(text: &str) -> Result<ImageName, &'static str> {
    ImageName::parse(text).ok_or("an image is REPO:TAG or REPO@DIGEST")
}

/// Prints the explanation.
pub fn run(options: &Options) -> Result<Status, Failure> {
    if let Some(image) = &options.image {
        return tell_story(options.scenario.file(), image);
    }
    let loaded = options.scenario.load(&[])?;
    tell_warnings(&loaded);
    let only = options.repository.as_deref();
    let explanation = explain(&loaded.scenario, &Model::new(&loaded), only)
        .map_err(|unknown| unknown_repository(only.unwrap_or_default(), &unknown))?;
    print(&text(&explanation))?;
    Ok(Status::Done)
}

/// Prints one image's story.
fn tell_story(folder: &Path, image: &ImageName) -> Result<Status, Failure> {
    check_run_folder(folder)?;
    if !folder.join(ReplicationRow::FILE).exists() {
        return Err(Failure::wrong(format_args!(
            "`{}` holds no {}: run it with --replications csv",
            folder.display(),
            ReplicationRow::FILE
        )));
    }
    match tell(folder, image)? {
        Story::Told(text) => {
            print(&text)?;
            Ok(Status::Done)
        }
        Story::Unknown(repositories) => Err(no_such_image(image, &repositories)),
    }
}

fn no_such_image(image: &ImageName, repositories: &BTreeSet<String>) -> Failure {
    let name = image.repository();
    if repositories.contains(name) {
        return Failure::wrong(format_args!(
            "no measured replication of `{name}` had this tag or digest"
        ));
    }
    let known = repositories.iter().map(String::as_str);
    let hint =
        nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Failure::wrong(format_args!(
        "no replication of a repository `{name}` was measured{hint}"
    ))
}

fn unknown_repository(name: &str, unknown: &UnknownRepository) -> Failure {
    let known = unknown.known.iter().map(String::as_str);
    let hint = match nearest(name, known) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    Failure::wrong(format_args!(
        "no repository `{name}` is pushed to or exists where pushes are replicated from{hint}"
    ))
}

fn text(explanation: &Explanation) -> String {
    let mut text = String::new();
    if explanation.sources.is_empty() {
        text.push_str("Nothing is pushed anywhere, and no registry has replication rules.\n");
    }
    for source in &explanation.sources {
        let _ = writeln!(text, "Pushes to {}", source.registry);
        if source.groups.is_empty() {
            text.push_str("  no repository is pushed to or exists\n");
        }
        source
            .groups
            .iter()
            .for_each(|group| add_group(&mut text, group));
        text.push('\n');
    }
    add_changes(&mut text, &explanation.changes);
    text
}

fn add_group(text: &mut String, group: &Group) {
    text.push('\n');
    add_names(text, &group.repositories);
    if group.answers.is_empty() {
        text.push_str("    no rule sends them anywhere\n");
    }
    let width = group.answers.iter().map(|answer| answer.destination.len());
    let width = width.max().unwrap_or(0);
    for answer in &group.answers {
        add_answer(text, answer, width);
    }
}

/// Writes names, as many to a line as there is room for.
fn add_names(text: &mut String, names: &[String]) {
    let mut column = 0;
    for (place, name) in names.iter().take(MAX_NAMES).enumerate() {
        let comma = if place + 1 < names.len() { "," } else { "" };
        if column > 0 && column + name.len() + 2 > COLUMNS {
            text.push('\n');
            column = 0;
        }
        let gap = if column == 0 { "  " } else { " " };
        let _ = write!(text, "{gap}{name}{comma}");
        column += gap.len() + name.len() + comma.len();
    }
    if names.len() > MAX_NAMES {
        let _ = write!(text, "\n  and {} more", names.len() - MAX_NAMES);
    }
    text.push('\n');
}

fn add_answer(text: &mut String, answer: &Answer, width: usize) {
    let rules = if answer.rules.len() == 1 {
        "rule"
    } else {
        "rules"
    };
    let _ = writeln!(
        text,
        "    -> {:width$}  {rules} {}: {}",
        answer.destination,
        answer.rules.join(", "),
        headline(&answer.verdict)
    );
    for detail in details(answer) {
        let _ = writeln!(text, "       {:width$}  {detail}", "");
    }
}

fn headline(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Arrives {
            creates_repository: true,
            ..
        } => "arrives; the first one creates the repository".to_owned(),
        Verdict::Arrives { .. } => "arrives".to_owned(),
        Verdict::Fails { reason, .. } => format!("FAILED, {}", reason.name()),
    }
}

fn details(answer: &Answer) -> Vec<String> {
    let mut details = match &answer.verdict {
        Verdict::Arrives { immutable_tags, .. } if immutable_tags.is_empty() => Vec::new(),
        Verdict::Arrives { immutable_tags, .. } => vec![format!(
            "tags are immutable there: only the first image comes with {}",
            immutable_tags.join(", ")
        )],
        Verdict::Fails { obstacles, .. } => obstacles.iter().map(ToString::to_string).collect(),
    };
    if answer.delete_replication {
        details.push("deletes are replicated too".to_owned());
    }
    details
}

fn add_changes(text: &mut String, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    text.push_str("This is how things stand at the start. Later in the run:\n");
    for change in changes.iter().take(MAX_CHANGES) {
        let _ = writeln!(
            text,
            "  after {}: {} {}",
            change.at.since(SimTime::ZERO),
            change.action,
            change.place
        );
    }
    if changes.len() > MAX_CHANGES {
        let _ = writeln!(text, "  and {} more", changes.len() - MAX_CHANGES);
    }
}
