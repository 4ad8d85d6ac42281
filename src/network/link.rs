//! A link: a queue, first come first served, for slots on a shared pipe.

use std::collections::VecDeque;

use super::pipe::{Pipe, Speeds};

/// One link: copies wait for a slot in order, then move on the shared [`Pipe`].
#[derive(Clone, Debug)]
pub struct Link {
    /// What the copies in slots move their bytes on.
    pub pipe: Pipe,
    slots: Option<u64>,
    busy: u64,
    queue: VecDeque<u32>,
}

impl Link {
    /// Returns an idle link with so many slots (`None`: unlimited) and `flows` kinds of copies counted apart.
    /// `may_change`: the pipe's capacity may.
    pub fn new(slots: Option<u64>, speeds: Speeds, flows: usize, may_change: bool) -> Self {
        Self {
            pipe: Pipe::new(speeds, flows, may_change),
            slots,
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
            .filter(|_| self.slots.is_none_or(|slots| self.busy < slots))
    }

    /// Takes the head of the queue without giving it a slot: it failed before it started.
    ///
    /// # Panics
    /// If nobody waits.
    pub fn dismiss(&mut self) {
        self.queue
            .pop_front()
            .expect("a copy that starts or fails to was waiting");
    }

    /// Takes the head of the queue into a slot.
    ///
    /// # Panics
    /// If nobody waits or no slot is free.
    pub fn occupy(&mut self) {
        self.dismiss();
        self.busy += 1;
        assert!(
            self.slots.is_none_or(|slots| self.busy <= slots),
            "more copies than slots"
        );
    }

    /// Frees a slot.
    ///
    /// # Panics
    /// If none is in use.
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
        self.slots
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
        assert_eq!(link.startable(), Some(7));
        link.occupy();
        assert_eq!(
            (link.startable(), link.busy(), link.waiting()),
            (None, 1, 1)
        );
        link.release();
        assert_eq!(link.startable(), Some(8));
        link.dismiss();
        assert_eq!(
            (link.startable(), link.busy(), link.waiting()),
            (None, 0, 0)
        );
    }

    #[test]
    fn without_a_bound_every_copy_has_a_slot() {
        let mut link = link(None);
        for copy in 0..100 {
            link.join(copy);
            assert_eq!(link.startable(), Some(copy));
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
