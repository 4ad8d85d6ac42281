//! The archive storage class (B80): cheap to keep, not to be pulled, slow to come back.
//!
//! Which layers lie there is a [`Class`] of its own: those that only archived images of the registry hold. What AWS leaves
//! open is settled thus: a copy or a push whose layers lie in the archive need not move them again (they are stored), and
//! restoring at once by a push or an arriving replica (B82, B83) costs what any restore costs.

use std::collections::BTreeMap;

use super::holdings::Class;
use super::ids::{HolderId, ImageId, RegistryId, TagId};
use super::images::Digest;
use super::refusal::Refusal;
use super::removal::Removal;
use super::slots::Slot;
use super::world::World;

/// Images in the archive, and what was restored from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Archive {
    archived: BTreeMap<(HolderId, ImageId), Archived>,
    /// When images were restored last, in nanoseconds since the run's start: lifecycle policies count from then (B142).
    activated: BTreeMap<(HolderId, ImageId), i64>,
    departures: Vec<Departure>,
    /// Restores requested so far.
    restores: u64,
}

/// An image in the archive.
#[derive(Clone, Copy, Debug)]
struct Archived {
    /// Since when, in nanoseconds since the run's start.
    since: i64,
    /// The number of the restore that is under way: the image is `ACTIVATING`.
    restore: Option<u64>,
}

/// How an image is named that is to change its storage class.
#[derive(Clone, Copy, Debug)]
pub enum Named {
    /// By a tag that stands on it.
    Tag(TagId),
    /// By its digest.
    Digest(Digest),
}

/// A restore under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The image.
    pub image: ImageId,
    number: u64,
}

/// An image that left the archive of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Where.
    pub registry: RegistryId,
    /// Since when it was there, in nanoseconds since the run's start.
    pub since: i64,
    /// Bytes of layers that left the archive with it.
    pub bytes: u64,
    /// Whether it was restored; else it was deleted.
    pub is_restored: bool,
}

impl World {
    /// Archives an image, as `UpdateImageStorageClass` does; nothing else follows, at no destination either (B81).
    ///
    /// # Errors
    /// If the repository or the image is not there, or the image is archived already.
    pub fn archive(&mut self, holder: HolderId, named: Named, at: i64) -> Result<(), Refusal> {
        let image = self.named(holder, named)?;
        if self.is_archived(image, holder) {
            return Err(Refusal::StorageClassNotSupported);
        }
        self.archive_image(image, holder, at);
        Ok(())
    }

    /// Begins to restore an archived image, as `UpdateImageStorageClass` does: it is `ACTIVATING` until
    /// [`World::finish_restore`].
    ///
    /// # Errors
    /// If the repository or the image is not there, or the image is not archived or is being restored.
    pub fn request_restore(&mut self, holder: HolderId, named: Named) -> Result<Restore, Refusal> {
        let image = self.named(holder, named)?;
        let archived = self.archive.archived.get_mut(&(holder, image));
        let waiting = archived.filter(|of| of.restore.is_none());
        let of = waiting.ok_or(Refusal::StorageClassNotSupported)?;
        self.archive.restores += 1;
        let number = self.archive.restores;
        of.restore = Some(number);
        Ok(Restore { image, number })
    }

    /// Ends a restore, and returns whether the image was still waiting for it.
    pub fn finish_restore(&mut self, holder: HolderId, restore: Restore, at: i64) -> bool {
        let archived = self.archive.archived.get(&(holder, restore.image));
        let waits = archived.is_some_and(|of| of.restore == Some(restore.number));
        if waits {
            self.activate(restore.image, holder, at);
        }
        waits
    }

    /// Says that an image that was restored counts as pushed there: a rule sends it on (B12).
    pub fn note_restored_push(&mut self, image: ImageId, holder: HolderId) {
        self.note_push(image, holder);
    }

    /// Restores an archived image at once, if it is one: a replica of its digest is about to arrive (B82).
    pub fn restore_at_once(&mut self, image: ImageId, holder: HolderId, at: i64) {
        if self.is_archived(image, holder) {
            self.activate(image, holder, at);
        }
    }

    /// Returns whether an image lies in the archive of `holder`, `ACTIVATING` ones too: it cannot be pulled (B83).
    pub fn is_archived(&self, id: ImageId, holder: HolderId) -> bool {
        self.images
            .is_archived(id, self.holders[holder.index()].slot)
    }

    /// Returns whether an image can be pulled from `holder`.
    #[inline]
    pub fn is_available(&self, id: ImageId, holder: HolderId) -> bool {
        self.is_stored(id, holder) && !self.is_archived(id, holder)
    }

    /// Returns whether an image can be pulled from the registry of this slot.
    #[inline(always)]
    pub fn is_available_at(&self, id: ImageId, slot: Slot) -> bool {
        self.is_stored_at(id, slot) && !self.images.is_archived(id, slot)
    }

    /// Returns whether [`World::take_departures`] has anything to hand over.
    #[inline]
    pub(super) const fn has_departures(&self) -> bool {
        !self.archive.departures.is_empty()
    }

    /// Hands each image that left an archive since the last call to `each`.
    pub fn take_departures(&mut self, each: impl FnMut(Departure)) {
        self.archive.departures.drain(..).for_each(each);
    }

    /// Archives an image that is not archived yet.
    pub(super) fn archive_image(&mut self, id: ImageId, holder: HolderId, at: i64) {
        let slot = self.holders[holder.index()].slot;
        self.cover(id, slot, self.images.class(id, slot), false);
        self.reclassify(id, |images| images.note_archived(id, slot));
        let archived = Archived {
            since: at,
            restore: None,
        };
        self.archive.archived.insert((holder, id), archived);
    }

    /// Brings an archived image back to the standard storage class.
    pub(super) fn activate(&mut self, id: ImageId, holder: HolderId, at: i64) {
        let before = self.archived_bytes(holder);
        let slot = self.holders[holder.index()].slot;
        self.reclassify(id, |images| images.note_activated(id, slot));
        self.cover(id, slot, self.images.class(id, slot), true);
        self.archive.activated.insert((holder, id), at);
        self.note_departure(id, holder, before, true);
    }

    /// Notes that an image left the archive of `holder`, where so many bytes lay before.
    pub(super) fn note_departure(
        &mut self,
        id: ImageId,
        holder: HolderId,
        bytes_before: u64,
        is_restored: bool,
    ) {
        let archived = self.archive.archived.remove(&(holder, id));
        let archived = archived.expect("an archived image is known as one");
        let bytes = bytes_before - self.archived_bytes(holder);
        self.has_news = true;
        self.archive.departures.push(Departure {
            registry: self.registry_of(holder),
            since: archived.since,
            bytes,
            is_restored,
        });
    }

    /// Forgets when an image was restored that is deleted.
    pub(super) fn forget_activation(&mut self, id: ImageId, holder: HolderId) {
        if !self.archive.activated.is_empty() {
            self.archive.activated.remove(&(holder, id));
        }
    }

    pub(super) fn archived_bytes(&self, holder: HolderId) -> u64 {
        let registry = self.holders[holder.index()].registry;
        self.registries[registry.index()].holdings.bytes[Class::Archived as usize]
    }

    /// Returns since when an image is archived, unless it is being restored.
    pub(super) fn archived_since(&self, id: ImageId, holder: HolderId) -> Option<i64> {
        let archived = self.archive.archived.get(&(holder, id))?;
        archived.restore.is_none().then_some(archived.since)
    }

    /// Returns when an image was restored last.
    pub(super) fn activated_at(&self, id: ImageId, holder: HolderId) -> Option<i64> {
        self.archive.activated.get(&(holder, id)).copied()
    }

    /// Returns whether any image is archived in a registry of the world.
    pub(super) fn has_archived(&self) -> bool {
        !self.archive.archived.is_empty()
    }

    /// Returns the images of `holder` that deleting all but the `keep` newest would remove, oldest first: of the active
    /// ones, which alone are listed (B85), those that no manifest list holds (B114).
    pub(super) fn active_but_newest(&self, holder: HolderId, keep: u64) -> Vec<Removal> {
        let images = self.unlisted(holder);
        let active: Vec<ImageId> = images.filter(|&id| !self.is_archived(id, holder)).collect();
        let surplus = active.len().saturating_sub(keep as usize);
        active[..surplus]
            .iter()
            .map(|&id| Removal::Image(id))
            .collect()
    }

    fn named(&self, holder: HolderId, named: Named) -> Result<ImageId, Refusal> {
        self.check_exists(holder)?;
        let found = match named {
            Named::Tag(tag) => self.resolve(holder, tag).map(|(image, _)| image),
            Named::Digest(digest) => self.find_given(holder, digest),
        };
        let here = found.filter(|&image| self.is_stored(image, holder));
        here.ok_or(Refusal::ImageMissing)
    }
}
