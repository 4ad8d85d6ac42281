//! Deletions: `BatchDeleteImage` and `DeleteRepository`. At a source they change nothing elsewhere (B110), but that
//! replicas whose digest is gone there are orphans from then on.

use super::ids::{HolderId, ImageId, TagId};
use super::images::Digest;
use super::refusal::Refusal;
use super::world::World;

impl World {
    /// Removes a tag; with its last tag the image goes too (B113).
    ///
    /// # Errors
    /// If the repository does not exist, or no image bears the tag.
    pub fn delete_by_tag(&mut self, holder: HolderId, tag: TagId) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let standing = self.holders[holder.index()].tags.get(&tag).copied();
        let image = standing.ok_or(Refusal::ImageNotFound)?.image;
        self.edit_tags(holder, &[image], |of| {
            of.remove_tag(tag);
        });
        if self.is_untagged(image, holder) {
            self.delete_image(image, holder);
        } else {
            self.changed.push(self.holders[holder.index()].registry);
        }
        Ok(())
    }

    /// Deletes a digest with all its tags (B113).
    ///
    /// # Errors
    /// If the repository does not exist, or does not hold the digest.
    pub fn delete_by_digest(&mut self, holder: HolderId, digest: Digest) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let image = self
            .find_given(holder, digest)
            .filter(|&id| self.is_stored(id, holder));
        self.delete_image(image.ok_or(Refusal::ImageNotFound)?, holder);
        Ok(())
    }

    /// Deletes a repository with all its images (as with `--force`).
    ///
    /// # Errors
    /// If it does not exist.
    pub fn delete_repository(&mut self, holder: HolderId) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        self.delete_all_but_newest(holder, 0);
        let of = &mut self.holders[holder.index()];
        of.exists = false;
        of.mutability = None;
        self.registries[of.registry.index()].holdings.repositories -= 1;
        Ok(())
    }

    /// Deletes all images of a repository but the `keep` that were pushed last, and returns how many went.
    pub fn delete_all_but_newest(&mut self, holder: HolderId, keep: u64) -> u64 {
        let of = &self.holders[holder.index()];
        let surplus = u64::from(of.images).saturating_sub(keep);
        if surplus == 0 {
            return 0;
        }
        let stored = self
            .living_images(of.repository)
            .filter(|(_, image)| image.present.has(of.slot));
        let doomed: Vec<ImageId> = stored.map(|(id, _)| id).take(surplus as usize).collect();
        for &image in &doomed {
            self.delete_image(image, holder);
        }
        surplus
    }

    fn delete_image(&mut self, image: ImageId, holder: HolderId) {
        self.edit_tags(holder, &[image], |of| of.remove_tags_of(image));
        let place = self.place(holder, false);
        let slot = self.holders[holder.index()].slot;
        let class = self.images.class(image, slot);
        self.holders[holder.index()].images -= 1;
        let of = self.images.get(image);
        let holdings = &mut self.registries[place.registry.index()].holdings;
        holdings.images -= 1;
        holdings.untagged -= u64::from(!of.has_own_tags);
        holdings.remove(class, of.content.own_bytes);
        for layer in of.content.shared_layers() {
            self.layers.remove(layer, place, class, holdings);
        }
        self.changed.push(place.registry);
        self.reclassify(image, |images| images.note_deletion(image, slot));
        self.free_if_gone(image);
    }
}
