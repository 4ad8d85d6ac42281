//! What a repository stores, image by image: asked when a backfill begins.

use super::ids::{HolderId, ImageId, TagId};
use super::world::World;

impl World {
    /// Returns the images that `holder` stores, in the order of the pushes that brought them.
    ///
    /// Takes time in proportion to the images known under the repository's name, wherever they are stored.
    pub fn stored_images(&self, holder: HolderId) -> impl Iterator<Item = ImageId> + '_ {
        self.check_asked(holder);
        let of = &self.holders[holder.index()];
        let (repository, slot) = (of.repository, of.slot);
        let list = &self.repositories[repository.index()].images;
        let entries = list.iter().enumerate().skip(of.cleared as usize);
        let stands_here = move |&(place, &id): &(usize, &ImageId)| {
            let image = self.images.get(id);
            image.repository == repository
                && image.present.has(slot)
                && self.images.place(id, slot) as usize == place
        };
        entries.filter(stands_here).map(|(_, &id)| id)
    }

    /// Returns the number of the push that put `tag` on the image at `holder`, if it stands on it.
    pub fn standing_push(&self, holder: HolderId, tag: TagId, id: ImageId) -> Option<u64> {
        let standing = self.holders[holder.index()].standing(tag);
        standing
            .filter(|standing| standing.image == id)
            .map(|standing| standing.push)
    }
}
