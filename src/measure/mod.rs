//! What a run is asked: an observer that only listens, and the plain tables that it makes.

mod gauge;
mod histogram;
pub mod outcome;
pub mod record;
pub mod table;
mod trend;
