//! Who does what when.

mod arrivals;

pub use arrivals::{Arrivals, Position, Shape};
