//! What every check of meaning needs: places by path, and somewhere to tell what is wrong.

use std::fmt::Display;

use crate::scenario::diagnostic::{Diagnostic, FileId, Place, Severity};
use crate::scenario::document::{Node, Path};
use crate::scenario::read::Reader;
use crate::scenario::schema::{did_you_mean, listed};

/// The file under check.
pub(in crate::scenario) struct Context<'a> {
    root: &'a Node,
    /// What has a stand-in, or is left out: nothing more is told about it.
    broken: Vec<Path>,
    /// Where that is told.
    broken_places: Vec<Place>,
    found: Vec<Diagnostic>,
    pub(in crate::scenario) reader: Reader,
}

impl<'a> Context<'a> {
    pub(in crate::scenario) fn new(
        root: &'a Node,
        reader: Reader,
        found: Vec<Diagnostic>,
        broken: Vec<Path>,
    ) -> Self {
        let places = found.iter().filter_map(|found| found.place.clone());
        Self {
            root,
            broken,
            broken_places: places.collect(),
            found,
            reader,
        }
    }

    /// Returns what was found, and the reader.
    pub(in crate::scenario) fn finish(self) -> (Vec<Diagnostic>, Reader) {
        (self.found, self.reader)
    }

    /// Returns how many things were found so far.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// Tells whether anything is wrong so far.
    pub(super) fn has_errors(&self) -> bool {
        self.found
            .iter()
            .any(|found| found.severity == Severity::Error)
    }

    /// Returns what is written at `path`, if anything is.
    pub(super) fn written(&self, path: &Path) -> Option<&'a Node> {
        self.root.at(path)
    }

    /// Returns the keys of the table at `path`, in the order of the file.
    pub(super) fn keys(&self, path: &Path) -> Vec<String> {
        self.written(path).map_or_else(Vec::new, Node::keys)
    }

    /// Tells whether the value at `path`, or something above it, is a stand-in for something wrong.
    pub(super) fn is_broken(&self, path: &Path) -> bool {
        self.broken.iter().any(|broken| path.starts_with(broken))
    }

    /// Tells whether something at `path` or below it is wrong.
    pub(super) fn has_broken(&self, path: &Path) -> bool {
        self.is_broken(path) || self.broken.iter().any(|broken| broken.starts_with(path))
    }

    fn overlaps_broken(&self, place: &Place) -> bool {
        self.broken_places.iter().any(|broken| {
            broken.file == place.file
                && broken.span.start < place.span.end
                && place.span.start < broken.span.end
        })
    }

    /// Tells that the value at `path` is wrong.
    pub(super) fn error(&mut self, path: &Path, message: impl Into<String>, help: impl Display) {
        if !self.is_broken(path) {
            let place = self.root.place_of(path);
            self.tell(Diagnostic::error(place, message).help(help.to_string()));
        }
    }

    /// Returns where the value at `path` is written.
    pub(super) fn place(&self, path: &Path) -> Place {
        self.root.place_of(path)
    }

    /// Returns where the key at `path` is written.
    pub(super) fn key_place(&self, path: &Path) -> Place {
        self.root.key_place_of(path)
    }

    /// Tells that a name at `place` is none of those known.
    pub(super) fn unknown(&mut self, place: Place, what: &str, name: &str, known: &[&str]) {
        let diagnostic = Diagnostic::error(place, format!("unknown {what} `{name}`"))
            .label(did_you_mean(name, known.iter().copied()))
            .help(format!("there is {}", listed(known.iter().copied())));
        self.tell(diagnostic);
    }

    /// Warns of the value at `path`.
    pub(super) fn warn(
        &mut self,
        lint: &'static str,
        path: &Path,
        message: impl Into<String>,
        help: impl Display,
    ) {
        let place = self.root.place_of(path);
        self.tell(Diagnostic::warning(lint, place, message).help(help.to_string()));
    }

    /// Notes what is worth knowing of the value at `path`.
    pub(super) fn note(&mut self, lint: &'static str, path: &Path, message: impl Into<String>) {
        let place = self.root.place_of(path);
        self.tell(Diagnostic::note(lint, place, message));
    }

    /// Tells what is wrong in another file.
    pub(super) fn tell(&mut self, diagnostic: Diagnostic) {
        let of_stand_in = diagnostic
            .place
            .as_ref()
            .is_some_and(|place| self.overlaps_broken(place));
        if !of_stand_in && !self.found.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }

    /// Reads the file that the text at `path` names; if it cannot be read, that is told.
    pub(super) fn file(&mut self, path: &Path, written: &str) -> Option<FileId> {
        if self.is_broken(path) {
            return None;
        }
        match self.reader.named(written) {
            Ok(file) => Some(file),
            Err(why) => {
                self.error(path, why, "paths are relative to the scenario's folder");
                None
            }
        }
    }
}
