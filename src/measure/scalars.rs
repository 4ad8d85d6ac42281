//! A run summed up in plain numbers, without its tables: what experiments of many runs want of each.

use super::ledger::Ledger;
use super::metrics::{self, Dollars};
use super::outcome::Verdict;
use super::questions::HALF_HOUR;
use super::record::NoRecords;
use super::simulate::Run;
use super::thresholds;
use crate::scenario::metrics::{Kind, METRICS, unit_of};
use crate::scenario::{Statistic, Threshold};
use crate::simulation::{Interrupted, Summary};
use crate::units::SimTime;

/// One statistic of one metric over all destinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Metric: `replication_latency`.
    pub metric: &'static str,
    /// Statistic: `p99`.
    pub statistic: Statistic,
    /// Unit: `s`, `bytes`, `USD`, or `1` for a share or a number.
    pub unit: &'static str,
}

/// What a run gives in plain numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalars {
    /// A value for each of [`Scalar::all`], in its order; `None` without a sample.
    pub values: Vec<Option<f64>>,
    /// The verdict on each threshold of the scenario.
    pub verdicts: Vec<Verdict>,
    /// Events handled.
    pub events: u64,
}

impl Scalar {
    /// Returns every one, in the order of the documentation: of each metric its statistics, of a trend the share within
    /// 30 minutes too (B100).
    pub fn all() -> Vec<Self> {
        METRICS
            .iter()
            .flat_map(|metric| {
                let share = (metric.kind == Kind::Trend).then_some(Statistic::Within(HALF_HOUR));
                let statistics = metric.kind.statistics().iter().copied().chain(share);
                statistics.map(move |statistic| Self {
                    metric: metric.name,
                    statistic,
                    unit: unit_of(metric, statistic).name(),
                })
            })
            .collect()
    }

    /// Returns its name: `replication_latency.p99`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.metric, self.statistic)
    }
}

impl Run<'_> {
    /// Simulates for the numbers alone: the same as those in `summary.csv`.
    ///
    /// # Errors
    /// If `keep_going`, which is asked now and then with the simulated time and the number of events, says no.
    pub fn scalars(
        &self,
        mut keep_going: impl FnMut(SimTime, u64) -> bool,
    ) -> Result<Scalars, Interrupted> {
        let mut sink = NoRecords;
        let (ledger, summary) = self.booked(&mut sink, &mut keep_going)?;
        Ok(ledger.scalars(&summary, &self.loaded.thresholds))
    }
}

impl Ledger<'_> {
    fn scalars(mut self, summary: &Summary, thresholds: &[Threshold]) -> Scalars {
        self.flush_records();
        let months = self.month_uses();
        let dollars = Dollars::new(&self, &months);
        let metrics = metrics::values(&self, &dollars);
        let of_all = metrics.iter().filter(|value| value.destination.is_empty());
        let of_all: Vec<_> = of_all.collect();
        // Both come in nearly the same order: what is looked for is the next one, as a rule.
        let mut next = 0;
        let mut value = |scalar: &Scalar| {
            let statistic = scalar.statistic.to_string();
            let mut places = (next..of_all.len()).chain(0..next);
            let is_it = |place: &usize| {
                let value = of_all[*place];
                value.metric == scalar.metric && value.statistic == statistic
            };
            let place = places
                .find(is_it)
                .expect("a metric has all its statistics for all destinations");
            next = place + 1;
            of_all[place].value
        };
        Scalars {
            values: Scalar::all().iter().map(&mut value).collect(),
            verdicts: thresholds::verdicts(&self, &metrics, &dollars, thresholds),
            events: summary.events,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;
    use crate::simulation::Model;

    const SCENARIO: &str = r#"
        duration = "1 day"
        accounts.a = "111122223333"
        registries."a/us-east-1".rules.all.destinations = ["a/eu-west-1"]
        pushes.ci = { registry = "a/us-east-1", repositories = ["app"], rate = "10 per hour", size = "100 MB" }
        thresholds.replication_latency = ["p50 < 1 ns", "within(1 min) > 0"]
    "#;

    #[test]
    fn scalars_are_those_of_the_tables() {
        let loaded = load_text("s.toml", SCENARIO, &[]).expect("a right scenario");
        let model = Model::new(&loaded);
        let run = Run::new(&loaded, &model);
        let (outcome, _) = run.simulate(NoRecords, |_, _| true).expect("it ends");
        let scalars = run.scalars(|_, _| true).expect("it ends");
        let names: Vec<String> = Scalar::all().iter().map(Scalar::name).collect();
        let of_all = outcome
            .metrics
            .iter()
            .filter(|value| value.destination.is_empty());
        let fixed = of_all.filter(|value| value.statistic != "within(1 min)");
        let tables: Vec<(String, Option<f64>)> = fixed
            .map(|value| (format!("{}.{}", value.metric, value.statistic), value.value))
            .collect();
        assert_eq!(names.len(), tables.len());
        for (name, value) in names.iter().zip(&scalars.values) {
            assert!(
                tables.contains(&(name.clone(), *value)),
                "{name} is {value:?}"
            );
        }
        assert_eq!(scalars.verdicts, outcome.thresholds);
        assert!(!scalars.verdicts[0].held && scalars.verdicts[1].held);
        assert_eq!(scalars.events, outcome.events);
    }
}
