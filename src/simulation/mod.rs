//! The composition: wires workload, ecr and network to the engine, and tells each happening once to an observer.

mod model;
pub mod names;
mod slab;
mod tags;

pub use model::{
    Account, Assumptions, Failures, Lane, LinkModel, Model, Operation, Outage, Provided,
    RegistryModel, RetentionModel, Script, StoredImages, Stream, Window,
};
