//! Fair sharing of one link by the copies that move bytes on it, in virtual time.
//!
//! All copies that move share one rate, `capacity × min(per_copy, bandwidth / n)`. So one number, the bytes that
//! each would have been served since the pipe was last empty ("virtual time"), says all: a copy that starts at
//! `v` with `b` bytes ends when it reaches `v + b`, and a start, an end, an abort or a change of capacity changes
//! only the slope. O(log n) a start or end; nobody else's entry is touched.
//!
//! Source: the fluid reference system of A. Demers, S. Keshav, S. Shenker, "Analysis and simulation of a fair
//! queueing algorithm", SIGCOMM 1989, with equal weights.

use std::num::NonZeroU32;

use super::service::{UNITS_PER_BYTE, to_bytes, to_nearest_bytes, tolerance, units_per_ns};
use crate::engine::Heap;
use crate::units::SimTime;

/// How fast a pipe is, in bits per second; `None` is unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speeds {
    /// Top speed of a single copy.
    pub per_copy: Option<u64>,
    /// Of all copies together.
    pub bandwidth: Option<u64>,
}

/// Handle of a copy that is moving bytes; valid until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CopyId(NonZeroU32);

impl CopyId {
    fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).expect("under 2^32 copies move at once");
        Self(NonZeroU32::new(number).expect("counted from 1"))
    }

    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

#[derive(Clone, Copy, Debug)]
struct Moving {
    token: u32,
    flow: u32,
    bytes: u64,
    started: u128,
    /// It has ended, or was aborted.
    is_over: bool,
}

impl Moving {
    /// Virtual time of its end.
    const fn end(&self) -> u128 {
        self.started + self.bytes as u128 * UNITS_PER_BYTE
    }
}

/// Bytes of one kind of copies.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    moving: u32,
    /// Sum of the virtual times at which its moving copies started.
    started: u128,
    /// Bytes of its copies that ended.
    settled_bytes: u64,
}

// The tag is a byte: left alone it would be as wide as the number, which is written in halves, and reading it whole right
// after that waits for both to reach the cache.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slope {
    UnitsPerNs(u128),
    /// Nothing limits the speed: whatever moves is there at once.
    Instant,
}

/// A copy that has reached its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The caller's name for the copy.
    pub token: u32,
    /// The caller's order among ends of one instant.
    pub order: u64,
}

/// The copies that move bytes on one link, and when the next of them ends.
#[derive(Clone, Debug)]
pub struct Pipe {
    speeds: Speeds,
    capacity: f64,
    slope: Slope,
    /// Slopes at the present capacity by how many copies move, less than [`Self::FEW`], once they were needed: each takes a
    /// division.
    slopes: Vec<Option<Slope>>,
    at: SimTime,
    served: u128,
    moving: u32,
    /// Moving copies by the virtual time at which they end, then the caller's order.
    ends: Heap<(u128, u64), CopyId>,
    /// When the next copy ends, unless something has changed since that was last worked out.
    next_end: Option<Option<SimTime>>,
    copies: Vec<Moving>,
    free: Vec<CopyId>,
    flows: Vec<Flow>,
}

impl Pipe {
    /// Slopes are kept for less than so many copies.
    const FEW: usize = if cfg!(test) { 8 } else { 1 << 10 };

    /// Returns an idle pipe at full capacity, with `flows` kinds of copies counted apart.
    pub fn new(speeds: Speeds, flows: usize) -> Self {
        Self {
            speeds,
            capacity: 1.0,
            slope: slope(speeds, 1.0, 0),
            slopes: Vec::new(),
            at: SimTime::ZERO,
            served: 0,
            moving: 0,
            ends: Heap::default(),
            next_end: None,
            copies: Vec::new(),
            free: Vec::new(),
            flows: vec![Flow::default(); flows],
        }
    }

    /// Starts a copy of `bytes` bytes. `order` ranks it among copies that end at one instant.
    ///
    /// # Panics
    /// If there is nothing to move: such a copy takes no time and no share.
    pub fn start(&mut self, now: SimTime, bytes: u64, flow: u32, token: u32, order: u64) -> CopyId {
        assert!(
            bytes > 0,
            "a copy with nothing to move takes no share of the link"
        );
        self.advance(now);
        let copy = Moving {
            token,
            flow,
            bytes,
            started: self.served,
            is_over: false,
        };
        let id = self.store(copy);
        self.queue_end((copy.end(), order), id);
        let flow = &mut self.flows[flow as usize];
        flow.moving += 1;
        flow.started += self.served;
        self.moving += 1;
        self.share_anew();
        id
    }

    fn queue_end(&mut self, end: (u128, u64), id: CopyId) {
        if self.ends.peek().is_none_or(|(first, _)| end < first) {
            self.next_end = None;
        }
        self.ends.push(end, id);
    }

    /// Ends a copy before its time and returns the bytes that it moved, to the nearest byte.
    pub fn abort(&mut self, now: SimTime, id: CopyId) -> u64 {
        self.advance(now);
        let moved = self.moved_by(id);
        self.copies[id.index()].is_over = true;
        self.next_end = None;
        self.leave(id, moved);
        moved
    }

    /// Changes the share of normal speed that is left.
    pub fn set_capacity(&mut self, now: SimTime, capacity: f64) {
        self.advance(now);
        self.capacity = capacity;
        self.slopes.clear();
        self.set_slope();
    }

    /// Returns when the next copy ends if nothing changes, rounded up to a whole nanosecond; `None` if none does.
    #[inline]
    pub fn next_end(&mut self) -> Option<SimTime> {
        if let Some(known) = self.next_end {
            return known;
        }
        self.drop_aborted();
        let next_end = self.find_next_end();
        // At once is a matter of now: nothing to remember.
        self.next_end = Some(next_end).filter(|_| self.slope != Slope::Instant);
        next_end
    }

    fn find_next_end(&self) -> Option<SimTime> {
        let ((end, _), _) = self.ends.peek()?;
        self.when_served(end)
    }

    /// Returns when each moving copy will have been served up to `end`.
    fn when_served(&self, end: u128) -> Option<SimTime> {
        let units_per_ns = match self.slope {
            Slope::Instant => return Some(self.at),
            Slope::UnitsPerNs(0) => return None,
            Slope::UnitsPerNs(units) => units,
        };
        let left = end.saturating_sub(self.served + tolerance(units_per_ns));
        let nanos = left.div_ceil(units_per_ns);
        // An end beyond the 584 years that the clock holds never comes.
        let nanos = u64::try_from(nanos).ok()?.checked_add(self.at.as_nanos())?;
        Some(SimTime::from_nanos(nanos))
    }

    /// Moves the pipe to `now` and hands the copies that have ended by then to `arrived`.
    pub fn settle(&mut self, now: SimTime, mut arrived: impl FnMut(Arrived)) {
        self.advance(now);
        let reached = match self.slope {
            Slope::Instant => u128::MAX,
            Slope::UnitsPerNs(units) => self.served + tolerance(units),
        };
        while let Some(((end, order), id)) = self.ends.peek() {
            if end > reached {
                break;
            }
            self.ends.pop();
            self.next_end = None;
            self.free.push(id);
            let Moving {
                token,
                bytes,
                is_over,
                ..
            } = self.copies[id.index()];
            if !is_over {
                self.copies[id.index()].is_over = true;
                self.leave(id, bytes);
                arrived(Arrived { token, order });
            }
        }
    }

    /// Returns the bytes that a moving copy has moved by the pipe's last change, to the nearest byte.
    pub fn moved_by(&self, id: CopyId) -> u64 {
        let copy = self.copies[id.index()];
        to_nearest_bytes(self.served - copy.started).min(copy.bytes)
    }

    /// Moves the pipe to `now` without ending anything, so that [`Pipe::moved_by`] speaks of `now`.
    pub fn advance(&mut self, now: SimTime) {
        let nanos = now.since(self.at).as_nanos();
        self.at = now;
        // Nobody remembers what an idle pipe would have served, and years of it would overflow.
        if self.moving > 0
            && let Slope::UnitsPerNs(units) = self.slope
        {
            self.served += units * u128::from(nanos);
        }
    }

    /// Returns the bytes that the copies of `flow` have moved by `now`, not changing anything.
    ///
    /// `now` may not lie after the next end; an end exactly then counts.
    pub fn moved_bytes(&self, flow: u32, now: SimTime) -> u64 {
        let Slope::UnitsPerNs(units) = self.slope else {
            return self.flows[flow as usize].settled_bytes;
        };
        let of = &self.flows[flow as usize];
        if of.moving == 0 {
            return of.settled_bytes;
        }
        let served = self.served + units * u128::from(now.since(self.at).as_nanos());
        let moving = u128::from(of.moving) * served - of.started;
        of.settled_bytes + to_bytes(moving - self.overshoot(flow, served))
    }

    /// Returns the bytes of the copies of `flow` that have ended.
    pub fn settled_bytes(&self, flow: u32) -> u64 {
        self.flows[flow as usize].settled_bytes
    }

    /// Returns how far the copies of `flow` that end with virtual time `served` would have overrun their ends.
    fn overshoot(&self, flow: u32, served: u128) -> u128 {
        let is_ahead = |((end, _), _): ((u128, u64), CopyId)| end >= served;
        if self.ends.peek().is_none_or(is_ahead) {
            return 0;
        }
        let over = self
            .copies
            .iter()
            .filter(|copy| !copy.is_over && copy.flow == flow && copy.end() < served);
        over.map(|copy| served - copy.end()).sum()
    }

    fn store(&mut self, copy: Moving) -> CopyId {
        if let Some(id) = self.free.pop() {
            self.copies[id.index()] = copy;
            return id;
        }
        self.copies.push(copy);
        CopyId::new(self.copies.len() - 1)
    }

    /// Takes a copy out of the share and books its bytes.
    fn leave(&mut self, id: CopyId, moved_bytes: u64) {
        let copy = self.copies[id.index()];
        let flow = &mut self.flows[copy.flow as usize];
        flow.moving -= 1;
        flow.started -= copy.started;
        flow.settled_bytes += moved_bytes;
        self.moving -= 1;
        self.share_anew();
        if self.moving == 0 {
            self.rebase();
        }
    }

    /// Aborted copies leave their entry behind; it goes when it comes to the top.
    fn drop_aborted(&mut self) {
        while let Some((_, id)) = self.ends.peek() {
            if !self.copies[id.index()].is_over {
                break;
            }
            self.ends.pop();
            self.free.push(id);
        }
    }

    /// Copies that share nothing do not change each other's speed.
    #[inline]
    fn share_anew(&mut self) {
        if self.speeds.bandwidth.is_some() {
            self.set_slope();
        }
    }

    #[inline]
    fn set_slope(&mut self) {
        let known = self.slopes.get(self.moving as usize).copied().flatten();
        self.slope = known.unwrap_or_else(|| self.find_slope());
        self.next_end = None;
    }

    #[inline(never)]
    fn find_slope(&mut self) -> Slope {
        let (slope, place) = (
            slope(self.speeds, self.capacity, self.moving),
            self.moving as usize,
        );
        if place < Self::FEW {
            let length = self.slopes.len().max(place + 1);
            self.slopes.resize(length, None);
            self.slopes[place] = Some(slope);
        }
        slope
    }

    /// Starts virtual time anew, now that no copy remembers it: it never overflows.
    fn rebase(&mut self) {
        self.drop_aborted();
        debug_assert!(self.ends.is_empty(), "an end belongs to a copy that moves");
        self.served = 0;
    }
}

/// Returns the slope of virtual time when `moving` copies share the pipe.
fn slope(speeds: Speeds, capacity: f64, moving: u32) -> Slope {
    let copies = u128::from(moving.max(1));
    let share = speeds
        .bandwidth
        .map(|bits| (units_per_ns(bits) + copies / 2) / copies);
    let units = match (speeds.per_copy.map(units_per_ns), share) {
        (Some(alone), Some(share)) => alone.min(share),
        (Some(units), None) | (None, Some(units)) => units,
        // Unlimited times 0 stands still.
        (None, None) if capacity <= 0.0 => 0,
        (None, None) => return Slope::Instant,
    };
    if capacity >= 1.0 {
        return Slope::UnitsPerNs(units);
    }
    Slope::UnitsPerNs(libm::round(units as f64 * capacity) as u128)
}

#[cfg(test)]
mod tests;
