//! AWS's lifecycle policy: which images of a repository go, by number or age (B140–B144).

mod read;

pub use read::read;

/// What put-lifecycle-policy takes, as far as it is simulated: rules that expire images of the standard storage class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// Rules by priority, the lowest number first (B144).
    pub rules: Vec<LifecycleRule>,
    /// Whether an image that a rule selects by its tags is out of reach of the rules after it: so in AWS's document
    /// ("An image that matches the tagging requirements of a rule cannot be expired by a rule with a lower priority",
    /// user guide on lifecycle policies). The short form's limits each hold for themselves.
    pub first_match_only: bool,
}

/// One rule: of the images that it selects, those beyond its limit expire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Which images it looks at.
    pub selection: Selection,
    /// Which of them stay.
    pub limit: Limit,
}

/// Images by their tags: `tagStatus` with `tagPatternList` or `tagPrefixList`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All.
    Any,
    /// Those without a tag.
    Untagged,
    /// Those of which each pattern matches some tag; `*` is any run of characters.
    Tagged(Vec<String>),
}

/// What an image must exceed to expire: `countType` with `countNumber`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `imageCountMoreThan`: so many of the newest stay.
    Count(u64),
    /// `sinceImagePushed`: so many days after its push it goes.
    Days(u64),
}

impl LifecyclePolicy {
    /// Returns the policy of a scenario's short form: limits on all images and on untagged ones.
    pub fn of_limits(
        keep_last: Option<u64>,
        expire_after_days: Option<u64>,
        expire_untagged_after_days: Option<u64>,
    ) -> Self {
        let rule = |selection, limit| LifecycleRule { selection, limit };
        let days = |selection, days: Option<u64>| days.map(|n| rule(selection, Limit::Days(n)));
        let rules = [
            days(Selection::Untagged, expire_untagged_after_days),
            days(Selection::Any, expire_after_days),
            keep_last.map(|count| rule(Selection::Any, Limit::Count(count))),
        ];
        Self {
            rules: rules.into_iter().flatten().collect(),
            first_match_only: false,
        }
    }

    /// Returns whether any rule looks at the text of tags.
    pub fn reads_tags(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| matches!(rule.selection, Selection::Tagged(_)))
    }
}
