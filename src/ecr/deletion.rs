//! Deletions: `BatchDeleteImage` and `DeleteRepository`. At a source they change nothing elsewhere (B110), but that
//! replicas whose digest is gone there are orphans from then on; [`super::Removal`] says what follows where a rule asks.

use super::ids::{HolderId, TagId};
use super::images::Digest;
use super::refusal::Refusal;
use super::removal::Removal;
use super::world::World;

impl World {
    /// Removes a tag; with its last tag the image goes too (B113).
    ///
    /// # Errors
    /// If the repository does not exist, no image bears the tag, or a manifest list there holds the image (B114).
    pub fn delete_by_tag(&mut self, holder: HolderId, tag: TagId) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let removal = self.removal_by_tag(holder, tag);
        let removal = removal.ok_or(Refusal::ImageNotFound)?;
        self.check_removal(removal, holder)?;
        match removal {
            Removal::Image(image) => self.delete_image(image, holder),
            Removal::Tag(_, tag) => {
                self.holders[holder.index()].remove_tag(tag);
            }
        }
        Ok(())
    }

    /// Deletes a digest with all its tags (B113).
    ///
    /// # Errors
    /// If the repository does not exist or does not hold the digest, or a manifest list there holds the image (B114).
    pub fn delete_by_digest(&mut self, holder: HolderId, digest: Digest) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let removal = self.removal_by_digest(holder, digest);
        let removal = removal.ok_or(Refusal::ImageNotFound)?;
        self.check_removal(removal, holder)?;
        self.delete_image(removal.image(), holder);
        Ok(())
    }

    /// Deletes a repository with all its images (as with `--force`).
    ///
    /// # Errors
    /// If it does not exist.
    pub fn delete_repository(&mut self, holder: HolderId) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let images = self.holders[holder.index()].images;
        self.delete_oldest(holder, u64::from(images));
        let of = &mut self.holders[holder.index()];
        of.exists = false;
        of.set_mutability(None);
        self.lifecycles.remove(&holder);
        self.created.remove(&holder);
        let of = &self.holders[holder.index()];
        self.registries[of.registry.index()].holdings.repositories -= 1;
        Ok(())
    }

    /// Deletes all images of a repository but the `keep` that were pushed last, and returns how many went. What a manifest
    /// list holds stays as long as that list is there, and does not count (B114); of archived images who lists them to delete
    /// is not told (B85).
    pub fn delete_all_but_newest(&mut self, holder: HolderId, keep: u64) -> u64 {
        if self.has_lists() || self.has_archived() {
            let removals = self.removals_but_newest(holder, keep);
            let images = removals.iter().map(|of| of.image());
            images.for_each(|image| self.delete_image(image, holder));
            return removals.len() as u64;
        }
        let images = u64::from(self.holders[holder.index()].images);
        let surplus = images.saturating_sub(keep);
        self.delete_oldest(holder, surplus);
        surplus
    }
}
