//! Recorded operations, compact: a trace may have a million rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::names::RegistryName;
use crate::aws::{StorageClass, TagMutability};
use crate::units::{Bytes, SimTime};

/// The rows of each trace, by its name. Scenarios that differ in other things share them.
pub type Traces = BTreeMap<String, Arc<TraceRows>>;

/// The rows of a trace by time, rows of one time in the order of the file; strings stand in tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceRows {
    /// Rows by time.
    pub rows: Vec<TraceRow>,
    /// Registries by [`TraceRow::registry`].
    pub registries: Vec<RegistryName>,
    /// Repositories by [`TraceRow::repository`].
    pub repositories: Vec<String>,
    /// Lists of tags by [`TraceRow::tags`].
    pub tag_lists: Vec<Vec<String>>,
    /// Digests by [`TraceRow::digest`].
    pub digests: Vec<String>,
    /// Tag mutabilities with their exclusions, by [`TraceValue::Mutability`].
    pub mutabilities: Vec<(TagMutability, Vec<String>)>,
}

/// One recorded operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceRow {
    /// When.
    pub at: SimTime,
    /// What.
    pub action: TraceAction,
    /// Registry; of `EnableRegion` and `DisableRegion`, account and Region.
    pub registry: u32,
    /// Repository; `None` where the action has none.
    pub repository: Option<u32>,
    /// Tags; of a row without tags, the empty list.
    pub tags: u32,
    /// Digest; `None` is a new image, or a delete by tag.
    pub digest: Option<u32>,
    /// Bytes of the whole image; 0 where the action has none.
    pub bytes: Bytes,
    /// What the eighth column names.
    pub value: TraceValue,
}

/// What the eighth column of a row names: a document, or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceValue {
    /// Nothing.
    None,
    /// Destination of a backfill, among the registries.
    Destination(u32),
    /// A document, among those of all traces.
    Document(u32),
    /// A tag mutability, among the trace's.
    Mutability(u32),
    /// A setting.
    On(bool),
    /// Where an image is put.
    StorageClass(StorageClass),
}

impl TraceValue {
    /// Returns the destination of a backfill, among the registries, if it names one.
    pub const fn destination(self) -> Option<u32> {
        match self {
            Self::Destination(place) => Some(place),
            _ => None,
        }
    }

    /// Returns the storage class, if it names one.
    pub const fn storage_class(self) -> Option<StorageClass> {
        match self {
            Self::StorageClass(class) => Some(class),
            _ => None,
        }
    }
}

/// An operation that a row of a trace can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceAction {
    /// Pushes an image.
    PutImage,
    /// Deletes tags, or an image by its digest.
    BatchDeleteImage,
    /// Makes a repository.
    CreateRepository,
    /// Deletes a repository with its images.
    DeleteRepository,
    /// Changes a repository's tag mutability.
    PutImageTagMutability,
    /// Replaces a repository's lifecycle policy.
    PutLifecyclePolicy,
    /// Removes a repository's lifecycle policy.
    DeleteLifecyclePolicy,
    /// Replaces the replication configuration.
    PutReplicationConfiguration,
    /// Replaces the registry policy.
    PutRegistryPolicy,
    /// Removes the registry policy.
    DeleteRegistryPolicy,
    /// Copies stored images to one destination.
    StartReplicationBackfill,
    /// Stops a backfill.
    StopReplicationBackfill,
    /// Enables a Region in an account.
    EnableRegion,
    /// Disables a Region in an account.
    DisableRegion,
    /// Changes a registry's settings.
    PutAccountSetting,
    /// Archives an image, or restores it.
    UpdateImageStorageClass,
}

impl TraceAction {
    /// Every action that a row can say.
    pub const ALL: [Self; 16] = [
        Self::PutImage,
        Self::BatchDeleteImage,
        Self::CreateRepository,
        Self::DeleteRepository,
        Self::PutImageTagMutability,
        Self::PutLifecyclePolicy,
        Self::DeleteLifecyclePolicy,
        Self::PutReplicationConfiguration,
        Self::PutRegistryPolicy,
        Self::DeleteRegistryPolicy,
        Self::StartReplicationBackfill,
        Self::StopReplicationBackfill,
        Self::EnableRegion,
        Self::DisableRegion,
        Self::PutAccountSetting,
        Self::UpdateImageStorageClass,
    ];

    /// Returns ECR's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PutImage => "PutImage",
            Self::BatchDeleteImage => "BatchDeleteImage",
            Self::CreateRepository => "CreateRepository",
            Self::DeleteRepository => "DeleteRepository",
            Self::PutImageTagMutability => "PutImageTagMutability",
            Self::PutLifecyclePolicy => "PutLifecyclePolicy",
            Self::DeleteLifecyclePolicy => "DeleteLifecyclePolicy",
            Self::PutReplicationConfiguration => "PutReplicationConfiguration",
            Self::PutRegistryPolicy => "PutRegistryPolicy",
            Self::DeleteRegistryPolicy => "DeleteRegistryPolicy",
            Self::StartReplicationBackfill => "StartReplicationBackfill",
            Self::StopReplicationBackfill => "StopReplicationBackfill",
            Self::EnableRegion => "EnableRegion",
            Self::DisableRegion => "DisableRegion",
            Self::PutAccountSetting => "PutAccountSetting",
            Self::UpdateImageStorageClass => "UpdateImageStorageClass",
        }
    }

    /// Tells whether the operation concerns a repository.
    pub const fn has_repository(self) -> bool {
        matches!(
            self,
            Self::PutImage
                | Self::BatchDeleteImage
                | Self::CreateRepository
                | Self::DeleteRepository
                | Self::PutImageTagMutability
                | Self::PutLifecyclePolicy
                | Self::DeleteLifecyclePolicy
                | Self::UpdateImageStorageClass
        )
    }

    /// Tells whether the operation concerns an account and a Region, not a registry.
    pub const fn is_of_account(self) -> bool {
        matches!(self, Self::EnableRegion | Self::DisableRegion)
    }

    /// Tells whether the operation starts or stops a backfill.
    pub const fn is_of_backfill(self) -> bool {
        matches!(
            self,
            Self::StartReplicationBackfill | Self::StopReplicationBackfill
        )
    }

    /// Tells whether the operation concerns a stored image, by tag or digest.
    pub const fn has_named_image(self) -> bool {
        matches!(self, Self::BatchDeleteImage | Self::UpdateImageStorageClass)
    }

    /// Tells whether the operation concerns an image.
    pub const fn has_image(self) -> bool {
        self.has_named_image() || matches!(self, Self::PutImage)
    }
}

/// Numbers strings in the order in which they are first met.
#[derive(Debug, Default)]
pub(super) struct Interner(HashMap<String, u32>);

impl Interner {
    /// Returns the number of a string, and whether it is new.
    pub(super) fn number(&mut self, text: &str) -> (u32, bool) {
        if let Some(number) = self.0.get(text) {
            return (*number, false);
        }
        let number = u32::try_from(self.0.len()).expect("a trace has fewer than 2^32 rows");
        self.0.insert(text.to_owned(), number);
        (number, true)
    }
}
