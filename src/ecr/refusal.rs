//! Operations that ECR refuses, by the names of its exceptions.

use std::fmt;

/// Why ECR refuses an operation. `BatchDeleteImage` itself succeeds: its failures carry a code (B113).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// A backfill to the destination's Region is in progress (B122).
    BackfillInProgress,
    /// The backfill is being stopped, or has ended (B121).
    BackfillInvalidStatus,
    /// There is no such backfill.
    BackfillNotFound,
    /// The backfill's destination is in no rule of the registry (B120).
    DestinationNotConfigured,
    /// The digest is stored and every tag given stands on it already (B17).
    ImageAlreadyExists,
    /// A manifest list that is stored there holds the image (failure code of `BatchDeleteImage`, B114).
    ImageReferencedByManifestList,
    /// No such tag or digest in the repository (failure code of `BatchDeleteImage`).
    ImageNotFound,
    /// The tag stands on another digest and is immutable.
    ImageTagAlreadyExists,
    /// A quota is used up.
    LimitExceeded,
    /// The repository exists already.
    RepositoryAlreadyExists,
    /// The repository does not exist.
    RepositoryNotFound,
    /// The registry has no policy to delete.
    RegistryPolicyNotFound,
    /// The repository has no lifecycle policy to delete.
    LifecyclePolicyNotFound,
    /// The destination's registry policy does not admit a delete that a rule replicates (U14).
    ReplicatedDeleteDenied,
    /// A Region is not enabled in one of the two accounts of a delete that a rule replicates (B35, U7).
    ReplicatedDeleteRegion,
    /// No such tag or digest in the repository.
    ImageMissing,
    /// The image is in that storage class already, or on its way there.
    StorageClassNotSupported,
}

impl Refusal {
    /// Returns the exception's name.
    pub const fn exception(self) -> &'static str {
        match self {
            Self::BackfillInProgress => "ReplicationBackfillInProgressException",
            Self::BackfillInvalidStatus => "ReplicationBackfillInvalidStatusException",
            Self::BackfillNotFound => "ReplicationBackfillNotFoundException",
            Self::DestinationNotConfigured => "InvalidParameterException",
            Self::ImageAlreadyExists => "ImageAlreadyExistsException",
            Self::ImageReferencedByManifestList => "ImageReferencedByManifestList",
            Self::ImageNotFound => "ImageNotFound",
            Self::ImageTagAlreadyExists => "ImageTagAlreadyExistsException",
            Self::LimitExceeded => "LimitExceededException",
            Self::RepositoryAlreadyExists => "RepositoryAlreadyExistsException",
            Self::RepositoryNotFound => "RepositoryNotFoundException",
            Self::RegistryPolicyNotFound => "RegistryPolicyNotFoundException",
            Self::LifecyclePolicyNotFound => "LifecyclePolicyNotFoundException",
            Self::ReplicatedDeleteDenied => "AccessDenied",
            Self::ReplicatedDeleteRegion => "RegionNotEnabled",
            Self::ImageMissing => "ImageNotFoundException",
            Self::StorageClassNotSupported => "ImageStorageClassUpdateNotSupportedException",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::BackfillInProgress => "a backfill to this Region is in progress",
            Self::BackfillInvalidStatus => "the backfill is being stopped or has ended",
            Self::BackfillNotFound => "the registry has started no such backfill",
            Self::DestinationNotConfigured => {
                "no replication rule of the registry names this destination"
            }
            Self::ImageAlreadyExists => "the image is stored under all these tags already",
            Self::ImageReferencedByManifestList => "a manifest list holds the image",
            Self::ImageNotFound | Self::ImageMissing => "no image has this tag or digest",
            Self::ImageTagAlreadyExists => "a tag stands on another image and is immutable",
            Self::LimitExceeded => "a service quota of the registry is used up",
            Self::RepositoryAlreadyExists => "the repository exists already",
            Self::RepositoryNotFound => "the repository does not exist",
            Self::RegistryPolicyNotFound => "the registry has no policy",
            Self::LifecyclePolicyNotFound => "the repository has no lifecycle policy",
            Self::ReplicatedDeleteDenied => {
                "the registry's policy does not admit the delete that a rule replicates"
            }
            Self::ReplicatedDeleteRegion => {
                "a Region is not enabled for the delete that a rule replicates"
            }
            Self::StorageClassNotSupported => {
                "the image is in this storage class already, or is being restored"
            }
        })
    }
}
