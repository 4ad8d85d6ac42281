//! Facts as data: Regions, limits by profile, price tables, and the shapes of AWS's own documents.
//!
//! `B…` and `U…` are the numbers of the fact sheet: a `B` is how ECR behaves, a `U` an assumption. Knows nothing of
//! scenarios, time or state. What AWS refuses is found here, once, both for AWS's documents and for a scenario's keys.

pub mod document;
pub mod lifecycle;
pub mod mutability;
pub mod names;
pub mod nearest;
pub mod policy;
pub mod prices;
pub mod profile;
pub mod regions;
pub mod registry;
pub mod replication;
pub mod storage_class;
pub mod wildcard;

pub use document::{Problem, Read, Severity};
pub use lifecycle::LifecyclePolicy;
pub use mutability::TagMutability;
pub use nearest::nearest;
pub use policy::RegistryPolicy;
pub use prices::PriceTable;
pub use profile::{Feature, Limits, Profile, Quota};
pub use regions::Region;
pub use registry::Registry;
pub use replication::ReplicationConfiguration;
pub use storage_class::StorageClass;
