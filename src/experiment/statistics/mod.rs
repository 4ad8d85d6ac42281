//! What many runs say together: small pure functions, each with the source of its formula.

mod best;
mod bootstrap;
mod estimate;
mod fieller;
mod holm;
mod pairs;

pub use best::{Interval, Preference, against_the_best};
pub use bootstrap::chances_of_being_best;
pub use estimate::{Estimate, student_quantile};
pub use fieller::{Mean, ratio_interval};
pub use holm::adjusted;
pub use pairs::{Pairs, Spread};

/// Chance of an interval to hold the true value, and one less the chance of a family of tests to find a difference that
/// is none.
pub const CONFIDENCE: f64 = 0.95;
