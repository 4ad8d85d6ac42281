//! Tag mutability as ECR names it, and what its exclusion filters may be (B66).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{names, wildcard};

/// Most exclusion filters of one repository (ECR's API model of 2026-11-17).
pub const MAX_EXCLUSIONS: usize = 5;

/// Whether tags of a repository may be moved to another image: `imageTagMutability`.
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
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TagMutability {
    /// Every tag may.
    #[default]
    Mutable,
    /// No tag may.
    Immutable,
    /// Only tags that an exclusion filter matches may.
    ImmutableWithExclusion,
    /// Every tag may, except those that an exclusion filter matches.
    MutableWithExclusion,
}

impl TagMutability {
    /// Returns AWS's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mutable => "MUTABLE",
            Self::Immutable => "IMMUTABLE",
            Self::ImmutableWithExclusion => "IMMUTABLE_WITH_EXCLUSION",
            Self::MutableWithExclusion => "MUTABLE_WITH_EXCLUSION",
        }
    }

    /// Returns whether `tag`, once it stands on an image, stays there; `exclusions` count under the two modes that take
    /// them (B66).
    pub fn is_immutable(self, exclusions: &[String], tag: &str) -> bool {
        let excludes = || {
            let mut filters = exclusions.iter();
            filters.any(|filter| wildcard::matches(filter, tag.chars()))
        };
        match self {
            Self::Mutable => false,
            Self::Immutable => true,
            Self::ImmutableWithExclusion => !excludes(),
            Self::MutableWithExclusion => excludes(),
        }
    }

    /// Returns whether it goes with exclusion filters.
    pub const fn takes_exclusions(self) -> bool {
        matches!(
            self,
            Self::ImmutableWithExclusion | Self::MutableWithExclusion
        )
    }
}

/// Accepts `exclusions` as the tag filters of a repository with `mutability`:
/// 1 to 5 with an exclusion mode, none with the others (B66).
///
/// # Errors
/// Each thing that is wrong, with the place of the filter that it concerns, if it is one of them.
pub fn check_exclusions(
    mutability: TagMutability,
    exclusions: &[String],
) -> Result<(), Vec<(Option<usize>, String)>> {
    let mut wrong = Vec::new();
    if let Err(message) = check_count(mutability, exclusions.len()) {
        wrong.push((None, message));
    }
    for (place, filter) in exclusions.iter().enumerate() {
        if let Err(message) = names::check_tag_filter(filter) {
            wrong.push((Some(place), format!("`{filter}` {message}")));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn check_count(mutability: TagMutability, count: usize) -> Result<(), String> {
    let name = mutability.name();
    match (mutability.takes_exclusions(), count) {
        (false, 0) | (true, 1..=MAX_EXCLUSIONS) => Ok(()),
        (false, _) => Err(format!("`{name}` takes no exclusions")),
        (true, 0) => Err(format!("`{name}` needs at least one exclusion")),
        (true, _) => Err(format!(
            "{count} exclusions are too many: at most {MAX_EXCLUSIONS} (\"imageTagMutabilityExclusionFilters\")"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn b66_exclusions_go_with_exclusion_modes_only() {
        let one = filters(&["latest*"]);
        assert!(check_exclusions(TagMutability::ImmutableWithExclusion, &one).is_ok());
        assert!(check_exclusions(TagMutability::Immutable, &one).is_err());
        assert!(check_exclusions(TagMutability::Mutable, &[]).is_ok());
        assert!(check_exclusions(TagMutability::MutableWithExclusion, &[]).is_err());
    }

    #[test]
    fn b66_one_to_five_filters() {
        let mode = TagMutability::MutableWithExclusion;
        assert!(check_exclusions(mode, &filters(&["a", "b", "c", "d", "e"])).is_ok());
        let six = check_exclusions(mode, &filters(&["a", "b", "c", "d", "e", "f"])).unwrap_err();
        assert!(six[0].1.contains("at most 5"), "{six:?}");
    }

    #[test]
    fn every_wrong_filter_is_told_with_its_place() {
        let wrong = check_exclusions(
            TagMutability::ImmutableWithExclusion,
            &filters(&["a?", "ok", "b/"]),
        )
        .unwrap_err();
        let places: Vec<_> = wrong.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [Some(0), Some(2)]);
    }

    #[test]
    fn names_are_those_of_the_wire() {
        let text = serde_json::to_string(&TagMutability::ImmutableWithExclusion)
            .expect("a mode is written");
        assert_eq!(text, "\"IMMUTABLE_WITH_EXCLUSION\"");
    }
}
