//! The composition: wires workload, ecr and network to the engine, and tells each happening once to an observer.

mod archive;
mod backfill;
mod build;
mod copies;
mod deletes;
mod deployments;
pub mod explain;
mod lifecycles;
mod model;
pub mod names;
mod observer;
mod operations;
mod permissions;
mod pulls;
mod quotas;
mod requests;
mod run;
mod slab;
mod slots;
mod spells;
mod tags;

pub use backfill::{Backfill, BackfillStatus, Backfilling, StoredTagLists};
pub use build::spells_of;
pub use model::{
    Account, Assumptions, Backoff, DeploymentModel, Failures, Lane, LifecycleModel, LinkModel,
    Model, Named, Operation, Outage, Place, Provided, RegistryModel, RetentionModel, Script,
    ScriptImage, Spell, Step, StoredImages, Stream, Window,
};
pub use observer::{
    DeploymentStep, Ending, Observer, Offer, Phase, Pull, PushState, RefusedOperation, Replication,
    RevokedCopy,
};
pub use pulls::PullModel;
pub use quotas::{Exhausted, Fullest, QuotaKind};
pub use run::{Interrupted, Simulation, Summary};
