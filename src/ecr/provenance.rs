//! Where the copies of an image come from that was pushed more than once.

use super::holdings::Class;
use super::slots::{Slot, Slots};

/// What the record of an image pushed once does not tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Provenance {
    /// Registries where it was pushed and still is.
    pushed: Slots,
    /// (destination, source) of its replicas.
    replicated: Vec<(Slot, Slot)>,
    /// Its place in its repository's list where that is not its first: there it was pushed later, or came from such a push.
    places: Vec<(Slot, u32)>,
    /// Registries where it lies in the archive.
    archived: Slots,
}

impl Provenance {
    /// Returns that of an image pushed once, at `origin`.
    pub fn of_one_push(origin: Slot, present: Slots) -> Self {
        let mut pushed = Slots::default();
        if present.has(origin) {
            pushed.add(origin);
        }
        let replicas = present.iter().filter(|&slot| slot != origin);
        Self {
            pushed,
            replicated: replicas.map(|slot| (slot, origin)).collect(),
            places: Vec::new(),
            archived: Slots::default(),
        }
    }

    /// Returns what it is where it is stored: an orphan once its digest is gone at every source, until it is pushed at one
    /// again; in the archive it is neither.
    pub fn class(&self, slot: Slot) -> Class {
        if self.archived.has(slot) {
            return Class::Archived;
        }
        if self.pushed.has(slot) {
            return Class::Source;
        }
        let mut sources = self.replicated.iter().filter(|&&(to, _)| to == slot);
        if sources.any(|&(_, source)| self.pushed.has(source)) {
            Class::Replica
        } else {
            Class::Orphan
        }
    }

    /// Returns where it was pushed and still is, not archived.
    pub fn pushed_active(&self) -> Slots {
        self.pushed.without(self.archived)
    }

    /// Returns those of some registries where it is not archived.
    pub fn active(&self, of: Slots) -> Slots {
        of.without(self.archived)
    }

    /// Returns the source from which its copy at `slot` came first; `None` if it was pushed there alone.
    pub fn first_source(&self, slot: Slot) -> Option<Slot> {
        let mut sources = self.replicated.iter();
        sources.find(|&&(to, _)| to == slot).map(|&(_, of)| of)
    }

    pub fn is_archived(&self, slot: Slot) -> bool {
        self.archived.has(slot)
    }

    pub fn set_archived(&mut self, slot: Slot, is_archived: bool) {
        if is_archived {
            self.archived.add(slot);
        } else {
            self.archived.remove(slot);
        }
    }

    pub fn place(&self, slot: Slot) -> Option<u32> {
        let mut places = self.places.iter();
        places.find(|&&(of, _)| of == slot).map(|&(_, place)| place)
    }

    pub fn set_place(&mut self, slot: Slot, place: u32) {
        self.places.retain(|&(of, _)| of != slot);
        self.places.push((slot, place));
    }

    /// Moves it from one place of the list to another; returns whether it stood there anywhere.
    pub fn move_places(&mut self, old: u32, new: u32) -> bool {
        let mut moved = false;
        for (_, place) in self.places.iter_mut().filter(|(_, place)| *place == old) {
            *place = new;
            moved = true;
        }
        moved
    }

    pub fn note_push(&mut self, slot: Slot) {
        self.pushed.add(slot);
    }

    /// A replica that is new at `slot` stands in the list where its source does. If that held a replica itself, of which a
    /// backfill made a copy, both came from where it was pushed.
    pub fn note_arrival(&mut self, slot: Slot, source: Slot, is_stored: bool) {
        for root in self.roots(source) {
            if !self.replicated.contains(&(slot, root)) {
                self.replicated.push((slot, root));
            }
        }
        if !is_stored && let Some(place) = self.place(source) {
            self.set_place(slot, place);
        }
    }

    /// Returns where what is copied from `source` was pushed.
    fn roots(&self, source: Slot) -> Vec<Slot> {
        let to_source = self.replicated.iter().filter(|&&(to, _)| to == source);
        let roots: Vec<Slot> = to_source.map(|&(_, root)| root).collect();
        if self.pushed.has(source) || roots.is_empty() {
            return vec![source];
        }
        roots
    }

    pub fn note_deletion(&mut self, slot: Slot) {
        self.pushed.remove(slot);
        self.archived.remove(slot);
        self.replicated.retain(|&(to, _)| to != slot);
        self.places.retain(|&(of, _)| of != slot);
    }
}
