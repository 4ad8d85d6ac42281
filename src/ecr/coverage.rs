//! How much of what sources send a destination holds: counted as images come and go.
//!
//! A *pair* is a source and an image that was pushed there and is still stored there, in a repository that the source's
//! rules, as they stand, send along a lane. It is *held* if the lane's destination stores the image. Images that came to a
//! registry by replication are no pairs of that registry. An archived image cannot be had (B83): it is no pair where it
//! was pushed, and not held where it came to.

use std::collections::BTreeMap;

use super::holdings::Class;
use super::ids::{HolderId, ImageId, RegistryId};
use super::slots::Slot;
use super::world::World;

/// Pairs of one lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Pairs.
    pub live: u64,
    /// Of these, those that the destination holds.
    pub held: u64,
}

/// Pairs of every lane, and which lanes lead out of which repository.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// Where the table of each repository in its registry begins, or [`NO_TABLE`].
    table_of: Vec<u32>,
    /// Lane by table and slot of the destination, or [`NO_LANE`]: repositories that rules treat alike share a table.
    tables: Vec<u32>,
    known: BTreeMap<Vec<u32>, u32>,
    covered: Vec<Covered>,
}

const NO_TABLE: u32 = u32::MAX;
const NO_LANE: u32 = u32::MAX;

impl Covered {
    fn count(&mut self, live: bool, held: bool, came: bool) {
        let (live, held) = (u64::from(live), u64::from(held));
        if came {
            self.live += live;
            self.held += held;
        } else {
            self.live -= live;
            self.held -= held;
        }
    }
}

impl Coverage {
    /// Returns the lanes out of a repository by slot of the destination; none if no rule sends it anywhere.
    #[inline]
    fn lanes(&self, holder: HolderId, slots: usize) -> &[u32] {
        lanes(&self.table_of, &self.tables, holder, slots)
    }

    /// Returns the same, and the pairs of every lane to be counted.
    #[inline]
    fn lanes_and_pairs(&mut self, holder: HolderId, slots: usize) -> (&[u32], &mut [Covered]) {
        let lanes = lanes(&self.table_of, &self.tables, holder, slots);
        (lanes, &mut self.covered)
    }

    /// Counts a pair of a source as held, or no longer, if rules send the source's repository to `slot`.
    #[inline(always)]
    pub(super) fn count_held(&mut self, source: HolderId, slot: Slot, came: bool) {
        let Some(&start) = self
            .table_of
            .get(source.index())
            .filter(|&&start| start != NO_TABLE)
        else {
            return;
        };
        let lane = self.tables[start as usize + usize::from(slot)];
        if let Some(of) = self.covered.get_mut(lane as usize) {
            of.count(false, true, came);
        }
    }
}

#[inline(always)]
fn lanes<'a>(table_of: &[u32], tables: &'a [u32], holder: HolderId, slots: usize) -> &'a [u32] {
    match table_of.get(holder.index()) {
        None | Some(&NO_TABLE) => &[],
        Some(&start) => &tables[start as usize..][..slots],
    }
}

impl World {
    /// Counts pairs from now on, of so many lanes; no repository is sent anywhere yet.
    pub fn begin_coverage(&mut self, lanes: usize) {
        self.coverage = Coverage {
            table_of: vec![NO_TABLE; self.holders.len()],
            covered: vec![Covered::default(); lanes],
            ..Coverage::default()
        };
    }

    /// Says on which lanes rules send a repository of a registry from now on; [`World::recount_coverage`] has to follow.
    pub fn set_reach(&mut self, holder: HolderId, lanes: &[(RegistryId, u32)]) {
        let repository = &self.repositories[self.repository_of(holder).index()];
        let mut table = vec![NO_LANE; repository.registries.len()];
        for &(registry, lane) in lanes {
            // Where the name can never come, nothing of that name is pushed at the source.
            if let Some(slot) = repository.slot(registry) {
                table[usize::from(slot)] = lane;
            }
        }
        let of = &mut self.coverage;
        of.table_of[holder.index()] = if lanes.is_empty() {
            NO_TABLE
        } else {
            let next = u32::try_from(of.tables.len()).expect("fewer than 2^32 lanes and slots");
            let tables = &mut of.tables;
            *of.known.entry(table).or_insert_with_key(|table| {
                tables.extend(table);
                next
            })
        };
    }

    /// Returns the pairs of each lane.
    pub fn covered(&self) -> &[Covered] {
        &self.coverage.covered
    }

    /// Counts all pairs anew, after rules have changed: of a world where images may be asked for everywhere, since what has
    /// retired cannot be counted by other rules.
    ///
    /// # Panics
    /// If images have retired.
    pub fn recount_coverage(&mut self) {
        assert!(
            !self.has_retired(),
            "where rules change, images may be asked for everywhere"
        );
        self.coverage.covered = self.counted_coverage();
    }

    /// Returns the pairs of each lane, counted anew from the images; in debug builds also from those that have retired.
    pub fn counted_coverage(&self) -> Vec<Covered> {
        let mut covered = self.retired.covered.clone();
        covered.resize(self.coverage.covered.len(), Covered::default());
        for (id, _) in self.images.iter() {
            self.count_covered(id, &mut covered);
        }
        covered
    }

    /// Counts the pairs of an image, by lane.
    pub(super) fn count_covered(&self, id: ImageId, covered: &mut [Covered]) {
        let available = self.images.available(id);
        for slot in self.images.get(id).present.iter() {
            if self.images.class(id, slot) == Class::Source {
                for (to, lane) in self.lanes_from(id, slot) {
                    covered[lane].count(true, available.has(to), true);
                }
            }
        }
    }

    /// Returns destination slot and lane of each way out of where an image is stored.
    fn lanes_from(&self, id: ImageId, slot: Slot) -> impl Iterator<Item = (Slot, usize)> + '_ {
        let repository = &self.repositories[self.images.get(id).repository.index()];
        let (holder, slots) = (repository.holder(slot), repository.registries.len());
        let lanes = self.coverage.lanes(holder, slots);
        let lanes = (0..).zip(lanes).filter(|&(_, &lane)| lane != NO_LANE);
        lanes.map(|(to, &lane)| (to, lane as usize))
    }

    /// Counts the pairs that begin or end because an image comes to, or goes from, `slot`, where it is stored; into the
    /// archive it goes, and comes from there.
    #[inline]
    pub(super) fn cover(&mut self, id: ImageId, slot: Slot, class: Class, came: bool) {
        if self.coverage.tables.is_empty() || class == Class::Archived {
            return;
        }
        if class == Class::Source {
            self.cover_source(id, slot, came);
        }
        let image = self.images.get(id);
        if image.has_provenance() {
            return self.cover_provenance(id, slot, came);
        }
        let origin = image.origin;
        if origin != slot && image.present.has(origin) {
            let repository = &self.repositories[image.repository.index()];
            self.coverage
                .count_held(repository.holder(origin), slot, came);
        }
    }

    /// Counts the pairs of a source where an image begins, or ceases, to be one that was pushed there.
    pub(super) fn cover_source(&mut self, id: ImageId, slot: Slot, came: bool) {
        let available = self.images.available(id);
        let repository = &self.repositories[self.images.get(id).repository.index()];
        let (holder, slots) = (repository.holder(slot), repository.registries.len());
        let (lanes, covered) = self.coverage.lanes_and_pairs(holder, slots);
        for (to, &lane) in (0..).zip(lanes) {
            if let Some(of) = covered.get_mut(lane as usize) {
                of.count(true, available.has(to), came);
            }
        }
    }

    /// Counts the pairs of a source where a new image was pushed, which is nowhere else.
    #[inline(always)]
    pub(super) fn cover_new(&mut self, source: HolderId, slots: usize) {
        let (lanes, covered) = self.coverage.lanes_and_pairs(source, slots);
        for &lane in lanes {
            if let Some(of) = covered.get_mut(lane as usize) {
                of.live += 1;
            }
        }
    }

    /// An image that was pushed in several places may be held for each of them.
    #[cold]
    fn cover_provenance(&mut self, id: ImageId, slot: Slot, came: bool) {
        let provenance = self.images.provenance(id);
        let active = provenance.map(|of| of.pushed_active()).unwrap_or_default();
        let repository = &self.repositories[self.images.get(id).repository.index()];
        for source in active.iter().filter(|&source| source != slot) {
            self.coverage
                .count_held(repository.holder(source), slot, came);
        }
    }
}
