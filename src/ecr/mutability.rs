//! Which tags of a repository may be moved to another image (B66).

pub use crate::aws::TagMutability;

/// A repository's tag mutability with its exclusion filters; decided tag by tag, also for arriving replicas (U10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagRule {
    mode: TagMutability,
    exclusions: Vec<String>,
}

impl TagRule {
    /// Returns the rule of `mode`; `exclusions` count under the two modes that take them.
    pub fn new(mode: TagMutability, exclusions: Vec<String>) -> Self {
        Self { mode, exclusions }
    }

    /// Returns AWS's name of the mode, and the filters after it, separated by spaces.
    pub fn text(&self) -> String {
        let filters = self.exclusions.iter().map(String::as_str);
        let words: Vec<&str> = std::iter::once(self.mode.name()).chain(filters).collect();
        words.join(" ")
    }

    /// Returns whether `tag`, once it stands on an image, stays there.
    pub fn is_immutable(&self, tag: &str) -> bool {
        self.mode.is_immutable(&self.exclusions, tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_immutable(mode: TagMutability, exclusions: &[&str], tag: &str) -> bool {
        let exclusions = exclusions.iter().map(ToString::to_string).collect();
        TagRule::new(mode, exclusions).is_immutable(tag)
    }

    #[test]
    fn a_rule_reads_as_aws_writes_it() {
        let filters = vec!["dev-*".to_owned(), "latest".to_owned()];
        let rule = TagRule::new(TagMutability::ImmutableWithExclusion, filters);
        assert_eq!(rule.text(), "IMMUTABLE_WITH_EXCLUSION dev-* latest");
        assert_eq!(TagRule::default().text(), "MUTABLE");
    }

    #[test]
    fn b61_without_a_setting_tags_are_mutable() {
        assert!(!TagRule::default().is_immutable("latest"));
    }

    #[test]
    fn b66_immutable_with_exclusion_lets_matching_tags_move() {
        let moves = |tag| {
            let filters = ["latest*", "*-dev"];
            !is_immutable(TagMutability::ImmutableWithExclusion, &filters, tag)
        };
        assert!(moves("latest") && moves("latest-arm") && moves("1.4-dev"));
        assert!(!moves("1.4") && !moves("my-latest"));
    }

    #[test]
    fn b66_mutable_with_exclusion_is_the_reverse() {
        let mode = TagMutability::MutableWithExclusion;
        assert!(is_immutable(mode, &["v*"], "v1.2"));
        assert!(!is_immutable(mode, &["v*"], "latest"));
    }

    #[test]
    fn b66_question_mark_is_no_wildcard_in_a_tag_that_has_none() {
        // A filter cannot hold one (B66), so that `?` never stands for a letter here.
        assert!(crate::aws::names::check_tag_filter("v?").is_err());
    }

    #[test]
    fn plain_modes_ignore_filters() {
        assert!(is_immutable(TagMutability::Immutable, &["*"], "latest"));
        assert!(!is_immutable(TagMutability::Mutable, &["*"], "latest"));
    }
}
