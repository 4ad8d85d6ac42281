//! What a run is asked: an observer that only listens, and the plain tables that it makes.

mod calendar;
mod gauge;
mod histogram;
mod money;
pub mod outcome;
pub mod record;
mod storage;
pub mod table;
mod trend;

pub use money::Tariff;
pub use outcome::Outcome;
