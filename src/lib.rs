//! Discrete-event simulation of Amazon ECR replication.

pub mod aws;
pub mod cli;
pub mod ecr;
pub mod engine;
pub mod measure;
pub mod network;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod units;
pub mod workload;
