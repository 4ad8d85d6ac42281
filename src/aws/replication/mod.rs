//! AWS's replication configuration: which repositories of a registry go to which destinations.
//!
//! The same checks serve the document and a scenario's rules, so each tells its [`Place`] and not a place in a text.

use serde::Serialize;

mod check;
mod read;

pub use check::{Finding, Place, check};
pub use read::read;

/// What put-replication-configuration takes. It replaces all that was there before (B37); without rules, replication
/// is off (B20).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationConfiguration {
    /// Rules; their order has no meaning.
    pub rules: Vec<Rule>,
}

/// One rule: every push to a repository that it selects goes to all its destinations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Destinations; none at all is accepted and does nothing (U25).
    pub destinations: Vec<Destination>,
    /// Any one of them selects a repository (U4); empty selects every repository (B24).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repository_filters: Vec<RepositoryFilter>,
    /// Whether deletes are replicated too (B111); absent means no (B112).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_replication: Option<DeleteReplication>,
}

/// A destination registry; both halves are required, also for the own account (B23).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// Region's code.
    pub region: String,
    /// Account id of 12 digits.
    pub registry_id: String,
}

/// A filter on repository names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryFilter {
    /// What a repository's name must begin with: plain text, no `/` implied (B25).
    pub filter: String,
    /// How it is compared.
    pub filter_type: FilterType,
}

/// How a repository filter is compared; ECR has one way only (B25).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FilterType {
    /// The repository's name begins with the filter's text.
    #[default]
    PrefixMatch,
}

/// A rule's `deleteReplication` (B4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteReplication {
    /// Whether the rule's deletes are replicated.
    pub enabled: bool,
}

impl Rule {
    /// Returns whether the rule replicates deletes (B112: not unless it says so).
    pub fn replicates_deletes(&self) -> bool {
        self.delete_replication.is_some_and(|switch| switch.enabled)
    }

    /// Returns the texts that a repository's name may begin with; none means every repository (B24).
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.repository_filters
            .iter()
            .map(|filter| filter.filter.as_str())
    }
}

impl RepositoryFilter {
    /// Returns the filter of names that begin with `prefix`.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self {
            filter: prefix.into(),
            filter_type: FilterType::PrefixMatch,
        }
    }
}
