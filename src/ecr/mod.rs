//! ECR's semantics as a state machine: an operation in, effects or a refusal out.
//!
//! Knows no clock and no chance. Each rule of AWS stands in one place, beside the number of its fact
//! (`B…` documented or observed, `U…` an assumption where AWS does not say).

mod archive;
mod arrival;
mod causes;
mod coverage;
mod deletion;
mod groups;
mod holdings;
mod ids;
mod images;
mod layers;
mod lifecycle;
mod listing;
mod moves;
pub mod mutability;
mod order;
pub mod policy;
mod provenance;
mod pulls;
mod push;
mod reason;
mod refusal;
mod removal;
mod repositories;
mod retirement;
pub mod rules;
mod settings;
mod slots;
mod storage;
mod tags;
mod template;
#[cfg(test)]
mod tests;
mod world;

pub use archive::{Departure, Named, Restore};
pub use arrival::Arrival;
pub use causes::CausedChange;
pub use coverage::Covered;
pub use holdings::{Added, Class, Holdings};
pub use ids::{HolderId, ImageId, LayerId, RegistryId, RepositoryId, TagId};
pub use images::{Content, Digest, Image};
pub use lifecycle::Due;
pub use moves::{Move, Removed};
pub use push::{Push, Pushed};
pub use reason::Reason;
pub use refusal::Refusal;
pub use removal::Removal;
pub use settings::{Created, Settings};
pub use slots::{Slot, Slots};
pub use tags::Tags;
pub use template::Template;
pub use world::{Quotas, World};
