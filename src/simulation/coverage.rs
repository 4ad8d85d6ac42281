//! Which repositories rules send where, for the count of what destinations hold.

use super::observer::Observer;
use super::run::Simulation;
use crate::ecr::{RegistryId, RepositoryId};

impl<O: Observer> Simulation<'_, O> {
    /// Begins to count what destinations hold, before anything is stored.
    pub(super) fn begin_coverage(&mut self) {
        self.world.begin_coverage(self.model.lanes.len());
        let mut sources: Vec<RegistryId> =
            self.model.lanes.iter().map(|lane| lane.source).collect();
        sources.dedup();
        for registry in sources {
            self.set_reach(registry);
        }
    }

    /// A registry's rules have changed: other images of it are to be held elsewhere.
    pub(super) fn change_coverage(&mut self, registry: RegistryId) {
        self.set_reach(registry);
        self.world.recount_coverage();
    }

    fn set_reach(&mut self, registry: RegistryId) {
        for repository in self.model.repositories_of(registry) {
            let holder = self.holder(repository, registry);
            let routes = self.permissions.routes(self.model, registry, repository);
            let lanes = routes.iter().map(|&lane| {
                let destination = self.model.lanes[lane as usize].destination;
                (destination, lane)
            });
            self.world.set_reach(holder, &lanes.collect::<Vec<_>>());
        }
    }
}

impl super::model::Model {
    /// Returns the repositories that a registry may ever hold.
    fn repositories_of(&self, registry: RegistryId) -> impl Iterator<Item = RepositoryId> + '_ {
        let holders = self.holders.iter().enumerate();
        holders
            .filter(move |(_, registries)| registries.binary_search(&registry).is_ok())
            .map(|(index, _)| RepositoryId::new(index))
    }
}
