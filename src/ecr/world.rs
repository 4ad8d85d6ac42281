//! Accounts' registries, their repositories and images: the whole state, and what may be asked of it.

use std::collections::{BTreeMap, VecDeque};

use super::holdings::{Class, Holdings};
use super::ids::{HolderId, ImageId, LayerId, RegistryId, RepositoryId, TagId};
use super::images::{Image, Images};
use super::layers::{Layers, Place};
use super::mutability::TagRule;
use super::refusal::Refusal;
use super::repositories::{Holder, Repository};
use super::slots::Slot;

/// Service quotas that the state machine keeps (facts, section 11).
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Images per repository.
    pub images_per_repository: u64,
    /// Repositories per registry.
    pub repositories_per_registry: u64,
    /// Tags per image.
    pub tags_per_image: u64,
}

/// The tags of a push.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tags<'a> {
    /// Whether some of its tags are such that no other image can bear them: nothing can move or remove these.
    pub own: bool,
    /// The others.
    pub common: &'a [TagId],
}

/// A registry's settings and what it stores.
#[derive(Clone, Debug, Default)]
pub(super) struct Registry {
    pub holdings: Holdings,
    pub blob_mounting: bool,
}

/// The state of every registry of a run.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) registries: Vec<Registry>,
    pub(super) repositories: Vec<Repository>,
    pub(super) holders: Vec<Holder>,
    pub(super) images: Images,
    pub(super) layers: Layers,
    /// Images of digests that the user gave, by repository and digest id.
    pub(super) given: BTreeMap<(RepositoryId, u32), ImageId>,
    pub(super) tag_texts: Vec<String>,
    pub(super) quotas: Quotas,
    /// U24: whether a mutable tag moves only forward in the order of source pushes.
    pub(super) tags_move_forward: bool,
    /// Registries whose holdings changed since [`World::take_changed`].
    pub(super) changed: Vec<RegistryId>,
}

impl World {
    /// Returns a world of empty registries.
    pub fn new(
        registries: usize,
        quotas: Quotas,
        tags_move_forward: bool,
        mounted_billed_once: bool,
    ) -> Self {
        Self {
            registries: vec![Registry::default(); registries],
            repositories: Vec::new(),
            holders: Vec::new(),
            images: Images::default(),
            layers: Layers::new(mounted_billed_once),
            given: BTreeMap::new(),
            tag_texts: Vec::new(),
            quotas,
            tags_move_forward,
            changed: Vec::new(),
        }
    }

    /// Makes a repository's name known; `registries` (rising, at most 128) are those that may ever hold it.
    ///
    /// # Panics
    /// If there are more registries than that.
    pub fn add_name(&mut self, registries: Vec<RegistryId>) -> RepositoryId {
        assert!(
            registries.len() <= super::Slots::CAPACITY,
            "a name may be held by 128 registries"
        );
        let id = RepositoryId::new(self.repositories.len());
        let first_holder = HolderId::new(self.holders.len());
        let holders = registries.iter().enumerate();
        self.holders
            .extend(holders.map(|(slot, &registry)| Holder::new(id, registry, slot as Slot)));
        let images = VecDeque::new();
        self.repositories.push(Repository {
            first_holder,
            registries,
            images,
            first_sequence: 0,
            living: 0,
        });
        id
    }

    /// Makes a tag's text known.
    pub fn add_tag(&mut self, text: &str) -> TagId {
        self.tag_texts.push(text.to_owned());
        TagId::new(self.tag_texts.len() - 1)
    }

    /// Returns the repository in `registry`, existing or not; `None` if the registry can never hold the name.
    pub fn holder(&self, repository: RepositoryId, registry: RegistryId) -> Option<HolderId> {
        let repository = &self.repositories[repository.index()];
        repository
            .slot(registry)
            .map(|slot| repository.holder(slot))
    }

    /// Returns whether the repository exists.
    pub fn exists(&self, holder: HolderId) -> bool {
        self.holders[holder.index()].exists
    }

    /// Returns a repository's name id.
    pub fn repository_of(&self, holder: HolderId) -> RepositoryId {
        self.holders[holder.index()].repository
    }

    /// Returns what a registry stores.
    pub fn holdings(&self, registry: RegistryId) -> &Holdings {
        &self.registries[registry.index()].holdings
    }

    /// Returns an image's record.
    pub fn image(&self, id: ImageId) -> &Image {
        self.images.get(id)
    }

    /// Returns the bytes of a whole image.
    pub fn image_bytes(&self, id: ImageId) -> u64 {
        let content = self.images.get(id).content;
        content.own_bytes
            + content
                .shared_layers()
                .map(|layer| self.layers.bytes(layer))
                .sum::<u64>()
    }

    /// Returns whether `holder` stores the image.
    pub fn is_stored(&self, id: ImageId, holder: HolderId) -> bool {
        self.images
            .get(id)
            .present
            .has(self.holders[holder.index()].slot)
    }

    /// Returns the bytes of the image's layers that `holder` lacks. `mounting`: blob mounting is on at both ends (B133).
    pub fn missing_bytes(&self, id: ImageId, holder: HolderId, mounting: bool) -> u64 {
        if self.is_stored(id, holder) {
            return 0;
        }
        let content = self.images.get(id).content;
        let place = self.place(holder, mounting);
        let lacking = content
            .shared_layers()
            .filter(|&layer| !self.layers.is_held(layer, place));
        content.own_bytes + lacking.map(|layer| self.layers.bytes(layer)).sum::<u64>()
    }

    /// Returns whether a registry's blob mounting is on.
    pub fn blob_mounting(&self, registry: RegistryId) -> bool {
        self.registries[registry.index()].blob_mounting
    }

    /// Switches a registry's blob mounting; layers mounted earlier stay mounted (B132).
    pub fn set_blob_mounting(&mut self, registry: RegistryId, on: bool) {
        self.registries[registry.index()].blob_mounting = on;
    }

    /// Returns whether a quota forbids `holder` one more image (U19).
    pub fn is_full(&self, holder: HolderId) -> bool {
        let of = &self.holders[holder.index()];
        let repositories = self.holdings(of.registry).repositories;
        u64::from(of.images) >= self.quotas.images_per_repository
            || !of.exists && repositories >= self.quotas.repositories_per_registry
    }

    /// Creates a repository, as `CreateRepository` does.
    ///
    /// # Errors
    /// If it exists, or the registry is full.
    pub fn create_repository(
        &mut self,
        holder: HolderId,
        mutability: Option<TagRule>,
    ) -> Result<(), Refusal> {
        let of = &self.holders[holder.index()];
        if of.exists {
            return Err(Refusal::RepositoryAlreadyExists);
        }
        if self.holdings(of.registry).repositories >= self.quotas.repositories_per_registry {
            return Err(Refusal::LimitExceeded);
        }
        self.make_repository(holder, mutability);
        Ok(())
    }

    /// Creates a repository or sets the tag mutability of one that exists: how a run begins.
    pub fn provide_repository(&mut self, holder: HolderId, mutability: Option<TagRule>) {
        if !self.exists(holder) {
            self.make_repository(holder, None);
        }
        if mutability.is_some() {
            self.holders[holder.index()].mutability = mutability.map(Box::new);
        }
    }

    /// Sets the tag mutability, as `PutImageTagRule` does; it concerns images pushed afterwards.
    ///
    /// # Errors
    /// If the repository does not exist.
    pub fn set_mutability(&mut self, holder: HolderId, mutability: TagRule) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        self.holders[holder.index()].mutability = Some(Box::new(mutability));
        Ok(())
    }

    /// Returns a new shared layer that stays known until [`World::forget_layer`].
    pub fn add_layer(&mut self, bytes: u64) -> LayerId {
        self.layers.create(bytes)
    }

    /// Says that no further image will name the layer.
    pub fn forget_layer(&mut self, layer: LayerId) {
        self.layers.drop_reference(layer);
    }

    /// Keeps the image's record until [`World::let_go`], wherever the image itself is deleted.
    pub fn hold(&mut self, id: ImageId) {
        self.images.get_mut(id).pending += 1;
    }

    /// Ends one [`World::hold`].
    pub fn let_go(&mut self, id: ImageId) {
        self.images.get_mut(id).pending -= 1;
        self.free_if_gone(id);
    }

    /// Hands each registry whose holdings changed since the last call to `each`; some may come twice.
    pub fn take_changed(&mut self, mut each: impl FnMut(RegistryId, &Holdings)) {
        while let Some(registry) = self.changed.pop() {
            each(registry, &self.registries[registry.index()].holdings);
        }
    }

    /// Returns what every registry stores, counted anew from its images: the run's last check compares it with what
    /// was kept.
    pub fn recount(&self) -> Vec<Holdings> {
        let mut counts = vec![Holdings::default(); self.registries.len()];
        self.layers.recount(&mut counts);
        for holder in self.holders.iter().filter(|holder| holder.exists) {
            counts[holder.registry.index()].repositories += 1;
        }
        for (index, repository) in self.repositories.iter().enumerate() {
            for (id, image) in self.living_images(RepositoryId::new(index)) {
                for slot in image.present.iter() {
                    let count = &mut counts[repository.registries[usize::from(slot)].index()];
                    count.images += 1;
                    count.untagged += u64::from(self.is_untagged(id, repository.holder(slot)));
                    count.add(self.images.class(id, slot), image.content.own_bytes);
                }
            }
        }
        counts
    }

    /// Returns the living images of a name, in the order of their pushes.
    pub(super) fn living_images(
        &self,
        repository: RepositoryId,
    ) -> impl DoubleEndedIterator<Item = (ImageId, &Image)> {
        let of = &self.repositories[repository.index()];
        let entries = of
            .images
            .iter()
            .enumerate()
            .map(|(place, &id)| (place, id, self.images.get(id)));
        let living = entries.filter(move |(place, _, image)| {
            image.repository == repository
                && image.sequence == of.first_sequence.wrapping_add(*place as u32)
        });
        living.map(|(_, id, image)| (id, image))
    }

    pub(super) fn check_exists(&self, holder: HolderId) -> Result<(), Refusal> {
        if self.exists(holder) {
            Ok(())
        } else {
            Err(Refusal::RepositoryNotFound)
        }
    }

    pub(super) fn place(&self, holder: HolderId, mounting: bool) -> Place {
        Place {
            holder,
            registry: self.holders[holder.index()].registry,
            mounting,
        }
    }

    pub(super) fn make_repository(&mut self, holder: HolderId, mutability: Option<TagRule>) {
        let of = &mut self.holders[holder.index()];
        of.exists = true;
        of.mutability = mutability.map(Box::new);
        self.registries[of.registry.index()].holdings.repositories += 1;
    }

    /// Returns whether an image's tags cannot change under `tag` at `holder` (B64, B66).
    pub(super) fn is_immutable(&self, holder: HolderId, tag: TagId) -> bool {
        let mutability = self.holders[holder.index()].mutability.as_deref();
        mutability.is_some_and(|mutability| mutability.is_immutable(&self.tag_texts[tag.index()]))
    }

    pub(super) fn is_untagged(&self, id: ImageId, holder: HolderId) -> bool {
        !self.images.get(id).has_own_tags && self.holders[holder.index()].tag_count(id) == 0
    }

    /// Applies `edit` to the tags of a repository and keeps count of its untagged images among `affected`.
    pub(super) fn edit_tags(
        &mut self,
        holder: HolderId,
        affected: &[ImageId],
        edit: impl FnOnce(&mut Holder),
    ) {
        let before = self.count_untagged(holder, affected);
        edit(&mut self.holders[holder.index()]);
        let after = self.count_untagged(holder, affected);
        let registry = self.holders[holder.index()].registry;
        let untagged = &mut self.registries[registry.index()].holdings.untagged;
        *untagged = *untagged + after - before;
    }

    fn count_untagged(&self, holder: HolderId, affected: &[ImageId]) -> u64 {
        affected
            .iter()
            .filter(|&&id| self.is_stored(id, holder) && self.is_untagged(id, holder))
            .count() as u64
    }

    /// Stores an image's layers at `holder`, where it was not, as `class`. It bears no tags of its own kind yet.
    pub(super) fn store_at(&mut self, id: ImageId, holder: HolderId, class: Class, mounting: bool) {
        let place = self.place(holder, mounting);
        let of = &mut self.holders[holder.index()];
        of.images += 1;
        let image = self.images.get_mut(id);
        image.present.add(of.slot);
        let holdings = &mut self.registries[of.registry.index()].holdings;
        holdings.images += 1;
        holdings.untagged += u64::from(!image.has_own_tags);
        holdings.add(class, image.content.own_bytes);
        for layer in image.content.shared_layers() {
            self.layers.add(layer, place, class, holdings);
        }
        self.changed.push(of.registry);
    }

    /// Applies `edit` to where an image is stored and came from, and moves its bytes between classes accordingly.
    pub(super) fn reclassify(&mut self, id: ImageId, edit: impl FnOnce(&mut Images)) {
        let image = self.images.get(id);
        let (repository, content) = (image.repository, image.content);
        let before: Vec<(Slot, Class)> = image
            .present
            .iter()
            .map(|slot| (slot, self.images.class(id, slot)))
            .collect();
        edit(&mut self.images);
        for (slot, was) in before {
            let is = self.images.class(id, slot);
            if is == was || !self.images.get(id).present.has(slot) {
                continue;
            }
            let holder = self.repositories[repository.index()].holder(slot);
            let place = self.place(holder, false);
            let holdings = &mut self.registries[place.registry.index()].holdings;
            holdings.remove(was, content.own_bytes);
            holdings.add(is, content.own_bytes);
            for layer in content.shared_layers() {
                self.layers.move_class(layer, place, was, is, holdings);
            }
            self.changed.push(place.registry);
        }
    }

    /// Lists a new image, or one that is pushed again, as its repository's newest.
    pub(super) fn list(&mut self, repository: RepositoryId, id: ImageId) {
        let of = &mut self.repositories[repository.index()];
        let sequence = of.first_sequence.wrapping_add(of.images.len() as u32);
        of.images.push_back(id);
        of.living += 1;
        self.images.get_mut(id).sequence = sequence;
        if of.images.len() > 64 && of.images.len() > 2 * of.living as usize {
            self.compact(repository);
        }
    }

    /// Drops the stale entries of a repository's list, so that it never grows with the images that are gone.
    fn compact(&mut self, repository: RepositoryId) {
        let living: VecDeque<ImageId> = self.living_images(repository).map(|(id, _)| id).collect();
        for (place, &id) in living.iter().enumerate() {
            self.images.get_mut(id).sequence = place as u32;
        }
        let of = &mut self.repositories[repository.index()];
        of.living = living.len() as u32;
        of.first_sequence = 0;
        of.images = living;
    }

    /// Frees the record of an image that is stored nowhere and that no push in progress may still read.
    pub(super) fn free_if_gone(&mut self, id: ImageId) {
        let image = self.images.get(id);
        if !image.present.is_empty() || image.pending > 0 {
            return;
        }
        let (repository, content) = (image.repository, image.content);
        self.repositories[repository.index()].living -= 1;
        if let super::Digest::Given(digest) = content.digest {
            self.given.remove(&(repository, digest));
        }
        content
            .shared_layers()
            .for_each(|layer| self.layers.drop_reference(layer));
        // A free record must not pass for an entry of a repository's list.
        self.images.get_mut(id).repository = RepositoryId(u32::MAX);
        self.images.free(id);
    }
}
