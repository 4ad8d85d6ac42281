//! Input files: read once each, as text, with a hash of their content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::diagnostic::{FileId, Files};

/// A file that a scenario was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Path from the scenario's folder: the scenario's own name, others as written in it.
    pub path: String,
    /// Hash of its content: FNV-1a, 128 bits, as 32 hexadecimal digits.
    pub hash: String,
}

/// Reads the files that a scenario names; their paths are relative to the scenario's folder.
#[derive(Debug)]
pub(super) struct Reader {
    folder: PathBuf,
    known: BTreeMap<String, Result<FileId, String>>,
    pub(super) files: Files,
    pub(super) read: Vec<InputFile>,
}

impl Reader {
    /// Returns a reader for the scenario at `path`.
    pub(super) fn beside(path: &Path) -> Self {
        Self {
            folder: path.parent().unwrap_or(Path::new("")).to_path_buf(),
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
        let shown = path.display();
        if path.is_dir() {
            return Err(format!("cannot read {shown}: it is a folder"));
        }
        let bytes = fs::read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let before = &error.as_bytes()[..valid];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            format!("cannot read {shown}: it is not UTF-8 text (line {line})")
        })?;
        Ok(self.given(&shown.to_string(), written, text))
    }

    /// Takes a text as the file that is shown as `shown` and written as `written`.
    pub(super) fn given(&mut self, shown: &str, written: String, text: String) -> FileId {
        self.read.push(InputFile {
            path: written,
            hash: content_hash(text.as_bytes()),
        });
        self.files.add(shown, text)
    }
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
