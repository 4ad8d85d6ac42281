//! The state machine once more, as slow and plain as can be: what each repository holds in maps, everything else counted
//! from them when asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::ecr::mutability::TagRule;
use crate::ecr::{Arrival, Class, Holdings, Quotas, Refusal};

/// A repository of a registry: registry, then name.
pub type Place = (usize, usize);

/// What is pushed under one digest, always the same.
#[derive(Clone, Debug)]
pub struct Content {
    pub own_bytes: u64,
    /// Shared layers, by place in [`Naive::layer_bytes`].
    pub layers: Vec<usize>,
    pub own_tags: bool,
}

/// An image stored in a repository.
#[derive(Clone, Debug)]
struct Stored {
    /// The push that put it there, or there where it came from.
    order: u64,
    pushed: bool,
    came_from: BTreeSet<usize>,
}

#[derive(Clone, Debug, Default)]
struct Repository {
    mutability: TagRule,
    images: BTreeMap<usize, Stored>,
    /// Image and number of its push, by tag.
    tags: BTreeMap<usize, (usize, u64)>,
}

pub struct Naive {
    pub quotas: Quotas,
    pub tags_move_forward: bool,
    pub billed_once: bool,
    pub layer_bytes: Vec<u64>,
    pub tag_texts: Vec<&'static str>,
    pub contents: BTreeMap<usize, Content>,
    pub mounting: Vec<bool>,
    repositories: BTreeMap<Place, Repository>,
    /// By registry and layer, its stored copies with the repositories that share each.
    copies: BTreeMap<(usize, usize), Vec<BTreeSet<usize>>>,
    /// The first push of each known image, by repository and digest.
    first_push: BTreeMap<(usize, usize), u64>,
    /// Images that a push in progress may still read.
    pub held: BTreeMap<(usize, usize), u32>,
}

impl Naive {
    pub fn new(
        quotas: Quotas,
        registries: usize,
        layer_bytes: &[u64],
        tags: &[&'static str],
    ) -> Self {
        Self {
            quotas,
            tags_move_forward: true,
            billed_once: true,
            layer_bytes: layer_bytes.to_vec(),
            tag_texts: tags.to_vec(),
            contents: BTreeMap::new(),
            mounting: vec![false; registries],
            repositories: BTreeMap::new(),
            copies: BTreeMap::new(),
            first_push: BTreeMap::new(),
            held: BTreeMap::new(),
        }
    }

    pub fn exists(&self, place: Place) -> bool {
        self.repositories.contains_key(&place)
    }

    pub fn stores(&self, place: Place, digest: usize) -> bool {
        self.repositories
            .get(&place)
            .is_some_and(|of| of.images.contains_key(&digest))
    }

    /// Says whether a stored digest was pushed there.
    pub fn is_pushed(&self, place: Place, digest: usize) -> bool {
        self.stores(place, digest) && self.class(place, digest) == Class::Source
    }

    /// Returns the digest on which each tag stands.
    pub fn tags(&self, place: Place) -> BTreeMap<usize, usize> {
        let tags = self
            .repositories
            .get(&place)
            .into_iter()
            .flat_map(|of| &of.tags);
        tags.map(|(&tag, &(digest, _))| (tag, digest)).collect()
    }

    /// Accepts a push under its number, or says why not.
    pub fn push(
        &mut self,
        place: Place,
        digest: usize,
        tags: &[usize],
        number: u64,
    ) -> Result<(), Refusal> {
        let of = self
            .repositories
            .get(&place)
            .ok_or(Refusal::RepositoryNotFound)?;
        let stored = of.images.contains_key(&digest);
        let stands = |tag: &usize| of.tags.get(tag).is_some_and(|&(on, _)| on == digest);
        let new: Vec<usize> = tags.iter().copied().filter(|tag| !stands(tag)).collect();
        if stored && new.is_empty() {
            return Err(Refusal::ImageAlreadyExists);
        }
        if new.iter().any(|tag| {
            of.tags.contains_key(tag) && of.mutability.is_immutable(self.tag_texts[*tag])
        }) {
            return Err(Refusal::ImageTagAlreadyExists);
        }
        let borne = of.tags.values().filter(|&&(on, _)| on == digest).count();
        if (borne + new.len()) as u64 > self.quotas.tags_per_image
            || !stored && of.images.len() as u64 >= self.quotas.images_per_repository
        {
            return Err(Refusal::LimitExceeded);
        }
        self.first_push.entry((place.1, digest)).or_insert(number);
        if !stored {
            self.store(place, digest, number, self.mounting[place.0]);
        }
        let of = self.repositories.get_mut(&place).unwrap();
        of.images.get_mut(&digest).unwrap().pushed = true;
        of.tags
            .extend(new.into_iter().map(|tag| (tag, (digest, number))));
        Ok(())
    }

    pub fn arrive(
        &mut self,
        from: usize,
        to: Place,
        digest: usize,
        tags: &[usize],
        number: u64,
    ) -> Arrival {
        self.repositories.entry(to).or_default();
        if !self.stores(to, digest) {
            let at_source = self
                .repositories
                .get(&(from, to.1))
                .and_then(|of| of.images.get(&digest));
            let order = at_source.map_or(self.first_push[&(to.1, digest)], |stored| stored.order);
            self.store(
                to,
                digest,
                order,
                self.mounting[from] && self.mounting[to.0],
            );
        }
        // A copy of a replica came from where that did.
        let source = self.repositories.get(&(from, to.1));
        let source = source.and_then(|of| of.images.get(&digest));
        let roots = source.filter(|of| !of.pushed && !of.came_from.is_empty());
        let roots = roots.map_or(BTreeSet::from([from]), |of| of.came_from.clone());
        let of = self.repositories.get_mut(&to).unwrap();
        of.images.get_mut(&digest).unwrap().came_from.extend(roots);
        let mut arrival = Arrival::default();
        for &tag in tags {
            match of.tags.get(&tag) {
                Some(&(on, _))
                    if on != digest && of.mutability.is_immutable(self.tag_texts[tag]) =>
                {
                    arrival.dropped += 1;
                }
                Some(&(on, by)) if on != digest && by > number && self.tags_move_forward => {
                    arrival.overtaken += 1;
                }
                Some(&(on, by)) if on == digest => {
                    of.tags.insert(tag, (digest, number.max(by)));
                }
                _ => {
                    of.tags.insert(tag, (digest, number));
                }
            }
        }
        arrival.is_untagged = !tags.is_empty() && self.is_untagged(to, digest);
        arrival
    }

    pub fn delete_by_tag(&mut self, place: Place, tag: usize) -> Result<(), Refusal> {
        let of = self
            .repositories
            .get_mut(&place)
            .ok_or(Refusal::RepositoryNotFound)?;
        let (digest, _) = of.tags.remove(&tag).ok_or(Refusal::ImageNotFound)?;
        if self.is_untagged(place, digest) {
            self.remove(place, digest);
        }
        Ok(())
    }

    pub fn delete_by_digest(&mut self, place: Place, digest: usize) -> Result<(), Refusal> {
        if !self.exists(place) {
            return Err(Refusal::RepositoryNotFound);
        }
        if !self.stores(place, digest) {
            return Err(Refusal::ImageNotFound);
        }
        self.remove(place, digest);
        Ok(())
    }

    pub fn delete_all_but_newest(&mut self, place: Place, keep: u64) -> u64 {
        let images = self
            .repositories
            .get(&place)
            .into_iter()
            .flat_map(|of| &of.images);
        let mut images: Vec<(u64, usize)> = images
            .map(|(&digest, stored)| (stored.order, digest))
            .collect();
        images.sort_unstable();
        let surplus = images.len().saturating_sub(keep as usize);
        for &(_, digest) in &images[..surplus] {
            self.remove(place, digest);
        }
        surplus as u64
    }

    pub fn delete_repository(&mut self, place: Place) -> Result<(), Refusal> {
        if !self.exists(place) {
            return Err(Refusal::RepositoryNotFound);
        }
        self.delete_all_but_newest(place, 0);
        self.repositories.remove(&place);
        Ok(())
    }

    pub fn create_repository(
        &mut self,
        place: Place,
        mutability: Option<TagRule>,
    ) -> Result<(), Refusal> {
        if self.exists(place) {
            return Err(Refusal::RepositoryAlreadyExists);
        }
        if u64::from(self.holdings(place.0).repositories) >= self.quotas.repositories_per_registry {
            return Err(Refusal::LimitExceeded);
        }
        let mutability = mutability.unwrap_or_default();
        self.repositories.insert(
            place,
            Repository {
                mutability,
                ..Repository::default()
            },
        );
        Ok(())
    }

    pub fn set_mutability(&mut self, place: Place, mutability: TagRule) -> Result<(), Refusal> {
        self.repositories
            .get_mut(&place)
            .ok_or(Refusal::RepositoryNotFound)?
            .mutability = mutability;
        Ok(())
    }

    /// Counts what a registry stores.
    pub fn holdings(&self, registry: usize) -> Holdings {
        let mut count = Holdings::default();
        for (&place, of) in self
            .repositories
            .iter()
            .filter(|(place, _)| place.0 == registry)
        {
            count.repositories += 1;
            for &digest in of.images.keys() {
                count.images += 1;
                count.untagged += u32::from(self.is_untagged(place, digest));
                count.bytes[self.class(place, digest) as usize] += self.contents[&digest].own_bytes;
            }
        }
        for (&(_, layer), copies) in self.copies.iter().filter(|(key, _)| key.0 == registry) {
            for repositories in copies {
                let classes = repositories
                    .iter()
                    .map(|&name| self.layer_class((registry, name), layer));
                if self.billed_once {
                    count.bytes[classes.min().unwrap() as usize] += self.layer_bytes[layer];
                } else {
                    classes
                        .for_each(|class| count.bytes[class as usize] += self.layer_bytes[layer]);
                }
            }
        }
        count
    }

    /// Counts the bytes of a digest's layers that a copy from `from` would have to move.
    pub fn missing_bytes(&self, from: usize, to: Place, digest: usize) -> u64 {
        if self.stores(to, digest) {
            return 0;
        }
        let mounts = self.mounting[from] && self.mounting[to.0];
        let content = &self.contents[&digest];
        let copies = |layer: usize| self.copies.get(&(to.0, layer)).into_iter().flatten();
        let lacks =
            |layer: &&usize| !copies(**layer).any(|shared| mounts || shared.contains(&to.1));
        let lacking = content.layers.iter().filter(lacks);
        content.own_bytes + lacking.map(|&layer| self.layer_bytes[layer]).sum::<u64>()
    }

    /// Forgets an image that nobody stores and no push in progress may read.
    pub fn forget_if_gone(&mut self, name: usize, digest: usize) {
        let stored = (0..self.mounting.len()).any(|registry| self.stores((registry, name), digest));
        if !stored
            && self
                .held
                .get(&(name, digest))
                .is_none_or(|&holds| holds == 0)
        {
            self.first_push.remove(&(name, digest));
        }
    }

    fn is_untagged(&self, place: Place, digest: usize) -> bool {
        let mut tags = self.repositories[&place].tags.values();
        !self.contents[&digest].own_tags && !tags.any(|&(on, _)| on == digest)
    }

    fn class(&self, (registry, name): Place, digest: usize) -> Class {
        let stored = &self.repositories[&(registry, name)].images[&digest];
        let is_pushed = |source: &usize| {
            let of = self
                .repositories
                .get(&(*source, name))
                .and_then(|of| of.images.get(&digest));
            of.is_some_and(|stored| stored.pushed)
        };
        if stored.pushed {
            Class::Source
        } else if stored.came_from.iter().any(is_pushed) {
            Class::Replica
        } else {
            Class::Orphan
        }
    }

    fn layer_class(&self, place: Place, layer: usize) -> Class {
        let images = self.repositories[&place].images.keys();
        let with_layer = images.filter(|digest| self.contents[digest].layers.contains(&layer));
        with_layer
            .map(|&digest| self.class(place, digest))
            .min()
            .unwrap()
    }

    fn store(&mut self, place: Place, digest: usize, order: u64, mounts: bool) {
        let stored = Stored {
            order,
            pushed: false,
            came_from: BTreeSet::new(),
        };
        self.repositories
            .get_mut(&place)
            .unwrap()
            .images
            .insert(digest, stored);
        for &layer in &self.contents[&digest].layers {
            let copies = self.copies.entry((place.0, layer)).or_default();
            if copies.iter().any(|shared| shared.contains(&place.1)) {
                continue;
            }
            match copies.first_mut().filter(|_| mounts) {
                Some(first) => {
                    first.insert(place.1);
                }
                None => copies.push(BTreeSet::from([place.1])),
            }
        }
    }

    fn remove(&mut self, place: Place, digest: usize) {
        let of = self.repositories.get_mut(&place).unwrap();
        of.images.remove(&digest);
        of.tags.retain(|_, &mut (on, _)| on != digest);
        for &layer in &self.contents[&digest].layers {
            if of
                .images
                .keys()
                .any(|digest| self.contents[digest].layers.contains(&layer))
            {
                continue;
            }
            let copies = self.copies.get_mut(&(place.0, layer)).unwrap();
            copies.iter_mut().for_each(|shared| {
                shared.remove(&place.1);
            });
            copies.retain(|shared| !shared.is_empty());
        }
        self.forget_if_gone(place.1, digest);
    }
}
