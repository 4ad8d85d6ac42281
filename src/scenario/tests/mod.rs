//! Scenarios as files: what loads, what is told about what does not, and where.

mod asked;
mod deltas;
mod deployments;
mod files;
mod lints;
mod meaning;
mod overrides;
mod pulls;
mod resolved;
mod shape;
mod show;
mod traces;

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::diagnostic::Diagnostics;
use super::{Loaded, load};

/// The least scenario in which something is replicated.
pub(super) const BASE: &str = r#"
duration = "10 days"
[accounts]
build = "111122223333"
prod = "444455556666"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["shop/a"]
rate = "6 per hour"
size = "100 MB"
"#;

/// Every part of the format.
pub(super) const FULL: &str = include_str!("full.toml");

/// A folder with a scenario and what it names.
pub(super) struct Folder {
    folder: TempDir,
    name: &'static str,
}

impl Folder {
    pub(super) fn new(scenario: &str) -> Self {
        Self::named("case.toml", scenario)
    }

    pub(super) fn named(name: &'static str, scenario: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), scenario).unwrap();
        Self { folder, name }
    }

    pub(super) fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    pub(super) fn load(&self, overrides: &[&str]) -> Result<Loaded, Diagnostics> {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        load(&self.path(), &overrides)
    }

    /// Loads what must be right.
    #[track_caller]
    pub(super) fn loaded(&self, overrides: &[&str]) -> Loaded {
        match self.load(overrides) {
            Ok(loaded) => loaded,
            Err(found) => panic!("{}", self.shorten(&found)),
        }
    }

    /// Returns what is told of what must be wrong, paths without the folder.
    #[track_caller]
    pub(super) fn wrong(&self, overrides: &[&str]) -> String {
        match self.load(overrides) {
            Ok(_) => panic!("it was right"),
            Err(found) => self.shorten(&found),
        }
    }

    /// Returns the lints of what must be right.
    #[track_caller]
    pub(super) fn warnings(&self, overrides: &[&str]) -> String {
        self.shorten(&self.loaded(overrides).warnings)
    }

    fn shorten(&self, found: &Diagnostics) -> String {
        let folder = format!("{}/", self.folder.path().display());
        found.render(false).replace(&folder, "")
    }
}

/// Returns what is told of the base with `more` after it, which must be wrong.
#[track_caller]
pub(super) fn wrong(more: &str) -> String {
    Folder::new(&format!("{BASE}{more}")).wrong(&[])
}

/// Returns what is told of the base with one text in it replaced, which must be wrong.
#[track_caller]
pub(super) fn wrong_instead(of: &str, now: &str) -> String {
    assert!(BASE.contains(of), "the base has no {of}");
    Folder::new(&BASE.replace(of, now)).wrong(&[])
}

/// Asserts that a text holds each of some parts.
#[track_caller]
pub(super) fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

/// Returns the first lines of the findings, without "error: ".
pub(super) fn titles(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("error: "))
        .collect()
}
