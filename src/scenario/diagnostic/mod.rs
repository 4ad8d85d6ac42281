//! What is wrong with a file, where, and what to write instead; all of it at once.

mod json;
mod render;
mod source;

use std::collections::BTreeSet;
use std::ops::Range;

pub use json::validation_json;
pub use source::{FileId, Files};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// It can, but probably not as it was meant.
    Warning,
    /// It can, and may well be meant so: worth knowing, and odd in nothing.
    Note,
}

/// A place in a file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Bytes of its text.
    pub span: Range<usize>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Name of the lint, by which a warning can be made an error.
    pub lint: Option<&'static str>,
    /// What is wrong.
    pub message: String,
    /// Where; nowhere if a file could not be read at all.
    pub place: Option<Place>,
    /// Short text beside the underlined place.
    pub label: String,
    /// What to write instead.
    pub help: String,
}

/// The files that were read and what was found in them.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    /// The files, for showing places.
    pub files: Files,
    /// The findings.
    pub list: Vec<Diagnostic>,
}

impl Diagnostic {
    /// Returns an error at `place`.
    pub fn error(place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            lint: None,
            message: message.into(),
            place: Some(place),
            label: String::new(),
            help: String::new(),
        }
    }

    /// Returns a warning of the lint `lint` at `place`.
    pub fn warning(lint: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            lint: Some(lint),
            ..Self::error(place, message)
        }
    }

    /// Returns a note of the lint `lint` at `place`.
    pub fn note(lint: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::warning(lint, place, message)
        }
    }

    /// Returns an error that has no place in any text.
    pub fn placeless(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            lint: None,
            message: message.into(),
            place: None,
            label: String::new(),
            help: String::new(),
        }
    }

    /// Adds a short text beside the underlined place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

impl Diagnostics {
    /// Tells whether anything found is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Returns how many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let same = |found: &&Diagnostic| found.severity == severity;
        self.list.iter().filter(same).count()
    }

    /// Sorts the findings by file and place; those without a place first.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|found| {
            let place = found.place.as_ref();
            place.map(|place| (place.file, place.span.start, place.span.end))
        });
    }

    /// Drops the texts that no finding shows.
    pub(super) fn forget_unshown(&mut self) {
        let shown = self.list.iter().filter_map(|found| found.place.as_ref());
        let shown: BTreeSet<FileId> = shown.map(|place| place.file).collect();
        self.files.keep_texts(&shown);
    }

    /// Makes errors of the warnings and notes of these lints.
    pub fn deny(&mut self, lints: &[String]) {
        for found in &mut self.list {
            if found
                .lint
                .is_some_and(|lint| lints.iter().any(|denied| denied == lint))
            {
                found.severity = Severity::Error;
            }
        }
    }
}

/// Names of the lints, with what each warns of.
pub const LINTS: &[(&str, &str)] = &[
    (
        "broad-prefix",
        "a rule's prefix selects repositories beside those under it",
    ),
    (
        "deployment-without-rule",
        "deployments look in a registry to which no rule sends what they follow",
    ),
    (
        "infinite-variance",
        "a Pareto law without max and shape of at most 2: means have no interval",
    ),
    (
        "region-not-opted-in",
        "a Region that needs opt-in is not enabled in an account that takes part",
    ),
    (
        "rule-matches-nothing",
        "no repository that is pushed to matches a rule",
    ),
    (
        "two-sources",
        "two registries replicate a repository of one name to the same place",
    ),
    (
        "no-permission",
        "no registry policy admits the source account at a cross-account destination",
    ),
    ("overload", "more work is offered to a link than it can do"),
    (
        "replication",
        "a replication configuration that does less than it seems to",
    ),
    (
        "lifecycle",
        "a lifecycle policy with parts that are not known",
    ),
    (
        "quota",
        "a service quota is used up before the run's end, or within 10 % of it",
    ),
    (
        "destination-without-lifecycle",
        "replicas of deleted images pile up at a destination; a note unless it is denied",
    ),
    (
        "immutable-destination",
        "each push moves a tag that is immutable at a destination; a note unless it is denied",
    ),
    (
        "policy",
        "a statement of a registry policy that grants less than it seems to",
    ),
];
