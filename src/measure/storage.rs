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
    /// Holdings at each look, by registry.
    pub looks: Vec<(SimTime, Vec<Holdings>)>,
}

#[derive(Clone, Debug)]
struct Metered {
    holdings: Holdings,
    since: SimTime,
    byte_time: ByteTime,
    stored: Gauge,
    orphan: Gauge,
}

impl StorageMeter {
    pub fn new(registries: usize, from: SimTime) -> Self {
        let metered = Metered {
            holdings: Holdings::default(),
            since: from,
            byte_time: ByteTime::default(),
            stored: Gauge::new(from),
            orphan: Gauge::new(from),
        };
        Self {
            from,
            registries: vec![metered; registries],
            stored: Gauge::new(from),
            orphan: Gauge::new(from),
            months: Vec::new(),
            looks: Vec::new(),
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

    /// Books byte-time of the archive that is due though the bytes lie there no more.
    pub fn owe(&mut self, registry: RegistryId, byte_ns: u128) {
        let of = &mut self.registries[registry.index()];
        of.byte_time[Class::Archived as usize] += byte_ns;
    }

    /// Closes a month, or the part of one that was measured.
    pub fn close_month(&mut self, now: SimTime) {
        self.registries.iter_mut().for_each(|of| of.integrate(now));
        let month = self
            .registries
            .iter_mut()
            .map(|of| std::mem::take(&mut of.byte_time));
        self.months.push(month.collect());
    }

    /// Looks at every registry.
    pub fn look(&mut self, at: SimTime) {
        self.looks
            .push((at, self.registries.iter().map(|of| of.holdings).collect()));
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
