//! The run's folder is whole or absent: it is written into a hidden staging folder and put into its place when complete.
//!
//! Beside its place, where a rename can put it there in one step. Inside it, where the place is an empty folder, a mount
//! point or the current directory, which must stay what they are: then its entries are moved up, `run.json` last.
//! A place that holds something else than a run is left alone; a symbolic link is never followed.

mod moves;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::moves::{
    make_hidden, move_beside, move_over, move_up, remove_empty, remove_tree, visible_entries,
};
use super::error::FileError;

/// The file that makes a folder a run's folder; it is the last one to come and the first one to go.
pub const RUN_FILE: &str = "run.json";

/// A run's folder in the making; dropped before [`RunFolder::publish`], it leaves nothing.
#[derive(Debug)]
pub struct RunFolder {
    place: PathBuf,
    staging: PathBuf,
    force: bool,
    leftover: Leftover,
}

/// What an abandoned run must not leave behind; a handle for whoever learns of the interruption.
#[derive(Clone, Debug)]
pub struct Leftover(Arc<Mutex<Option<Made>>>);

/// The folders that were made for a run.
#[derive(Debug)]
struct Made {
    staging: PathBuf,
    /// Outermost first.
    parents: Vec<PathBuf>,
}

/// What stands at the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occupant {
    Nobody,
    EmptyFolder,
    Run,
    /// A file, a link, or a folder with something else in it.
    Stranger,
}

impl RunFolder {
    /// Prepares the folder that will stand at `place`; `force` lets it replace what is not a run's folder.
    ///
    /// # Errors
    /// If something else stands there, or the system refuses.
    pub fn create(place: &Path, force: bool) -> Result<Self, FileError> {
        let (place, parents) = absolute(place)?;
        let staging = make_staging(&place, force).inspect_err(|_| remove_empty(&parents))?;
        let made = Made {
            staging: staging.clone(),
            parents,
        };
        Ok(Self {
            place,
            staging,
            force,
            leftover: Leftover(Arc::new(Mutex::new(Some(made)))),
        })
    }

    /// Returns the folder to write into.
    pub fn path(&self) -> &Path {
        &self.staging
    }

    /// Returns where it will stand.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Returns a handle that removes what is there so far, from any thread.
    pub fn leftover(&self) -> Leftover {
        self.leftover.clone()
    }

    /// Puts the complete folder into its place and returns that.
    ///
    /// # Errors
    /// If something else has come to stand there, the run was interrupted, or the system refuses; then the place is as
    /// it was.
    ///
    /// # Panics
    /// If the folder holds no `run.json`.
    pub fn publish(self) -> Result<PathBuf, FileError> {
        let mut made = self.leftover.lock();
        if made.is_none() {
            return Err(FileError::new("write", &self.place, ErrorKind::Interrupted));
        }
        assert!(
            self.staging.join(RUN_FILE).is_file(),
            "a complete run's folder holds {RUN_FILE}"
        );
        let occupant = replaceable(&self.place, self.force)?;
        if self.staging.parent() == Some(&self.place) {
            move_up(&self.staging, &self.place)?;
        } else {
            move_beside(&self.staging, &self.place, occupant)?;
        }
        *made = None;
        Ok(self.place.clone())
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        self.leftover.remove();
    }
}

impl Leftover {
    /// Removes the staging folder, unless it has become the run's folder; as far as the system lets it.
    pub fn remove(&self) {
        if let Some(made) = self.lock().take() {
            remove_tree(&made.staging);
            remove_empty(&made.parents);
        }
    }

    /// A thread that panicked with the lock held changed nothing that matters here.
    fn lock(&self) -> MutexGuard<'_, Option<Made>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Renews some entries of `folder`, which holds the file `marker`: what `write` puts into the folder it is given takes the place of what has
/// the same name, all at the end or nothing.
///
/// # Errors
/// If `folder` does not hold it, `write` fails, or the system refuses.
pub fn renew(
    folder: &Path,
    marker: &str,
    write: impl FnOnce(&Path) -> Result<(), FileError>,
) -> Result<(), FileError> {
    if !holds(folder, marker) {
        let why = format!("it is not what it should be (it holds no {marker})");
        let reason = io::Error::new(ErrorKind::NotFound, why);
        return Err(FileError::new("read", folder, reason));
    }
    let staging = make_hidden(folder).map_err(FileError::about("write into", folder))?;
    write(&staging)
        .and_then(|()| move_over(&staging, folder))
        .inspect_err(|_| remove_tree(&staging))
}

/// Returns `place` with its parent resolved, and the parents that had to be made for it, outermost first.
fn absolute(place: &Path) -> Result<(PathBuf, Vec<PathBuf>), FileError> {
    // Of `.`, `..` and `/` only the folder itself can be resolved.
    let Some(name) = place.file_name() else {
        let place = fs::canonicalize(place).map_err(FileError::about("find", place))?;
        return Ok((place, Vec::new()));
    };
    let parent = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let missing: Vec<_> = parent
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .map(Path::to_path_buf)
        .collect();
    let made = missing.into_iter().rev().collect::<Vec<_>>();
    fs::create_dir_all(parent)
        .and_then(|()| fs::canonicalize(parent))
        .map(|parent| (parent.join(name), made.clone()))
        .inspect_err(|_| remove_empty(&made))
        .map_err(FileError::about("make", parent))
}

/// Makes the staging folder beside `place`, or inside it where it must be.
fn make_staging(place: &Path, force: bool) -> Result<PathBuf, FileError> {
    let occupant = replaceable(place, force)?;
    if occupant == Occupant::EmptyFolder || must_stay(place) {
        return make_hidden(place).map_err(FileError::about("write into", place));
    }
    let parent = place.parent().unwrap_or(place);
    make_hidden(parent).or_else(|reason| {
        // A parent that may not be written to does not keep a run's folder from being renewed.
        let inside = (occupant == Occupant::Run).then(|| make_hidden(place));
        inside
            .and_then(Result::ok)
            .ok_or_else(|| FileError::new("write into", parent, reason))
    })
}

/// Says what stands at `place`, or why it must not be replaced.
fn replaceable(place: &Path, force: bool) -> Result<Occupant, FileError> {
    let occupant = occupant(place).map_err(FileError::about("read", place))?;
    let refused = |why: &str| {
        let reason = io::Error::new(ErrorKind::AlreadyExists, why);
        Err(FileError::new("replace", place, reason))
    };
    match occupant {
        Occupant::Stranger if force && !must_stay(place) => Ok(occupant),
        Occupant::Stranger if force => {
            refused("it is not a run's folder, and it is a mount point or the current directory")
        }
        Occupant::Stranger if place.is_symlink() => refused(
            "it is a symbolic link; name the folder itself, or replace the link with --force",
        ),
        Occupant::Stranger if place.is_dir() => refused(
            "it is not empty and not a run's folder (it holds no run.json); replace it with --force",
        ),
        Occupant::Stranger => refused("it is not a folder; replace it with --force"),
        Occupant::Nobody | Occupant::EmptyFolder | Occupant::Run => Ok(occupant),
    }
}

fn occupant(place: &Path) -> io::Result<Occupant> {
    match fs::symlink_metadata(place) {
        Err(reason) if reason.kind() == ErrorKind::NotFound => Ok(Occupant::Nobody),
        Err(reason) => Err(reason),
        Ok(found) if !found.is_dir() => Ok(Occupant::Stranger),
        Ok(_) if is_run_folder(place) => Ok(Occupant::Run),
        Ok(_) if visible_entries(place)?.is_empty() => Ok(Occupant::EmptyFolder),
        Ok(_) => Ok(Occupant::Stranger),
    }
}

/// Says whether `folder` holds a run: a `run.json` of its own.
pub fn is_run_folder(folder: &Path) -> bool {
    holds(folder, RUN_FILE)
}

fn holds(folder: &Path, file: &str) -> bool {
    fs::symlink_metadata(folder.join(file)).is_ok_and(|found| found.is_file())
}

/// Says whether `place` is a folder that cannot be, or had better not be, moved away.
fn must_stay(place: &Path) -> bool {
    let holds_us = std::env::current_dir()
        .and_then(fs::canonicalize)
        .is_ok_and(|here| here.starts_with(place));
    holds_us || is_mount_point(place)
}

/// Says whether another file system begins at `place`.
#[cfg(unix)]
fn is_mount_point(place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::symlink_metadata(path).map(|found| found.dev()).ok();
    let parent = place.parent().unwrap_or(place);
    device(place).is_some() && device(place) != device(parent)
}

/// Says whether another file system begins at `place`: unknown here, a refused rename will tell.
#[cfg(not(unix))]
fn is_mount_point(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests;
