//! What the summary says of deployments.

use super::human;
use super::view::Grid;
use crate::measure::outcome::DeploymentRow;
use crate::measure::table::Number;

/// A cell without a value: for so many deployments the image never came.
const NEVER: &str = "never";

/// A cell without a value: no deployment found its image.
const NONE: &str = "–";

/// Returns the streams of deployments, those that miss most first; `None` without streams.
pub fn grid(deployments: &[DeploymentRow]) -> Option<Grid> {
    let mut rows: Vec<&DeploymentRow> = deployments.iter().collect();
    let missed = |row: &DeploymentRow| row.missed_share.map_or(-1.0, |Number(share)| share);
    rows.sort_by(|a, b| {
        missed(b)
            .total_cmp(&missed(a))
            .then_with(|| a.stream.cmp(&b.stream))
    });
    let header = [
        "deployments",
        "count",
        "missed",
        "gave up",
        "wait p99",
        "gate 99 %",
        "99.9 %",
        "all, 99.9 %",
    ];
    (!rows.is_empty()).then(|| Grid {
        header: header.map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(row).collect(),
        dispensable: vec!["wait p99", "gave up", "count", "all, 99.9 %", "99.9 %"],
    })
}

fn row(of: &DeploymentRow) -> Vec<String> {
    let gate = |value: Option<Number>| match value {
        Some(Number(seconds)) => human::duration(seconds),
        None if of.deployments == 0 => NONE.to_owned(),
        None => NEVER.to_owned(),
    };
    let wait = of
        .wait_p99_s
        .map(|Number(seconds)| human::duration(seconds));
    let share = of.missed_share.map(|Number(share)| human::share(share));
    vec![
        format!("{} ({})", of.stream, of.registry),
        human::count(of.deployments),
        share.unwrap_or(NONE.to_owned()),
        human::count(of.gave_up),
        wait.unwrap_or(NONE.to_owned()),
        gate(of.gate_p99_s),
        gate(of.gate_p999_s),
        gate(of.everywhere_p999_s),
    ]
}
