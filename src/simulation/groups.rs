//! Pushes of several images that hang together: an index of platforms' images, and referrers (B68, B69, U11).
//!
//! Each is an image of its own, with a replication of its own to every destination. They are pushed in order: the images of
//! the platforms, which bear no tags; the index, which bears the push's; the referrers. The client stops at the first that
//! is refused.
//!
//! At each destination the index is dispatched once its own delay has passed and all its images have ended there, and a
//! referrer once its subject has. If one of its images has failed, the index fails with that one's reason (B68: a list fails
//! with the codes of its images); a referrer goes its own way, since OCI's subjects may be missing.

use std::collections::BTreeMap;
use std::ops::Range;

use super::event::{Event, EventClass};
use super::names::TagList;
use super::observer::{Observer, PushState};
use super::requests::NewPush;
use super::run::Simulation;
use crate::ecr::{Content, Digest, ImageId, Reason};
use crate::engine::{Key, Rank};
use crate::scenario::PushStream;
use crate::units::SimTime;
use crate::workload::Drawn;

/// What each push of a stream brings besides one image.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Images under an index; of one there is no index.
    pub platforms: u32,
    /// Artifacts that refer to the index, or to the only image.
    pub referrers: u32,
    /// A list of no tags.
    pub no_tags: TagList,
}

impl Group {
    /// Returns the place of the index, or of the only image, among the images of a push.
    const fn main(&self) -> u32 {
        if self.platforms > 1 {
            self.platforms
        } else {
            0
        }
    }

    const fn images(&self) -> u32 {
        self.main() + 1 + self.referrers
    }
}

/// The groups of a run that are on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// What a replication waits for, by its number in the run.
    waits: BTreeMap<u64, Wait>,
    /// The replications that wait for one, by its number.
    waiters: BTreeMap<u64, Vec<u64>>,
    /// Pushes of which an image has not settled, by the number of their first.
    pushes: BTreeMap<u64, OpenPush>,
}

/// A replication that may not start before others have ended.
#[derive(Clone, Copy, Debug)]
struct Wait {
    /// How many of them have not ended.
    open: u32,
    /// Whether it needs them all.
    is_index: bool,
    /// Why the first of them that failed did.
    failed: Option<Reason>,
    /// Its place, once its own delay has passed.
    dispatched: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct OpenPush {
    /// Images that have not settled.
    open: u32,
    all_complete: bool,
}

/// An image of a push, and the numbers of the replications that it requested, by destination.
#[derive(Clone, Debug)]
struct Member {
    image: ImageId,
    replications: Range<u64>,
}

impl Groups {
    /// One replication waits for others, by their numbers.
    fn wait(&mut self, waiter: u64, is_index: bool, others: impl Iterator<Item = u64>) {
        let mut open = 0;
        for other in others {
            self.waiters.entry(other).or_default().push(waiter);
            open += 1;
        }
        let wait = Wait {
            open,
            is_index,
            failed: None,
            dispatched: None,
        };
        self.waits.insert(waiter, wait);
    }

    /// Every replication of a member waits for those of others to the same destination.
    fn wait_for_members(&mut self, waiter: &Member, is_index: bool, others: &[Member]) {
        for (place, number) in waiter.replications.clone().enumerate() {
            let others = others.iter().map(|of| of.replications.start + place as u64);
            self.wait(number, is_index, others);
        }
    }

    /// Returns whether a replication's own delay has passed while it still waits for others: no event of its own is pending.
    pub fn holds(&self, number: u64) -> bool {
        self.waits
            .get(&number)
            .is_some_and(|wait| wait.dispatched.is_some())
    }

    /// All replications of an image have ended. Returns whether all of its push have come true, once the last of them has.
    #[inline]
    pub fn settle(&mut self, push: &PushState) -> Option<bool> {
        if self.pushes.is_empty() {
            return Some(push.all_complete);
        }
        self.settle_member(push)
    }

    #[inline(never)]
    fn settle_member(&mut self, push: &PushState) -> Option<bool> {
        let first = push.first_number();
        let Some(of) = self.pushes.get_mut(&first) else {
            return Some(push.all_complete);
        };
        of.open -= 1;
        of.all_complete &= push.all_complete;
        let OpenPush { open, all_complete } = *of;
        if open > 0 {
            return None;
        }
        self.pushes.remove(&first);
        Some(all_complete)
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Handles a push of several images.
    pub(super) fn push_group(&mut self, at: SimTime, stream: u32, drawn: Drawn, group: Group) {
        let first = self.last_push + 1;
        let mut members: Vec<Member> = Vec::with_capacity(group.images() as usize);
        for place in 0..group.images() {
            let Some(member) = self.push_member(at, stream, drawn, group, place) else {
                break;
            };
            self.join(&members, &member, group, place);
            let image = member.image;
            members.push(member);
            if place == group.main() && self.deployments.follow(stream as usize) {
                let push = self.new_push(stream, drawn, group, place);
                self.deploy(at, stream, &push, image);
            }
        }
        let images: Vec<ImageId> = members.iter().map(|member| member.image).collect();
        if let Some(&main) = images.get(group.main() as usize) {
            let of = &self.model.streams[stream as usize];
            let repository = of.repositories[drawn.repository as usize];
            self.offer(at, stream, repository, main, &images);
        }
        if members.iter().any(|member| !member.replications.is_empty()) {
            let push = OpenPush {
                open: members.len() as u32,
                all_complete: images.len() == group.images() as usize,
            };
            self.groups.pushes.insert(first, push);
        }
    }

    /// Pushes the image at this place; `None` if it is refused.
    fn push_member(
        &mut self,
        at: SimTime,
        stream: u32,
        drawn: Drawn,
        group: Group,
        place: u32,
    ) -> Option<Member> {
        let push = self.new_push(stream, drawn, group, place);
        let first = self.last_replication + 1;
        let image = self.push(at, &push)?;
        Some(Member {
            image,
            replications: first..self.last_replication + 1,
        })
    }

    /// Tells the world what a member is to those pushed before it, and makes its replications wait for theirs.
    fn join(&mut self, before: &[Member], member: &Member, group: Group, place: u32) {
        let main = group.main();
        if place > main {
            let subject = &before[main as usize];
            self.world.join_referrer(member.image, subject.image);
            let subject = std::slice::from_ref(subject);
            self.groups.wait_for_members(member, false, subject);
        } else if place == main && main > 0 {
            let images: Vec<ImageId> = before.iter().map(|of| of.image).collect();
            self.world.join_list(member.image, &images);
            self.groups.wait_for_members(member, true, before);
        }
    }

    fn new_push(&mut self, stream: u32, drawn: Drawn, group: Group, place: u32) -> NewPush {
        let index = stream as usize;
        let content = self.content(index, drawn, group, place);
        let of = &self.model.streams[index];
        let is_main = place == group.main();
        NewPush {
            registry: of.registry,
            repository: of.repositories[drawn.repository as usize],
            content,
            tags: if is_main {
                TagList::Stream {
                    stream,
                    number: drawn.number_in_repository,
                }
            } else {
                group.no_tags
            },
            origin: stream,
            // What bears the tags draws what a push of one image draws.
            draw: if is_main {
                drawn.number
            } else {
                let key = Key::new(0, "member").numbered(drawn.number);
                key.numbered(u64::from(place)).bits()
            },
            number: drawn.number * u64::from(group.images()) + u64::from(place),
            rank: of.rank,
            member: Some(place as u8),
            drawn_by: None,
        }
    }

    /// Returns what the image at this place consists of: a platform's own layers and base; the index and the referrers are
    /// small documents.
    fn content(&mut self, stream: usize, drawn: Drawn, group: Group, place: u32) -> Content {
        let state = &self.streams[stream];
        let plan = &self.model.streams[stream].plan;
        let digest = state.digest(drawn.number);
        let is_main = place == group.main();
        let is_image = place < group.platforms;
        Content {
            digest: Digest::Generated(if is_main {
                digest.bits()
            } else {
                digest.numbered(u64::from(place) + 1).bits()
            }),
            own_bytes: match (is_image, is_main) {
                (true, _) => state.stream.own_bytes(plan, drawn.number, place),
                (false, true) => PushStream::INDEX_BYTES,
                (false, false) => PushStream::REFERRER_BYTES,
            },
            base: drawn
                .base
                .filter(|_| is_image)
                .map(|number| self.base_layer(stream, drawn, number, place)),
            common: None,
        }
    }

    /// Orders the replications of a backfill, the first of which has this number: of what hangs together, as in a push.
    pub(super) fn order_backfilled(&mut self, images: &[ImageId], first: u64) {
        if !self.world.has_groups() {
            return;
        }
        let numbers: BTreeMap<ImageId, u64> = images.iter().copied().zip(first..).collect();
        for (&image, &number) in &numbers {
            let members = self.world.members(image).iter();
            let members: Vec<u64> = members.filter_map(|of| numbers.get(of).copied()).collect();
            let subject = self.world.subject(image);
            let subject = subject.and_then(|of| numbers.get(&of).copied());
            if !members.is_empty() {
                self.groups.wait(number, true, members.into_iter());
            } else if subject.is_some() {
                self.groups.wait(number, false, subject.into_iter());
            }
        }
    }

    /// A replication's delay has passed: it may have to wait for others, or fail with one of them. Returns whether it does
    /// either.
    #[inline]
    pub(super) fn waits_for_others(&mut self, at: SimTime, place: u32) -> bool {
        !self.groups.waits.is_empty() && self.is_held_back(at, place)
    }

    #[inline(never)]
    fn is_held_back(&mut self, at: SimTime, place: u32) -> bool {
        let number = self.replications.get(place).id;
        let Some(wait) = self.groups.waits.get_mut(&number) else {
            return false;
        };
        if wait.open > 0 {
            wait.dispatched = Some(place);
            return true;
        }
        let failed = wait.failed.filter(|_| wait.is_index);
        self.groups.waits.remove(&number);
        if let Some(reason) = failed {
            self.fail(at, place, reason);
        }
        failed.is_some()
    }

    /// A replication has ended: those that wait for it may go on.
    #[inline(always)]
    pub(super) fn release_waiters(&mut self, at: SimTime, number: u64, failed: Option<Reason>) {
        if !(self.groups.waits.is_empty() && self.groups.waiters.is_empty()) {
            self.release(at, number, failed);
        }
    }

    #[inline(never)]
    fn release(&mut self, at: SimTime, number: u64, failed: Option<Reason>) {
        self.groups.waits.remove(&number);
        for waiter in self.groups.waiters.remove(&number).unwrap_or_default() {
            // It may have been withdrawn meanwhile.
            let Some(wait) = self.groups.waits.get_mut(&waiter) else {
                continue;
            };
            wait.open -= 1;
            wait.failed = wait.failed.or(failed);
            if wait.open == 0
                && let Some(place) = wait.dispatched.take()
            {
                let order = self.replications.get(place).order;
                let rank = Rank::new(EventClass::Dispatch as u8, order);
                self.calendar.schedule(at, rank, Event::Dispatch(place));
            }
        }
    }
}
