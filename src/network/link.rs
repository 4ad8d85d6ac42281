//! A link: a queue, first come first served, for slots on a shared pipe.

use std::collections::VecDeque;

use super::pipe::{Pipe, Speeds};
use super::steady::Steady;
use crate::units::SimTime;

/// One link: copies wait for a slot in order, then move on its [`Medium`].
#[derive(Clone, Debug)]
pub struct Link {
    /// What the copies in slots move their bytes on.
    pub medium: Medium,
    /// How many slots there are; all that a number can tell, if there is no limit.
    slots: u64,
    busy: u64,
    queue: VecDeque<u32>,
}

/// What copies move their bytes on.
#[derive(Clone, Debug)]
pub enum Medium {
    /// Copies do not change each other's speed, nor does anything else.
    Steady(Steady),
    /// They share a bandwidth, or its capacity changes.
    Shared(Pipe),
}

impl Medium {
    /// Returns the bytes that the copies of `flow` have moved by `now`, which may not lie after the next end.
    pub fn moved_bytes(&self, flow: u32, now: SimTime) -> u64 {
        match self {
            Self::Steady(steady) => steady.moved_bytes(flow, now),
            Self::Shared(pipe) => pipe.moved_bytes(flow, now),
        }
    }

    /// Returns the bytes of the copies of `flow` that have ended.
    pub fn settled_bytes(&self, flow: u32) -> u64 {
        match self {
            Self::Steady(steady) => steady.settled_bytes(flow),
            Self::Shared(pipe) => pipe.settled_bytes(flow),
        }
    }

    /// Moves the clock of a pipe to `now`.
    pub fn advance(&mut self, now: SimTime) {
        if let Self::Shared(pipe) = self {
            pipe.advance(now);
        }
    }

    /// Returns the shared pipe.
    ///
    /// # Panics
    /// If nothing is shared.
    pub fn pipe(&mut self) -> &mut Pipe {
        match self {
            Self::Shared(pipe) => pipe,
            Self::Steady(_) => panic!("a link's speed changes only if that was said"),
        }
    }
}

impl Link {
    /// Returns an idle link with so many slots (`None`: unlimited) and `flows` kinds of copies counted apart.
    /// `may_change`: its capacity may.
    pub fn new(slots: Option<u64>, speeds: Speeds, flows: usize, may_change: bool) -> Self {
        let medium = if speeds.bandwidth.is_some() || may_change {
            Medium::Shared(Pipe::new(speeds, flows))
        } else {
            Medium::Steady(Steady::new(speeds.per_copy, flows))
        };
        Self {
            medium,
            slots: slots.unwrap_or(u64::MAX),
            busy: 0,
            queue: VecDeque::new(),
        }
    }

    /// Puts a copy at the tail of the queue.
    pub fn join(&mut self, copy: u32) {
        self.queue.push_back(copy);
    }

    /// Returns the copy that may start now: the head of the queue, if a slot is free.
    #[inline]
    pub fn startable(&self) -> Option<u32> {
        self.queue
            .front()
            .copied()
            .filter(|_| self.busy < self.slots)
    }

    /// Returns whether a copy that joins now may start at once: nobody waits, and a slot is free.
    #[inline]
    pub fn is_free(&self) -> bool {
        self.queue.is_empty() && self.busy < self.slots
    }

    /// Takes the head of the queue: it starts, or fails before it does.
    ///
    /// # Panics
    /// If nobody waits.
    pub fn call(&mut self) {
        self.queue
            .pop_front()
            .expect("a copy that starts or fails to was waiting");
    }

    /// Takes a copy out of the queue, wherever it stands there.
    pub fn leave(&mut self, copy: u32) {
        self.queue.retain(|&other| other != copy);
    }

    /// Gives a slot to a copy that does not wait, or no longer.
    ///
    /// # Panics
    /// If no slot is free.
    #[inline]
    pub fn occupy(&mut self) {
        assert!(self.busy < self.slots, "more copies than slots");
        self.busy += 1;
    }

    /// Frees a slot.
    ///
    /// # Panics
    /// If none is in use.
    #[inline]
    pub fn release(&mut self) {
        self.busy = self
            .busy
            .checked_sub(1)
            .expect("a slot that is freed was in use");
    }

    /// Returns how many slots are in use.
    pub const fn busy(&self) -> u64 {
        self.busy
    }

    /// Returns how many copies wait.
    pub fn waiting(&self) -> u64 {
        self.queue.len() as u64
    }

    /// Returns the number of slots; `None` if unlimited.
    pub const fn slots(&self) -> Option<u64> {
        if self.slots == u64::MAX {
            None
        } else {
            Some(self.slots)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(slots: Option<u64>) -> Link {
        let speeds = Speeds {
            per_copy: None,
            bandwidth: None,
        };
        Link::new(slots, speeds, 1, false)
    }

    #[test]
    fn first_come_first_served_within_the_slots() {
        let mut link = link(Some(1));
        link.join(7);
        link.join(8);
        assert!(!link.is_free());
        assert_eq!(link.startable(), Some(7));
        link.call();
        link.occupy();
        assert_eq!(
            (link.startable(), link.busy(), link.waiting()),
            (None, 1, 1)
        );
        link.release();
        assert_eq!(link.startable(), Some(8));
        link.call();
        assert_eq!(
            (link.startable(), link.busy(), link.waiting()),
            (None, 0, 0)
        );
        assert!(link.is_free());
    }

    #[test]
    fn without_a_bound_every_copy_has_a_slot() {
        let mut link = link(None);
        for copy in 0..100 {
            link.join(copy);
            assert_eq!(link.startable(), Some(copy));
            link.call();
            link.occupy();
        }
        assert_eq!((link.slots(), link.busy()), (None, 100));
    }

    #[test]
    #[should_panic(expected = "more copies than slots")]
    fn a_slot_holds_one_copy() {
        let mut link = link(Some(2));
        assert_eq!(link.slots(), Some(2));
        for copy in 0..3 {
            link.join(copy);
            link.occupy();
        }
    }
}
