//! Images of which nobody can ask any more: registries hold them to the end, and their records are gone.
//!
//! An image retires when no push in progress may read it and no operation can concern it where it is stored. What it adds
//! to what registries hold is booked once more, for the last count, and its record serves another image: so a run without
//! deletes needs no memory for its past.

use super::coverage::Covered;
use super::holdings::{Class, Holdings};
use super::ids::{HolderId, ImageId, RepositoryId};
use super::images::Image;
use super::slots::{Slot, Slots};
use super::world::World;

/// What a repository's retired images add up to, and which may retire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retirement {
    /// The registries where something may ask for its images once they are stored.
    asked: Slots,
    /// Where the last ones that retired are stored: mostly all of a name are in the same registries.
    alike: Slots,
    origin: Slot,
    /// How many of these there are, and their own bytes.
    images: u64,
    bytes: u64,
}

impl Retirement {
    /// Of a repository for whose images something may ask anywhere, so that none retires.
    pub const ASKED_EVERYWHERE: Self = Self {
        asked: Slots::ALL,
        alike: Slots::NONE,
        origin: 0,
        images: 0,
        bytes: 0,
    };

    /// Books the images that are alike as stored in these registries, by slot.
    fn count(&self, registries: &[super::RegistryId], holdings: &mut [Holdings]) {
        for slot in self.alike.iter() {
            let of = &mut holdings[registries[usize::from(slot)].index()];
            of.images += self.images;
            of.add(
                Class::of_one_push(slot, self.origin, &self.alike),
                self.bytes,
            );
        }
    }
}

/// What retired images add up to that are not alike any more.
#[derive(Clone, Debug)]
pub(super) struct Retired {
    /// By registry.
    holdings: Vec<Holdings>,
    /// Those of all, by lane; only debug builds look, and others leave it at nothing.
    pub covered: Vec<Covered>,
}

impl Retired {
    /// Returns what no image in so many registries adds up to.
    pub fn new(registries: usize) -> Self {
        Self {
            holdings: vec![Holdings::default(); registries],
            covered: Vec::new(),
        }
    }
}

impl World {
    /// Says in which registries, by slot, something may ask for images of a repository once they are stored; before that,
    /// in all.
    pub fn set_asked(&mut self, repository: RepositoryId, asked: Slots) {
        self.retirements[repository.index()].asked = asked;
    }

    /// Returns whether something may ask for images of a repository, wherever they are stored.
    #[inline]
    pub(super) fn is_asked(&self, repository: RepositoryId) -> bool {
        !self.retirements[repository.index()].asked.is_empty()
    }

    /// # Panics
    /// If it was said that nobody asks for the images of `holder`: some may have retired, and others stand in no list.
    pub(super) fn check_asked(&self, holder: HolderId) {
        let of = &self.holders[holder.index()];
        assert!(
            self.retirements[of.repository.index()].asked.has(of.slot),
            "only images for which somebody may ask are asked for"
        );
    }

    /// Returns whether any image has retired.
    pub(super) fn has_retired(&self) -> bool {
        self.retirements.iter().any(|of| of.images > 0)
    }

    /// Lets the record of an image go that no push in progress may read, if nobody can ask for it where it is stored.
    ///
    /// What else may name the image keeps it: a common tag, a digest that may be pushed again, a list.
    #[inline(always)]
    pub(super) fn retire_if_unasked(&mut self, id: ImageId) {
        let image = self.images.get(id);
        let of = &mut self.retirements[image.repository.index()];
        if image.present.meets(of.asked) || !image.may_retire() || !self.groups.is_empty() {
            return;
        }
        if !of.asked.is_empty() {
            self.repositories[image.repository.index()].has_stale = true;
        }
        if (image.present, image.origin) == (of.alike, of.origin) {
            of.images += 1;
            of.bytes += image.own_bytes;
        } else {
            let image = *image;
            self.begin_alike(&image);
        }
        if cfg!(debug_assertions) {
            self.count_retired_pairs(id);
        }
        self.images.free_record(id);
    }

    /// An image retires that is stored elsewhere than those before it.
    #[inline(never)]
    fn begin_alike(&mut self, image: &Image) {
        let repository = image.repository.index();
        let of = &mut self.retirements[repository];
        let registries = &self.repositories[repository].registries;
        of.count(registries, &mut self.retired.holdings);
        *of = Retirement {
            asked: of.asked,
            alike: image.present,
            origin: image.origin,
            images: 1,
            bytes: image.own_bytes,
        };
    }

    fn count_retired_pairs(&mut self, id: ImageId) {
        let mut covered = std::mem::take(&mut self.retired.covered);
        covered.resize(self.covered().len(), Covered::default());
        self.count_covered(id, &mut covered);
        self.retired.covered = covered;
    }

    /// Adds what retired images add up to.
    pub(super) fn count_retired(&self, counts: &mut [Holdings]) {
        for (count, retired) in counts.iter_mut().zip(&self.retired.holdings) {
            count.include(retired);
        }
        for (of, repository) in self.retirements.iter().zip(&self.repositories) {
            of.count(&repository.registries, counts);
        }
    }

    /// Returns how many records of images there are.
    #[cfg(test)]
    pub(super) fn records(&self) -> usize {
        self.images.count()
    }
}
