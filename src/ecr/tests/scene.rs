//! A small world for the tests, and short words for what happens in it.

use crate::ecr::mutability::{TagMutability, TagRule};
use crate::ecr::{
    Added, Arrival, Class, Content, Digest, HolderId, ImageId, LayerId, Push, Pushed, Quotas,
    Refusal, RegistryId, RepositoryId, TagId, Tags, World,
};

pub const A: RegistryId = RegistryId(0);
pub const B: RegistryId = RegistryId(1);
pub const C: RegistryId = RegistryId(2);
pub const APP: RepositoryId = RepositoryId(0);
pub const WEB: RepositoryId = RepositoryId(1);

/// Three registries that may each hold two repositories; at first only `A` does.
pub struct Scene {
    pub world: World,
    pushes: u64,
}

/// An accepted push, as its replications carry it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub image: ImageId,
    pub is_new: bool,
    pub added: Option<Added>,
    source: HolderId,
    repository: RepositoryId,
    own_tags: bool,
    tags: Vec<TagId>,
    number: u64,
}

/// AWS's own quotas, and its defaults where it does not say (U15, U24).
pub struct Setup {
    pub quotas: Quotas,
    pub tags_move_forward: bool,
    pub billed_once: bool,
}

impl Default for Setup {
    fn default() -> Self {
        let quotas = Quotas {
            images_per_repository: 100_000,
            repositories_per_registry: 100_000,
            tags_per_image: 1_000,
        };
        Self {
            quotas,
            tags_move_forward: true,
            billed_once: true,
        }
    }
}

/// Returns an image's content under digest `number`, of no shared layers.
pub fn image(number: u32, own_bytes: u64) -> Content {
    Content {
        digest: Digest::Given(number),
        own_bytes,
        base: None,
        common: None,
    }
}

pub fn rule(mode: TagMutability, exclusions: &[&str]) -> TagRule {
    TagRule::new(mode, exclusions.iter().map(ToString::to_string).collect())
}

pub fn immutable() -> TagRule {
    rule(TagMutability::Immutable, &[])
}

impl Scene {
    pub fn new() -> Self {
        Self::with(&Setup::default())
    }

    pub fn with(setup: &Setup) -> Self {
        let mut world = World::new(3, setup.quotas, setup.tags_move_forward, setup.billed_once);
        for name in [APP, WEB] {
            world.add_name(vec![A, B, C]);
            let holder = world.holder(name, A).unwrap();
            world.provide_repository(holder, None);
        }
        Self { world, pushes: 0 }
    }

    pub fn at(&self, registry: RegistryId, repository: RepositoryId) -> HolderId {
        self.world.holder(repository, registry).unwrap()
    }

    pub fn layer(&mut self, bytes: u64) -> LayerId {
        self.world.add_layer(bytes)
    }

    /// Returns the id of a tag's text.
    pub fn tag(&mut self, text: &str) -> TagId {
        let known = self.world.tag_texts.iter().position(|known| known == text);
        known.map_or_else(|| self.world.add_tag(text), TagId::new)
    }

    pub fn try_push(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        content: Content,
        tags: &[&str],
    ) -> Result<Sent, Refusal> {
        let tags: Vec<TagId> = tags.iter().map(|text| self.tag(text)).collect();
        self.push_under(
            registry,
            repository,
            content,
            Tags {
                own: false,
                common: &tags,
            },
        )
    }

    /// Pushes what must be accepted.
    pub fn push(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        content: Content,
        tags: &[&str],
    ) -> Sent {
        self.try_push(registry, repository, content, tags)
            .expect("the push is accepted")
    }

    /// Pushes a new image under a tag that no other image can bear, and others.
    pub fn push_own(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        own_bytes: u64,
        tags: &[&str],
    ) -> Sent {
        let common: Vec<TagId> = tags.iter().map(|text| self.tag(text)).collect();
        let tags = Tags {
            own: true,
            common: &common,
        };
        self.push_new(registry, repository, image(0, own_bytes), tags)
    }

    /// Pushes a new image on a base layer under a tag that no other image can bear.
    pub fn push_own_on(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        own_bytes: u64,
        base: LayerId,
    ) -> Sent {
        let content = Content {
            base: Some(base),
            ..image(0, own_bytes)
        };
        let tags = Tags {
            own: true,
            common: &[],
        };
        self.push_new(registry, repository, content, tags)
    }

    /// Pushes this content under a digest that nobody gave.
    fn push_new(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        content: Content,
        tags: Tags<'_>,
    ) -> Sent {
        let digest = Digest::Generated(self.pushes);
        let content = Content { digest, ..content };
        self.push_under(registry, repository, content, tags)
            .expect("a new image is accepted")
    }

    fn push_under(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        content: Content,
        tags: Tags<'_>,
    ) -> Result<Sent, Refusal> {
        self.pushes += 1;
        let (source, number) = (self.at(registry, repository), self.pushes);
        let mut counting = Vec::new();
        let push = Push {
            holder: source,
            content: &content,
            tags,
            number,
            at: number as i64,
        };
        let Pushed {
            image,
            is_new,
            added,
        } = self.world.push(push, |index, counts| {
            if counts {
                counting.push(tags.common[index]);
            }
        })?;
        Ok(Sent {
            image,
            is_new,
            added,
            source,
            repository,
            own_tags: tags.own,
            tags: counting,
            number,
        })
    }

    /// Lets what was pushed arrive in another registry.
    pub fn arrive(&mut self, sent: &Sent, registry: RegistryId) -> Arrival {
        let holder = self.at(registry, sent.repository);
        let tags = Tags {
            own: sent.own_tags,
            common: &sent.tags,
        };
        self.world.arrive(
            sent.image,
            sent.source,
            holder,
            tags,
            sent.number,
            |_, _| (),
        )
    }

    /// Returns the bytes that a copy of what was pushed would have to move now.
    pub fn to_move(&self, sent: &Sent, registry: RegistryId) -> u64 {
        let holder = self.at(registry, sent.repository);
        self.world.missing_bytes(sent.image, sent.source, holder)
    }

    pub fn stores(&self, registry: RegistryId, sent: &Sent) -> bool {
        self.world
            .is_stored(sent.image, self.at(registry, sent.repository))
    }

    /// Returns the image on which a tag stands.
    pub fn tagged(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        text: &str,
    ) -> Option<ImageId> {
        let tag = self.tag(text);
        let of = &self.world.holders[self.at(registry, repository).index()];
        of.standing(tag).map(|standing| standing.image)
    }

    pub fn delete_tag(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        text: &str,
    ) -> Result<(), Refusal> {
        let tag = self.tag(text);
        self.world.delete_by_tag(self.at(registry, repository), tag)
    }

    pub fn delete_digest(
        &mut self,
        registry: RegistryId,
        repository: RepositoryId,
        number: u32,
    ) -> Result<(), Refusal> {
        self.world
            .delete_by_digest(self.at(registry, repository), Digest::Given(number))
    }

    pub fn images(&self, registry: RegistryId) -> u64 {
        self.world.holdings(registry).images
    }

    pub fn untagged(&self, registry: RegistryId) -> u64 {
        u64::from(self.world.holdings(registry).untagged)
    }

    /// Returns source, replica and orphan bytes, once the slow count has confirmed them.
    pub fn bytes(&self, registry: RegistryId) -> [u64; Class::STANDARD.len()] {
        let holdings = self.world.holdings(registry);
        assert_eq!(*holdings, self.world.recount()[registry.index()]);
        Class::STANDARD.map(|class| holdings.bytes[class as usize])
    }
}
