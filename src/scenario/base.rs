//! A scenario that is opened once and read under any number of overrides.

use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Diagnostics, FileId};
use super::document::{Node, Override, Segment, Value, read_toml};
use super::load::{Loaded, checked, diagnostics, tree};
use super::read::Reader;
use super::types::default_seed;

/// A scenario file, parsed; what its scenarios share is read once: texts of files, rows of traces.
#[derive(Clone, Debug)]
pub struct Base {
    path: PathBuf,
    reader: Reader,
    root: Node,
    wrong: Vec<Diagnostic>,
}

impl Base {
    /// Reads the scenario at `path`: JSON if it ends in `.json`, else TOML.
    ///
    /// # Errors
    /// If it cannot be read, or is neither.
    pub fn open(path: &Path) -> Result<Self, Diagnostics> {
        let mut reader = Reader::beside(path);
        match reader.scenario(path) {
            Ok(file) => Self::read(reader, file, path),
            Err(why) => Err(diagnostics(reader, vec![Diagnostic::placeless(why)])),
        }
    }

    pub(super) fn read(reader: Reader, file: FileId, path: &Path) -> Result<Self, Diagnostics> {
        match tree(&reader, file, path) {
            Ok((root, wrong)) => Ok(Self {
                path: path.to_path_buf(),
                reader,
                root,
                wrong,
            }),
            Err(list) => Err(diagnostics(reader, list)),
        }
    }

    /// Returns where the scenario's file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the hash of a file that the scenario, or one made of it, names as `written`; its own by its own name.
    pub fn hash_of(&self, written: &str) -> Option<String> {
        let mut reader = self.reader.clone();
        reader.named(written).ok()?;
        let mut read = reader.read.into_iter().rev();
        read.find(|file| file.path == written).map(|file| file.hash)
    }

    /// Checks the scenario under overrides `KEY=VALUE`.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario, its overrides and the files that it names.
    pub fn with(&self, overrides: &[String]) -> Result<Loaded, Diagnostics> {
        let mut reader = self.reader.clone();
        let mut wrong = Vec::new();
        let mut parsed = Vec::new();
        for written in overrides {
            let file = reader.files.add("--set", written.as_str());
            match Override::parse(file, written) {
                Ok(read) => parsed.push(read),
                Err(error) => wrong.push(*error),
            }
        }
        self.changed(reader, &parsed, wrong)
    }

    /// Checks the scenario under overrides that are read already.
    pub(super) fn changed_by(&self, overrides: &[Override]) -> Result<Loaded, Diagnostics> {
        self.changed(self.reader.clone(), overrides, Vec::new())
    }

    /// Returns the value at a path: as it is written, or its default; `None` if there is neither.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario.
    pub(super) fn value(&self, path: &[Segment]) -> Result<Option<Node>, Diagnostics> {
        let find = |root: &Node| {
            let mut keys = path.iter().map(|segment| segment.key.as_str());
            keys.try_fold(root, |node, key| node.named_child(key))
                .cloned()
        };
        if let Some(written) = find(&self.root) {
            return Ok(Some(written));
        }
        let loaded = self.changed_by(&[])?;
        let text = loaded.scenario.to_toml();
        let file = self.reader.files.clone().add("", text.as_str());
        let resolved = read_toml(file, &text).expect("a scenario is shown as TOML");
        Ok(find(&resolved))
    }

    /// Returns the seed that is written, or its default.
    pub(super) fn seed(&self) -> u64 {
        let written = self.root.entry("seed").map(|entry| &entry.node.value);
        match written {
            Some(Value::Integer(seed)) => u64::try_from(*seed).unwrap_or_default(),
            _ => default_seed(),
        }
    }

    /// Returns findings that are told with the files of this base.
    pub(super) fn diagnostics(&self, list: Vec<Diagnostic>) -> Diagnostics {
        diagnostics(self.reader.clone(), list)
    }

    /// Checks the scenario under overrides of which those in `wrong` could not be read.
    fn changed(
        &self,
        reader: Reader,
        overrides: &[Override],
        wrong: Vec<Diagnostic>,
    ) -> Result<Loaded, Diagnostics> {
        let mut root = self.root.clone();
        let mut found = self.wrong.clone();
        found.extend(wrong);
        for change in overrides {
            found.extend(change.apply(&mut root).err().map(|wrong| *wrong));
        }
        checked(reader, &self.path, &root, found)
    }
}
