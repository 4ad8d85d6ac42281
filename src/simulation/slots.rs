//! Where each registry stands among those that may hold a repository.

use std::collections::BTreeMap;

use crate::ecr::{RegistryId, RepositoryId, Slot};

/// Slots by repository and registry. Most repositories may be held by the same registries, so that they share a table,
/// small enough to stay at hand.
#[derive(Clone, Debug)]
pub struct SlotTable {
    registries: usize,
    /// The table of each repository.
    table_of: Vec<u32>,
    /// Slot by table and registry.
    slots: Vec<Slot>,
}

impl SlotTable {
    const NOWHERE: Slot = Slot::MAX;

    /// `holders` are the registries, rising, that may hold each repository.
    pub fn new(registries: usize, holders: &[Vec<RegistryId>]) -> Self {
        let mut tables: BTreeMap<&[RegistryId], u32> = BTreeMap::new();
        let mut slots = Vec::new();
        let mut table = |of: &'_ [RegistryId]| {
            let first = slots.len();
            slots.resize(first + registries, Self::NOWHERE);
            for (slot, registry) in of.iter().enumerate() {
                slots[first + registry.index()] = slot as Slot;
            }
        };
        let table_of = holders.iter().map(|of| {
            let next = tables.len() as u32;
            *tables.entry(of).or_insert_with(|| {
                table(of);
                next
            })
        });
        Self {
            registries,
            table_of: table_of.collect(),
            slots,
        }
    }

    /// Returns the slot of `registry` for `repository`.
    ///
    /// # Panics
    /// If the registry can never hold it.
    #[inline]
    pub fn of(&self, repository: RepositoryId, registry: RegistryId) -> Slot {
        self.of_repository(repository).of(registry)
    }

    /// Returns the slots of a repository.
    #[inline]
    pub fn of_repository(&self, repository: RepositoryId) -> SlotsByRegistry<'_> {
        let table = self.table_of[repository.index()] as usize;
        SlotsByRegistry(&self.slots[table * self.registries..][..self.registries])
    }
}

/// The slots of one repository.
#[derive(Clone, Copy, Debug)]
pub struct SlotsByRegistry<'a>(&'a [Slot]);

impl SlotsByRegistry<'_> {
    /// Returns the slot of `registry`.
    ///
    /// # Panics
    /// If the registry can never hold the repository.
    #[inline]
    pub fn of(self, registry: RegistryId) -> Slot {
        let slot = self.0[registry.index()];
        assert!(
            slot != SlotTable::NOWHERE,
            "every registry that may hold a name is known before the run"
        );
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_the_place_among_those_that_may_hold_the_name() {
        let ids = |ids: &[u32]| ids.iter().map(|&id| RegistryId(id)).collect::<Vec<_>>();
        let places = SlotTable::new(4, &[ids(&[0, 2]), ids(&[1, 2, 3]), ids(&[0, 2])]);
        let slot = |repository, registry| places.of(RepositoryId(repository), RegistryId(registry));
        assert_eq!([slot(0, 0), slot(0, 2), slot(2, 2)], [0, 1, 1]);
        assert_eq!([slot(1, 1), slot(1, 2), slot(1, 3)], [0, 1, 2]);
        assert_eq!(places.slots.len(), 2 * 4);
    }

    #[test]
    #[should_panic(expected = "known before the run")]
    fn a_registry_that_can_never_hold_it_has_none() {
        SlotTable::new(2, &[vec![RegistryId(1)]]).of(RepositoryId(0), RegistryId(0));
    }
}
