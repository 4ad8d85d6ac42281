//! What a run is asked: an observer that only listens, and the plain tables that it makes.

mod batches;
mod calendar;
mod checks;
mod gauge;
mod histogram;
mod ledger;
mod metrics;
mod money;
pub mod outcome;
pub mod record;
mod revocations;
mod simulate;
mod storage;
pub mod table;
mod tables;
mod thresholds;
mod timeline;
mod trend;

pub use ledger::{HALF_HOUR, Ledger, Questions};
pub use money::Tariff;
pub use outcome::Outcome;
pub use simulate::simulate;
