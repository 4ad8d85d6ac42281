//! Lifecycle policies, and what a repository is like that replication creates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::SimDuration;

/// A lifecycle policy: limits in short form, each for itself, or AWS's document. It acts every 24 h from the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Lifecycle {
    /// So many of the newest active images stay (imageCountMoreThan).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub keep_last: Option<u64>,
    /// Whole days after its push an image goes (sinceImagePushed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_after: Option<SimDuration>,
    /// Whole days after its push an image goes that has no tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_untagged_after: Option<SimDuration>,
    /// Whole days after its push an image is archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive_after: Option<SimDuration>,
    /// Whole days after it was archived, at least 90, an image goes (sinceImageTransitioned).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_archived_after: Option<SimDuration>,
    /// File with the policy as put-lifecycle-policy takes it; not with the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}
