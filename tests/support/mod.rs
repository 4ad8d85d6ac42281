//! From the text of a scenario to what its run found, in memory: shared by the integration tests.

#![allow(dead_code, reason = "each test program uses its own part of this")]

pub mod text;

use std::fs;
use std::path::Path;

use ecrsim::measure;
use ecrsim::measure::outcome::Outcome;
use ecrsim::measure::record::{AppliedTags, RecordSink, ReplicationRecord, Status};
use ecrsim::scenario::{Loaded, load};
use ecrsim::simulation::Model;
use ecrsim::simulation::names::Names;
use ecrsim::units::SimTime;

/// What a run found.
#[derive(Debug)]
pub struct Run {
    pub outcome: Outcome,
    /// Measured replications in the order in which `replications.csv` has them.
    pub records: Vec<ReplicationRecord>,
    pub names: Names,
}

/// Keeps every record.
#[derive(Debug, Default)]
struct Kept(Vec<ReplicationRecord>);

impl RecordSink for Kept {
    fn record(&mut self, record: ReplicationRecord) {
        self.0.push(record);
    }
}

/// Runs a scenario given as TOML.
pub fn run(toml: &str) -> Run {
    run_with(toml, &[], &[])
}

/// Runs a scenario with other files beside it, given by name and text, and overrides `KEY=VALUE`.
pub fn run_with(toml: &str, files: &[(&str, &str)], overrides: &[&str]) -> Run {
    match load_text(toml, files, overrides) {
        Ok(loaded) => run_loaded(&loaded),
        Err(diagnostics) => panic!("the scenario is wrong:\n{diagnostics}"),
    }
}

/// Returns what is wrong with a scenario, given with other files beside it.
pub fn errors(toml: &str, files: &[(&str, &str)]) -> String {
    match load_text(toml, files, &[]) {
        Ok(_) => panic!("the scenario is accepted"),
        Err(diagnostics) => diagnostics,
    }
}

/// Loads a scenario, or returns what is wrong with it as text.
pub fn load_text(toml: &str, files: &[(&str, &str)], overrides: &[&str]) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a file is written")
    };
    write("scenario.toml", toml);
    files.iter().for_each(|(name, text)| write(name, text));
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    load(&folder.path().join("scenario.toml"), &overrides).map_err(|found| found.render(false))
}

/// Runs a scenario of the project.
pub fn run_file(path: &Path, overrides: &[String]) -> Run {
    match load(path, overrides) {
        Ok(loaded) => run_loaded(&loaded),
        Err(found) => panic!("the scenario is wrong:\n{}", found.render(false)),
    }
}

/// Runs a loaded scenario under its own seed.
pub fn run_loaded(loaded: &Loaded) -> Run {
    run_seeded(loaded, loaded.scenario.seed)
}

/// Runs a loaded scenario under another seed.
pub fn run_seeded(loaded: &Loaded, seed: u64) -> Run {
    let model = Model::new(loaded);
    let run = measure::Run {
        seed,
        ..measure::Run::new(loaded, &model)
    };
    let (outcome, kept) = run
        .simulate(Kept::default(), |_, _| true)
        .expect("nobody interrupts the run");
    Run {
        outcome,
        records: kept.0,
        names: model.names.clone(),
    }
}

impl Run {
    /// Returns a metric's statistic; `destination` is empty for all.
    pub fn metric(&self, metric: &str, destination: &str, statistic: &str) -> Option<f64> {
        let found = self.outcome.metrics.iter().find(|value| {
            value.metric == metric
                && value.destination == destination
                && value.statistic == statistic
        });
        found
            .unwrap_or_else(|| panic!("no {metric} {statistic} for `{destination}`"))
            .value
    }

    /// Returns the destination registry of a record.
    pub fn destination(&self, record: &ReplicationRecord) -> &str {
        &self.names.registries[self.names.lanes[record.lane as usize].1 as usize]
    }

    /// Returns, for each record in order, its destination and how it stands: `COMPLETE`, `IN_PROGRESS`, or the reason.
    pub fn endings(&self) -> Vec<(&str, &str)> {
        let ending = |record: &ReplicationRecord| match record.status {
            Status::Failed(reason) => reason.name(),
            status => status.name(),
        };
        self.records
            .iter()
            .map(|record| (self.destination(record), ending(record)))
            .collect()
    }

    /// Returns a record's text of tags that stand after its arrival.
    pub fn applied(&self, record: &ReplicationRecord) -> Vec<String> {
        let count = self.names.tag_count(record.tags);
        let places: Vec<usize> = match &record.applied {
            AppliedTags::All => (0..count).collect(),
            AppliedTags::None => Vec::new(),
            AppliedTags::Some(places) => places.iter().map(|&place| place as usize).collect(),
        };
        places
            .into_iter()
            .map(|place| self.names.tag(record.tags, place))
            .collect()
    }

    /// Returns images, source, replica and orphan bytes of a registry at the end, as `storage.csv` has them.
    pub fn stored(&self, registry: &str) -> [u64; 4] {
        let row = self
            .outcome
            .storage
            .iter()
            .rfind(|row| row.registry == registry);
        let row = row.unwrap_or_else(|| panic!("no registry {registry}"));
        [
            row.images,
            row.source_bytes,
            row.replica_bytes,
            row.orphan_bytes,
        ]
    }

    /// Returns each refused operation's action, repository and exception.
    pub fn refused(&self) -> Vec<(&str, &str, &str)> {
        let rows = self.outcome.refused.iter();
        rows.map(|row| {
            (
                row.action.as_str(),
                row.repository.as_str(),
                row.exception.as_str(),
            )
        })
        .collect()
    }
}

/// Returns when a replication could start, started and ended, in seconds from the start.
pub fn times(record: &ReplicationRecord) -> [Option<f64>; 3] {
    [record.eligible_at, record.started_at, record.ended_at].map(|time| time.map(seconds))
}

pub fn seconds(time: SimTime) -> f64 {
    time.as_nanos() as f64 / 1e9
}
