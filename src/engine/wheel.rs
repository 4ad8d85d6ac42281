//! Pending values by key in buckets of time: what is near costs the same however much is pending.

use super::heap::Heap;
use super::moment::Moment;

/// Values by moment, earliest first.
///
/// A calendar queue (R. Brown, "Calendar queues: a fast O(1) priority queue implementation for the simulation event set
/// problem", Communications of the ACM 31, 1988) with a heap beside it. Time is cut into buckets of a power of two of
/// nanoseconds; each of the next [`Wheel::BUCKETS`] is a short sorted list. What lies further ahead, or would stand far
/// back in its list, goes to a heap. The width follows the density of what is taken, so that a bucket holds a value or two:
/// only speed depends on it.
#[derive(Clone, Debug)]
pub(super) struct Wheel<V> {
    /// Bucket `n` begins at `n << shift` ns.
    shift: u32,
    /// The bucket of the last value taken: none that is pending lies before.
    base: u64,
    /// The bucket of the earliest value in a list.
    first: u64,
    /// The moment of that value.
    next: Moment,
    /// The heap's first.
    heap_next: Moment,
    /// First node of each bucket, by the number's low bits.
    heads: Box<[u32; BUCKETS]>,
    /// One bit for each head: whether it has a node.
    filled: [u64; BUCKETS / 64],
    nodes: Vec<Node<V>>,
    free: u32,
    /// How many values are in lists.
    listed: usize,
    heap: Heap<Moment, V>,
    /// Values taken since `counted_from`.
    taken: u32,
    counted_from: u64,
}

/// A bucket is about as wide as the time from one event to the next, so that so many reach over what the simulations of
/// this crate mostly schedule ahead.
const BUCKETS: usize = 1 << 12;

// In one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Node<V> {
    at: Moment,
    value: V,
    next: u32,
}

impl<V: Copy> Wheel<V> {
    const NONE: u32 = u32::MAX;
    /// A value is put into a list behind at most so many.
    const FEW: usize = 16;
    /// The width is looked at again after so many were taken.
    const LOOK_EVERY: u32 = if cfg!(test) { 1 << 6 } else { 1 << 12 };

    pub fn new() -> Self {
        Self {
            // A quarter of a second until more is known.
            shift: 28,
            base: 0,
            first: 0,
            next: Moment::NEVER,
            heap_next: Moment::NEVER,
            heads: Box::new([Self::NONE; BUCKETS]),
            filled: [0; BUCKETS / 64],
            nodes: Vec::new(),
            free: Self::NONE,
            listed: 0,
            heap: Heap::default(),
            taken: 0,
            counted_from: 0,
        }
    }

    pub const fn len(&self) -> usize {
        self.listed + self.heap.len()
    }

    /// Returns the earliest moment; [`Moment::NEVER`] if nothing is pending.
    #[inline]
    pub fn peek(&self) -> Moment {
        if self.next < self.heap_next {
            self.next
        } else {
            self.heap_next
        }
    }

    /// Adds a value that is not earlier than the last one taken.
    #[inline(always)]
    pub fn push(&mut self, at: Moment, value: V) {
        let bucket = at.nanos() >> self.shift;
        if bucket.wrapping_sub(self.base) >= BUCKETS as u64 || !self.list(bucket, at, value) {
            self.push_far(at, value);
        }
    }

    #[inline(always)]
    pub fn pop(&mut self) -> Option<(Moment, V)> {
        let (at, value) = if self.next < self.heap_next {
            self.pop_near()
        } else {
            self.pop_far()?
        };
        self.taken += 1;
        if self.taken == Self::LOOK_EVERY {
            self.look_at_width(at.nanos());
        }
        Some((at, value))
    }

    /// Puts a value into its bucket's list, unless too many stand before it; returns whether it did.
    #[inline(always)]
    fn list(&mut self, bucket: u64, at: Moment, value: V) -> bool {
        let place = bucket as usize % BUCKETS;
        let (mut before, mut after) = (Self::NONE, self.heads[place]);
        let mut steps = 0;
        while let Some(node) = self.nodes.get(after as usize)
            && node.at < at
        {
            if steps == Self::FEW {
                return false;
            }
            steps += 1;
            (before, after) = (after, node.next);
        }
        let id = self.store(at, value, after);
        if steps > 0 {
            self.nodes[before as usize].next = id;
        } else {
            self.heads[place] = id;
            self.filled[place / 64] |= 1 << (place % 64);
            if at < self.next {
                self.next = at;
                self.first = bucket;
            }
        }
        self.listed += 1;
        true
    }

    /// Makes a node where it is to stand.
    #[inline(always)]
    fn store(&mut self, at: Moment, value: V, next: u32) -> u32 {
        let id = self.free;
        if let Some(free) = self.nodes.get_mut(id as usize) {
            self.free = free.next;
            *free = Node { at, value, next };
            return id;
        }
        self.grow(at, value, next)
    }

    #[cold]
    fn grow(&mut self, at: Moment, value: V, next: u32) -> u32 {
        self.nodes.push(Node { at, value, next });
        (self.nodes.len() - 1) as u32
    }

    #[inline(always)]
    fn pop_near(&mut self) -> (Moment, V) {
        let place = self.first as usize % BUCKETS;
        let id = self.heads[place];
        let node = &mut self.nodes[id as usize];
        let (taken, next) = ((node.at, node.value), node.next);
        node.next = self.free;
        self.free = id;
        self.listed -= 1;
        self.base = self.first;
        self.heads[place] = next;
        if let Some(node) = self.nodes.get(next as usize) {
            self.next = node.at;
        } else {
            self.filled[place / 64] &= !(1 << (place % 64));
            self.find_first();
        }
        taken
    }

    #[inline(never)]
    fn push_far(&mut self, at: Moment, value: V) {
        self.heap.push(at, value);
        if at < self.heap_next {
            self.heap_next = at;
        }
    }

    #[inline(never)]
    fn pop_far(&mut self) -> Option<(Moment, V)> {
        let (at, value) = self.heap.pop()?;
        self.heap_next = self.heap.peek().map_or(Moment::NEVER, |(next, _)| next);
        self.base = at.nanos() >> self.shift;
        Some((at, value))
    }

    /// Finds the first bucket with a value; none lies before the base.
    #[inline]
    fn find_first(&mut self) {
        if self.listed == 0 {
            self.next = Moment::NEVER;
            return;
        }
        let start = self.base as usize % BUCKETS;
        // The rest of the first word, then whole words round to it again.
        let mut word = start / 64;
        let mut bits = self.filled[word] & (u64::MAX << (start % 64));
        while bits == 0 {
            word = (word + 1) % self.filled.len();
            bits = self.filled[word];
        }
        let place = word * 64 + bits.trailing_zeros() as usize;
        self.first = self.base + (place.wrapping_sub(start) % BUCKETS) as u64;
        self.next = self.nodes[self.heads[place] as usize].at;
    }

    /// Makes a bucket as wide as it takes to hold one of the values taken of late, if it is far from that.
    #[cold]
    fn look_at_width(&mut self, now: u64) {
        let gap = now.saturating_sub(self.counted_from) / u64::from(Self::LOOK_EVERY);
        self.taken = 0;
        self.counted_from = now;
        let wanted = gap.max(1).ilog2();
        if gap > 0 && wanted.abs_diff(self.shift) > 1 {
            self.rebuild(wanted, now);
        }
    }

    fn rebuild(&mut self, shift: u32, now: u64) {
        let mut all = Vec::with_capacity(self.len());
        for &head in self.heads.iter() {
            let mut next = head;
            while let Some(node) = self.nodes.get(next as usize) {
                all.push((node.at, node.value));
                next = node.next;
            }
        }
        while let Some(far) = self.heap.pop() {
            all.push(far);
        }
        *self = Self {
            shift,
            base: now >> shift,
            counted_from: now,
            ..Self::new()
        };
        for (at, value) in all {
            self.push(at, value);
        }
    }
}
