//! Storage classes of images (B80).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an image lies: `targetStorageClass` of `UpdateImageStorageClass`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum StorageClass {
    /// To be pulled at any time.
    Standard,
    /// Not to be pulled before it is restored.
    Archive,
}

impl StorageClass {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Standard, Self::Archive];

    /// Returns AWS's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Archive => "ARCHIVE",
        }
    }
}
