//! A scenario with overrides, and what one run of it shows.

use crate::measure;
use crate::measure::outcome::Outcome;
use crate::measure::record::{RecordSink, ReplicationRecord};
use crate::scenario::{Loaded, load_text};
use crate::simulation::{Interrupted, Model};

/// A scenario file with overrides.
#[derive(Clone, Debug)]
pub struct Case {
    name: &'static str,
    text: &'static str,
    overrides: Vec<String>,
}

/// What one run found.
#[derive(Debug)]
pub struct Run {
    /// Tables and metrics.
    pub outcome: Outcome,
    /// Measured replications in the order of their ends.
    pub records: Vec<ReplicationRecord>,
}

/// Keeps every record.
#[derive(Debug, Default)]
struct Kept(Vec<ReplicationRecord>);

impl RecordSink for Kept {
    fn record(&mut self, record: ReplicationRecord) {
        self.0.push(record);
    }
}

impl Case {
    /// Returns the case of the scenario `text`, a file that is called `name`.
    pub fn new(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            text,
            overrides: Vec::new(),
        }
    }

    /// Overrides a key as `--set` does.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.overrides.push(format!("{key}={}", value.to_string()));
        self
    }

    /// Returns the scenario's file name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the overrides, `KEY=VALUE`.
    pub fn overrides(&self) -> &[String] {
        &self.overrides
    }

    /// Returns the loaded scenario.
    ///
    /// # Panics
    /// If the scenario is wrong.
    pub fn load(&self) -> Loaded {
        load_text(self.name, self.text, &self.overrides).unwrap_or_else(|found| {
            panic!("a scenario of theory is right:\n{}", found.render(false))
        })
    }
}

impl Run {
    /// Runs a loaded scenario under `seed` for as long as `keep_going` says yes.
    ///
    /// # Errors
    /// If it said no.
    ///
    /// # Panics
    /// If a measured replication did not end: means would be too small, so the cool-down must be long enough.
    pub fn new(
        loaded: &Loaded,
        seed: u64,
        keep_going: impl Fn() -> bool,
    ) -> Result<Self, Interrupted> {
        let model = Model::new(loaded);
        let run = measure::Run {
            seed,
            ..measure::Run::new(loaded, &model)
        };
        let (outcome, kept) = run.simulate(Kept::default(), |_, _| keep_going())?;
        let ended = kept.0.iter().all(|record| record.ended_at.is_some());
        assert!(
            ended,
            "the cool-down lets every measured replication end; {}, seed {seed}",
            loaded.scenario.name
        );
        Ok(Self {
            outcome,
            records: kept.0,
        })
    }

    /// Returns a statistic of a metric over all destinations, as in `summary.csv`.
    ///
    /// # Panics
    /// If there is no such statistic, or it has no sample.
    pub fn metric(&self, metric: &str, statistic: &str) -> f64 {
        let found = self.outcome.metrics.iter().find(|value| {
            value.metric == metric && value.destination.is_empty() && value.statistic == statistic
        });
        found
            .and_then(|found| found.value)
            .unwrap_or_else(|| panic!("{metric} has a {statistic}"))
    }

    /// Returns the mean of a number over the measured replications.
    pub fn mean(&self, number: impl Fn(&ReplicationRecord) -> f64) -> f64 {
        self.records.iter().map(number).sum::<f64>() / self.records.len() as f64
    }

    /// Returns the share of the measured replications for which `holds` is true.
    pub fn share(&self, holds: impl Fn(&ReplicationRecord) -> bool) -> f64 {
        self.mean(|record| f64::from(u8::from(holds(record))))
    }
}
