//! Thresholds on differences beside those of single runs.

use super::{BASE, Folder, holds, wrong};
use crate::scenario::{DeltaBound, Operator, Statistic};

#[test]
fn they_are_kept_apart_from_those_of_single_runs() {
    let toml = format!(
        "{BASE}[thresholds]\ntotal_usd = [\"delta < +10 %\", \"total < 5 USD\", \"monthly delta < -1 USD\"]\n"
    );
    let loaded = Folder::new(&toml).loaded(&[]);
    assert_eq!(loaded.thresholds.len(), 1);
    let found: Vec<_> = loaded
        .deltas
        .iter()
        .map(|of| (of.text(), of.statistic, of.operator, of.bound))
        .collect();
    assert_eq!(
        found,
        [
            (
                "total_usd delta < +10 %".to_owned(),
                Statistic::Total,
                Operator::Less,
                DeltaBound::Relative(0.1)
            ),
            (
                "total_usd monthly delta < -1 USD".to_owned(),
                Statistic::Monthly,
                Operator::Less,
                DeltaBound::Absolute(-1.0)
            ),
        ]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let told = wrong(
        "[thresholds]\ntotal_usd = [\"delta < 10\", \"delta << 5 %\"]\n\
         \"replication_latency{destination=build/eu-west-1}\" = [\"p99 delta < +1 min\"]\n\
         deploy_wait = [\"delta < 1 s\"]\n",
    );
    holds(
        &told,
        &[
            "lacks its unit, USD",
            "is no change in per cent",
            "over all destinations only",
            "this scenario has no deployments",
            "case.toml:14",
        ],
    );
}
