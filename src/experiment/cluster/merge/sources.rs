//! Where results come from: folders of this very sweep, and nothing but whole segments in them.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::MergeError;
use crate::experiment::journal::{Manifest, SweepFolder};
use crate::report::error::FileError;

/// What lies in a folder of results.
#[derive(Debug, Default)]
pub struct Source {
    /// Its segments, by name.
    pub segments: Vec<PathBuf>,
    /// Segments that are being written, or were when their process was killed.
    pub unfinished: usize,
}

/// Fails unless the folder is one of this sweep.
///
/// # Errors
/// If it holds no manifest, or that of another sweep or version.
pub fn check_manifest(folder: &SweepFolder, manifest: &Manifest) -> Result<(), MergeError> {
    let place = folder.path().display();
    let Some(other) = Manifest::read(folder)? else {
        return Err(MergeError::Refused(format!(
            "`{place}` is no sweep's folder: it holds no manifest.json"
        )));
    };
    if other == *manifest {
        return Ok(());
    }
    manifest
        .grows_out_of(&other)
        .map_err(|why| MergeError::Refused(format!("`{place}` is of another sweep: {why}")))
}

impl Source {
    /// Looks into a folder's segments.
    ///
    /// # Errors
    /// If one cannot be read, or something else lies there.
    pub fn of(folder: &SweepFolder) -> Result<Self, FileError> {
        let place = folder.segments();
        let mut source = Self::default();
        let entries = match fs::read_dir(&place) {
            Err(reason) if reason.kind() == ErrorKind::NotFound => return Ok(source),
            entries => entries.map_err(FileError::about("read", &place))?,
        };
        for entry in entries {
            let path = entry.map_err(FileError::about("read", &place))?.path();
            match kind(&path) {
                Kind::Segment => source.segments.push(path),
                Kind::Unfinished => source.unfinished += 1,
                Kind::Foreign => return Err(foreign(&path)),
            }
        }
        source.segments.sort();
        Ok(source)
    }
}

enum Kind {
    Segment,
    Unfinished,
    Foreign,
}

/// Tells what a file is by its name, `<shard>-<random>-<k>.csv`; hidden ones are nobody's result.
fn kind(path: &Path) -> Kind {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with('.') {
        return Kind::Unfinished;
    }
    let parts: Vec<&str> = name.trim_end_matches(".csv").split('-').collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let right = match parts.as_slice() {
        [shard, random, nth] => {
            let random = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
            digits(shard) && random && digits(nth)
        }
        _ => false,
    };
    if right && name.ends_with(".csv") {
        Kind::Segment
    } else {
        Kind::Foreign
    }
}

fn foreign(path: &Path) -> FileError {
    let why = "it is no segment of a sweep: move it away";
    FileError::new("read", path, io::Error::new(ErrorKind::InvalidData, why))
}
