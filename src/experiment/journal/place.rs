//! A sweep's folder, and how files come into it whole.

use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::report::error::FileError;

/// The file that makes a folder a sweep's folder.
pub const MANIFEST: &str = "manifest.json";

/// Where closed segments lie.
pub const SEGMENTS: &str = "segments";

/// A sweep's folder.
#[derive(Clone, Debug)]
pub struct SweepFolder {
    place: PathBuf,
}

impl SweepFolder {
    /// Makes `place` a sweep's folder, or finds that it is one.
    ///
    /// # Errors
    /// If something else stands there, or the system refuses.
    pub fn open(place: &Path) -> Result<Self, FileError> {
        let folder = Self::at(place);
        if !folder.is_begun() && !is_free(place).map_err(FileError::about("read", place))? {
            let why = "it is not empty and not a sweep's folder (it holds no manifest.json)";
            let reason = io::Error::new(ErrorKind::AlreadyExists, why);
            return Err(FileError::new("replace", place, reason));
        }
        let segments = folder.segments();
        fs::create_dir_all(&segments).map_err(FileError::about("make", &segments))?;
        Ok(folder)
    }

    /// Returns the folder at `place`, which may not be there yet.
    pub fn at(place: &Path) -> Self {
        Self {
            place: place.to_path_buf(),
        }
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// Returns where its closed segments lie.
    pub fn segments(&self) -> PathBuf {
        self.place.join(SEGMENTS)
    }

    /// Says whether a sweep has begun here.
    pub fn is_begun(&self) -> bool {
        self.place.join(MANIFEST).is_file() || self.segments().is_dir()
    }

    /// Puts a file into the folder in one step, over one that stands there.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn put(&self, name: &str, content: &[u8]) -> Result<(), FileError> {
        let place = self.place.join(name);
        self.written(content)
            .and_then(|hidden| fs::rename(hidden, &place))
            .and_then(|()| sync_folder(&self.place))
            .map_err(FileError::about("write", &place))
    }

    /// Puts a file into the folder in one step, over one that stands there; `write` may take its time.
    ///
    /// # Errors
    /// If `write` fails, or the system refuses.
    pub fn put_streamed(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let place = self.place.join(name);
        let hidden = self.place.join(format!(".{:016x}", random()));
        let file = File::create_new(&hidden).map_err(FileError::about("write", &place))?;
        let mut out = BufWriter::new(file);
        let written = write(&mut out).and_then(|()| {
            out.into_inner()
                .map_err(io::IntoInnerError::into_error)
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&hidden, &place))
                .and_then(|()| sync_folder(&self.place))
                .map_err(FileError::about("write", &place))
        });
        if written.is_err() {
            // What is left of it is in nobody's way.
            let _ = fs::remove_file(&hidden);
        }
        written
    }

    /// Puts a file into the folder in one step unless one stands there, and says whether it did.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn put_first(&self, name: &str, content: &[u8]) -> Result<bool, FileError> {
        let place = self.place.join(name);
        let put = || -> io::Result<bool> {
            let hidden = self.written(content)?;
            // A link, unlike a renaming, does not replace what is there.
            let linked = fs::hard_link(&hidden, &place);
            fs::remove_file(&hidden)?;
            match linked {
                Ok(()) => sync_folder(&self.place).map(|()| true),
                Err(reason) if reason.kind() == ErrorKind::AlreadyExists => Ok(false),
                Err(reason) => Err(reason),
            }
        };
        put().map_err(FileError::about("write", &place))
    }

    /// Writes a hidden file of its own name, synced.
    fn written(&self, content: &[u8]) -> io::Result<PathBuf> {
        let hidden = self.place.join(format!(".{:016x}", random()));
        let mut file = File::create_new(&hidden)?;
        let written = file.write_all(content).and_then(|()| file.sync_all());
        if written.is_err() {
            // What is left of it is in nobody's way.
            let _ = fs::remove_file(&hidden);
        }
        written.map(|()| hidden)
    }
}

/// Says whether nothing, or an empty folder, stands at `place`; hidden files do not count.
fn is_free(place: &Path) -> io::Result<bool> {
    match fs::read_dir(place) {
        Err(reason) if reason.kind() == ErrorKind::NotFound => Ok(true),
        Err(reason) => Err(reason),
        Ok(mut entries) => Ok(!entries.any(|entry| {
            entry.is_ok_and(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        })),
    }
}

/// Makes sure that a new name in the folder outlives a loss of power, where the system can do that.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes sure that a new name in the folder outlives a loss of power: the system does not offer that here.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns a number that no other process will get: names of files that several machines write into one folder.
///
/// It reaches no result. Host names and process ids would not do: they repeat in containers.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
