//! What pulls ask of registries: which image a tag stands on, which bytes an image brought. They change nothing.

use super::ids::{HolderId, ImageId, LayerId, TagId};
use super::world::World;

impl World {
    /// Returns the image on which `tag` stands at `holder`, and the number of the push that put it there.
    pub fn resolve(&self, holder: HolderId, tag: TagId) -> Option<(ImageId, u64)> {
        let standing = self.holders[holder.index()].standing(tag)?;
        Some((standing.image, standing.push))
    }

    /// Returns whether no registry stores the image any more.
    pub fn is_gone(&self, id: ImageId) -> bool {
        self.images.get(id).present.is_empty()
    }

    /// Returns the bytes of a shared layer.
    pub fn layer_bytes(&self, layer: LayerId) -> u64 {
        self.layers.bytes(layer)
    }
}
