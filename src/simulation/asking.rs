//! Which stored images something may still ask for. Of the others the state machine keeps no record.

use super::model::{Model, Operation, Place};
use super::observer::Observer;
use super::risk::Risk;
use super::run::Simulation;
use crate::ecr::{RepositoryId, Slots};

impl Model {
    /// Returns whether any stored image may be asked for, wherever it is.
    fn asks_everywhere(&self) -> bool {
        let mut steps = self.scripts.iter().flat_map(|script| &script.steps);
        self.replicates_deletes
            || self.archives
            || self.stored_tag_lists.is_some()
            || !self.pulls.is_empty()
            || !self.deployments.is_empty()
            || self.streams.iter().any(|stream| stream.group.is_some())
            || steps.any(|step| step.operation.asks_everywhere())
            || Risk::of(self).is_some()
    }

    /// Returns the repositories whose stored images deletes, or lifecycle policies, may ask for; some more than once.
    fn asked(&self) -> impl Iterator<Item = Place> + '_ {
        let retention = self.retention.iter().flat_map(|of| {
            let registry = of.registry;
            let repositories = of.repositories.iter();
            repositories.map(move |&repository| Place {
                registry,
                repository,
            })
        });
        let steps = self.scripts.iter().flat_map(|script| &script.steps);
        let lifecycles = &self.lifecycles;
        retention
            .chain(steps.filter_map(|step| step.operation.asks_at()))
            .chain(lifecycles.from_start.iter().map(|(place, _)| *place))
            .chain(self.templates.iter().map(|(place, _)| *place))
    }
}

impl Operation {
    /// Returns whether it may concern any stored image.
    const fn asks_everywhere(&self) -> bool {
        match self {
            // What destinations hold is counted anew by other rules.
            Self::PutReplicationConfiguration { .. }
            | Self::StartBackfill { .. }
            | Self::StopBackfill { .. } => true,
            Self::PutImage(..)
            | Self::DeleteByTag(..)
            | Self::DeleteByDigest(..)
            | Self::UpdateStorageClass(..)
            | Self::CreateRepository(..)
            | Self::DeleteRepository(..)
            | Self::PutImageTagMutability(..)
            | Self::PutLifecyclePolicy(..)
            | Self::DeleteLifecyclePolicy(..)
            | Self::PutRegistryPolicy { .. }
            | Self::DeleteRegistryPolicy { .. }
            | Self::SetRegion { .. }
            | Self::PutAccountSetting { .. } => false,
        }
    }

    /// Returns the repository of whose stored images it may concern any.
    const fn asks_at(&self) -> Option<Place> {
        match self {
            Self::DeleteByTag(place, _)
            | Self::DeleteByDigest(place, _)
            | Self::UpdateStorageClass(place, ..)
            | Self::DeleteRepository(place)
            | Self::PutLifecyclePolicy(place, _)
            | Self::DeleteLifecyclePolicy(place) => Some(*place),
            Self::PutImage(..)
            | Self::CreateRepository(..)
            | Self::PutImageTagMutability(..)
            | Self::PutReplicationConfiguration { .. }
            | Self::PutRegistryPolicy { .. }
            | Self::DeleteRegistryPolicy { .. }
            | Self::StartBackfill { .. }
            | Self::StopBackfill { .. }
            | Self::SetRegion { .. }
            | Self::PutAccountSetting { .. } => None,
        }
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Tells the world where images may be asked for, before there are any.
    pub(super) fn tell_asked(&mut self) {
        if self.model.asks_everywhere() {
            return;
        }
        let mut asked = vec![Slots::default(); self.model.holders.len()];
        for Place {
            registry,
            repository,
        } in self.model.asked()
        {
            asked[repository.index()].add(self.model.slots.of(repository, registry));
        }
        for (repository, asked) in asked.into_iter().enumerate() {
            self.world.set_asked(RepositoryId::new(repository), asked);
        }
    }
}
