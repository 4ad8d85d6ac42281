//! Images of which nobody can ask any more leave no record: what is found is the same as with their records.

use proptest::prelude::*;

use crate::scenarios::{Text, any_scenario, forgetful_scenario};
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

fn is_the_same_with_all_records(text: &Text) -> Result<(), TestCaseError> {
    let keeps_all = run(&format!("{}{ASKS}", text.toml()));
    let found_with = found(&keeps_all);
    let found_without = found(&run_loaded(&text.loaded()));
    let mut lines = found_with.lines().zip(found_without.lines());
    prop_assert_eq!(lines.find(|(with, without)| with != without), None);
    prop_assert_eq!(found_with.len(), found_without.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn records_that_nobody_reads_change_nothing(text in forgetful_scenario()) {
        is_the_same_with_all_records(&text)?;
    }

    #[test]
    fn nor_do_they_beside_all_else(text in any_scenario()) {
        is_the_same_with_all_records(&text)?;
    }
}
