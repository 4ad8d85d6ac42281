//! What transfer and storage cost.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::names::Route;
use crate::units::{UsdPerGb, UsdPerGbMonth};

/// Prices: a table, and what overrides it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Prices {
    /// Built-in price table, or a CSV file of one's own.
    pub table: String,
    /// The AWS rate at which replication is billed; AWS's pages do not settle it.
    pub transfer_rate: TransferRate,
    /// What a billed GB of transfer is.
    pub gb: Gb,
    /// Prices of transfer that override the table, by pair of Regions.
    #[schemars(extend("propertyNames" = { "format": "route" }))]
    pub transfer: BTreeMap<Route, UsdPerGb>,
    /// Prices of storage that override the table, by Region.
    #[schemars(extend("propertyNames" = { "format": "region" }))]
    pub storage: BTreeMap<String, UsdPerGbMonth>,
    /// Prices of archived bytes that override the table, by Region.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = { "format": "region" }))]
    pub archive: BTreeMap<String, UsdPerGbMonth>,
    /// Prices of restoring from the archive that override the table, by Region.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = { "format": "region" }))]
    pub restore: BTreeMap<String, UsdPerGb>,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            table: Self::BUILT_IN.to_owned(),
            transfer_rate: TransferRate::InterRegion,
            gb: Gb::GiB,
            transfer: BTreeMap::new(),
            storage: BTreeMap::new(),
            archive: BTreeMap::new(),
            restore: BTreeMap::new(),
        }
    }
}

impl Prices {
    /// Name of the built-in price table.
    pub const BUILT_IN: &'static str = "aws-2026";
}

/// The AWS rate at which replication is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransferRate {
    /// Transfer between Regions.
    InterRegion,
    /// Transfer out to the internet, in tiers.
    Internet,
}

/// What a billed GB of transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Gb {
    /// 2^30 bytes.
    GiB,
    /// 10^9 bytes.
    #[serde(rename = "GB")]
    Gb,
}

impl Gb {
    /// Returns the bytes of one.
    pub const fn bytes(self) -> u64 {
        match self {
            Self::GiB => 1 << 30,
            Self::Gb => 1_000_000_000,
        }
    }
}
