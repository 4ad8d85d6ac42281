//! The sweep file: which scenario, what varies, and how; read and told like the scenario itself.
//!
//! Knows keys, values and their units; which of them make a point is for designs to say, which know nothing of keys.

mod condition;
mod level;
mod opened;
mod read;
mod types;

pub use condition::Condition;
pub use level::{Axis, Level, Spread};
pub use opened::Sweep;
pub use read::{is_sweep, read};
pub use types::{Conditions, Design, DesignKind, Range, Scale, StopRule, SweepFile, Vary};

#[cfg(test)]
mod tests;
