//! Spells: outages at random, found one after the other while the run goes on.
//!
//! A change of a spell is numbered by twice the number of the spell (from 1), and one more for its end.

use super::observer::Observer;
use super::run::{Event, EventClass, Simulation, order};
use crate::engine::{Key, Rank};
use crate::units::SimTime;

impl<O: Observer> Simulation<'_, O> {
    /// Schedules the spell of this number, which begins some time after the one before it did at `last`.
    pub(super) fn schedule_spell(&mut self, last: SimTime, spell: u16, number: u32) {
        let of = &self.model.spells[usize::from(spell)];
        let key = Key::new(self.seed, "spell-gap").named(&of.name);
        // Time goes on even where a law has drawn nothing.
        let gap = of
            .every
            .draw_whole(&mut key.numbered(number.into()).draws());
        self.schedule_change(last, gap.max(1), spell, 2 * number);
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
        let key = Key::new(self.seed, "spell-length").named(&of.name);
        let mut draws = key.numbered(number.into()).draws();
        self.schedule_change(at, of.lasts.draw_whole(&mut draws), spell, change + 1);
        self.schedule_spell(at, spell, number + 1);
    }
}
