//! Everything else that happens: what is there at the start, single operations, retention, outages, revocations.

use std::sync::Arc;

use super::backfill::Stored;
use super::event::{Event, EventClass, order};
use super::model::{Model, Operation, Place, ScriptImage};
use super::names::TagList;
use super::observer::{DeleteCause, Observer, RefusedOperation, RevokedCopy};
use super::requests::NewPush;
use super::run::Simulation;
use crate::aws::{RegistryPolicy, StorageClass};
use crate::ecr::{
    Content, Digest, HolderId, LayerId, Push, Refusal, RegistryId, RepositoryId, Tags,
};
use crate::engine::{Key, Rank};
use crate::units::SimTime;
use crate::workload::{Retention, draw_size};

const DAY_NS: i64 = 86_400_000_000_000;

/// A script in a run.
#[derive(Clone, Debug)]
pub(super) struct ScriptState {
    /// Its base layers, by number, made when first needed.
    bases: Vec<Option<LayerId>>,
    digests: Key,
}

impl ScriptState {
    pub fn all(model: &Model, seed: u64) -> Vec<Self> {
        let state = |script: &super::model::Script| Self {
            bases: vec![None; script.bases.len()],
            digests: Key::new(seed, "digest").named(&script.name),
        };
        model.scripts.iter().map(state).collect()
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Sets up what exists before the run: repositories that are pushed to or described, stored images, settings.
    pub(super) fn provide(&mut self) {
        for (index, registry) in self.model.registries.iter().enumerate() {
            self.world
                .set_blob_mounting(RegistryId::new(index), registry.blob_mounting);
        }
        for provided in &self.model.provided {
            let holder = self.holder(provided.repository, provided.registry);
            self.world
                .provide_repository(holder, provided.mutability.clone());
            let Some(images) = &provided.images else {
                continue;
            };
            let name = &self.model.names.repositories[provided.repository.index()];
            let registry = &self.model.names.registries[provided.registry.index()];
            let key = |purpose| Key::new(self.seed, purpose).named(registry).named(name);
            let (sizes, digests) = (key("stored-size"), key("stored-digest"));
            for number in 1..=images.count {
                let list = TagList::Listed(images.first_tag_list + (number - 1) as u32);
                self.model.tags.resolve(
                    list,
                    provided.repository,
                    &mut self.contested,
                    &mut self.resolved,
                );
                let content = Content {
                    digest: Digest::Generated(digests.numbered(number).bits()),
                    own_bytes: draw_size(&images.size, sizes.numbered(number)),
                    base: None,
                    common: None,
                };
                let at = -((images.count - number + 1) as i64).saturating_mul(DAY_NS);
                let tags = Tags {
                    own: false,
                    common: &self.resolved.common,
                };
                let push = Push {
                    holder,
                    content: &content,
                    tags,
                    number: 0,
                    at,
                };
                let stored = self.world.push(push, |_, _| ());
                let stored = stored.expect(
                    "images stored before the start are within the quotas, which was checked",
                );
                debug_assert!(
                    stored.added.is_none(),
                    "an image under common tags is told with all that its registry stores"
                );
                self.note_stored(stored.image, provided.repository, || Stored {
                    digest: content.digest,
                    tags: list,
                    push: 0,
                });
            }
        }
        self.provide_lifecycles();
        self.tell_stored(SimTime::ZERO);
    }

    /// Schedules the first event of everything.
    pub(super) fn schedule_all(&mut self) {
        for stream in 0..self.model.streams.len() {
            self.schedule_push(stream);
        }
        for script in 0..self.model.scripts.len() {
            self.schedule_steps(script, 0);
        }
        for pull in 0..self.model.pulls.len() {
            self.schedule_pull(pull);
        }
        for retention in 0..self.model.retention.len() {
            self.schedule_retention(retention, 1);
        }
        for spell in 0..self.model.spells.len() {
            self.schedule_spell(SimTime::ZERO, spell as u16, 1);
        }
        self.schedule_lifecycles(1);
        for (index, outage) in self.model.outages.iter().enumerate() {
            for (change, at) in [(2 * index, outage.at), (2 * index + 1, outage.until)] {
                let rank = Rank::new(EventClass::Outage as u8, change as u64);
                self.calendar
                    .schedule(at, rank, Event::OutageChange(change as u32));
            }
        }
    }

    /// Schedules the steps of a script that share the time of step `from`: within an instant, classes order them.
    fn schedule_steps(&mut self, script: usize, from: usize) {
        let of = &self.model.scripts[script];
        let Some(first) = of.steps.get(from) else {
            return;
        };
        let at = first.at;
        let together = of.steps[from..].iter().take_while(|step| step.at == at);
        for (step, of_step) in (from..).zip(together) {
            let rank = Rank::new(
                of_step.operation.class() as u8,
                order(of.rank, step as u64, 0),
            );
            self.calendar.schedule(
                at,
                rank,
                Event::ScriptStep {
                    script: script as u16,
                    step: step as u32,
                },
            );
        }
    }

    /// Performs a step of a script; the last one of its instant schedules those that follow.
    pub(super) fn perform(&mut self, at: SimTime, script: u32, step: u32) {
        let steps = &self.model.scripts[script as usize].steps;
        let operation = &steps[step as usize].operation;
        if steps.get(step as usize + 1).is_none_or(|next| next.at > at) {
            self.schedule_steps(script as usize, step as usize + 1);
        }
        if let Err(refusal) = self.operate(at, script, step, operation) {
            let (registry, repository) = operation.place();
            let refused = RefusedOperation {
                action: operation.name(),
                registry,
                repository,
                refusal,
            };
            self.observer.refused(at, refused);
            if let (Refusal::LimitExceeded, Some(repository)) = (refusal, repository) {
                let holder = self.holder(repository, registry);
                self.note_exhausted(at, holder);
            }
        }
        self.tell_stored(at);
    }

    fn operate(
        &mut self,
        at: SimTime,
        script: u32,
        step: u32,
        operation: &Operation,
    ) -> Result<(), Refusal> {
        match operation {
            Operation::PutImage(place, image) => self.put_image(at, script, step, *place, *image),
            Operation::DeleteByTag(place, tag) => {
                self.delete_by(DeleteCause::BatchDeleteImage);
                self.replicate_delete_by_tag(at, *place, *tag);
                return self.world.delete_by_tag(self.holder_at(*place), *tag);
            }
            Operation::DeleteByDigest(place, digest) => {
                self.delete_by(DeleteCause::BatchDeleteImage);
                self.replicate_delete_by_digest(at, *place, Digest::Given(*digest));
                return self
                    .world
                    .delete_by_digest(self.holder_at(*place), Digest::Given(*digest));
            }
            Operation::UpdateStorageClass(place, named, class) => {
                return self.update_storage_class(at, (script, step), *place, *named, *class);
            }
            Operation::CreateRepository(place, mutability) => {
                return self
                    .world
                    .create_repository(self.holder_at(*place), mutability.clone());
            }
            Operation::DeleteRepository(place) => {
                self.delete_by(DeleteCause::DeleteRepository);
                return self.world.delete_repository(self.holder_at(*place));
            }
            Operation::PutImageTagMutability(place, mutability) => {
                return self
                    .world
                    .set_mutability(self.holder_at(*place), mutability.clone());
            }
            Operation::PutLifecyclePolicy(place, policy) => {
                let holder = self.holder_at(*place);
                return self.world.set_lifecycle(holder, Arc::clone(policy));
            }
            Operation::DeleteLifecyclePolicy(place) => {
                return self.world.delete_lifecycle(self.holder_at(*place));
            }
            Operation::PutReplicationConfiguration { registry, rules } => {
                self.permissions.set_rules(*registry, Arc::clone(rules));
                self.change_coverage(*registry);
            }
            Operation::PutRegistryPolicy { registry, policy } => {
                self.change_policy(at, *registry, Some(Arc::clone(policy)));
            }
            Operation::DeleteRegistryPolicy { registry }
                if !self.permissions.has_policy(*registry) =>
            {
                return Err(Refusal::RegistryPolicyNotFound);
            }
            Operation::DeleteRegistryPolicy { registry } => self.change_policy(at, *registry, None),
            Operation::StartBackfill {
                registry,
                destination,
            } => return self.start_backfill(at, *registry, *destination),
            Operation::StopBackfill {
                registry,
                destination,
            } => return self.stop_backfill(at, *registry, *destination),
            Operation::SetRegion {
                account,
                region,
                enabled,
            } => {
                self.permissions
                    .set_region(self.model, *account, *region, *enabled);
            }
            Operation::PutAccountSetting {
                registry,
                blob_mounting,
            } => {
                self.world.set_blob_mounting(*registry, *blob_mounting);
            }
        }
        Ok(())
    }

    pub(super) fn holder_at(&self, place: Place) -> HolderId {
        self.holder(place.repository, place.registry)
    }

    fn put_image(&mut self, at: SimTime, script: u32, step: u32, place: Place, image: ScriptImage) {
        let of = &self.model.scripts[script as usize];
        let state = &mut self.scripts[script as usize];
        let world = &mut self.world;
        let mut layer = |made: &mut Option<LayerId>, bytes: u64| {
            *made.get_or_insert_with(|| world.add_layer(bytes))
        };
        let base = image
            .base
            .map(|n| layer(&mut state.bases[n as usize], of.bases[n as usize]));
        let common = image.common.map(|n| {
            layer(
                &mut self.commons[n as usize],
                self.model.commons[n as usize],
            )
        });
        let draw = of.steps[step as usize].draw;
        let generated = Digest::Generated(state.digests.numbered(draw).bits());
        let digest = image.digest.map_or(generated, Digest::Given);
        let push = NewPush {
            registry: place.registry,
            repository: place.repository,
            content: Content {
                digest,
                own_bytes: image.own_bytes,
                base,
                common,
            },
            tags: TagList::Listed(image.tag_list),
            origin: self.model.streams.len() as u32 + script,
            draw,
            number: u64::from(step),
            rank: of.rank,
            member: None,
            drawn_by: None,
        };
        let _ = self.push(at, &push);
    }

    fn schedule_retention(&mut self, retention: usize, number: u64) {
        let at = Retention::time(number);
        if at > self.model.end {
            return;
        }
        let rank = Rank::new(
            EventClass::Deletion as u8,
            order(self.model.retention[retention].rank, number, 0),
        );
        self.calendar
            .schedule(at, rank, Event::Retention(retention as u32));
    }

    /// Deletes old images of a retention's repositories, in order of name, and schedules its next time.
    pub(super) fn retain(&mut self, at: SimTime, retention: u32) {
        let of = &self.model.retention[retention as usize];
        self.delete_by(DeleteCause::Retention);
        for &repository in &of.repositories {
            let holder = self.holder(repository, of.registry);
            let place = Place {
                registry: of.registry,
                repository,
            };
            self.replicate_retention(at, place, of.plan.keep_last);
            self.world.delete_all_but_newest(holder, of.plan.keep_last);
        }
        self.tell_stored(at);
        let number = at.as_nanos() / Retention::time(1).as_nanos();
        self.schedule_retention(retention as usize, number + 1);
    }

    /// Begins or ends an outage.
    pub(super) fn change_capacity(&mut self, at: SimTime, change: u32) {
        let outage = &self.model.outages[change as usize / 2];
        let begins = change.is_multiple_of(2);
        self.weaken(at, &outage.links, outage.capacity, begins);
    }

    /// Begins or ends what leaves links a share of their speed; overlapping ones multiply.
    pub(super) fn weaken(&mut self, at: SimTime, links: &[usize], share: f64, begins: bool) {
        for &link in links {
            let active = &mut self.capacities[link];
            if begins {
                active.push(share);
            } else {
                let ended = active.iter().position(|&capacity| capacity == share);
                active.swap_remove(ended.expect("an outage that ends has begun"));
            }
            // Multiplied in order of size, so that the order of beginnings cannot reach the product.
            active.sort_by(f64::total_cmp);
            let capacity = active.iter().product();
            self.links[link].medium.pipe().set_capacity(at, capacity);
            self.refresh_end(link);
        }
    }

    /// Replaces a registry's policy; copies in flight whose permission is gone mostly complete (B49, U8).
    fn change_policy(
        &mut self,
        at: SimTime,
        registry: RegistryId,
        policy: Option<Arc<RegistryPolicy>>,
    ) {
        let places = self.in_flight_to(registry);
        let flying: Vec<(u32, RepositoryId)> = places
            .iter()
            .map(|&place| (self.replications.get(place).lane, self.repository_of(place)))
            .collect();
        let lost = self
            .permissions
            .set_policy(self.model, registry, policy, &flying);
        self.observer.policy_changed(at, registry);
        for (lane, repositories) in lost {
            let concerned: Vec<u32> = places
                .iter()
                .zip(&flying)
                .filter(|(_, of)| of.0 == lane && repositories.contains(&of.1))
                .map(|(&place, _)| place)
                .collect();
            self.revoke(at, lane, &concerned);
        }
    }

    fn revoke(&mut self, at: SimTime, lane: u32, places: &[u32]) {
        // Counted by lane: what is revoked elsewhere moves no draw.
        self.revocations[lane as usize] += 1;
        let number = self.revocations[lane as usize];
        let link = self.model.lanes[lane as usize].link;
        self.links[link].medium.advance(at);
        let copies: Vec<RevokedCopy> = places
            .iter()
            .map(|&place| {
                let replication = self.replications.get(place);
                let moving = self.moving_bytes(at, replication);
                RevokedCopy {
                    id: replication.id,
                    repository: self.repository_of(place),
                    started_at: replication
                        .started_at()
                        .expect("a copy in flight has started"),
                    moved_bytes: replication.moved_bytes + moving,
                }
            })
            .collect();
        self.observer.revoked(at, lane, &copies);
        for &place in places {
            let push = self.pushes.get(self.replications.get(place).push);
            let key = self
                .keys
                .revocation(push.origin, lane)
                .numbered(push.draw)
                .numbered(number);
            if !key
                .draws()
                .chance(self.model.assumptions.in_flight_completes)
            {
                self.abort(at, place);
            }
        }
    }
}

impl Operation {
    fn class(&self) -> EventClass {
        match self {
            // A restore is like a push (B12); what is archived is not to be had any more.
            Self::PutImage(..) | Self::UpdateStorageClass(_, _, StorageClass::Standard) => {
                EventClass::Push
            }
            Self::DeleteByTag(..)
            | Self::DeleteByDigest(..)
            | Self::DeleteRepository(..)
            | Self::UpdateStorageClass(..) => EventClass::Deletion,
            _ => EventClass::Configuration,
        }
    }

    /// Returns ECR's name of the operation.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::PutImage(..) => "PutImage",
            Self::DeleteByTag(..) | Self::DeleteByDigest(..) => "BatchDeleteImage",
            Self::UpdateStorageClass(..) => "UpdateImageStorageClass",
            Self::CreateRepository(..) => "CreateRepository",
            Self::DeleteRepository(..) => "DeleteRepository",
            Self::PutImageTagMutability(..) => "PutImageTagMutability",
            Self::PutLifecyclePolicy(..) => "PutLifecyclePolicy",
            Self::DeleteLifecyclePolicy(..) => "DeleteLifecyclePolicy",
            Self::PutReplicationConfiguration { .. } => "PutReplicationConfiguration",
            Self::PutRegistryPolicy { .. } => "PutRegistryPolicy",
            Self::DeleteRegistryPolicy { .. } => "DeleteRegistryPolicy",
            Self::StartBackfill { .. } => "StartReplicationBackfill",
            Self::StopBackfill { .. } => "StopReplicationBackfill",
            Self::SetRegion { enabled: true, .. } => "EnableRegion",
            Self::SetRegion { enabled: false, .. } => "DisableRegion",
            Self::PutAccountSetting { .. } => "PutAccountSetting",
        }
    }

    /// Returns the registry and repository that a refusal names.
    ///
    /// # Panics
    /// If the operation concerns an account: ECR never refuses these.
    pub(super) fn place(&self) -> (RegistryId, Option<RepositoryId>) {
        match self {
            Self::PutImage(place, _)
            | Self::DeleteByTag(place, _)
            | Self::DeleteByDigest(place, _)
            | Self::UpdateStorageClass(place, ..)
            | Self::CreateRepository(place, _)
            | Self::DeleteRepository(place)
            | Self::PutLifecyclePolicy(place, _)
            | Self::DeleteLifecyclePolicy(place)
            | Self::PutImageTagMutability(place, _) => (place.registry, Some(place.repository)),
            Self::PutReplicationConfiguration { registry, .. }
            | Self::PutRegistryPolicy { registry, .. }
            | Self::DeleteRegistryPolicy { registry }
            | Self::StartBackfill { registry, .. }
            | Self::StopBackfill { registry, .. }
            | Self::PutAccountSetting { registry, .. } => (*registry, None),
            Self::SetRegion { .. } => panic!("Regions are enabled and disabled without refusal"),
        }
    }
}
