//! Layers that several images share: base layers, and the content of one digest under several repository names.
//!
//! An image's own layers are not here: they are wherever the image is.

use super::causes::Moved;
use super::holdings::{Class, Holdings};
use super::ids::{HolderId, LayerId, RegistryId};

/// A repository of a registry that holds the layer.
#[derive(Clone, Debug)]
struct Use {
    holder: HolderId,
    registry: RegistryId,
    /// Uses of one registry with the same number share one stored copy: all but the first mounted it (B131).
    copy: u32,
    /// The account whose image brought that copy.
    account: u32,
    /// Images of the repository that hold the layer, by class.
    images: [u32; Class::COUNT],
}

impl Use {
    /// Returns the first class that an image of the repository gives the layer; `None` if no image is left.
    fn class(&self) -> Option<Class> {
        [
            Class::Source,
            Class::Replica,
            Class::Orphan,
            Class::Archived,
        ]
        .into_iter()
        .find(|&class| self.images[class as usize] > 0)
    }
}

/// A layer and where it is stored.
#[derive(Clone, Debug, Default)]
struct Layer {
    bytes: u64,
    /// Image records that name the layer, and streams that will.
    references: u64,
    /// By holder, rising.
    uses: Vec<Use>,
}

/// Where an image with a shared layer is stored.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The repository in its registry.
    pub holder: HolderId,
    /// The registry.
    pub registry: RegistryId,
    /// Whether a layer of another repository may be mounted rather than stored again (B131, B133).
    pub mounting: bool,
    /// The account whose image comes there, where that is told apart.
    pub account: u32,
}

/// Every shared layer that an image may still need.
#[derive(Clone, Debug)]
pub struct Layers {
    layers: Vec<Layer>,
    free: Vec<LayerId>,
    /// U15: whether a mounted layer is billed once per registry, or in each repository.
    mounted_billed_once: bool,
}

impl Layers {
    /// Returns no layers.
    pub const fn new(mounted_billed_once: bool) -> Self {
        Self {
            layers: Vec::new(),
            free: Vec::new(),
            mounted_billed_once,
        }
    }

    /// Returns a new layer with one reference.
    pub fn create(&mut self, bytes: u64) -> LayerId {
        let layer = Layer {
            bytes,
            references: 1,
            uses: Vec::new(),
        };
        if let Some(id) = self.free.pop() {
            self.layers[id.index()] = layer;
            return id;
        }
        self.layers.push(layer);
        LayerId::new(self.layers.len() - 1)
    }

    /// Adds a reference: the layer stays known until it is dropped again.
    pub fn refer(&mut self, id: LayerId) {
        self.layers[id.index()].references += 1;
    }

    /// Drops a reference.
    pub fn drop_reference(&mut self, id: LayerId) {
        let layer = &mut self.layers[id.index()];
        layer.references -= 1;
        if layer.references == 0 {
            assert!(
                layer.uses.is_empty(),
                "a layer that nobody names is stored nowhere"
            );
            self.free.push(id);
        }
    }

    /// Returns how many layers are known.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.layers.len() - self.free.len()
    }

    /// Returns the layer's bytes.
    pub fn bytes(&self, id: LayerId) -> u64 {
        self.layers[id.index()].bytes
    }

    /// Returns whether the layer need not be moved to `place`: the repository holds it (B130), or another one of
    /// the registry does and layers are mounted (B131, B133).
    pub fn is_held(&self, id: LayerId, place: Place) -> bool {
        let layer = &self.layers[id.index()];
        layer.find(place.holder).is_ok()
            || place.mounting && layer.copies(place.registry).next().is_some()
    }

    /// Books one more image of `class` with the layer at `place`.
    pub fn add(
        &mut self,
        id: LayerId,
        place: Place,
        class: Class,
        holdings: &mut Holdings,
    ) -> Option<Moved> {
        let index = self.layers[id.index()].find_or_add_use(place, self.mounted_billed_once);
        self.change(id, index, holdings, |images| images[class as usize] += 1)
    }

    /// Books one image of `class` less.
    ///
    /// # Panics
    /// If no such image was booked there.
    pub fn remove(
        &mut self,
        id: LayerId,
        place: Place,
        class: Class,
        holdings: &mut Holdings,
    ) -> Option<Moved> {
        let index = self.layers[id.index()].expect_use(place);
        let moved = self.change(id, index, holdings, |images| images[class as usize] -= 1);
        let uses = &mut self.layers[id.index()].uses;
        if uses[index].class().is_none() {
            uses.remove(index);
        }
        moved
    }

    /// Books one image of the class `from` as one of the class `to`.
    ///
    /// # Panics
    /// If no such image was booked there.
    pub fn move_class(
        &mut self,
        id: LayerId,
        place: Place,
        from: Class,
        to: Class,
        holdings: &mut Holdings,
    ) -> Option<Moved> {
        let index = self.layers[id.index()].expect_use(place);
        self.change(id, index, holdings, |images| {
            images[from as usize] -= 1;
            images[to as usize] += 1;
        })
    }

    /// Adds up the layers stored in each registry, each copy once.
    pub fn recount(&self, counts: &mut [Holdings]) {
        for layer in &self.layers {
            for (index, of) in layer.uses.iter().enumerate() {
                let shares = |other: &Use| other.registry == of.registry && other.copy == of.copy;
                if self.mounted_billed_once && layer.uses[..index].iter().any(shares) {
                    continue;
                }
                if let Some(class) = self.stored_class(layer, index) {
                    counts[of.registry.index()].add(class, layer.bytes);
                }
            }
        }
    }

    /// Applies `edit` to the images of a use and moves the layer's bytes from the class that it had to the one that it has.
    fn change(
        &mut self,
        id: LayerId,
        index: usize,
        holdings: &mut Holdings,
        edit: impl FnOnce(&mut [u32; Class::COUNT]),
    ) -> Option<Moved> {
        let layer = &mut self.layers[id.index()];
        let mut edited = layer.uses[index].clone();
        edit(&mut edited.images);
        if edited.class() == layer.uses[index].class() {
            layer.uses[index] = edited;
            return None;
        }
        let before = self.stored_class(&self.layers[id.index()], index);
        self.layers[id.index()].uses[index] = edited;
        let layer = &self.layers[id.index()];
        let after = self.stored_class(layer, index);
        if before == after {
            return None;
        }
        if let Some(class) = before {
            holdings.remove(class, layer.bytes);
        }
        if let Some(class) = after {
            holdings.add(class, layer.bytes);
        }
        Some(Moved {
            before,
            after,
            bytes: layer.bytes,
            account: layer.uses[index].account,
        })
    }

    /// Returns what the stored copy of a use counts as: the first class among all uses that share it.
    fn stored_class(&self, layer: &Layer, index: usize) -> Option<Class> {
        let this = &layer.uses[index];
        if !self.mounted_billed_once {
            return this.class();
        }
        let shares = |of: &&Use| of.registry == this.registry && of.copy == this.copy;
        let sharing = layer.uses.iter().filter(shares);
        sharing.filter_map(Use::class).min()
    }
}

impl Layer {
    /// Returns the place of a repository's use, or where it would stand.
    fn find(&self, holder: HolderId) -> Result<usize, usize> {
        self.uses.binary_search_by_key(&holder, |of| of.holder)
    }

    fn expect_use(&self, place: Place) -> usize {
        self.find(place.holder).expect("the layer is stored there")
    }

    /// Returns the numbers of the copies stored in a registry.
    fn copies(&self, registry: RegistryId) -> impl Iterator<Item = u32> {
        let there = self.uses.iter().filter(move |of| of.registry == registry);
        there.map(|of| of.copy)
    }

    /// A repository that lacks the layer mounts the registry's oldest copy, or else stores one of its own.
    fn find_or_add_use(&mut self, place: Place, mounted_billed_once: bool) -> usize {
        let index = match self.find(place.holder) {
            Ok(index) => return index,
            Err(index) => index,
        };
        let mounted = self.copies(place.registry).min().filter(|_| place.mounting);
        let newest = self.copies(place.registry).max();
        // Whoever brought the copy that is billed caused it.
        let first = self.uses.iter().find(|of| {
            mounted_billed_once && of.registry == place.registry && Some(of.copy) == mounted
        });
        let account = first.map_or(place.account, |of| of.account);
        let added = Use {
            holder: place.holder,
            registry: place.registry,
            copy: mounted.or(newest.map(|newest| newest + 1)).unwrap_or(0),
            account,
            images: [0; Class::COUNT],
        };
        self.uses.insert(index, added);
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(holder: u32, mounting: bool) -> Place {
        Place {
            holder: HolderId(holder),
            registry: RegistryId(0),
            mounting,
            account: 0,
        }
    }

    fn with_layer(billed_once: bool) -> (Layers, LayerId, Holdings) {
        let mut layers = Layers::new(billed_once);
        let id = layers.create(100);
        (layers, id, Holdings::default())
    }

    #[test]
    fn b130_a_layer_is_stored_once_per_repository() {
        let (mut layers, id, mut holdings) = with_layer(true);
        layers.add(id, place(1, false), Class::Replica, &mut holdings);
        layers.add(id, place(1, false), Class::Replica, &mut holdings);
        assert_eq!(holdings.bytes, [0, 100, 0, 0]);
        assert!(layers.is_held(id, place(1, false)));
    }

    #[test]
    fn b131_repositories_share_layers_only_by_mounting() {
        let (mut layers, id, mut holdings) = with_layer(true);
        layers.add(id, place(1, false), Class::Replica, &mut holdings);
        assert!(!layers.is_held(id, place(2, false)));
        assert!(layers.is_held(id, place(2, true)));
        layers.add(id, place(2, false), Class::Replica, &mut holdings);
        assert_eq!(
            holdings.stored_bytes(),
            200,
            "without mounting each repository stores its own"
        );
        layers.add(id, place(3, true), Class::Replica, &mut holdings);
        assert_eq!(
            holdings.stored_bytes(),
            200,
            "a mounted layer is stored and billed once (U15)"
        );
    }

    #[test]
    fn u15_a_mounted_layer_can_be_billed_in_each_repository() {
        let (mut layers, id, mut holdings) = with_layer(false);
        layers.add(id, place(1, true), Class::Replica, &mut holdings);
        layers.add(id, place(2, true), Class::Replica, &mut holdings);
        assert_eq!(holdings.stored_bytes(), 200);
    }

    #[test]
    fn a_layer_counts_as_the_first_class_that_holds_it_until_the_last_image_goes() {
        let (mut layers, id, mut holdings) = with_layer(true);
        layers.add(id, place(1, true), Class::Orphan, &mut holdings);
        assert_eq!(holdings.bytes, [0, 0, 100, 0]);
        layers.add(id, place(2, true), Class::Source, &mut holdings);
        assert_eq!(holdings.bytes, [100, 0, 0, 0]);
        layers.remove(id, place(2, true), Class::Source, &mut holdings);
        assert_eq!(holdings.bytes, [0, 0, 100, 0]);
        layers.remove(id, place(1, true), Class::Orphan, &mut holdings);
        assert_eq!(holdings.bytes, [0, 0, 0, 0]);
        layers.drop_reference(id);
        assert_eq!(layers.create(5), id, "the place is used again");
    }
}
