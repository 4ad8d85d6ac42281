//! Accounts' registries, their repositories and images: the whole state, and what may be asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::archive::Archive;
use super::causes::Causes;
use super::coverage::Coverage;
use super::groups::Groups;
use super::holdings::Holdings;
use super::ids::{HolderId, ImageId, LayerId, RegistryId, RepositoryId};
use super::images::{Image, Images};
use super::layers::Layers;
use super::moves::Moves;
use super::mutability::TagRule;
use super::refusal::Refusal;
use super::repositories::{Holder, Repository};
use super::retirement::{Retired, Retirement};
use super::slots::Slot;
use super::template::Template;
use crate::aws::LifecyclePolicy;

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

/// A registry's settings and what it stores.
#[derive(Clone, Debug, Default)]
pub(super) struct Registry {
    pub holdings: Holdings,
    pub blob_mounting: bool,
    /// Whether it waits among those that changed.
    pub has_changed: bool,
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
    /// Whether anything may be to be told but what pushes and arrivals return.
    pub(super) has_news: bool,
    /// Who caused what, where that is told apart.
    pub(super) causes: Option<Box<Causes>>,
    /// How much of what sources send is held.
    pub(super) coverage: Coverage,
    /// Lifecycle policies, by repository.
    pub(super) lifecycles: BTreeMap<HolderId, Arc<LifecyclePolicy>>,
    /// Templates by which repositories are created that replication creates.
    pub(super) templates: BTreeMap<HolderId, Template>,
    /// Repositories that replication created and that still exist, with the source of the image for which it did.
    pub(super) created: BTreeMap<HolderId, HolderId>,
    /// Repositories whose lifecycle policy may ask when a replica arrived.
    pub(super) watched: BTreeSet<HolderId>,
    /// When images arrived there by replication, in nanoseconds since the run's start.
    pub(super) arrival_times: BTreeMap<(HolderId, ImageId), i64>,
    /// Which images hang together.
    pub(super) groups: Groups,
    /// Images that came or went since they were asked for.
    pub(super) moves: Moves,
    /// The archive storage class.
    pub(super) archive: Archive,
    /// Images whose records are gone, by repository's name.
    pub(super) retirements: Vec<Retirement>,
    pub(super) retired: Retired,
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
            has_news: false,
            causes: None,
            coverage: Coverage::default(),
            lifecycles: BTreeMap::new(),
            templates: BTreeMap::new(),
            created: BTreeMap::new(),
            watched: BTreeSet::new(),
            arrival_times: BTreeMap::new(),
            groups: Groups::default(),
            moves: Moves::default(),
            archive: Archive::default(),
            retirements: Vec::new(),
            retired: Retired::new(registries),
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
        self.repositories.push(Repository {
            first_holder,
            registries,
            images: Vec::new(),
            compact_at: Repository::LEAST_COMPACTION,
            has_stale: false,
        });
        self.retirements.push(Retirement::ASKED_EVERYWHERE);
        id
    }

    /// Returns the repository in `registry`, existing or not; `None` if the registry can never hold the name.
    pub fn holder(&self, repository: RepositoryId, registry: RegistryId) -> Option<HolderId> {
        let repository = &self.repositories[repository.index()];
        repository
            .slot(registry)
            .map(|slot| repository.holder(slot))
    }

    /// Returns the repository at the registry of this slot, existing or not.
    #[inline]
    pub fn holder_at(&self, repository: RepositoryId, slot: Slot) -> HolderId {
        self.repositories[repository.index()].holder(slot)
    }

    /// Returns whether the repository exists.
    #[inline]
    pub fn exists(&self, holder: HolderId) -> bool {
        self.holders[holder.index()].exists
    }

    /// Returns a repository's name id.
    pub fn repository_of(&self, holder: HolderId) -> RepositoryId {
        self.holders[holder.index()].repository
    }

    /// Returns the registry of a repository.
    pub fn registry_of(&self, holder: HolderId) -> RegistryId {
        self.holders[holder.index()].registry
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
    #[inline]
    pub fn image_bytes(&self, id: ImageId) -> u64 {
        let image = self.images.get(id);
        if !image.may_share_layers() {
            return image.own_bytes;
        }
        image.own_bytes + self.shared_bytes(id)
    }

    #[inline(never)]
    fn shared_bytes(&self, id: ImageId) -> u64 {
        let shared = self.images.shared_layers(id).iter();
        shared.map(|layer| self.layers.bytes(layer)).sum()
    }

    /// Returns whether `holder` stores the image.
    pub fn is_stored(&self, id: ImageId, holder: HolderId) -> bool {
        self.images
            .get(id)
            .present
            .has(self.holders[holder.index()].slot)
    }

    /// Returns whether the registry of this slot stores the image.
    #[inline(always)]
    pub fn is_stored_at(&self, id: ImageId, slot: Slot) -> bool {
        self.images.get(id).present.has(slot)
    }

    /// Returns the bytes of the image's layers that `holder` lacks. Layers may be mounted if blob mounting is on there and
    /// at `source` (B133).
    #[inline(always)]
    pub fn missing_bytes(&self, id: ImageId, source: HolderId, holder: HolderId) -> u64 {
        let image = self.images.get(id);
        if image.present.has(self.holders[holder.index()].slot) {
            return 0;
        }
        if !image.may_share_layers() {
            return image.own_bytes;
        }
        image.own_bytes + self.missing_shared_bytes(id, source, holder)
    }

    #[inline(never)]
    fn missing_shared_bytes(&self, id: ImageId, source: HolderId, holder: HolderId) -> u64 {
        let place = self.place(holder, self.mounts(source, holder));
        let shared = self.images.shared_layers(id).iter();
        let lacking = shared.filter(|&layer| !self.layers.is_held(layer, place));
        lacking.map(|layer| self.layers.bytes(layer)).sum()
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
    #[inline(always)]
    pub fn is_full(&self, holder: HolderId) -> bool {
        let of = &self.holders[holder.index()];
        let repositories = || u64::from(self.holdings(of.registry).repositories);
        u64::from(of.images) >= self.quotas.images_per_repository
            || !of.exists && repositories() >= self.quotas.repositories_per_registry
    }

    /// Returns whether a repository holds as many images as its quota allows.
    pub fn has_most_images(&self, holder: HolderId) -> bool {
        u64::from(self.holders[holder.index()].images) >= self.quotas.images_per_repository
    }

    /// Returns how many images each repository holds, by [`HolderId`].
    pub fn image_counts(&self) -> Vec<u32> {
        self.holders.iter().map(|holder| holder.images).collect()
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
        let repositories = u64::from(self.holdings(of.registry).repositories);
        if repositories >= self.quotas.repositories_per_registry {
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
            self.holders[holder.index()].set_mutability(mutability);
        }
    }

    /// Sets the tag mutability, as `PutImageTagRule` does; it concerns images pushed afterwards.
    ///
    /// # Errors
    /// If the repository does not exist.
    pub fn set_mutability(&mut self, holder: HolderId, mutability: TagRule) -> Result<(), Refusal> {
        self.check_exists(holder)?;
        self.holders[holder.index()].set_mutability(Some(mutability));
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
    #[inline]
    pub fn hold(&mut self, id: ImageId) {
        self.images.get_mut(id).pending += 1;
    }

    /// Ends one [`World::hold`].
    #[inline(always)]
    pub fn let_go(&mut self, id: ImageId) {
        self.images.get_mut(id).pending -= 1;
        self.free_if_gone(id);
    }

    pub(super) fn check_exists(&self, holder: HolderId) -> Result<(), Refusal> {
        if self.exists(holder) {
            Ok(())
        } else {
            Err(Refusal::RepositoryNotFound)
        }
    }

    pub(super) fn make_repository(&mut self, holder: HolderId, mutability: Option<TagRule>) {
        let of = &mut self.holders[holder.index()];
        of.exists = true;
        of.set_mutability(mutability);
        self.registries[of.registry.index()].holdings.repositories += 1;
    }
}
