//! The charts of a run, each drawn from the files of its folder alone.

mod axis;
mod break_even;
mod canvas;
mod coverage;
mod cumulative_cost;
mod data;
mod destinations;
mod figure;
mod forest;
mod gate_wait;
mod latency_distribution;
mod latency_over_time;
mod legend;
mod marks;
mod panel;
mod revocations;
mod smooth;
mod solve;
mod stored_bytes;
mod style;
mod sweep;
mod thin;
mod time_axis;
mod transfer_by_pair;
mod waiting_and_in_flight;

use std::fs;
use std::path::Path;

use self::break_even::BreakEven;
use self::canvas::{Picture, svg, write_png};
use self::coverage::Coverage;
use self::cumulative_cost::CumulativeCost;
use self::data::RunData;
use self::gate_wait::GateWait;
use self::latency_distribution::LatencyDistribution;
use self::latency_over_time::LatencyOverTime;
use self::revocations::Revocations;
use self::stored_bytes::StoredBytes;
use self::transfer_by_pair::TransferByPair;
use self::waiting_and_in_flight::WaitingAndInFlight;
use super::error::FileError;

pub use self::canvas::escaped;
pub use self::forest::{COMPARE_FILE, draw_differences_chart};
pub use self::solve::{SOLVE_FILE, SolveRow, draw_solve_chart};
pub use self::sweep::{SWEEP_FILE, SweepFacts, draw_sweep_charts};

/// The charts' folder in the run's folder.
pub const CHARTS_FOLDER: &str = "charts";

/// The charts' names, in the order in which the page shows them.
pub const CHARTS: [&str; 10] = [
    "latency-distribution",
    "latency-over-time",
    "waiting-and-in-flight",
    "transfer-by-pair",
    "cumulative-cost",
    "stored-bytes",
    "revocations",
    "gate-wait",
    "break-even",
    "coverage-over-time",
];

/// Draws every chart of the run in `folder` into the charts' folder in `to`, as SVG and, if `png`, as PNG too.
///
/// # Errors
/// If one of the run's files cannot be read, or a chart's not written.
pub fn draw_charts(folder: &Path, to: &Path, png: bool) -> Result<(), FileError> {
    let data = RunData::read(folder)?;
    let charts = to.join(CHARTS_FOLDER);
    fs::create_dir_all(&charts).map_err(FileError::about("make", &charts))?;
    let [
        distribution,
        over_time,
        waiting,
        pairs,
        cost,
        stored,
        revocations,
        gate_wait,
        break_even,
        coverage,
    ] = CHARTS;
    write(&charts, distribution, &LatencyDistribution::new(&data), png)?;
    write(&charts, over_time, &LatencyOverTime::new(&data), png)?;
    write(&charts, waiting, &WaitingAndInFlight::new(&data), png)?;
    write(&charts, pairs, &TransferByPair::new(&data), png)?;
    write(&charts, cost, &CumulativeCost::new(&data), png)?;
    write(&charts, stored, &StoredBytes::new(&data), png)?;
    write(&charts, revocations, &Revocations::new(&data), png)?;
    write(&charts, gate_wait, &GateWait::new(&data), png)?;
    write(&charts, break_even, &BreakEven::new(&data), png)?;
    write(&charts, coverage, &Coverage::new(&data), png)
}

/// Writes one chart.
fn write(charts: &Path, name: &str, picture: &impl Picture, png: bool) -> Result<(), FileError> {
    let path = charts.join(format!("{name}.svg"));
    fs::write(&path, svg(picture)).map_err(FileError::about("write", &path))?;
    if png {
        write_png(picture, &charts.join(format!("{name}.png")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
