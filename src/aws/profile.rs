//! ECR's rule sets by date: limits, and what replication can do (B1–B4; quotas in section 11 of the fact sheet).

use std::fmt::{self, Display};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// ECR's rule set, named after the month in which it began to hold.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub enum Profile {
    /// Until mid-August 2026: 10 rules, no delete replication, no backfill (B1).
    #[serde(rename = "2021")]
    Year2021,
    /// From about 2026-08-19: 25 rules (B2).
    #[serde(rename = "2026-08")]
    August2026,
    /// From about 2026-11-16: delete replication (B4); backfill since about 2026-10-27 (B3).
    #[default]
    #[serde(rename = "2026-11")]
    November2026,
}

/// What only newer profiles have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// `deleteReplication` of a rule (B4).
    DeleteReplication,
    /// Copying stored images to a configured destination (B3).
    Backfill,
}

/// A quota by the name under which AWS lists it, with its default value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Name on the page "Amazon ECR service quotas", or of the API's field where AWS has no quota.
    pub name: &'static str,
    /// What it counts, in the plural.
    pub counted: &'static str,
    /// Greatest value that is accepted.
    pub max: u64,
    /// Whether AWS raises it on request.
    pub adjustable: bool,
}

/// The limits of one account and Region under a profile, with their default values.
///
/// Only the limit on rules is known to have changed between the profiles; of the others the value of 2026-11 stands
/// for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rules in a replication configuration (B21).
    pub rules: Quota,
    /// Different destinations over all rules (B21).
    pub unique_destinations: Quota,
    /// Prefix filters in one rule (B21).
    pub filters_per_rule: Quota,
    /// Destinations in one rule's list, as the API's shape allows them (B22).
    pub destinations_per_rule: Quota,
    /// Images in one repository.
    pub images_per_repository: Quota,
    /// Repositories in one registry.
    pub repositories_per_registry: Quota,
    /// Tags on one image.
    pub tags_per_image: Quota,
    /// Characters of a registry policy (B48).
    pub registry_policy_characters: Quota,
    /// Characters of a lifecycle policy.
    pub lifecycle_policy_characters: Quota,
    /// Rules in a lifecycle policy.
    pub lifecycle_policy_rules: Quota,
    /// Backfills in progress in one registry (B122).
    pub backfills_in_progress: Quota,
    /// Backfills in progress towards one destination Region (B122).
    pub backfills_per_destination_region: Quota,
}

impl Profile {
    /// Every profile, oldest first.
    pub const ALL: [Self; 3] = [Self::Year2021, Self::August2026, Self::November2026];

    /// Returns the name that a scenario's `profile` key takes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Year2021 => "2021",
            Self::August2026 => "2026-08",
            Self::November2026 => "2026-11",
        }
    }

    /// Returns the limits that hold under this profile.
    pub const fn limits(self) -> Limits {
        let rules = match self {
            Self::Year2021 => 10,
            Self::August2026 | Self::November2026 => 25,
        };
        Limits {
            rules: Quota::fixed(rules, "rules", "Rules per replication configuration"),
            ..LIMITS_2026_11
        }
    }

    /// Returns whether the profile has `feature`.
    pub fn has(self, feature: Feature) -> bool {
        self >= feature.since()
    }

    /// Returns whether a rule may carry `deleteReplication` (B4).
    pub fn has_delete_replication(self) -> bool {
        self.has(Feature::DeleteReplication)
    }

    /// Returns whether stored images can be copied by a backfill (B3).
    pub fn has_backfill(self) -> bool {
        self.has(Feature::Backfill)
    }

    /// Accepts the use of `feature` if the profile has it.
    ///
    /// # Errors
    /// A message that names the feature, this profile and the one that has it.
    pub fn require(self, feature: Feature) -> Result<(), String> {
        if self.has(feature) {
            return Ok(());
        }
        let since = feature.since();
        Err(format!(
            "profile `{self}` has no {feature}: profile `{since}` has it"
        ))
    }
}

impl Display for Profile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl Feature {
    /// Returns the oldest profile that has the feature.
    pub const fn since(self) -> Profile {
        match self {
            Self::DeleteReplication | Self::Backfill => Profile::November2026,
        }
    }
}

impl Display for Feature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::DeleteReplication => "delete replication",
            Self::Backfill => "replication backfill",
        })
    }
}

impl Quota {
    const fn fixed(max: u64, counted: &'static str, name: &'static str) -> Self {
        Self {
            name,
            counted,
            max,
            adjustable: false,
        }
    }

    const fn adjustable(max: u64, counted: &'static str, name: &'static str) -> Self {
        Self {
            name,
            counted,
            max,
            adjustable: true,
        }
    }

    /// Accepts `count` if the quota allows it.
    ///
    /// # Errors
    /// A message with the count, "at most" the limit, and the quota's name (our wording, U27).
    pub fn check(&self, count: usize) -> Result<(), String> {
        if count as u64 <= self.max {
            return Ok(());
        }
        let Self {
            name, counted, max, ..
        } = self;
        Err(format!(
            "{count} {counted} are too many: at most {max} (\"{name}\")"
        ))
    }
}

/// Source: "Amazon ECR service quotas" (version of 2026 with 25 rules), read 2026-11-22; where the name is that of an
/// API field, the API model of 2026-11-17.
const LIMITS_2026_11: Limits = Limits {
    rules: Quota::fixed(25, "rules", "Rules per replication configuration"),
    unique_destinations: Quota::fixed(
        25,
        "different destinations",
        "Unique destinations across all rules in a replication configuration",
    ),
    filters_per_rule: Quota::fixed(
        100,
        "filters",
        "Filters per rule in a replication configuration",
    ),
    destinations_per_rule: Quota::fixed(100, "destinations", "ReplicationRule.destinations"),
    images_per_repository: Quota::adjustable(100_000, "images", "Images per repository"),
    repositories_per_registry: Quota::adjustable(
        100_000,
        "repositories",
        "Registered repositories",
    ),
    tags_per_image: Quota::fixed(1_000, "tags", "Tags per image"),
    registry_policy_characters: Quota::fixed(10_240, "characters", "RegistryPolicyText"),
    lifecycle_policy_characters: Quota::fixed(30_720, "characters", "Lifecycle policy length"),
    lifecycle_policy_rules: Quota::fixed(50, "rules", "Rules per lifecycle policy"),
    backfills_in_progress: Quota::fixed(
        10,
        "backfills in progress",
        "Backfills in progress per registry",
    ),
    backfills_per_destination_region: Quota::fixed(
        1,
        "backfills in progress",
        "Backfills in progress per destination Region",
    ),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b1_before_august_2026_ten_rules_and_nothing_new() {
        let old = Profile::Year2021;
        assert_eq!(old.limits().rules.max, 10);
        assert!(!old.has_delete_replication() && !old.has_backfill());
    }

    #[test]
    fn b2_from_august_2026_twenty_five_rules() {
        let august = Profile::August2026;
        assert_eq!(august.limits().rules.max, 25);
        assert!(!august.has_delete_replication() && !august.has_backfill());
    }

    #[test]
    fn b3_b4_newest_profile_has_backfill_and_delete_replication_and_is_the_default() {
        assert!(Profile::default().has_delete_replication());
        assert!(Profile::default().has_backfill());
        assert_eq!(Profile::default(), Profile::November2026);
    }

    #[test]
    fn b3_missing_feature_names_the_profile_that_has_it() {
        assert_eq!(
            Profile::August2026.require(Feature::Backfill).unwrap_err(),
            "profile `2026-08` has no replication backfill: profile `2026-11` has it"
        );
        assert_eq!(Profile::November2026.require(Feature::Backfill), Ok(()));
    }

    #[test]
    fn b21_limits_of_a_configuration() {
        let limits = Profile::November2026.limits();
        assert_eq!(limits.unique_destinations.max, 25);
        assert_eq!(limits.filters_per_rule.max, 100);
        assert!(!limits.unique_destinations.adjustable);
        assert!(limits.images_per_repository.adjustable);
    }

    #[test]
    fn u27_quota_is_named_with_its_bound() {
        let rules = Profile::Year2021.limits().rules;
        assert_eq!(rules.check(10), Ok(()));
        assert_eq!(
            rules.check(11).unwrap_err(),
            "11 rules are too many: at most 10 (\"Rules per replication configuration\")"
        );
    }

    #[test]
    fn profiles_read_and_print_the_same_name() {
        for profile in Profile::ALL {
            let text = serde_json::to_string(&profile).expect("a profile is written and read");
            assert_eq!(text, format!("\"{profile}\""));
            assert_eq!(
                serde_json::from_str::<Profile>(&text).expect("a profile is written and read"),
                profile
            );
        }
    }
}
