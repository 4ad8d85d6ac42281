//! AWS's lifecycle policy: which images of a repository go or are archived, by number or age (B140–B144).

mod read;

pub use read::read;

/// What put-lifecycle-policy takes, as far as it is simulated: all but ages since a pull.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// Rules by priority, the lowest number first (B144).
    pub rules: Vec<LifecycleRule>,
    /// Whether an image that a rule selects by its tags is out of reach of the rules after it: so in AWS's document
    /// ("An image that matches the tagging requirements of a rule cannot be expired by a rule with a lower priority",
    /// user guide on lifecycle policies). The short form's limits each hold for themselves.
    pub first_match_only: bool,
}

/// One rule: of the images that it selects, those beyond its limit expire or are archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Which images it looks at, in the storage class that its limit asks for.
    pub selection: Selection,
    /// Which of them stay.
    pub limit: Limit,
    /// What becomes of the others.
    pub action: LifecycleAction,
}

/// `action`: what becomes of an image beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifecycleAction {
    /// `expire`: it is deleted.
    Expire,
    /// `transition` to `archive`.
    Archive,
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
    /// `sinceImageTransitioned`: so many days after it was archived. The only limit of archived images; the others look at
    /// the standard storage class alone.
    ArchivedDays(u64),
}

/// The limits of a scenario's short form, each for itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShortLimits {
    /// So many of the newest active images stay.
    pub keep_last: Option<u64>,
    /// Days after its push an active image goes.
    pub expire_after_days: Option<u64>,
    /// The same for those without a tag.
    pub expire_untagged_after_days: Option<u64>,
    /// Days after its push an image is archived.
    pub archive_after_days: Option<u64>,
    /// Days after it was archived an image goes.
    pub expire_archived_after_days: Option<u64>,
}

impl LifecyclePolicy {
    /// Fewest days in the archive after which a policy may delete an image (B84).
    pub const LEAST_ARCHIVED_DAYS: u64 = 90;

    /// Returns the policy of a scenario's short form.
    pub fn of_limits(limits: ShortLimits) -> Self {
        use LifecycleAction::{Archive, Expire};
        let rule = |selection, limit, action| LifecycleRule {
            selection,
            limit,
            action,
        };
        let days = |selection, days: Option<u64>, action| {
            days.map(|days| rule(selection, Limit::Days(days), action))
        };
        let archived = limits.expire_archived_after_days.map(Limit::ArchivedDays);
        let rules = [
            days(
                Selection::Untagged,
                limits.expire_untagged_after_days,
                Expire,
            ),
            days(Selection::Any, limits.expire_after_days, Expire),
            limits
                .keep_last
                .map(|count| rule(Selection::Any, Limit::Count(count), Expire)),
            days(Selection::Any, limits.archive_after_days, Archive),
            archived.map(|limit| rule(Selection::Any, limit, Expire)),
        ];
        Self {
            rules: rules.into_iter().flatten().collect(),
            first_match_only: false,
        }
    }

    /// Returns whether any rule archives images.
    pub fn archives(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.action == LifecycleAction::Archive)
    }

    /// Returns whether any rule looks at the text of tags.
    pub fn reads_tags(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| matches!(rule.selection, Selection::Tagged(_)))
    }
}
