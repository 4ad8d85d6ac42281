//! Service quotas in a run: when each was first used up, and how full the fullest repository is.

use super::observer::Observer;
use super::run::Simulation;
use crate::ecr::{HolderId, RegistryId, RepositoryId};
use crate::units::SimTime;

/// Quotas that the state machine keeps, by what they count (facts, section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaKind {
    /// Images in one repository.
    ImagesPerRepository,
    /// Repositories in one registry.
    RepositoriesPerRegistry,
    /// Tags on one image.
    TagsPerImage,
}

/// A quota that refused something, for the first time.
#[derive(Clone, Copy, Debug)]
pub struct Exhausted {
    /// Which.
    pub quota: QuotaKind,
    /// When.
    pub at: SimTime,
    /// Where.
    pub registry: RegistryId,
    /// The repository that had no room, or found none in its registry.
    pub repository: RepositoryId,
}

/// The repository with most images at the end.
#[derive(Clone, Copy, Debug)]
pub struct Fullest {
    /// Where.
    pub registry: RegistryId,
    /// Which.
    pub repository: RepositoryId,
    /// Its images.
    pub images: u64,
    /// Images that it gained, or lost, in a mean second of the run's second half.
    pub growth_per_s: f64,
}

/// What a run keeps of its quotas.
#[derive(Clone, Debug, Default)]
pub(super) struct QuotaState {
    exhausted: Vec<Exhausted>,
    /// The moment at half the run, and the images of every repository then.
    halfway: Option<(SimTime, Vec<u32>)>,
}

impl<O: Observer> Simulation<'_, O> {
    /// Notes that there was no room for something in a repository.
    pub(super) fn note_exhausted(&mut self, at: SimTime, holder: HolderId) {
        let quota = if self.world.has_most_images(holder) {
            QuotaKind::ImagesPerRepository
        } else if self.world.exists(holder) {
            QuotaKind::TagsPerImage
        } else {
            QuotaKind::RepositoriesPerRegistry
        };
        let exhausted = &mut self.quotas.exhausted;
        if exhausted.iter().all(|of| of.quota != quota) {
            exhausted.push(Exhausted {
                quota,
                at,
                registry: self.world.registry_of(holder),
                repository: self.world.repository_of(holder),
            });
        }
    }

    /// Keeps how full every repository is, once, when half the run is over.
    pub(super) fn count_halfway(&mut self, at: SimTime) {
        let is_half = 2 * u128::from(at.as_nanos()) >= u128::from(self.model.end.as_nanos());
        if is_half && self.quotas.halfway.is_none() {
            self.quotas.halfway = Some((at, self.world.image_counts()));
        }
    }

    /// Tells the observer of the quotas that were used up, and of the fullest repository.
    pub(super) fn tell_quotas(&mut self, end: SimTime) {
        for &exhausted in &self.quotas.exhausted {
            self.observer.exhausted(exhausted);
        }
        let counts = self.world.image_counts();
        let most = counts.iter().enumerate().rev();
        let Some((place, &images)) = most.max_by_key(|(_, images)| **images) else {
            return;
        };
        let holder = HolderId::new(place);
        let growth_per_s = self.quotas.halfway.as_ref().map_or(0.0, |(at, counts)| {
            let gained = f64::from(images) - f64::from(counts[place]);
            let passed_s = end.as_nanos().saturating_sub(at.as_nanos()) as f64 / 1e9;
            if passed_s > 0.0 {
                gained / passed_s
            } else {
                0.0
            }
        });
        self.observer.fullest(Fullest {
            registry: self.world.registry_of(holder),
            repository: self.world.repository_of(holder),
            images: u64::from(images),
            growth_per_s,
        });
    }
}
