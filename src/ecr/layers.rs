//! Layers that several images share: base layers, and the content of one digest under several repository names.
//!
//! An image's own layers are not here: they are wherever the image is.

use super::holdings::{Class, Holdings};
use super::ids::{HolderId, LayerId, RegistryId};

/// A repository of a registry that holds the layer.
#[derive(Clone, Debug)]
struct Use {
    holder: HolderId,
    registry: RegistryId,
    /// Uses of one registry with the same number share one stored copy: all but the first mounted it (B131).
    copy: u32,
    /// Images of the repository that hold the layer, by class.
    images: [u32; Class::COUNT],
}

impl Use {
    fn class(&self) -> Option<Class> {
        [Class::Source, Class::Replica, Class::Orphan]
            .into_iter()
            .find(|&class| self.images[class as usize] > 0)
    }
}

#[derive(Clone, Debug, Default)]
struct Layer {
    bytes: u64,
    /// Image records that name the layer, and streams that will.
    references: u64,
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

    /// Returns the layer's bytes.
    pub fn bytes(&self, id: LayerId) -> u64 {
        self.layers[id.index()].bytes
    }

    /// Returns whether the layer need not be moved to `place`: the repository holds it (B130), or another one of
    /// the registry does and layers are mounted (B131, B133).
    pub fn is_held(&self, id: LayerId, place: Place) -> bool {
        let uses = &self.layers[id.index()].uses;
        uses.iter()
            .any(|of| of.holder == place.holder || place.mounting && of.registry == place.registry)
    }

    /// Books one more image of `class` with the layer at `place`.
    pub fn add(&mut self, id: LayerId, place: Place, class: Class, holdings: &mut Holdings) {
        let index = self.find_or_add_use(id, place);
        self.change(id, index, holdings, |of| of.images[class as usize] += 1);
    }

    /// Books one image of `class` less.
    ///
    /// # Panics
    /// If no such image was booked there.
    pub fn remove(&mut self, id: LayerId, place: Place, class: Class, holdings: &mut Holdings) {
        let uses = &self.layers[id.index()].uses;
        let index = uses
            .iter()
            .position(|of| of.holder == place.holder)
            .expect("the layer is stored there");
        self.change(id, index, holdings, |of| of.images[class as usize] -= 1);
        let uses = &mut self.layers[id.index()].uses;
        if uses[index].class().is_none() {
            uses.remove(index);
        }
    }

    /// Books one image of the class `from` as one of the class `to`.
    pub fn move_class(
        &mut self,
        id: LayerId,
        place: Place,
        from: Class,
        to: Class,
        holdings: &mut Holdings,
    ) {
        let index = self.find_or_add_use(id, place);
        self.change(id, index, holdings, |of| {
            of.images[from as usize] -= 1;
            of.images[to as usize] += 1;
        });
    }

    /// Adds up the layers stored in each registry, each copy once.
    pub fn recount(&self, counts: &mut [Holdings]) {
        for (id, layer) in self.layers.iter().enumerate() {
            for (index, of) in layer.uses.iter().enumerate() {
                let shares = |other: &Use| other.registry == of.registry && other.copy == of.copy;
                if self.mounted_billed_once && layer.uses[..index].iter().any(shares) {
                    continue;
                }
                if let Some(class) = self.stored_class(LayerId::new(id), index) {
                    counts[of.registry.index()].add(class, layer.bytes);
                }
            }
        }
    }

    fn find_or_add_use(&mut self, id: LayerId, place: Place) -> usize {
        let uses = &mut self.layers[id.index()].uses;
        if let Some(index) = uses.iter().position(|of| of.holder == place.holder) {
            return index;
        }
        let copies = || {
            uses.iter()
                .filter(|of| of.registry == place.registry)
                .map(|of| of.copy)
        };
        let copy = match copies().min().filter(|_| place.mounting) {
            Some(mounted) => mounted,
            None => copies().max().map_or(0, |newest| newest + 1),
        };
        uses.push(Use {
            holder: place.holder,
            registry: place.registry,
            copy,
            images: [0; Class::COUNT],
        });
        uses.len() - 1
    }

    /// Applies `edit` to a use and moves the layer's bytes from the class that it had to the one that it has.
    fn change(
        &mut self,
        id: LayerId,
        index: usize,
        holdings: &mut Holdings,
        edit: impl FnOnce(&mut Use),
    ) {
        let before = self.stored_class(id, index);
        let layer = &mut self.layers[id.index()];
        edit(&mut layer.uses[index]);
        let bytes = layer.bytes;
        let after = self.stored_class(id, index);
        if before == after {
            return;
        }
        if let Some(class) = before {
            holdings.remove(class, bytes);
        }
        if let Some(class) = after {
            holdings.add(class, bytes);
        }
    }

    /// Returns what the stored copy of a use counts as: the first class among all uses that share it.
    fn stored_class(&self, id: LayerId, index: usize) -> Option<Class> {
        let uses = &self.layers[id.index()].uses;
        let this = &uses[index];
        if !self.mounted_billed_once {
            return this.class();
        }
        let sharing = uses
            .iter()
            .filter(|of| of.registry == this.registry && of.copy == this.copy);
        sharing.filter_map(Use::class).min()
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
        assert_eq!(holdings.bytes, [0, 100, 0]);
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
        assert_eq!(holdings.bytes, [0, 0, 100]);
        layers.add(id, place(2, true), Class::Source, &mut holdings);
        assert_eq!(holdings.bytes, [100, 0, 0]);
        layers.remove(id, place(2, true), Class::Source, &mut holdings);
        assert_eq!(holdings.bytes, [0, 0, 100]);
        layers.remove(id, place(1, true), Class::Orphan, &mut holdings);
        assert_eq!(holdings.bytes, [0, 0, 0]);
        layers.drop_reference(id);
        assert_eq!(layers.create(5), id, "the place is used again");
    }
}
