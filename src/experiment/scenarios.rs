//! Scenarios as what is experimented on: the one place of this room that knows what is simulated.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::engine::{Answer, Column, Engine, NoSample, Sample};
use super::solve::{Limit, Limited};
use crate::measure::{Run, Scalar, Scalars, without_interval};
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::metrics::{self, unit_of};
use crate::scenario::{Base, Loaded, Threshold};
use crate::simulation::Model;

/// A scenario file that is run under overrides.
#[derive(Clone, Debug)]
pub struct Scenarios {
    path: PathBuf,
    /// The file, read when it is first needed.
    base: OnceLock<Result<Base, Diagnostics>>,
    columns: Vec<Column>,
}

/// A scenario under overrides.
#[derive(Debug)]
pub struct Prepared {
    /// The scenario, checked.
    pub loaded: Loaded,
    model: Model,
}

impl Scenarios {
    /// Returns the runs of the scenario at `path`.
    pub fn at(path: &Path) -> Self {
        let column = |scalar: &Scalar| Column {
            name: scalar.name(),
            unit: scalar.unit,
        };
        Self {
            path: path.to_path_buf(),
            base: OnceLock::new(),
            columns: Scalar::all().iter().map(column).collect(),
        }
    }
}

impl Scenarios {
    /// Returns the runs of a scenario that is open already.
    pub fn of(base: Base) -> Self {
        let scenarios = Self::at(base.path());
        Self {
            base: OnceLock::from(Ok(base)),
            ..scenarios
        }
    }

    fn loaded(&self, overrides: &[String]) -> Result<Loaded, Diagnostics> {
        let base = self.base.get_or_init(|| Base::open(&self.path));
        base.as_ref().map_err(Diagnostics::clone)?.with(overrides)
    }
}

impl Engine for Scenarios {
    type Point = Prepared;

    fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    fn point(&self, overrides: &[String]) -> Result<Prepared, String> {
        let loaded = self.loaded(overrides).map_err(|wrong| wrong.render(true))?;
        let model = Model::new(&loaded);
        Ok(Prepared { loaded, model })
    }

    fn identity(&self, point: &Prepared) -> String {
        let mut scenario = point.loaded.scenario.clone();
        scenario.seed = 0;
        // The scenario's own file says the same in its own words.
        let others = point.loaded.files.iter().skip(1);
        let files = others.map(|file| format!("{} {}\n", file.hash, file.path));
        scenario.to_toml() + &files.collect::<String>()
    }

    fn seed(&self, point: &Prepared) -> u64 {
        point.loaded.scenario.seed
    }

    fn of_interest(&self, point: &Prepared) -> Vec<String> {
        let thresholds = point.loaded.thresholds.iter();
        let asked: BTreeSet<String> = thresholds.map(Threshold::column).collect();
        let known = self.columns.iter().map(|column| column.name.clone());
        known.filter(|name| asked.contains(name)).collect()
    }

    fn without_interval(&self, point: &Prepared) -> Vec<String> {
        without_interval(&point.model)
    }

    fn run(
        &self,
        point: &Prepared,
        seed: u64,
        keep_going: &(dyn Fn() -> bool + Sync),
    ) -> Result<Sample, NoSample> {
        let run = Run {
            seed,
            ..Run::new(&point.loaded, &point.model)
        };
        // A broken invariant ends this run, not the others.
        let ended = catch_unwind(AssertUnwindSafe(|| run.scalars(|_, _| keep_going())));
        match ended {
            Ok(Ok(scalars)) => Ok(sample(scalars)),
            Ok(Err(_)) => Err(NoSample::Interrupted),
            Err(broken) => Err(NoSample::Failed(words(broken.as_ref()))),
        }
    }
}

fn sample(scalars: Scalars) -> Sample {
    let answers = scalars.verdicts.into_iter().map(|verdict| Answer {
        condition: format!("{} {}", verdict.metric, verdict.condition),
        observed: verdict.observed,
        held: verdict.held,
    });
    Sample {
        values: scalars.values,
        answers: answers.collect(),
        events: scalars.events,
    }
}

/// Returns what a broken invariant said.
fn words(broken: &(dyn Any + Send)) -> String {
    let text = broken.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| broken.downcast_ref::<&str>().copied());
    format!("an internal check failed: {}", text.unwrap_or("no message"))
}

impl Limited for Scenarios {
    fn limits(&self, point: &Prepared) -> Vec<Limit> {
        let without_interval = without_interval(&point.model);
        let limit = |threshold: &Threshold| Limit {
            condition: format!("{} {}", threshold.key, threshold.condition),
            operator: threshold.operator,
            value: threshold.value,
            unit: metrics::find(threshold.metric)
                .map_or("1", |metric| unit_of(metric, threshold.statistic).name()),
            has_interval: !without_interval.contains(&threshold.column()),
        };
        point.loaded.thresholds.iter().map(limit).collect()
    }
}
