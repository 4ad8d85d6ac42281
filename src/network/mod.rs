//! Links between Regions: slots, fair-shared bandwidth, changes of capacity.
//!
//! Knows bytes and time, nothing of ECR: a copy is a token and a number of bytes.

mod link;
mod pipe;
mod service;
mod steady;

pub use link::{Link, Medium};
pub use pipe::{Arrived, CopyId, Pipe, Speeds};
pub use steady::Steady;
