//! Input files: read once each, as text, with a hash of their content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::diagnostic::{FileId, Files};
use super::names::Date;
use super::trace::TraceRows;
use super::types::Account;
use crate::aws::Profile;
use crate::units::SimDuration;

/// A file that a scenario was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Path from the scenario's folder: the scenario's own name, others as written in it.
    pub path: String,
    /// Hash of its content: FNV-1a, 128 bits, as 32 hexadecimal digits.
    pub hash: String,
}

/// Reads the files that a scenario names; their paths are relative to the scenario's folder.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    folder: PathBuf,
    /// What readers of the same base share.
    pub(super) store: Arc<Store>,
    known: BTreeMap<String, Result<FileId, String>>,
    pub(super) files: Files,
    pub(super) read: Vec<InputFile>,
}

impl Reader {
    /// Returns a reader for the scenario at `path`.
    pub(super) fn beside(path: &Path) -> Self {
        Self {
            folder: path.parent().unwrap_or(Path::new("")).to_path_buf(),
            store: Arc::default(),
            known: BTreeMap::new(),
            files: Files::default(),
            read: Vec::new(),
        }
    }

    /// Reads the scenario itself.
    pub(super) fn scenario(&mut self, path: &Path) -> Result<FileId, String> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        self.text(path, name.display().to_string())
    }

    /// Reads a file that the scenario names as `written`.
    pub(super) fn named(&mut self, written: &str) -> Result<FileId, String> {
        if let Some(known) = self.known.get(written) {
            return known.clone();
        }
        let read = self.text(&self.folder.join(written), written.to_owned());
        self.known.insert(written.to_owned(), read.clone());
        read
    }

    fn text(&mut self, path: &Path, written: String) -> Result<FileId, String> {
        let known = self.store.file(path)?;
        Ok(self.enter(&path.display().to_string(), written, known))
    }

    /// Takes a text as the file that is shown as `shown` and written as `written`.
    pub(super) fn given(&mut self, shown: &str, written: String, text: String) -> FileId {
        self.enter(shown, written, Known::of(text))
    }

    fn enter(&mut self, shown: &str, written: String, known: Known) -> FileId {
        self.read.push(InputFile {
            path: written,
            hash: known.hash,
        });
        self.files.add(shown, known.text)
    }
}

/// What scenarios of one base share: texts of files, and the rows of traces.
#[derive(Debug, Default)]
pub(super) struct Store {
    files: Mutex<BTreeMap<PathBuf, Result<Known, String>>>,
    traces: Mutex<Vec<(TraceKey, Arc<TraceRows>)>>,
}

/// A file's text and its hash.
#[derive(Clone, Debug)]
struct Known {
    text: Arc<str>,
    hash: String,
}

/// What the rows of a trace depend on.
#[derive(Clone, Debug)]
pub(super) struct TraceKey {
    pub(super) text: Arc<str>,
    pub(super) clip: bool,
    pub(super) start: Date,
    pub(super) duration: SimDuration,
    pub(super) profile: Profile,
    pub(super) accounts: BTreeMap<String, Account>,
}

impl TraceKey {
    /// Says whether two keys are the same; texts are one only if they are the same piece of memory.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text)
            && self.clip == other.clip
            && self.start == other.start
            && self.duration == other.duration
            && self.profile == other.profile
            && self.accounts == other.accounts
    }
}

/// So many different readings of traces are kept: a sweep over the duration has one for each.
const MOST_TRACES: usize = 16;

impl Known {
    fn of(text: String) -> Self {
        Self {
            hash: content_hash(text.as_bytes()),
            text: text.into(),
        }
    }
}

impl Store {
    /// Returns a file's text, read once.
    fn file(&self, path: &Path) -> Result<Known, String> {
        let mut files = locked(&self.files);
        if let Some(known) = files.get(path) {
            return known.clone();
        }
        let read = read_text(path).map(Known::of);
        files.insert(path.to_path_buf(), read.clone());
        read
    }

    /// Returns the rows of a trace, if they have been read.
    pub(super) fn trace(&self, key: &TraceKey) -> Option<Arc<TraceRows>> {
        let traces = locked(&self.traces);
        let known = traces.iter().find(|(known, _)| known.is(key));
        known.map(|(_, rows)| Arc::clone(rows))
    }

    /// Keeps the rows of a trace for others.
    pub(super) fn keep_trace(&self, key: TraceKey, rows: &Arc<TraceRows>) {
        let mut traces = locked(&self.traces);
        if traces.len() == MOST_TRACES {
            traces.remove(0);
        }
        traces.push((key, Arc::clone(rows)));
    }
}

/// What is kept is put there in one step, so that a thread that panicked has left it whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_text(path: &Path) -> Result<String, String> {
    let shown = path.display();
    if path.is_dir() {
        return Err(format!("cannot read {shown}: it is a folder"));
    }
    let bytes = fs::read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..valid];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("cannot read {shown}: it is not UTF-8 text (line {line})")
    })
}

/// Returns the FNV-1a hash of 128 bits, as 32 hexadecimal digits.
///
/// It tells files apart that changed; it is no protection against somebody who wants two to look the same.
/// Source: Internet-Draft "The FNV Non-Cryptographic Hash Algorithm", constants for 128 bits.
pub fn content_hash(bytes: &[u8]) -> String {
    const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = bytes.iter().fold(OFFSET_BASIS, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(PRIME)
    });
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_fnv_1a_of_128_bits() {
        // Published test vectors: the empty text gives the basis, "a" the second.
        assert_eq!(content_hash(b""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(content_hash(b"a"), "d228cb696f1a8caf78912b704e4a8964");
    }
}
