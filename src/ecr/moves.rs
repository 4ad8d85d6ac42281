//! Images that came to a repository or were deleted there, kept until somebody asks.

use super::holdings::Class;
use super::ids::{HolderId, ImageId, RegistryId};
use super::slots::Slots;
use super::world::World;

/// An image that was deleted where it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The image; its record may be another's by now.
    pub image: ImageId,
    /// Where it was stored.
    pub holder: HolderId,
    /// The low 32 bits of its push's number; 0 before the run.
    pub push: u32,
    /// When it was pushed, in nanoseconds since the run's start; negative before it.
    pub pushed_at: i64,
    /// Its digest, if the user gave it.
    pub given: Option<u32>,
    /// Bytes of the whole image.
    pub image_bytes: u64,
    /// Registries where it became an orphan by that.
    pub orphaned: Slots,
}

/// What happened to an image at a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// It is stored there from now on.
    Stored(ImageId, HolderId),
    /// It was deleted there.
    Removed(Removed),
}

/// What was not yet asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    pub list: Vec<Move>,
    /// Whether anybody asks for images that came.
    pub keeps_stored: bool,
}

impl World {
    /// Keeps images that come, from now on; those that go are kept anyway.
    pub fn keep_stored(&mut self) {
        self.moves.keeps_stored = true;
    }

    /// Returns whether anything may be to be told of what was stored, deleted or moved between classes, but for what pushes
    /// and arrivals return.
    #[inline]
    pub const fn has_news(&self) -> bool {
        self.has_news || self.causes.is_some()
    }

    /// Says that all was asked for that there was to be told.
    pub fn news_are_told(&mut self) {
        debug_assert!(
            self.changed.is_empty() && !self.has_moved() && !self.has_departures(),
            "news are told once and all of them"
        );
        self.has_news = false;
    }

    /// Returns whether [`World::take_moves`] has anything to hand over.
    #[inline]
    pub fn has_moved(&self) -> bool {
        !self.moves.list.is_empty()
    }

    /// Returns what happened since the last call, in order; `list` takes its place.
    pub fn take_moves(&mut self, list: &mut Vec<Move>) {
        list.clear();
        std::mem::swap(list, &mut self.moves.list);
    }

    /// Returns the registries that store an image now, and nobody else's record in its place.
    pub fn registries_of(&self, image: ImageId) -> impl Iterator<Item = RegistryId> + '_ {
        let of = self.images.get(image);
        let repository = self.repositories.get(of.repository.index());
        let slots = of.present.iter();
        slots.filter_map(move |slot| Some(repository?.registries[usize::from(slot)]))
    }

    /// Returns the registries of slots of a repository.
    pub fn registries_at(&self, holder: HolderId, slots: Slots) -> Vec<RegistryId> {
        let repository = &self.repositories[self.repository_of(holder).index()];
        let registry = |slot| repository.registries[usize::from(slot)];
        slots.iter().map(registry).collect()
    }

    /// Notes an image that is about to be deleted; where it becomes an orphan is told by [`World::note_orphaned`].
    pub(super) fn note_removal(&mut self, image: ImageId, holder: HolderId) {
        let of = self.images.get(image);
        let removed = Removed {
            image,
            holder,
            push: of.push,
            pushed_at: of.pushed_at,
            given: self.images.given_digest(image),
            image_bytes: self.image_bytes(image),
            orphaned: Slots::default(),
        };
        self.moves.list.push(Move::Removed(removed));
        self.has_news = true;
    }

    /// Notes where the image that was deleted last became an orphan.
    pub(super) fn note_orphaned(&mut self, before: &[Class], image: ImageId) {
        let Some(Move::Removed(removed)) = self.moves.list.last_mut() else {
            return;
        };
        for slot in self.images.get(image).present.iter() {
            let is = self.images.class(image, slot);
            if is == Class::Orphan && before[usize::from(slot)] != Class::Orphan {
                removed.orphaned.add(slot);
            }
        }
    }
}
