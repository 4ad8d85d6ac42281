//! What a run is asked: an observer that only listens, the books that are kept of what it heard, and the plain tables that
//! come of them.

mod archive;
mod batches;
mod break_even;
mod calendar;
mod checks;
mod deployments;
mod gauge;
mod histogram;
mod ledger;
mod metrics;
mod money;
mod note;
pub mod outcome;
mod pulls;
mod questions;
mod quotas;
pub mod record;
mod records;
mod revocations;
mod simulate;
mod stats;
mod storage;
pub mod table;
mod tables;
mod tails;
mod teller;
mod thresholds;
mod timeline;
mod transient;
mod trend;

pub use money::Tariff;
pub use outcome::Outcome;
pub use questions::{HALF_HOUR, Questions};
pub use simulate::Run;
