//! Calendar, earliest-of-many, random streams and the laws that they are drawn from.
//!
//! Knows nothing of registries, links or files. Time is whole nanoseconds, so that comparison is exact.

mod calendar;
mod earliest;
mod exponentials;
mod heap;
mod law;
mod moment;
mod normal;
mod random;
mod wheel;

pub use calendar::Calendar;
pub use earliest::Earliest;
pub use heap::Heap;
pub use law::{Choice, Law, round_up};
pub use moment::Rank;
pub use normal::{normal_cdf, normal_quantile};
pub use random::{Draws, Key};
