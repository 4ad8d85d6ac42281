//! What a run is asked: an observer that only listens, and the plain tables that it makes.

mod batches;
mod calendar;
mod checks;
mod gauge;
mod handing;
mod histogram;
mod ledger;
mod metrics;
mod money;
pub mod outcome;
mod questions;
pub mod record;
mod revocations;
mod simulate;
mod stats;
mod storage;
pub mod table;
mod tables;
mod tails;
mod thresholds;
mod timeline;
mod transient;
mod trend;

pub use ledger::Ledger;
pub use money::Tariff;
pub use outcome::Outcome;
pub use questions::{HALF_HOUR, Questions};
pub use simulate::simulate;
