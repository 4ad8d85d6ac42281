//! What registries store, over time: exact byte-time by month and class, levels, and a look at every day's end.

use super::gauge::Gauge;
use crate::ecr::{Class, Holdings, RegistryId};
use crate::units::SimTime;

/// Byte-nanoseconds by class.
pub(super) type ByteTime = [u128; Class::COUNT];

/// Every registry's storage from the warm-up's end on.
#[derive(Clone, Debug)]
pub(super) struct StorageMeter {
    from: SimTime,
    registries: Vec<Metered>,
    /// All registries together.
    pub stored: Gauge,
    pub orphan: Gauge,
    /// Byte-time of closed months, by month and registry.
    pub months: Vec<Vec<ByteTime>>,
    /// Orphan bytes by registry: at the warm-up's end, then at the end of each closed month.
    pub orphan_levels: Vec<Vec<u64>>,
    /// Holdings at each look, by registry.
    pub looks: Vec<(SimTime, Vec<Holdings>)>,
    /// Byte-time from the warm-up's end to each look, by registry.
    pub until_looks: Vec<Vec<ByteTime>>,
}

#[derive(Clone, Debug)]
struct Metered {
    /// The warm-up's end.
    from: SimTime,
    holdings: Holdings,
    /// The latest change or look.
    latest: SimTime,
    /// Byte-time from the warm-up's end on that the present bytes do not have behind them: each byte that came adds the
    /// time from there until it came, each that went takes as much. So a change of one class concerns no other. Modulo
    /// 2^128, as the byte-time that is taken from it.
    missed: ByteTime,
    /// Due though the bytes lie there no more.
    owed: ByteTime,
    /// Of closed months.
    closed: ByteTime,
    stored: Gauge,
    orphan: Gauge,
}

impl StorageMeter {
    pub fn new(registries: usize, from: SimTime) -> Self {
        let metered = Metered {
            from,
            holdings: Holdings::default(),
            latest: from,
            missed: ByteTime::default(),
            owed: ByteTime::default(),
            closed: ByteTime::default(),
            stored: Gauge::new(from),
            orphan: Gauge::new(from),
        };
        Self {
            from,
            registries: vec![metered; registries],
            stored: Gauge::new(from),
            orphan: Gauge::new(from),
            months: Vec::new(),
            orphan_levels: vec![vec![0; registries]],
            looks: Vec::new(),
            until_looks: Vec::new(),
        }
    }

    /// A registry stores `holdings` from `now` on.
    pub fn set(&mut self, now: SimTime, registry: RegistryId, holdings: &Holdings) {
        let of = &mut self.registries[registry.index()];
        let (stored, orphan) = (
            holdings.stored_bytes(),
            holdings.bytes[Class::Orphan as usize],
        );
        let (before, orphan_before) = (of.stored.level(), of.orphan.level());
        of.change(now, holdings);
        if stored != before {
            of.stored.set(now, stored);
            self.stored.set(now, self.stored.level() + stored - before);
        }
        if orphan != orphan_before {
            of.orphan.set(now, orphan);
            self.orphan
                .set(now, self.orphan.level() + orphan - orphan_before);
        }
    }

    /// A registry stores one tagged image more from `now` on, of a class that is no orphan.
    #[inline(always)]
    pub fn add(&mut self, now: SimTime, registry: RegistryId, class: Class, bytes: u64) {
        let of = &mut self.registries[registry.index()];
        let nanos = of.pass(now);
        of.holdings.images += 1;
        of.holdings.bytes[class as usize] += bytes;
        let missed = &mut of.missed[class as usize];
        *missed = missed.wrapping_add(byte_time(bytes, nanos));
        of.stored.raise(now, bytes);
        self.stored.raise(now, bytes);
    }

    /// The warm-up ends: what is an orphan now has not become one in the measured time.
    pub fn end_warm_up(&mut self) {
        self.orphan_levels = vec![self.orphans()];
    }

    /// Books byte-time of the archive that is due though the bytes lie there no more.
    pub fn owe(&mut self, registry: RegistryId, byte_ns: u128) {
        let of = &mut self.registries[registry.index()];
        of.owed[Class::Archived as usize] += byte_ns;
    }

    /// Closes a month, or the part of one that was measured.
    pub fn close_month(&mut self, now: SimTime) {
        let month = self.registries.iter_mut().map(|of| of.close(now));
        self.months.push(month.collect());
        if self.from < now {
            self.orphan_levels.push(self.orphans());
        }
    }

    /// Looks at every registry.
    pub fn look(&mut self, at: SimTime) {
        self.looks
            .push((at, self.registries.iter().map(|of| of.holdings).collect()));
        let until = self.registries.iter_mut().map(|of| of.until(at));
        self.until_looks.push(until.collect());
    }

    fn orphans(&self) -> Vec<u64> {
        let levels = self.registries.iter();
        levels
            .map(|of| of.holdings.bytes[Class::Orphan as usize])
            .collect()
    }

    /// Ends the measurement.
    pub fn finish(&mut self, end: SimTime) {
        self.stored.settle(end);
        self.orphan.settle(end);
        for of in &mut self.registries {
            of.stored.settle(end);
            of.orphan.settle(end);
        }
        debug_assert!(self.from <= end, "the warm-up ends within the run");
    }

    /// Returns what a registry stores now.
    pub fn holdings(&self, registry: RegistryId) -> &Holdings {
        &self.registries[registry.index()].holdings
    }

    /// Returns the levels of stored and of orphan bytes in a registry.
    pub fn of(&self, registry: RegistryId) -> (&Gauge, &Gauge) {
        let of = &self.registries[registry.index()];
        (&of.stored, &of.orphan)
    }
}

impl Metered {
    /// Passes on to `now`, and returns the measured time until then, in ns.
    #[inline]
    fn pass(&mut self, now: SimTime) -> u64 {
        self.latest = self.latest.max(now);
        self.latest.since(self.from).as_nanos()
    }

    /// Stores `holdings` from `now` on.
    fn change(&mut self, now: SimTime, holdings: &Holdings) {
        let nanos = self.pass(now);
        let changes = self.holdings.bytes.iter().zip(holdings.bytes);
        for (missed, (&before, after)) in self.missed.iter_mut().zip(changes) {
            if before != after {
                *missed = missed
                    .wrapping_add(byte_time(after, nanos))
                    .wrapping_sub(byte_time(before, nanos));
            }
        }
        self.holdings = *holdings;
    }

    /// Returns the present month's byte-time, and begins another month.
    fn close(&mut self, now: SimTime) -> ByteTime {
        let until = self.until(now);
        let closed = std::mem::replace(&mut self.closed, until);
        std::array::from_fn(|class| until[class] - closed[class])
    }

    /// Returns all byte-time until `now`.
    fn until(&mut self, now: SimTime) -> ByteTime {
        let nanos = self.pass(now);
        std::array::from_fn(|class| {
            let whole = byte_time(self.holdings.bytes[class], nanos) + self.owed[class];
            whole.wrapping_sub(self.missed[class])
        })
    }
}

fn byte_time(bytes: u64, nanos: u64) -> u128 {
    u128::from(bytes) * u128::from(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    #[test]
    fn byte_time_is_exact_by_month_and_class_from_the_warm_up_on() {
        let mut meter = StorageMeter::new(2, at(10));
        let registry = RegistryId(1);
        // 100 bytes from 0, 30 of them orphaned at 15; the month ends at 20; all gone at 25.
        meter.set(
            at(0),
            registry,
            &Holdings {
                bytes: [0, 100, 0, 0],
                ..Holdings::default()
            },
        );
        meter.set(
            at(15),
            registry,
            &Holdings {
                bytes: [0, 70, 30, 0],
                ..Holdings::default()
            },
        );
        meter.close_month(at(20));
        meter.set(at(25), registry, &Holdings::default());
        meter.close_month(at(40));
        meter.finish(at(40));
        assert_eq!(meter.months[0], [[0; 4], [0, 100 * 5 + 70 * 5, 30 * 5, 0]]);
        assert_eq!(meter.months[1], [[0; 4], [0, 70 * 5, 30 * 5, 0]]);
        assert_eq!(meter.stored.integral(), 100 * 15);
        assert_eq!(meter.of(registry).1.integral(), 30 * 10);
    }
}
