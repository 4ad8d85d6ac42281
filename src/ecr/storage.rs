//! What each registry stores: images, their layers, and the class of each, counted as they change.

use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

use super::holdings::{Added, Class, Holdings};
use super::ids::{HolderId, ImageId, RegistryId};
use super::images::Images;
use super::layers::Place;
use super::moves::Move;
use super::slots::Slots;
use super::world::World;

impl World {
    /// Returns whether [`World::take_changed`] has anything to hand over.
    #[inline]
    pub const fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Hands each registry whose holdings changed since the last call, by more than was told of them, to `each`, once.
    pub fn take_changed(&mut self, mut each: impl FnMut(RegistryId, &Holdings)) {
        while let Some(registry) = self.changed.pop() {
            let of = &mut self.registries[registry.index()];
            of.has_changed = false;
            each(registry, &of.holdings);
        }
    }

    /// Returns what every registry stores, counted anew from the images, those that have retired included: the run's last
    /// check compares it with [`World::holdings`].
    pub fn recount(&self) -> Vec<Holdings> {
        let mut counts = self.recount_images(self.images.places());
        self.count_retired(&mut counts);
        for holder in self.holders.iter().filter(|holder| holder.exists) {
            counts[holder.registry.index()].repositories += 1;
        }
        self.layers.recount(&mut counts);
        counts
    }

    /// Counts all images; where they are many, another thread counts half of them, if there is one.
    fn recount_images(&self, places: usize) -> Vec<Holdings> {
        const FEW: usize = if cfg!(test) { 4 } else { 1 << 17 };
        if places <= FEW {
            return self.recount_few(0..places);
        }
        let half = places / 2;
        let count_rest = || self.recount_few(half..places);
        thread::scope(|scope| {
            let rest = thread::Builder::new().spawn_scoped(scope, count_rest);
            let mut counts = self.recount_few(0..half);
            let rest = match rest {
                Ok(rest) => rest.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => count_rest(),
            };
            for (count, rest) in counts.iter_mut().zip(&rest) {
                count.include(rest);
            }
            counts
        })
    }

    fn recount_few(&self, places: Range<usize>) -> Vec<Holdings> {
        let mut counts = vec![Holdings::default(); self.registries.len()];
        for (id, image) in self.images.within(places) {
            let repository = &self.repositories[image.repository.index()];
            let registries = &*repository.registries;
            // Most images tell by their record alone what they are, and a run may have millions.
            if image.has_own_tags() && !image.has_provenance() {
                let elsewhere = if image.present.has(image.origin) {
                    Class::Replica
                } else {
                    Class::Orphan
                };
                image.present.for_each(|slot| {
                    let is_origin = slot == image.origin;
                    let class = if is_origin { Class::Source } else { elsewhere };
                    let count = &mut counts[registries[usize::from(slot)].index()];
                    count.images += 1;
                    count.add(class, image.own_bytes);
                });
                continue;
            }
            image.present.for_each(|slot| {
                let count = &mut counts[registries[usize::from(slot)].index()];
                count.images += 1;
                count.untagged += u32::from(self.is_untagged(id, repository.holder(slot)));
                count.add(self.images.class(id, slot), image.own_bytes);
            });
        }
        counts
    }

    pub(super) fn note_change(&mut self, registry: RegistryId) {
        let of = &mut self.registries[registry.index()];
        self.has_news = true;
        if !of.has_changed {
            of.has_changed = true;
            self.changed.push(registry);
        }
    }

    pub(super) fn place(&self, holder: HolderId, mounting: bool) -> Place {
        let registry = self.holders[holder.index()].registry;
        Place {
            holder,
            registry,
            mounting,
            account: 0,
        }
    }

    /// Stores an image's layers at `holder`, where it was not. It bears no common tags there yet. Returns what the registry
    /// holds more if that is all that changed there since it was last told; else the registry is among those that changed.
    #[inline(always)]
    #[must_use]
    pub(super) fn store_at(
        &mut self,
        id: ImageId,
        holder: HolderId,
        mounting: bool,
    ) -> Option<Added> {
        let of = &mut self.holders[holder.index()];
        of.images += 1;
        let (slot, registry) = (of.slot, of.registry);
        let image = self.images.get_mut(id);
        let is_new = image.present.is_empty();
        image.present.add(slot);
        if !image.is_simple() || self.causes.is_some() || self.moves.keeps_stored {
            self.store_otherwise(id, holder, mounting);
            return None;
        }
        let (origin, class) = (image.origin, image.class_of_one_push(slot));
        let (bytes, repository) = (image.own_bytes, image.repository);
        // It may stand before those that the repository has cleared.
        of.cleared = of.cleared.min(image.place);
        let holdings = &mut self.registries[registry.index()].holdings;
        holdings.images += 1;
        holdings.add(class, bytes);
        match class {
            Class::Source if is_new => {
                let slots = self.repositories[repository.index()].registries.len();
                self.cover_new(holder, slots);
            }
            Class::Source => self.cover_source(id, slot, true),
            Class::Replica => {
                let source = HolderId(holder.0 - u32::from(slot)).beside(origin);
                self.coverage.count_held(source, slot, true);
            }
            Class::Orphan | Class::Archived => {
                self.note_change(registry);
                return None;
            }
        }
        let is_all = !self.registries[registry.index()].has_changed;
        is_all.then_some(Added {
            registry,
            class,
            bytes,
        })
    }

    /// Books an image that is not simple, or of which more is to be told.
    #[inline(never)]
    fn store_otherwise(&mut self, id: ImageId, holder: HolderId, mounting: bool) {
        let of = &self.holders[holder.index()];
        let (slot, registry) = (of.slot, of.registry);
        let (place, class) = (self.images.place(id, slot), self.images.class(id, slot));
        let of = &mut self.holders[holder.index()];
        of.cleared = of.cleared.min(place);
        let account = self.cause(id, holder);
        let image = self.images.get(id);
        let own_bytes = image.own_bytes;
        let holdings = &mut self.registries[registry.index()].holdings;
        holdings.images += 1;
        holdings.untagged += u32::from(!image.has_own_tags());
        holdings.add(class, own_bytes);
        if image.may_share_layers() {
            let place = Place {
                holder,
                registry,
                mounting,
                account: account.unwrap_or_default(),
            };
            let layers = &mut self.layers;
            let moved = self
                .images
                .shared_layers(id)
                .map(|layer| layers.add(layer, place, class, holdings));
            self.note_layers_caused(registry, &moved);
        }
        self.note_caused(registry, account, (None, Some(class)), own_bytes);
        self.cover(id, slot, class, true);
        if self.moves.keeps_stored {
            self.moves.list.push(Move::Stored(id, holder));
            self.has_news = true;
        }
        self.note_change(registry);
    }

    /// Deletes an image with all its tags where it is stored, and its record with the last copy.
    pub(super) fn delete_image(&mut self, id: ImageId, holder: HolderId) {
        self.note_removal(id, holder);
        let place = self.place(holder, false);
        let was_untagged = self.is_untagged(id, holder);
        let of = &mut self.holders[holder.index()];
        of.remove_tags_of(id);
        of.images -= 1;
        let slot = of.slot;
        let (image, class) = (*self.images.get(id), self.images.class(id, slot));
        let account = self.cause(id, holder);
        let holdings = &mut self.registries[place.registry.index()].holdings;
        let archived_before = holdings.bytes[Class::Archived as usize];
        holdings.images -= 1;
        holdings.untagged -= u32::from(was_untagged);
        holdings.remove(class, image.own_bytes);
        let layers = &mut self.layers;
        let moved = self
            .images
            .shared_layers(id)
            .map(|layer| layers.remove(layer, place, class, holdings));
        self.note_layers_caused(place.registry, &moved);
        self.note_caused(
            place.registry,
            account,
            (Some(class), None),
            image.own_bytes,
        );
        self.cover(id, slot, class, false);
        self.note_change(place.registry);
        if !self.arrival_times.is_empty() {
            self.arrival_times.remove(&(holder, id));
        }
        self.forget_activation(id, holder);
        if class == Class::Archived {
            self.note_departure(id, holder, archived_before, false);
        }
        if matches!(class, Class::Source | Class::Archived) {
            let before = self.classes(id);
            self.reclassify(id, |images| images.note_deletion(id, slot));
            self.note_orphaned(&before, id);
        } else {
            self.images.note_deletion(id, slot);
        }
        self.free_if_gone(id);
    }

    /// Returns the class of an image by slot, where it is stored.
    fn classes(&self, id: ImageId) -> [Class; Slots::CAPACITY] {
        let mut classes = [Class::Source; Slots::CAPACITY];
        for slot in self.images.get(id).present.iter() {
            classes[usize::from(slot)] = self.images.class(id, slot);
        }
        classes
    }

    /// Applies `edit` to what is known of an image, and moves its bytes between classes where it stays stored.
    pub(super) fn reclassify(&mut self, id: ImageId, edit: impl FnOnce(&mut Images)) {
        let before = self.classes(id);
        edit(&mut self.images);
        let image = *self.images.get(id);
        for slot in image.present.iter() {
            let (was, is) = (before[usize::from(slot)], self.images.class(id, slot));
            if is == was {
                continue;
            }
            let holder = self.repositories[image.repository.index()].holder(slot);
            let place = self.place(holder, false);
            let holdings = &mut self.registries[place.registry.index()].holdings;
            holdings.remove(was, image.own_bytes);
            holdings.add(is, image.own_bytes);
            let layers = &mut self.layers;
            let moved = self
                .images
                .shared_layers(id)
                .map(|layer| layers.move_class(layer, place, was, is, holdings));
            self.note_layers_caused(place.registry, &moved);
            let account = self.cause(id, holder);
            self.note_caused(
                place.registry,
                account,
                (Some(was), Some(is)),
                image.own_bytes,
            );
            self.note_change(place.registry);
        }
    }

    /// Frees the record of an image that no push in progress may still read, and that is stored nowhere, or nowhere where
    /// somebody may ask for it.
    #[inline(always)]
    pub(super) fn free_if_gone(&mut self, id: ImageId) {
        let image = self.images.get(id);
        if image.pending > 0 {
            return;
        }
        if image.present.is_empty() {
            self.free(id);
        } else {
            self.retire_if_unasked(id);
        }
    }

    #[inline(never)]
    fn free(&mut self, id: ImageId) {
        let repository = self.images.get(id).repository;
        if self.has_groups() {
            self.part(id);
        }
        if let Some(digest) = self.images.given_digest(id) {
            self.given.remove(&(repository, digest));
        }
        for layer in self.images.shared_layers(id).iter() {
            self.layers.drop_reference(layer);
        }
        self.images.free(id);
        self.repositories[repository.index()].has_stale = true;
    }
}
