//! The world is wrong: a path, what could not be done with it, and the system's reason.

use std::error::Error;
use std::fmt::{self, Display};
use std::io;
use std::path::{Path, PathBuf};

/// A file or folder that could not be read, written or replaced.
#[derive(Debug)]
pub struct FileError {
    /// What could not be done, as a verb: `write`.
    pub action: &'static str,
    /// With which file or folder.
    pub path: PathBuf,
    /// Why.
    pub reason: io::Error,
}

impl FileError {
    /// Returns an error that says that `action` could not be done with `path`, because of `reason`.
    pub fn new(
        action: &'static str,
        path: impl Into<PathBuf>,
        reason: impl Into<io::Error>,
    ) -> Self {
        let (path, reason) = (path.into(), reason.into());
        Self {
            action,
            path,
            reason,
        }
    }

    /// Returns a function that turns a reason into an error about `path`, for `map_err`.
    pub fn about<'a, R: Into<io::Error>>(
        action: &'static str,
        path: &'a Path,
    ) -> impl FnOnce(R) -> Self + 'a {
        move |reason| Self::new(action, path, reason)
    }
}

impl Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            action,
            path,
            reason,
        } = self;
        write!(out, "cannot {action} `{}`: {reason}", path.display())
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.reason)
    }
}
