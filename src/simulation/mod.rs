//! The composition: wires workload, ecr and network to the engine, and tells each happening once to an observer.

mod build;
mod copies;
mod deletes;
pub mod explain;
mod lifecycles;
mod model;
pub mod names;
mod observer;
mod operations;
mod permissions;
mod requests;
mod run;
mod slab;
mod slots;
mod tags;

pub use model::{
    Account, Assumptions, Failures, Lane, LifecycleModel, LinkModel, Model, Operation, Outage,
    Place, Provided, RegistryModel, RetentionModel, Script, ScriptImage, Step, StoredImages,
    Stream, Window,
};
pub use observer::{
    Ending, Observer, Phase, PushState, RefusedOperation, Replication, RevokedCopy,
};
pub use run::{Interrupted, Simulation, Summary};
