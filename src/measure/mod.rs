//! What a run is asked: an observer that only listens, the books that are kept of what it heard, and the plain tables that
//! come of them.

mod archive;
mod batches;
mod break_even;
mod calendar;
mod causes;
mod checks;
mod clock;
mod deletions;
mod deployments;
mod drift;
mod gauge;
mod histogram;
mod interruptions;
mod intervals;
mod ledger;
mod metrics;
mod money;
mod note;
mod orphans;
pub mod outcome;
mod pulls;
mod questions;
mod quotas;
pub mod record;
mod records;
mod revocations;
mod scalars;
mod simulate;
mod stats;
mod storage;
pub mod table;
mod tables;
mod tails;
mod tally;
mod teller;
mod thresholds;
mod timeline;
mod transient;
mod trend;

pub use intervals::without_interval;
pub use money::Tariff;
pub use outcome::Outcome;
pub use questions::{HALF_HOUR, Questions};
pub use scalars::{Scalar, Scalars};
pub use simulate::Run;
