//! Segments of one folder come into another.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::Source;
use crate::experiment::journal::SweepFolder;
use crate::report::error::FileError;

/// Copies the segments that are not there yet. Their names are unique in the world, so that one of the same name is the same.
///
/// # Errors
/// If one cannot be copied.
pub fn copy(from: &SweepFolder, into: &SweepFolder) -> Result<(), FileError> {
    for segment in Source::of(from)?.segments {
        let name = segment.file_name().expect("a segment has a name");
        let place = into.segments().join(name);
        if !place.exists() {
            let name = name.to_string_lossy();
            let hidden = into.segments().join(format!(".merge-{name}"));
            put_whole(&segment, &hidden, &place).map_err(FileError::about("write", &place))?;
        }
    }
    Ok(())
}

/// A file is whole in its place or not there at all.
fn put_whole(segment: &Path, hidden: &Path, place: &Path) -> io::Result<()> {
    fs::copy(segment, hidden)?;
    File::open(hidden)?.sync_all()?;
    match fs::rename(hidden, place) {
        // Another merge was faster.
        Err(_) if place.exists() => Ok(()),
        renamed => renamed,
    }
}
