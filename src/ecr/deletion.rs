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
    /// If the repository does not exist, or no image bears the tag.
    pub fn delete_by_tag(&mut self, holder: HolderId, tag: TagId) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let removal = self.removal_by_tag(holder, tag);
        match removal.ok_or(Refusal::ImageNotFound)? {
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
    /// If the repository does not exist, or does not hold the digest.
    pub fn delete_by_digest(&mut self, holder: HolderId, digest: Digest) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let removal = self.removal_by_digest(holder, digest);
        self.delete_image(removal.ok_or(Refusal::ImageNotFound)?.image(), holder);
        Ok(())
    }

    /// Deletes a repository with all its images (as with `--force`).
    ///
    /// # Errors
    /// If it does not exist.
    pub fn delete_repository(&mut self, holder: HolderId) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        let images = u64::from(self.holders[holder.index()].images);
        self.delete_oldest(holder, images);
        let of = &mut self.holders[holder.index()];
        of.exists = false;
        of.mutability = None;
        self.lifecycles.remove(&holder);
        let of = &self.holders[holder.index()];
        self.registries[of.registry.index()].holdings.repositories -= 1;
        Ok(())
    }

    /// Deletes all active images of a repository but the `keep` that were pushed last, and returns how many went. Who
    /// lists images to delete is told of no archived ones (B85).
    pub fn delete_all_but_newest(&mut self, holder: HolderId, keep: u64) -> u64 {
        if self.has_archived() {
            let removals = self.active_but_newest(holder, keep);
            self.expire(holder, &removals);
            return removals.len() as u64;
        }
        let images = u64::from(self.holders[holder.index()].images);
        let surplus = images.saturating_sub(keep);
        self.delete_oldest(holder, surplus);
        surplus
    }
}
