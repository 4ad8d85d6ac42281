//! The composition: wires workload, ecr and network to the engine, and tells each happening once to an observer.

mod ahead;
mod archive;
mod asking;
mod backfill;
mod build;
mod causes;
mod copies;
mod coverage;
mod deletes;
mod deployments;
mod event;
pub mod explain;
mod groups;
mod keys;
mod lifecycles;
mod model;
mod moves;
pub mod names;
mod observer;
mod operations;
mod permissions;
mod pulls;
mod quotas;
mod repositories;
mod requests;
mod risk;
mod run;
mod slab;
mod slots;
mod spells;
mod tags;

pub(crate) use ahead::DrawingAhead;
pub use backfill::{Backfill, BackfillStatus, Backfilling, StoredTagLists};
pub use build::spells_of;
pub use model::{
    Account, Assumptions, Backoff, DeploymentModel, Failures, Lane, LifecycleModel, LinkModel,
    Model, Named, Operation, Outage, Place, Provided, RegistryModel, RetentionModel, Script,
    ScriptImage, Spell, Step, StoredImages, Stream, Window,
};
pub use observer::{
    CreatedRepository, DeleteCause, Deletion, DeploymentStep, Observer, Offer, Phase, Pull,
    PushState, RefusedOperation, Replication, RevokedCopy,
};
pub use pulls::PullModel;
pub use quotas::{Exhausted, Fullest, QuotaKind};
pub use run::{Interrupted, Simulation, Summary};
