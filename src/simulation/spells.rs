//! Spells: outages at random, found one after the other while the run goes on.
//!
//! A change of a spell is numbered by twice the number of the spell (from 1), and one more for its end.

use super::event::{Event, EventClass, order};
use super::model::Spell;
use super::observer::Observer;
use super::run::Simulation;
use crate::engine::{Key, Rank};
use crate::units::SimTime;

impl Spell {
    /// Returns the time from the beginning before the spell of this number to its own, in ns.
    fn gap_ns(&self, seed: u64, number: u32) -> u64 {
        let key = Key::new(seed, "spell-gap").named(&self.name);
        let gap = self
            .every
            .draw_whole(&mut key.numbered(number.into()).draws());
        // Time goes on even where a law has drawn nothing.
        gap.max(1)
    }

    fn length_ns(&self, seed: u64, number: u32) -> u64 {
        let key = Key::new(seed, "spell-length").named(&self.name);
        self.lasts
            .draw_whole(&mut key.numbered(number.into()).draws())
    }

    /// Returns when each spell begins and ends that begins by `end`: what a run under `seed` finds, without one.
    pub fn times(&self, seed: u64, end: SimTime) -> impl Iterator<Item = (SimTime, SimTime)> + '_ {
        let mut last_ns = 0_u64;
        let mut numbers = 1..=u32::MAX;
        std::iter::from_fn(move || {
            let number = numbers.next()?;
            last_ns = last_ns.saturating_add(self.gap_ns(seed, number));
            let until_ns = last_ns.saturating_add(self.length_ns(seed, number));
            let times = (SimTime::from_nanos(last_ns), SimTime::from_nanos(until_ns));
            (times.0 <= end).then_some(times)
        })
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// Schedules the spell of this number, which begins some time after the one before it did at `last`.
    pub(super) fn schedule_spell(&mut self, last: SimTime, spell: u16, number: u32) {
        let of = &self.model.spells[usize::from(spell)];
        let gap_ns = of.gap_ns(self.seed, number);
        self.schedule_change(last, gap_ns, spell, 2 * number);
    }

    /// Beyond the run's end nothing is scheduled.
    fn schedule_change(&mut self, from: SimTime, after_ns: u64, spell: u16, change: u32) {
        let due = from.as_nanos().saturating_add(after_ns);
        if due > self.model.end.as_nanos() {
            return;
        }
        // Outages have the first rank.
        let rank = Rank::new(EventClass::Outage as u8, order(spell + 1, change.into(), 0));
        let event = Event::SpellChange { spell, change };
        self.calendar
            .schedule(SimTime::from_nanos(due), rank, event);
    }

    /// Begins a spell, of which the end and the next one follow, or ends it.
    pub(super) fn change_spell(&mut self, at: SimTime, spell: u16, change: u32) {
        let of = &self.model.spells[usize::from(spell)];
        let begins = change.is_multiple_of(2);
        self.weaken(at, &of.links, of.capacity, begins);
        if !begins {
            return;
        }
        let number = change / 2;
        let length_ns = of.length_ns(self.seed, number);
        self.schedule_change(at, length_ns, spell, change + 1);
        self.schedule_spell(at, spell, number + 1);
    }
}
