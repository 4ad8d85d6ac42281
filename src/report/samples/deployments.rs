//! Streams of deployments for tests of summary, charts and page.

use crate::measure::outcome::{DeploymentRow, GateRow, Outcome};
use crate::measure::table::{Number, Seconds};
use crate::units::SimDuration;

/// Adds `streams` streams of 1,000 deployments: the first misses nothing, each further one 10 % more.
pub fn add(outcome: &mut Outcome, streams: u64) {
    for stream in 0..streams {
        let registry = super::registry(stream as usize);
        let name = format!("cluster-{stream}");
        outcome.deployments.push(row(&name, &registry, stream));
        for (step, gate_s) in [0, 10, 60, 3_600].into_iter().enumerate() {
            let failed = 1_000 >> (3 * step as u64);
            outcome.gates.push(GateRow {
                stream: name.clone(),
                registry: registry.clone(),
                gate_s: Seconds(SimDuration::from_secs(gate_s * (1 + stream))),
                failed,
                failed_share: Number(failed as f64 / 1e3),
            });
        }
    }
}

fn row(name: &str, registry: &str, stream: u64) -> DeploymentRow {
    let number = |seconds: u64| Some(Number((seconds * (1 + stream)) as f64));
    DeploymentRow {
        stream: name.to_owned(),
        registry: registry.to_owned(),
        deployments: 1_000,
        missed: 100 * stream,
        missed_share: Some(Number(stream as f64 / 10.0)),
        gave_up: stream,
        wait_p50_s: Some(Number(0.0)),
        wait_p90_s: number(10),
        wait_p99_s: number(30),
        wait_max_s: Some(Seconds(SimDuration::from_secs(3_000))),
        gate_p90_s: number(10),
        gate_p95_s: number(30),
        gate_p99_s: number(60),
        gate_p999_s: number(3_600).filter(|_| stream < 2),
        everywhere_p90_s: number(20),
        everywhere_p95_s: number(60),
        everywhere_p99_s: number(3_600),
        everywhere_p999_s: None,
    }
}
