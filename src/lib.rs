//! Discrete-event simulation of Amazon ECR replication.

pub mod measure;
pub mod report;
pub mod simulation;
pub mod units;
