//! Discrete-event simulation of Amazon ECR replication.

pub mod aws;
pub mod ecr;
pub mod measure;
pub mod scenario;
pub mod simulation;
pub mod units;
