//! A run that was saved, as the base of a comparison.

use std::path::Path;

use super::runs::{Gathered, System};
use crate::experiment::engine::Column;
use crate::report::error::FileError;
use crate::report::run_json::RunDocument;
use crate::report::summary_json::SummaryDocument;

/// What is known of a saved run.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Its name: the path that was given.
    pub name: String,
    /// Its seed, if its `run.json` lies beside.
    pub seed: Option<u64>,
    /// Version of the program that made it, if known.
    pub version: Option<String>,
    summary: SummaryDocument,
}

impl Saved {
    /// Reads the `summary.json` of a run, and its `run.json` if that lies beside.
    ///
    /// # Errors
    /// If it cannot be read, or is no such document.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let summary = SummaryDocument::read(path)?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let run = RunDocument::read(folder).ok();
        Ok(Self {
            name: path.display().to_string(),
            seed: run.as_ref().map(|run| run.facts.seed),
            version: run.map(|run| run.facts.version),
            summary,
        })
    }

    /// Says that another version made it, if so.
    pub fn other_version(&self) -> Option<String> {
        let version = self.version.as_deref()?;
        let own = env!("CARGO_PKG_VERSION");
        let text = format!("the saved run is of ecrsim {version}: differences may come from that");
        (version != own).then_some(text)
    }

    /// Puts the saved run before what was `gathered`, with the same values in every repeat.
    pub fn before(&self, mut gathered: Gathered) -> Gathered {
        let repeats = |system: &System| system.values.first().map_or(0, Vec::len);
        let repeats = gathered.systems.first().map_or(0, repeats);
        let values = gathered
            .columns
            .iter()
            .map(|column| vec![self.value(column); repeats]);
        let base = System {
            name: self.name.clone(),
            values: values.collect(),
        };
        gathered.systems.insert(0, base);
        gathered
    }

    fn value(&self, column: &Column) -> Option<f64> {
        let (metric, statistic) = column.name.split_once('.')?;
        self.summary
            .metrics
            .get(metric)?
            .get("")?
            .get(statistic)?
            .value
    }
}
