//! The options of every command that reads a scenario, and how its findings are told.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Failure;
use super::output::warn;
use crate::scenario::{Loaded, load};

/// A scenario file and what overrides it.
#[derive(Debug, Args)]
pub struct ScenarioOptions {
    /// The scenario: TOML, or JSON of the same shape if it ends in .json
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Sets a key by its dotted path; VALUE is TOML, or else text (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl ScenarioOptions {
    /// Returns the path that was given.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Returns the overrides that were given, `KEY=VALUE`.
    pub fn overrides(&self) -> &[String] {
        &self.set
    }

    /// Reads and checks the scenario; `overrides` come after the user's own.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(&self, overrides: &[String]) -> Result<Loaded, Failure> {
        let overrides: Vec<String> = self.set.iter().chain(overrides).cloned().collect();
        load(&self.file, &overrides).map_err(|wrong| Failure::Wrong(wrong.render(true)))
    }
}

/// Says on standard error what is odd about a scenario that can be run.
pub fn tell_warnings(loaded: &Loaded) {
    warn(&loaded.warnings.render(true));
}
