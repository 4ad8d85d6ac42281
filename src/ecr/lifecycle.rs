//! Lifecycle policies: each repository by its own (B140), whatever the source's says (B62).

use std::sync::Arc;

use super::holdings::Class;
use super::ids::{HolderId, ImageId};
use super::refusal::Refusal;
use super::removal::Removal;
use super::world::World;
use crate::aws::lifecycle::{LifecyclePolicy, Limit, Selection};
use crate::aws::wildcard;

const DAY_NS: i64 = 86_400_000_000_000;

/// An image as a lifecycle policy sees it.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    image: ImageId,
    /// When it was pushed, or arrived, in nanoseconds since the run's start.
    pushed_at: i64,
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

    /// Returns the images that a repository's policy expires at `now`, oldest first.
    ///
    /// All rules are evaluated first, each as if nothing had expired, then applied by priority (B144). An age limit is
    /// met once the age reaches it. What a manifest list holds cannot expire before it (B114), and is neither selected nor
    /// counted: a preview of a policy ranked 24 of 26 images, the two of an index left out though they were the oldest (observed
    /// by others: github.com/DefangLabs/pulumi-defang, pull request 466, 2026-09).
    pub fn expired(&self, holder: HolderId, now: i64) -> Vec<Removal> {
        let Some(policy) = self.lifecycles.get(&holder) else {
            return Vec::new();
        };
        let images = self.candidates(holder);
        let mut taken = vec![false; images.len()];
        let mut expires = vec![false; images.len()];
        for rule in &policy.rules {
            let selects = |of: &Candidate| self.selects(&rule.selection, of.image, holder);
            let selected: Vec<usize> = (0..images.len())
                .filter(|&place| selects(&images[place]))
                .collect();
            let surplus = match rule.limit {
                Limit::Count(count) => selected.len().saturating_sub(count as usize),
                Limit::Days(days) => {
                    let latest = now.saturating_sub(DAY_NS.saturating_mul(days as i64));
                    selected.partition_point(|&place| images[place].pushed_at <= latest)
                }
            };
            for &place in &selected[..surplus] {
                expires[place] |= !taken[place];
            }
            for place in selected {
                taken[place] |= policy.first_match_only;
            }
        }
        let expired = images.iter().zip(expires).filter(|(_, expires)| *expires);
        expired.map(|(of, _)| Removal::Image(of.image)).collect()
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
        let slot = self.holders[holder.index()].slot;
        let candidate = |image: ImageId| {
            let arrived = self.arrival_times.get(&(holder, image)).copied();
            let is_pushed = self.images.class(image, slot) == Class::Source;
            Candidate {
                image,
                pushed_at: arrived
                    .filter(|_| !is_pushed)
                    .unwrap_or(self.images.get(image).pushed_at),
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
