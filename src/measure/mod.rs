//! What a run is asked: an observer that only listens, and the plain tables that it makes.

pub mod outcome;
pub mod record;
pub mod table;
