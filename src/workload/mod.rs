//! Who does what when: generators of operations in time order, one at a time.
//!
//! Knows streams, numbers and bytes; nothing of what ECR makes of an operation.

mod arrivals;
mod pulls;
mod pushes;
mod retention;

pub use arrivals::{Arrivals, Position, Shape};
pub use pulls::{PullPlan, PullStream};
pub use pushes::{Drawn, PushPlan, PushStream, draw_size};
pub use retention::Retention;
