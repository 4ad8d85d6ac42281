//! Single operations, by ECR's own names.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lifecycle::Lifecycle;
use super::registry::{Permission, Rule};
use crate::aws::{StorageClass, TagMutability};
use crate::scenario::names::{Moment, RegistryName};
use crate::units::Bytes;

/// A single operation at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Name by which an override addresses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "name"))]
    pub name: Option<String>,
    /// When.
    pub at: Moment,
    /// What.
    #[serde(flatten)]
    pub action: Action,
}

/// What a single operation does, and the keys that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action")]
pub enum Action {
    /// Pushes an image; without a digest it is a new one.
    PutImage {
        /// Registry that is pushed to.
        registry: RegistryName,
        /// Repository that is pushed to.
        #[schemars(extend("format" = "repository"))]
        repository: String,
        /// Tags of the image; none is an untagged push.
        #[serde(default)]
        #[schemars(extend("items" = { "type": "string", "format": "tag" }))]
        tags: Vec<String>,
        /// Compressed bytes of the whole image.
        size: Bytes,
        /// Digest of the image, `sha256:` and 64 hex digits.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("format" = "digest"))]
        digest: Option<String>,
    },
    /// Deletes a tag (with the last one the image goes too) or an image with all its tags.
    BatchDeleteImage {
        /// Registry.
        registry: RegistryName,
        /// Repository.
        #[schemars(extend("format" = "repository"))]
        repository: String,
        /// Tag to delete; this or `digest`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("format" = "tag"))]
        tag: Option<String>,
        /// Digest of the image to delete; this or `tag`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("format" = "digest"))]
        digest: Option<String>,
    },
    /// Archives an image, or restores it from the archive.
    UpdateImageStorageClass {
        /// Registry.
        registry: RegistryName,
        /// Repository.
        #[schemars(extend("format" = "repository"))]
        repository: String,
        /// Tag that stands on the image; this or `digest`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("format" = "tag"))]
        tag: Option<String>,
        /// Digest of the image; this or `tag`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("format" = "digest"))]
        digest: Option<String>,
        /// ARCHIVE, or STANDARD to restore it.
        storage_class: StorageClass,
    },
    /// Makes a repository.
    CreateRepository {
        /// Registry.
        registry: RegistryName,
        /// Repository.
        #[schemars(extend("format" = "repository"))]
        repository: String,
        /// Whether a tag may move to another image.
        #[serde(default)]
        tag_mutability: TagMutability,
        /// Tag patterns that the two EXCLUSION modes except.
        #[serde(default)]
        #[schemars(extend("items" = { "type": "string", "format": "tag-pattern" }))]
        exclusions: Vec<String>,
    },
    /// Deletes a repository with its images.
    DeleteRepository {
        /// Registry.
        registry: RegistryName,
        /// Repository.
        #[schemars(extend("format" = "repository"))]
        repository: String,
    },
    /// Changes tag mutability for images pushed afterwards.
    PutImageTagMutability {
        /// Registry.
        registry: RegistryName,
        /// Repository.
        #[schemars(extend("format" = "repository"))]
        repository: String,
        /// Whether a tag may move to another image.
        tag_mutability: TagMutability,
        /// Tag patterns that the two EXCLUSION modes except.
        #[serde(default)]
        #[schemars(extend("items" = { "type": "string", "format": "tag-pattern" }))]
        exclusions: Vec<String>,
    },
    /// Replaces the whole lifecycle policy of a repository.
    PutLifecyclePolicy {
        /// Registry.
        registry: RegistryName,
        /// Repository.
        #[schemars(extend("format" = "repository"))]
        repository: String,
        /// The new policy; this or `policy`.
        #[serde(skip_serializing_if = "Option::is_none")]
        lifecycle: Option<Lifecycle>,
        /// File with the new policy as put-lifecycle-policy takes it.
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
    },
    /// Removes the lifecycle policy of a repository.
    DeleteLifecyclePolicy {
        /// Registry.
        registry: RegistryName,
        /// Repository.
        #[schemars(extend("format" = "repository"))]
        repository: String,
    },
    /// Replaces the whole replication configuration.
    PutReplicationConfiguration {
        /// Registry.
        registry: RegistryName,
        /// The new rules by name (an empty table switches replication off); these or `replication`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("propertyNames" = { "format": "name" }))]
        rules: Option<BTreeMap<String, Rule>>,
        /// File with the new configuration as put-replication-configuration takes it.
        #[serde(skip_serializing_if = "Option::is_none")]
        replication: Option<String>,
    },
    /// Replaces the whole registry policy.
    PutRegistryPolicy {
        /// Registry.
        registry: RegistryName,
        /// The new statements by name; these or `policy`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(extend("propertyNames" = { "format": "name" }))]
        permissions: Option<BTreeMap<String, Permission>>,
        /// File with the new policy as put-registry-policy takes it.
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
    },
    /// Removes the registry policy: every permission in this registry is gone.
    DeleteRegistryPolicy {
        /// Registry.
        registry: RegistryName,
    },
    /// Copies the stored images that match the rules of one destination to it (B120).
    StartReplicationBackfill {
        /// Registry whose images are copied.
        registry: RegistryName,
        /// Destination registry; a rule must name it.
        destination: RegistryName,
    },
    /// Stops a backfill; copies in flight finish (B124).
    StopReplicationBackfill {
        /// Registry whose images are copied.
        registry: RegistryName,
        /// Destination of the backfill; left out, every backfill of the registry.
        #[serde(skip_serializing_if = "Option::is_none")]
        destination: Option<RegistryName>,
    },
    /// Enables a Region in an account.
    EnableRegion {
        /// Alias of the account.
        account: String,
        /// Region code.
        #[schemars(extend("format" = "region"))]
        region: String,
    },
    /// Disables a Region in an account.
    DisableRegion {
        /// Alias of the account.
        account: String,
        /// Region code.
        #[schemars(extend("format" = "region"))]
        region: String,
    },
    /// Changes a registry's settings.
    PutAccountSetting {
        /// Registry.
        registry: RegistryName,
        /// Whether layers are shared between repositories.
        blob_mounting: bool,
    },
}

impl Action {
    /// Returns the action's name, by ECR's words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PutImage { .. } => "PutImage",
            Self::BatchDeleteImage { .. } => "BatchDeleteImage",
            Self::UpdateImageStorageClass { .. } => "UpdateImageStorageClass",
            Self::CreateRepository { .. } => "CreateRepository",
            Self::DeleteRepository { .. } => "DeleteRepository",
            Self::PutImageTagMutability { .. } => "PutImageTagMutability",
            Self::PutLifecyclePolicy { .. } => "PutLifecyclePolicy",
            Self::DeleteLifecyclePolicy { .. } => "DeleteLifecyclePolicy",
            Self::PutReplicationConfiguration { .. } => "PutReplicationConfiguration",
            Self::PutRegistryPolicy { .. } => "PutRegistryPolicy",
            Self::DeleteRegistryPolicy { .. } => "DeleteRegistryPolicy",
            Self::StartReplicationBackfill { .. } => "StartReplicationBackfill",
            Self::StopReplicationBackfill { .. } => "StopReplicationBackfill",
            Self::EnableRegion { .. } => "EnableRegion",
            Self::DisableRegion { .. } => "DisableRegion",
            Self::PutAccountSetting { .. } => "PutAccountSetting",
        }
    }

    /// Returns the repository that it concerns, if it concerns one.
    pub fn repository(&self) -> Option<&str> {
        match self {
            Self::PutImage { repository, .. }
            | Self::BatchDeleteImage { repository, .. }
            | Self::UpdateImageStorageClass { repository, .. }
            | Self::CreateRepository { repository, .. }
            | Self::DeleteRepository { repository, .. }
            | Self::PutImageTagMutability { repository, .. }
            | Self::PutLifecyclePolicy { repository, .. }
            | Self::DeleteLifecyclePolicy { repository, .. } => Some(repository),
            _ => None,
        }
    }

    /// Returns the registry that it concerns, unless it concerns an account.
    pub fn registry(&self) -> Option<&RegistryName> {
        match self {
            Self::EnableRegion { .. } | Self::DisableRegion { .. } => None,
            Self::PutImage { registry, .. }
            | Self::BatchDeleteImage { registry, .. }
            | Self::UpdateImageStorageClass { registry, .. }
            | Self::CreateRepository { registry, .. }
            | Self::DeleteRepository { registry, .. }
            | Self::PutImageTagMutability { registry, .. }
            | Self::PutLifecyclePolicy { registry, .. }
            | Self::DeleteLifecyclePolicy { registry, .. }
            | Self::PutReplicationConfiguration { registry, .. }
            | Self::PutRegistryPolicy { registry, .. }
            | Self::DeleteRegistryPolicy { registry }
            | Self::StartReplicationBackfill { registry, .. }
            | Self::StopReplicationBackfill { registry, .. }
            | Self::PutAccountSetting { registry, .. } => Some(registry),
        }
    }

    /// Returns the destination of the backfill that it starts or stops, if it names one.
    pub fn backfill_destination(&self) -> Option<&RegistryName> {
        match self {
            Self::StartReplicationBackfill { destination, .. } => Some(destination),
            Self::StopReplicationBackfill { destination, .. } => destination.as_ref(),
            _ => None,
        }
    }
}
