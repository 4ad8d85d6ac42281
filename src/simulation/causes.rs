//! Which registries tell apart whose images their replicas are: those where it may be more than one account's.

use std::collections::BTreeSet;

use super::model::{Model, Operation};
use super::observer::Observer;
use super::run::Simulation;
use crate::ecr::RegistryId;
use crate::units::SimTime;

impl Model {
    /// Returns whether the replicas of each registry may be caused by more than one account: by one that sends there, or,
    /// of layers that its own pushes brought first, by its owner.
    fn tell_causes(&self) -> Vec<bool> {
        let mut accounts = vec![BTreeSet::new(); self.registries.len()];
        let mut add = |registry: RegistryId, cause: RegistryId| {
            let account = self.registries[cause.index()].account;
            accounts[registry.index()].insert(account);
        };
        self.lanes
            .iter()
            .for_each(|lane| add(lane.destination, lane.source));
        self.pushed_to()
            .for_each(|registry| add(registry, registry));
        accounts.iter().map(|accounts| accounts.len() > 1).collect()
    }

    /// Returns the registries that are pushed to, some of them more than once.
    fn pushed_to(&self) -> impl Iterator<Item = RegistryId> + '_ {
        let streams = self.streams.iter().map(|stream| stream.registry);
        let stored = self.provided.iter().filter(|of| of.images.is_some());
        let steps = self.scripts.iter().flat_map(|script| &script.steps);
        let single = steps.filter_map(|step| match &step.operation {
            Operation::PutImage(place, _) => Some(place.registry),
            _ => None,
        });
        streams.chain(stored.map(|of| of.registry)).chain(single)
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Makes the world tell causes apart where there may be several.
    pub(super) fn tell_causes(&mut self) {
        let are_told = self.model.tell_causes();
        if are_told.contains(&true) {
            let registries = self.model.registries.iter();
            let accounts = registries.map(|of| of.account as u32).collect();
            self.world.tell_causes(accounts, are_told);
        }
    }

    /// Tells the observer whose replicas came and went.
    #[inline]
    pub(super) fn tell_caused(&mut self, at: SimTime) {
        let observer = &mut self.observer;
        self.world.take_caused(|change| observer.caused(at, change));
    }
}
