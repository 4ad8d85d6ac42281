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

use crate::engine::Heap;
use crate::units::SimTime;

/// Virtual time is counted in these: 2^-30 of a byte per 10^9, so that bits per second are whole units per ns.
const UNITS_PER_BYTE: u128 = 1_000_000_000 << 30;
/// Units per nanosecond of one bit per second.
const UNITS_PER_BIT: u128 = 1 << 27;

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
    /// Nothing ever changes a copy's speed, so that it knows its end when it starts: there is no queue of ends.
    is_steady: bool,
    capacity: f64,
    slope: Slope,
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
    /// Returns an idle pipe at full capacity. `may_change`: [`Pipe::set_capacity`] may be called.
    pub fn new(speeds: Speeds, flows: usize, may_change: bool) -> Self {
        Self {
            speeds,
            is_steady: speeds.bandwidth.is_none() && !may_change,
            capacity: 1.0,
            slope: slope(speeds, 1.0, 0),
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
        if !self.is_steady {
            self.queue_end((copy.end(), order), id);
        }
        let flow = &mut self.flows[flow as usize];
        flow.moving += 1;
        flow.started += self.served;
        self.moving += 1;
        self.share_anew();
        id
    }

    /// Returns whether a copy's speed never changes: [`Pipe::end_of`] then tells its end, and [`Pipe::finish`] ends it;
    /// else ends come from [`Pipe::next_end`] and [`Pipe::settle`].
    #[inline]
    pub const fn is_steady(&self) -> bool {
        self.is_steady
    }

    /// Returns when a copy that has just started ends if nothing changes, rounded up to a whole nanosecond; `None` if
    /// that is beyond the clock's end.
    #[inline]
    pub fn end_of(&self, id: CopyId) -> Option<SimTime> {
        self.when_served(self.copies[id.index()].end())
    }

    /// Ends a copy of a steady pipe at its time.
    #[inline]
    pub fn finish(&mut self, now: SimTime, id: CopyId) {
        self.advance(now);
        let bytes = self.copies[id.index()].bytes;
        self.copies[id.index()].is_over = true;
        self.leave(id, bytes);
        self.free.push(id);
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
        if self.is_steady {
            self.free.push(id);
        }
        moved
    }

    /// Changes the share of normal speed that is left.
    ///
    /// # Panics
    /// If the pipe was said never to change.
    pub fn set_capacity(&mut self, now: SimTime, capacity: f64) {
        assert!(
            !self.is_steady,
            "a pipe's speed changes only if that was said"
        );
        self.advance(now);
        self.capacity = capacity;
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
        to_bytes(self.served - copy.started + UNITS_PER_BYTE / 2).min(copy.bytes)
    }

    /// Moves the pipe to `now` without ending anything, so that [`Pipe::moved_by`] speaks of `now`.
    pub fn advance(&mut self, now: SimTime) {
        let nanos = now.since(self.at).as_nanos();
        self.at = now;
        if let Slope::UnitsPerNs(units) = self.slope {
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
        let served = self.served + units * u128::from(now.since(self.at).as_nanos());
        let of = &self.flows[flow as usize];
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
        if !self.is_steady && self.ends.peek().is_none_or(is_ahead) {
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

    fn set_slope(&mut self) {
        self.slope = slope(self.speeds, self.capacity, self.moving);
        self.next_end = None;
    }

    /// Starts virtual time anew, now that no copy remembers it: it never overflows.
    fn rebase(&mut self) {
        self.drop_aborted();
        if self.ends.is_empty() {
            self.served = 0;
        }
    }
}

/// Returns the slope of virtual time when `moving` copies share the pipe.
fn slope(speeds: Speeds, capacity: f64, moving: u32) -> Slope {
    let copies = u128::from(moving.max(1));
    let bits = |speed: Option<u64>| speed.map(|bits| u128::from(bits) * UNITS_PER_BIT);
    let share = bits(speeds.bandwidth).map(|units| (units + copies / 2) / copies);
    let units = match (bits(speeds.per_copy), share) {
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

/// A thousandth of a nanosecond of service: less than that before its end, a copy has ended. Shares such as a
/// third are not whole units, and an end that falls on a whole nanosecond must not be rounded to the next.
const fn tolerance(units_per_ns: u128) -> u128 {
    units_per_ns >> 10
}

/// Returns whole bytes, rounded down.
fn to_bytes(units: u128) -> u64 {
    u64::try_from(units / UNITS_PER_BYTE).expect("bytes moved fit in 64 bits")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MB: u64 = 1_000_000;
    /// 10^9 ns.
    const S: u64 = 1_000_000_000;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    fn pipe(per_copy_mb: Option<u64>, bandwidth_mb: Option<u64>) -> Pipe {
        let bits = |mb: Option<u64>| mb.map(|mb| mb * 8 * MB);
        Pipe::new(
            Speeds {
                per_copy: bits(per_copy_mb),
                bandwidth: bits(bandwidth_mb),
            },
            1,
            true,
        )
    }

    /// What happens to a pipe from outside.
    #[derive(Clone, Copy, Debug)]
    enum Change {
        Start(u64),
        Abort(u32),
        Capacity(f64),
    }

    /// Plays changes at their times and returns (token, end) in order of ends; tokens count starts from 0.
    fn play(pipe: &mut Pipe, changes: &[(u64, Change)]) -> Vec<(u32, u64)> {
        let (mut ends, mut ids) = (Vec::new(), Vec::new());
        let settle_until = |pipe: &mut Pipe, until: u64, ends: &mut Vec<(u32, u64)>| {
            while let Some(end) = pipe.next_end().filter(|end| end.as_nanos() <= until) {
                pipe.settle(end, |arrived| ends.push((arrived.token, end.as_nanos())));
            }
        };
        for &(time, change) in changes {
            settle_until(pipe, time, &mut ends);
            match change {
                Change::Start(bytes) => {
                    let token = ids.len() as u32;
                    ids.push(pipe.start(at(time), bytes, 0, token, u64::from(token)));
                }
                Change::Abort(token) => {
                    pipe.abort(at(time), ids[token as usize]);
                }
                Change::Capacity(capacity) => pipe.set_capacity(at(time), capacity),
            }
        }
        settle_until(pipe, u64::MAX / 2, &mut ends);
        ends
    }

    #[test]
    fn second_copy_slows_the_first() {
        // 60 MB/s. A: 240 MB at 0 s. B: 60 MB at 2 s.
        // A alone moves 120 MB by 2 s, then both at 30 MB/s: B ends at 4 s; A, with 60 MB left, at 5 s.
        let changes = [
            (0, Change::Start(240 * MB)),
            (2 * S, Change::Start(60 * MB)),
        ];
        assert_eq!(
            play(&mut pipe(None, Some(60)), &changes),
            [(1, 4 * S), (0, 5 * S)]
        );
    }

    #[test]
    fn three_share_in_thirds_to_the_nanosecond() {
        // 90 MB/s, three of 30 MB at 0 s: each at 30 MB/s, all end at 1 s.
        let changes = [(0, Change::Start(30 * MB)); 3];
        assert_eq!(
            play(&mut pipe(None, Some(90)), &changes),
            [(0, S), (1, S), (2, S)]
        );
        // 100 MB/s by three: 33.3 MB/s each. 100 MB each end at 3 s.
        let changes = [(0, Change::Start(100 * MB)); 3];
        assert_eq!(
            play(&mut pipe(None, Some(100)), &changes),
            [(0, 3 * S), (1, 3 * S), (2, 3 * S)]
        );
    }

    #[test]
    fn a_copy_alone_is_capped() {
        // 40 MB/s each of 60 MB/s: the first is alone until 1 s (40 MB), then both at 30 MB/s;
        // its last 60 MB end at 3 s; the second has moved 60 MB then and moves its last 40 MB at 40 MB/s: 4 s.
        let changes = [(0, Change::Start(100 * MB)), (S, Change::Start(100 * MB))];
        assert_eq!(
            play(&mut pipe(Some(40), Some(60)), &changes),
            [(0, 3 * S), (1, 4 * S)]
        );
    }

    #[test]
    fn capacity_halves_stops_and_returns() {
        // 10 MB/s, 100 MB: 20 MB by 2 s, half speed until 6 s (20 MB), nothing until 10 s, the last 60 MB by 16 s.
        let changes = [
            (0, Change::Start(100 * MB)),
            (2 * S, Change::Capacity(0.5)),
            (6 * S, Change::Capacity(0.0)),
            (10 * S, Change::Capacity(1.0)),
        ];
        assert_eq!(play(&mut pipe(Some(10), None), &changes), [(0, 16 * S)]);
    }

    #[test]
    fn an_abort_speeds_the_rest_up_and_keeps_what_was_moved() {
        // 60 MB/s, 120 MB each at 0 s; the first is aborted at 1 s with 30 MB; the second has 90 MB left: 2.5 s.
        let mut pipe = pipe(None, Some(60));
        let changes = [
            (0, Change::Start(120 * MB)),
            (0, Change::Start(120 * MB)),
            (S, Change::Abort(0)),
        ];
        assert_eq!(play(&mut pipe, &changes), [(1, 5 * S / 2)]);
        assert_eq!(pipe.moved_bytes(0, at(3 * S)), 150 * MB);
    }

    #[test]
    fn ends_are_rounded_up_to_the_nanosecond() {
        // 1 byte at 0.3 bytes/ns: 3.33 ns.
        let mut pipe = pipe(Some(300), None);
        assert_eq!(play(&mut pipe, &[(0, Change::Start(1))]), [(0, 4)]);
    }

    #[test]
    fn unlimited_is_there_at_once_and_stands_still_at_zero() {
        let changes = [
            (5, Change::Start(MB)),
            (6, Change::Capacity(0.0)),
            (7, Change::Start(MB)),
            (9, Change::Capacity(0.1)),
        ];
        assert_eq!(play(&mut pipe(None, None), &changes), [(0, 5), (1, 9)]);
    }

    #[test]
    fn moved_bytes_by_the_clock() {
        // 10 MB/s, 100 MB from 0 s: 35 MB at 3.5 s, all at 10 s and after.
        let mut pipe = pipe(Some(10), None);
        pipe.start(at(0), 100 * MB, 0, 0, 0);
        assert_eq!(pipe.moved_bytes(0, at(7 * S / 2)), 35 * MB);
        assert_eq!(pipe.moved_bytes(0, at(10 * S)), 100 * MB);
        pipe.settle(at(10 * S), |_| {});
        assert_eq!(pipe.moved_bytes(0, at(20 * S)), 100 * MB);
    }

    #[test]
    fn years_of_service_do_not_overflow() {
        // One copy of 10^15 bytes (10 years at some 3 MB/s) keeps virtual time from being rebased.
        let mut pipe = pipe(Some(3), None);
        let ends = play(
            &mut pipe,
            &[
                (0, Change::Start(1_000_000_000 * MB)),
                (S, Change::Start(3 * MB)),
            ],
        );
        assert_eq!(ends, [(1, 2 * S), (0, 333_333_333_333_333_334)]);
    }

    /// The obvious way: walk over all copies at every change, in doubles.
    fn naive(per_copy: f64, bandwidth: f64, starts: &[(u64, u64)]) -> Vec<(u32, f64)> {
        let (mut now, mut ends) = (0.0_f64, Vec::new());
        let mut left: Vec<(u32, f64)> = Vec::new();
        let mut pending = starts.iter().enumerate().peekable();
        loop {
            let rate = per_copy.min(bandwidth / left.len().max(1) as f64) / 1e9;
            let next_end = left
                .iter()
                .map(|&(_, bytes)| now + bytes / rate)
                .fold(f64::INFINITY, f64::min);
            let next_start = pending
                .peek()
                .map_or(f64::INFINITY, |(_, start)| start.0 as f64);
            if next_end.is_infinite() && next_start.is_infinite() {
                return ends;
            }
            let then = next_end.min(next_start);
            left.iter_mut()
                .for_each(|copy| copy.1 -= (then - now) * rate);
            now = then;
            ends.extend(
                left.iter()
                    .filter(|copy| copy.1 < 1e-3)
                    .map(|copy| (copy.0, now)),
            );
            left.retain(|copy| copy.1 >= 1e-3);
            if next_start <= next_end {
                let (token, start) = pending.next().expect("a start is pending");
                left.push((token as u32, start.1 as f64));
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_naive_pipe(
            starts in prop::collection::vec((0_u64..5 * S, 1_u64..500 * MB), 1..40),
            per_copy in 1_u64..200, bandwidth in 1_u64..200,
        ) {
            let mut starts = starts;
            starts.sort_unstable();
            let changes: Vec<_> = starts.iter().map(|&(time, bytes)| (time, Change::Start(bytes))).collect();
            let mut fast = play(&mut pipe(Some(per_copy), Some(bandwidth)), &changes);
            let mut slow = naive((per_copy * MB) as f64, (bandwidth * MB) as f64, &starts);
            fast.sort_unstable();
            slow.sort_by_key(|end| end.0);
            for (fast, slow) in fast.iter().zip(&slow) {
                // The naive pipe ends a copy up to a thousandth of a byte early, and the exact one rounds up.
                prop_assert!((fast.1 as f64 - slow.1).abs() < 20.0, "{fast:?} {slow:?}");
            }
            prop_assert_eq!(fast.len(), slow.len());
        }
    }
}
