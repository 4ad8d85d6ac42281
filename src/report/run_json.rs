//! `run.json`: what a run was made from and what it rests on, enough to repeat it and to read its tables.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::error::FileError;
use super::folder::RUN_FILE;
use crate::measure::outcome::Outcome;
use crate::measure::table::Moment;

/// What is known of a run before it starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// The scenario's name.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Seed of every draw.
    pub seed: u64,
    /// When the simulated clock starts.
    pub start: Moment,
    /// When it ends.
    pub end: Moment,
    /// From when on requests are measured: `start + warmup`.
    pub measured_from: Moment,
    /// Until when requests are measured: `end - cooldown`.
    pub measured_until: Moment,
    /// Latency preset that the numbers rest on.
    pub latency_preset: String,
    /// Price table.
    pub prices: PriceFacts,
    /// Answers to what AWS leaves open, by key of `assumptions`.
    pub assumptions: Map<String, Value>,
    /// Every file that was read.
    pub files: Vec<FileFact>,
    /// What charts over time mark: single events and outages.
    pub marks: Vec<Mark>,
    /// The scenario as read, with every default.
    pub scenario: Value,
}

/// Which prices a run took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceFacts {
    /// Name of the table, or the path of the user's own.
    pub table: String,
    /// When the table was compiled; empty if it does not say.
    pub date: String,
    /// Which AWS rate replication is billed at: `inter-region` or `internet`.
    pub transfer_rate: String,
}

/// A file that a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFact {
    /// Its path, as the scenario writes it.
    pub path: String,
    /// Hash of its bytes, with the name of the hash.
    pub hash: String,
}

/// A moment, or a span, that charts over time mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When it begins.
    pub at: Moment,
    /// When it ends; `None` for a single event.
    pub until: Option<Moment>,
    /// What it is, short: `DeleteRegistryPolicy prod/ap-northeast-1`.
    pub label: String,
}

/// The content of `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunDocument {
    /// What was known before the run.
    #[serde(flatten)]
    pub facts: RunFacts,
    /// Events handled.
    pub events: u64,
    /// Running hash over all events, in order.
    pub fingerprint: Fingerprint,
    /// What the checks of the run compared.
    pub checks: Vec<String>,
}

/// A hash of 64 bits, written as 16 hex digits, since JSON's numbers do not hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub u64);

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(input)?;
        u64::from_str_radix(&digits, 16)
            .map(Self)
            .map_err(de::Error::custom)
    }
}

impl RunDocument {
    /// Returns the document of a run with these `facts` and this `outcome`.
    pub fn new(facts: &RunFacts, outcome: &Outcome) -> Self {
        Self {
            facts: facts.clone(),
            events: outcome.events,
            fingerprint: Fingerprint(outcome.fingerprint),
            checks: outcome.checks.clone(),
        }
    }

    /// Writes the document into `folder`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), FileError> {
        write_json(&folder.join(RUN_FILE), self)
    }

    /// Reads the document from `folder`.
    ///
    /// # Errors
    /// If the file cannot be read, or is not such a document.
    pub fn read(folder: &Path) -> Result<Self, FileError> {
        read_json(&folder.join(RUN_FILE))
    }
}

/// Writes `value` as an indented JSON file.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), FileError> {
    fs::write(path, json_text(value)).map_err(FileError::about("write", path))
}

/// Returns `value` as indented JSON with a final line break.
pub(super) fn json_text(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("keys are text and cells have a text");
    text + "\n"
}

/// Reads a JSON file.
pub(super) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, FileError> {
    let bytes = fs::read(path).map_err(FileError::about("read", path))?;
    serde_json::from_slice(&bytes).map_err(FileError::about("read", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn it_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let document = RunDocument::new(&samples::facts(), &samples::small());
        document.write(folder.path()).expect("written");
        assert_eq!(RunDocument::read(folder.path()).expect("read"), document);
    }

    #[test]
    fn the_fingerprint_is_sixteen_hex_digits() {
        assert_eq!(
            serde_json::to_string(&Fingerprint(0xbeef)).expect("JSON"),
            "\"000000000000beef\""
        );
    }
}
