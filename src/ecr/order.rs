//! The order of a repository's images: by the push that stored each, or stored it where it came from.
//!
//! One list per name serves every registry that holds it. Only an image that is pushed again where it is not stored stands
//! in it more than once; its [`super::provenance::Provenance`] tells which entry counts where.

use super::ids::{HolderId, ImageId, RepositoryId};
use super::repositories::Repository;
use super::world::World;

impl World {
    /// Adds an image to the end of a name's list and returns its place there.
    pub(super) fn list(&mut self, repository: RepositoryId, id: ImageId) -> u32 {
        let of = &mut self.repositories[repository.index()];
        if of.images.len() >= of.compact_at {
            if of.has_stale {
                self.compact(repository);
            } else {
                of.compact_at = Repository::LEAST_COMPACTION.max(2 * of.images.len());
            }
        }
        let images = &mut self.repositories[repository.index()].images;
        if images.len() == images.capacity() {
            // By a quarter, not to twice as many: together these lists are long.
            images.reserve_exact((images.len() / 4).max(4));
        }
        images.push(id);
        u32::try_from(images.len() - 1).expect("a name has less than 2^32 images")
    }

    /// Drops the stale entries of a name's list, so that it never grows with the images that are gone. The next time
    /// comes only after as many pushes as entries are left: it costs each push little.
    fn compact(&mut self, repository: RepositoryId) {
        let of = &mut self.repositories[repository.index()];
        let mut kept = 0;
        for old in 0..of.images.len() {
            let id = of.images[old];
            if self
                .images
                .move_entry(id, repository, old as u32, kept as u32)
            {
                of.images[kept] = id;
                kept += 1;
            }
        }
        of.images.truncate(kept);
        of.compact_at = Repository::LEAST_COMPACTION.max(2 * kept);
        of.has_stale = false;
        of.images.shrink_to(of.compact_at);
        let first = of.first_holder.index();
        for holder in &mut self.holders[first..first + of.registries.len()] {
            holder.cleared = 0;
        }
    }

    /// Returns the images of `holder`, oldest first.
    pub(super) fn images_of(&self, holder: HolderId) -> impl Iterator<Item = ImageId> + '_ {
        self.check_asked(holder);
        let of = &self.holders[holder.index()];
        let (repository, slot, cleared) = (of.repository, of.slot, of.cleared as usize);
        let listed = &self.repositories[repository.index()].images;
        let entries = listed.iter().enumerate().skip(cleared);
        entries
            .filter(move |&(place, &id)| {
                let image = self.images.get(id);
                let is_here = image.repository == repository && image.present.has(slot);
                is_here && self.images.place(id, slot) == place as u32
            })
            .map(|(_, &id)| id)
    }

    /// Deletes the `count` oldest images of `holder`, which has as many.
    ///
    /// An entry is passed over once by each holder, not each time: what stands before the last one deleted is not stored
    /// there, until something is that was pushed earlier.
    pub(super) fn delete_oldest(&mut self, holder: HolderId, count: u64) {
        self.check_asked(holder);
        let of = &self.holders[holder.index()];
        let (repository, slot) = (of.repository, of.slot);
        let (mut place, mut left) = (of.cleared, count);
        while left > 0 {
            let id = self.repositories[repository.index()].images[place as usize];
            let image = self.images.get(id);
            let is_here = image.repository == repository && image.present.has(slot);
            if is_here && self.images.place(id, slot) == place {
                self.delete_image(id, holder);
                left -= 1;
            }
            place += 1;
        }
        self.holders[holder.index()].cleared = place;
    }
}
