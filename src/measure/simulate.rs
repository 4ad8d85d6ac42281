//! One run, from a loaded scenario and its model to what was found.

use super::ledger::Ledger;
use super::outcome::Outcome;
use super::questions::Questions;
use super::record::RecordSink;
use crate::scenario::Loaded;
use crate::simulation::{Interrupted, Model, Simulation};
use crate::units::SimTime;

/// Simulates `loaded`, whose model is `model`, and hands measured replications to `sink`, which comes back.
///
/// `keep_going` is asked now and then with the simulated time and the number of events.
///
/// # Errors
/// If `keep_going` says no.
pub fn simulate<S: RecordSink>(
    loaded: &Loaded,
    model: &Model,
    sink: S,
    keep_going: impl FnMut(SimTime, u64) -> bool,
) -> Result<(Outcome, S), Interrupted> {
    let ledger = Ledger::new(model, &Questions::of(loaded), sink);
    let simulation = Simulation::new(model, loaded.scenario.seed, ledger);
    let (ledger, summary) = simulation.run(keep_going)?;
    Ok(ledger.outcome(summary, &loaded.thresholds))
}
