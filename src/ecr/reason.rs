//! Why a replication fails (U12: AWS publishes no list, so the names are ours).

/// Why a replication FAILED: the closed list of MODEL.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The destination's registry policy does not allow `ecr:ReplicateImage`, or denies it (B40, U9).
    AccessDenied,
    /// The backfill that requested it was stopped, or failed, before the copy started (B123, B124).
    BackfillStopped,
    /// A quota of the destination is used up (U19).
    LimitExceeded,
    /// The permission was lost while the copy was in flight, and this copy did not survive it (U8).
    PermissionRevoked,
    /// A Region is not enabled in one of the two accounts (B35, U7).
    RegionNotEnabled,
    /// The repository is missing and the policy does not allow `ecr:CreateRepository` (B41).
    RepositoryCreationDenied,
    /// The source image was deleted, or archived, before the copy started (U17).
    SourceImageDeleted,
    /// The creation template needs a role that it lacks (B71).
    TemplateRoleMissing,
    /// Every attempt failed.
    TransferFailed,
}

impl Reason {
    /// Every reason, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::AccessDenied,
        Self::BackfillStopped,
        Self::LimitExceeded,
        Self::PermissionRevoked,
        Self::RegionNotEnabled,
        Self::RepositoryCreationDenied,
        Self::SourceImageDeleted,
        Self::TemplateRoleMissing,
        Self::TransferFailed,
    ];

    /// Returns the reason's name, as tables print it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDenied",
            Self::BackfillStopped => "BackfillStopped",
            Self::LimitExceeded => "LimitExceeded",
            Self::PermissionRevoked => "PermissionRevoked",
            Self::RegionNotEnabled => "RegionNotEnabled",
            Self::RepositoryCreationDenied => "RepositoryCreationDenied",
            Self::SourceImageDeleted => "SourceImageDeleted",
            Self::TemplateRoleMissing => "TemplateRoleMissing",
            Self::TransferFailed => "TransferFailed",
        }
    }
}
