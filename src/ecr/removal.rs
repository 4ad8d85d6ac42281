//! What a delete removes at its source, and how a destination follows it where a rule replicates deletes (B111, U14).

use super::ids::{HolderId, ImageId, TagId};
use super::images::Digest;
use super::world::World;

/// What a delete removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// One of several tags of an image.
    Tag(ImageId, TagId),
    /// An image with all its tags.
    Image(ImageId),
}

impl Removal {
    /// Returns the image that it concerns.
    pub const fn image(self) -> ImageId {
        match self {
            Self::Tag(image, _) | Self::Image(image) => image,
        }
    }
}

impl World {
    /// Returns what deleting `tag` would remove: with its last tag the image goes too (B113).
    pub fn removal_by_tag(&self, holder: HolderId, tag: TagId) -> Option<Removal> {
        let of = &self.holders[holder.index()];
        let image = of.standing(tag)?.image;
        let is_last = of.tags_of(image).nth(1).is_none() && !self.images.get(image).has_own_tags();
        Some(if is_last {
            Removal::Image(image)
        } else {
            Removal::Tag(image, tag)
        })
    }

    /// Returns what deleting a digest would remove.
    pub fn removal_by_digest(&self, holder: HolderId, digest: Digest) -> Option<Removal> {
        let image = self.find_given(holder, digest)?;
        let is_here = self.is_stored(image, holder);
        is_here.then_some(Removal::Image(image))
    }

    /// Returns the images of `holder` that deleting all but the `keep` newest would remove, oldest first. What a manifest list
    /// holds cannot be deleted before it (B114), and does not count.
    pub fn removals_but_newest(&self, holder: HolderId, keep: u64) -> Vec<Removal> {
        if self.has_archived() {
            return self.active_but_newest(holder, keep);
        }
        let images = if self.has_lists() {
            self.unlisted(holder).count() as u64
        } else {
            u64::from(self.holders[holder.index()].images)
        };
        let surplus = images.saturating_sub(keep);
        let oldest = self.unlisted(holder).take(surplus as usize);
        oldest.map(Removal::Image).collect()
    }

    /// Removes at `holder` what is gone at `source`, and returns whether anything was left to remove (B111).
    ///
    /// A tag goes only while it stands on the same digest, and the image stays though it may now be untagged: only the
    /// source decides when an image goes (U14). Where a tag never moves back behind the order of pushes (U24), a delete
    /// that a later push at the source has undone removes nothing.
    pub fn follow(&mut self, removal: Removal, source: HolderId, holder: HolderId) -> bool {
        let image = removal.image();
        if !self.is_stored(image, holder) || self.tags_move_forward && self.undone(removal, source)
        {
            return false;
        }
        match removal {
            Removal::Image(image) => self.delete_image(image, holder),
            Removal::Tag(image, tag) if self.stands_on(holder, tag, image) => {
                self.take_tag(holder, image, tag);
            }
            Removal::Tag(..) => return false,
        }
        true
    }

    fn undone(&self, removal: Removal, source: HolderId) -> bool {
        match removal {
            Removal::Image(image) => self.is_stored(image, source),
            Removal::Tag(image, tag) => self.stands_on(source, tag, image),
        }
    }

    fn take_tag(&mut self, holder: HolderId, image: ImageId, tag: TagId) {
        self.holders[holder.index()].remove_tag(tag);
        let registry = self.holders[holder.index()].registry;
        let is_untagged = self.is_untagged(image, holder);
        let holdings = &mut self.registries[registry.index()].holdings;
        holdings.untagged += u32::from(is_untagged);
        self.note_change(registry);
    }
}
