//! Images of which nobody can ask any more leave no record: what is found is the same as with their records.

use proptest::prelude::*;

use crate::scenarios::any_scenario;
use crate::support::{Run, run, run_loaded};

/// Nothing is ever deployed, but while it might be, no image retires. Its name comes last, so that it moves no rank.
const ASKS: &str = "
[deployments.zz-never]
follows  = 's0'
registry = 'build/us-east-1'
delay    = '1 s'
share    = 0.0
";

/// Everything that a run found, but what it says of deployments.
fn found(run: &Run) -> String {
    let mut outcome = run.outcome.clone();
    outcome.deployments.clear();
    outcome.gates.clear();
    outcome.metrics.retain(|of| !of.metric.contains("deploy"));
    outcome.checks.retain(|of| !of.contains("deploy"));
    format!("{outcome:#?}\n{:#?}", run.records)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn records_that_nobody_reads_change_nothing(text in any_scenario()) {
        let keeps_all = run(&format!("{}{ASKS}", text.toml()));
        let found_with = found(&keeps_all);
        let found_without = found(&run_loaded(&text.loaded()));
        let differs = found_with.lines().zip(found_without.lines()).find(|(with, without)| with != without);
        prop_assert_eq!(differs, None);
        prop_assert_eq!(found_with.len(), found_without.len());
    }
}
