//! Pending values by key in buckets of time: what is near costs the same however much is pending.

use std::cmp::Reverse;

use super::heap::Heap;
use super::moment::Moment;

/// Values by moment, earliest first.
///
/// A calendar queue (R. Brown, "Calendar queues: a fast O(1) priority queue implementation for the simulation event set
/// problem", Communications of the ACM 31, 1988) with a heap beside it. Time is cut into buckets of a power of two of
/// nanoseconds; the next [`Wheel::BUCKETS`] of them are lists without order. The earliest bucket that holds something is
/// sorted when its turn comes. What lies further ahead, or comes into a bucket that is sorted and full, goes to a heap.
/// The width follows the density of what is taken, so that a bucket holds a few values: only speed depends on it.
#[derive(Clone, Debug)]
pub(super) struct Wheel<V> {
    /// Bucket `n` begins at `n << shift` ns.
    shift: u32,
    /// The last bucket that was sorted; what lies in it or before is in `sorted` or in `heap`.
    open: u64,
    /// Falling: the next is the last.
    sorted: Vec<Entry<V>>,
    /// First node of each of the next buckets, by the number's low bits.
    heads: Vec<u32>,
    /// One bit for each head: whether it has a node.
    filled: Vec<u64>,
    nodes: Vec<Node<V>>,
    free: u32,
    /// How many values lie in the buckets ahead.
    ahead: usize,
    heap: Heap<Moment, V>,
    /// The heap's first, so that a look costs no more than a comparison.
    heap_next: Moment,
    /// Values taken since `counted_from`.
    taken: u32,
    counted_from: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry<V> {
    at: Moment,
    value: V,
}

#[derive(Clone, Copy, Debug)]
struct Node<V> {
    entry: Entry<V>,
    next: u32,
}

impl<V: Copy> Wheel<V> {
    const BUCKETS: usize = 1 << 11;
    const NONE: u32 = u32::MAX;
    /// A sorted bucket takes late-comers up to this length.
    const FEW: usize = 24;
    /// The width is looked at again after so many were taken.
    const LOOK_EVERY: u32 = if cfg!(test) { 1 << 6 } else { 1 << 12 };

    pub fn new() -> Self {
        Self {
            // A quarter of a second until more is known.
            shift: 28,
            open: 0,
            sorted: Vec::new(),
            heads: vec![Self::NONE; Self::BUCKETS],
            filled: vec![0; Self::BUCKETS / 64],
            nodes: Vec::new(),
            free: Self::NONE,
            ahead: 0,
            heap: Heap::default(),
            heap_next: Moment::NEVER,
            taken: 0,
            counted_from: 0,
        }
    }

    pub const fn len(&self) -> usize {
        self.sorted.len() + self.ahead + self.heap.len()
    }

    /// Returns the earliest moment; [`Moment::NEVER`] if nothing is pending.
    #[inline]
    pub fn peek(&self) -> Moment {
        match self.sorted.last() {
            Some(last) if last.at < self.heap_next => last.at,
            _ => self.heap_next,
        }
    }

    #[inline]
    pub fn push(&mut self, at: Moment, value: V) {
        let entry = Entry { at, value };
        let bucket = at.nanos() >> self.shift;
        if bucket.wrapping_sub(self.open + 1) < Self::BUCKETS as u64 - 1 {
            self.push_ahead(bucket, entry);
            if self.sorted.is_empty() {
                self.open_next();
            }
        } else if bucket <= self.open && self.sorted.len() < Self::FEW {
            self.insert(entry);
        } else {
            self.push_far(entry);
        }
    }

    #[inline]
    pub fn pop(&mut self) -> Option<(Moment, V)> {
        let entry = match self.sorted.last() {
            Some(&last) if last.at < self.heap_next => {
                self.sorted.pop();
                if self.sorted.is_empty() && self.ahead > 0 {
                    self.open_next();
                }
                last
            }
            _ => self.pop_far()?,
        };
        self.taken += 1;
        if self.taken == Self::LOOK_EVERY {
            self.look_at_width(entry.at.nanos());
        }
        Some((entry.at, entry.value))
    }

    #[inline]
    fn push_ahead(&mut self, bucket: u64, entry: Entry<V>) {
        let place = bucket as usize % Self::BUCKETS;
        let head = &mut self.heads[place];
        let node = Node { entry, next: *head };
        match self.nodes.get_mut(self.free as usize) {
            Some(free) => {
                *head = self.free;
                self.free = free.next;
                *free = node;
            }
            None => {
                *head = self.nodes.len() as u32;
                self.nodes.push(node);
            }
        }
        self.filled[place / 64] |= 1 << (place % 64);
        self.ahead += 1;
    }

    /// Puts an entry among the sorted ones: mostly near their end, for they are the next.
    #[inline]
    fn insert(&mut self, entry: Entry<V>) {
        let mut place = self.sorted.len();
        self.sorted.push(entry);
        while place > 0 && self.sorted[place - 1].at < entry.at {
            self.sorted[place] = self.sorted[place - 1];
            place -= 1;
        }
        self.sorted[place] = entry;
    }

    fn push_far(&mut self, entry: Entry<V>) {
        self.heap.push(entry.at, entry.value);
        if entry.at < self.heap_next {
            self.heap_next = entry.at;
        }
    }

    fn pop_far(&mut self) -> Option<Entry<V>> {
        let (at, value) = self.heap.pop()?;
        self.heap_next = self.heap.peek().map_or(Moment::NEVER, |(next, _)| next);
        if self.sorted.is_empty() {
            // Nothing lies ahead either: the buckets follow the clock.
            self.open = at.nanos() >> self.shift;
        }
        Some(Entry { at, value })
    }

    /// Sorts the next bucket that holds something.
    fn open_next(&mut self) {
        let bucket = self.next_filled();
        let place = bucket as usize % Self::BUCKETS;
        self.open = bucket;
        self.filled[place / 64] &= !(1 << (place % 64));
        let mut next = std::mem::replace(&mut self.heads[place], Self::NONE);
        while let Some(node) = self.nodes.get_mut(next as usize) {
            let after = std::mem::replace(&mut node.next, self.free);
            self.free = next;
            next = after;
            self.ahead -= 1;
            let entry = node.entry;
            if self.sorted.len() < Self::FEW {
                self.insert(entry);
            } else {
                self.sorted.push(entry);
            }
        }
        if self.sorted.len() > Self::FEW {
            self.sorted.sort_unstable_by_key(|entry| Reverse(entry.at));
        }
    }

    /// Returns the next bucket with a value; there is one.
    fn next_filled(&self) -> u64 {
        let first = self.open + 1;
        let start = first as usize % Self::BUCKETS;
        let words = self.filled.len();
        // The rest of the first word, then whole words round to it again.
        let mut word = start / 64;
        let mut bits = self.filled[word] & (u64::MAX << (start % 64));
        while bits == 0 {
            word = (word + 1) % words;
            bits = self.filled[word];
        }
        let place = word * 64 + bits.trailing_zeros() as usize;
        first + (place.wrapping_sub(start) % Self::BUCKETS) as u64
    }

    /// Makes a bucket as wide as it takes to hold two of the values taken of late, if it is far from that.
    #[cold]
    fn look_at_width(&mut self, now: u64) {
        let gap = now.saturating_sub(self.counted_from) / u64::from(Self::LOOK_EVERY);
        self.taken = 0;
        self.counted_from = now;
        let wanted = (2 * gap).max(1).ilog2();
        if gap > 0 && wanted.abs_diff(self.shift) > 1 {
            self.rebuild(wanted, now);
        }
    }

    fn rebuild(&mut self, shift: u32, now: u64) {
        let mut all: Vec<Entry<V>> = self.sorted.drain(..).collect();
        for head in &self.heads {
            let mut next = *head;
            while let Some(node) = self.nodes.get(next as usize) {
                all.push(node.entry);
                next = node.next;
            }
        }
        while let Some((at, value)) = self.heap.pop() {
            all.push(Entry { at, value });
        }
        *self = Self {
            shift,
            open: now >> shift,
            counted_from: now,
            ..Self::new()
        };
        for entry in all {
            self.push(entry.at, entry.value);
        }
    }
}
