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
    holdings: Holdings,
    since: SimTime,
    /// Of the present month.
    byte_time: ByteTime,
    /// Of closed months.
    closed: ByteTime,
    stored: Gauge,
    orphan: Gauge,
}

impl StorageMeter {
    pub fn new(registries: usize, from: SimTime) -> Self {
        let metered = Metered {
            holdings: Holdings::default(),
            since: from,
            byte_time: ByteTime::default(),
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
        of.integrate(now);
        let (stored, orphan) = (
            holdings.stored_bytes(),
            holdings.bytes[Class::Orphan as usize],
        );
        let (before, orphan_before) = (of.stored.level(), of.orphan.level());
        of.holdings = *holdings;
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
    #[inline]
    pub fn add(&mut self, now: SimTime, registry: RegistryId, class: Class, bytes: u64) {
        let of = &mut self.registries[registry.index()];
        of.integrate(now);
        of.holdings.images += 1;
        of.holdings.bytes[class as usize] += bytes;
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
        of.byte_time[Class::Archived as usize] += byte_ns;
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
    /// Books the bytes that lay here since the last change.
    fn integrate(&mut self, now: SimTime) {
        if now <= self.since {
            return;
        }
        let nanos = u128::from(now.since(self.since).as_nanos());
        for (sum, bytes) in self.byte_time.iter_mut().zip(self.holdings.bytes) {
            if bytes > 0 {
                *sum += u128::from(bytes) * nanos;
            }
        }
        self.since = now;
    }

    /// Returns the present month's byte-time, and begins another month.
    fn close(&mut self, now: SimTime) -> ByteTime {
        self.integrate(now);
        let month = std::mem::take(&mut self.byte_time);
        self.closed = sum(&self.closed, &month);
        month
    }

    /// Returns all byte-time until `now`.
    fn until(&mut self, now: SimTime) -> ByteTime {
        self.integrate(now);
        sum(&self.closed, &self.byte_time)
    }
}

fn sum(a: &ByteTime, b: &ByteTime) -> ByteTime {
    std::array::from_fn(|class| a[class] + b[class])
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
