//! The composition: wires workload, ecr and network to the engine, and tells each happening once to an observer.

pub mod names;
