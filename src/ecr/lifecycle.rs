//! Lifecycle policies: each repository by its own (B140), whatever the source's says (B62).

use std::sync::Arc;

use super::ids::{HolderId, ImageId};
use super::refusal::Refusal;
use super::removal::Removal;
use super::world::World;
use crate::aws::lifecycle::{LifecycleAction, LifecyclePolicy, LifecycleRule, Limit, Selection};
use crate::aws::wildcard;

const DAY_NS: i64 = 86_400_000_000_000;

/// An image as a lifecycle policy sees it.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    image: ImageId,
    /// When it was pushed, arrived, or was restored last, in nanoseconds since the run's start.
    pushed_at: i64,
    /// Since when it is archived, likewise.
    archived_since: Option<i64>,
    /// Whether it is archived or being restored.
    is_archived: bool,
}

/// What a repository's policy does at one moment, oldest images first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Images that it expires.
    pub expired: Vec<Removal>,
    /// Images that it archives.
    pub archived: Vec<ImageId>,
}

impl World {
    /// Puts a lifecycle policy, as `PutLifecyclePolicy` does; it replaces the one before it.
    ///
    /// # Errors
    /// If the repository does not exist.
    pub fn set_lifecycle(
        &mut self,
        holder: HolderId,
        policy: Arc<LifecyclePolicy>,
    ) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        self.lifecycles.insert(holder, policy);
        Ok(())
    }

    /// Removes the lifecycle policy, as `DeleteLifecyclePolicy` does.
    ///
    /// # Errors
    /// If the repository does not exist or has none.
    pub fn delete_lifecycle(&mut self, holder: HolderId) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let removed = self.lifecycles.remove(&holder);
        removed.map(|_| ()).ok_or(Refusal::LifecyclePolicyNotFound)
    }

    /// Returns the repositories with a lifecycle policy, in order of name, then registry.
    pub fn with_lifecycle(&self) -> Vec<HolderId> {
        self.lifecycles.keys().copied().collect()
    }

    /// Keeps from now on when replicas arrive at a repository: its policies count from then (U16).
    pub fn watch_arrivals(&mut self, holder: HolderId) {
        self.watched.insert(holder);
    }

    /// Notes that an image is about to arrive by replication.
    pub fn note_arrival_time(&mut self, image: ImageId, holder: HolderId, at: i64) {
        if self.watched.contains(&holder) && !self.is_stored(image, holder) {
            self.arrival_times.insert((holder, image), at);
        }
    }

    /// Returns what a repository's policy does at `now`.
    ///
    /// All rules are evaluated first, each as if nothing had happened, then applied by priority (B144): what a rule
    /// expires, no later one archives. An age limit is met once the age reaches it. What a manifest list holds cannot expire
    /// before it (B114), and is neither selected nor counted: a preview of a policy ranked 24 of 26 images, the two of an index
    /// left out though they were the oldest (observed by others: github.com/DefangLabs/pulumi-defang, pull request 466,
    /// 2026-09). So it is not archived either before the list is gone: of that AWS says nothing.
    pub fn due(&self, holder: HolderId, now: i64) -> Due {
        let Some(policy) = self.lifecycles.get(&holder) else {
            return Due::default();
        };
        let images = self.candidates(holder);
        let mut taken = vec![false; images.len()];
        let mut fates: Vec<Option<LifecycleAction>> = vec![None; images.len()];
        for rule in &policy.rules {
            let selects = |of: &Candidate| {
                of.has_class_of(rule) && self.selects(&rule.selection, of.image, holder)
            };
            let selected: Vec<usize> = (0..images.len())
                .filter(|&place| selects(&images[place]))
                .collect();
            for place in beyond(rule.limit, &images, &selected, now) {
                if !taken[place] && fates[place].is_none() {
                    fates[place] = Some(rule.action);
                }
            }
            for place in selected {
                taken[place] |= policy.first_match_only;
            }
        }
        let fated = |action| {
            let images = images.iter().zip(&fates);
            let of_action = images.filter(move |(_, fate)| **fate == Some(action));
            of_action.map(|(of, _)| of.image)
        };
        Due {
            expired: fated(LifecycleAction::Expire).map(Removal::Image).collect(),
            archived: fated(LifecycleAction::Archive).collect(),
        }
    }

    /// Archives images that a policy has chosen.
    pub fn archive_due(&mut self, holder: HolderId, archived: &[ImageId], at: i64) {
        for &image in archived {
            self.archive_image(image, holder, at);
        }
    }

    /// Deletes images that a policy has expired; what refers to them follows within 24 h (B115).
    pub fn expire(&mut self, holder: HolderId, expired: &[Removal]) {
        for removal in expired {
            self.leave_referrers(removal.image(), holder);
            self.delete_image(removal.image(), holder);
        }
    }

    /// Returns the images of a repository by the time of their push; a tag that is added later does not renew it (B142).
    fn candidates(&self, holder: HolderId) -> Vec<Candidate> {
        let candidate = |image: ImageId| {
            // A replica that somebody pushes again only gets tags.
            let arrived = self.arrival_times.get(&(holder, image)).copied();
            let stored_at = arrived.unwrap_or(self.images.get(image).pushed_at);
            // A restored image counts from its restore (B142).
            let restored_at = self.activated_at(image, holder);
            Candidate {
                image,
                pushed_at: restored_at.map_or(stored_at, |at| at.max(stored_at)),
                archived_since: self.archived_since(image, holder),
                is_archived: self.is_archived(image, holder),
            }
        };
        let mut all: Vec<Candidate> = self.unlisted(holder).map(candidate).collect();
        // Stable: of one moment, the order of pushes.
        all.sort_by_key(|of| of.pushed_at);
        all
    }

    fn selects(&self, selection: &Selection, image: ImageId, holder: HolderId) -> bool {
        match selection {
            Selection::Any => true,
            Selection::Untagged => self.is_untagged(image, holder),
            Selection::Tagged(patterns) => {
                let of = &self.holders[holder.index()];
                let matches = |pattern: &String| {
                    let mut tags = of.tags_of(image);
                    tags.any(|tag| wildcard::matches(pattern, self.tag_texts[tag.index()].chars()))
                };
                patterns.iter().all(matches)
            }
        }
    }
}

impl Candidate {
    /// Returns whether it lies in the storage class that a rule looks at.
    const fn has_class_of(&self, rule: &LifecycleRule) -> bool {
        match rule.limit {
            Limit::ArchivedDays(_) => self.archived_since.is_some(),
            Limit::Count(_) | Limit::Days(_) => !self.is_archived,
        }
    }
}

/// Returns those of the selected images, the oldest first, that are beyond a limit at `now`.
fn beyond(limit: Limit, images: &[Candidate], selected: &[usize], now: i64) -> Vec<usize> {
    let latest = |days: u64| now.saturating_sub(DAY_NS.saturating_mul(days as i64));
    let surplus = match limit {
        Limit::Count(count) => selected.len().saturating_sub(count as usize),
        Limit::Days(days) => {
            selected.partition_point(|&place| images[place].pushed_at <= latest(days))
        }
        Limit::ArchivedDays(days) => {
            let is_beyond = |&place: &usize| {
                let since = images[place].archived_since;
                since.is_some_and(|since| since <= latest(days))
            };
            return selected.iter().copied().filter(is_beyond).collect();
        }
    };
    selected[..surplus].to_vec()
}
