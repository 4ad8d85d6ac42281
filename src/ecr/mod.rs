//! ECR's semantics as a state machine; no clock, no chance.

pub mod mutability;
pub mod policy;
mod reason;
pub mod rules;

pub use reason::Reason;
