//! Discrete-event simulation of Amazon ECR replication.

pub mod ecr;
pub mod engine;
pub mod measure;
pub mod network;
pub mod simulation;
pub mod units;
pub mod workload;
