//! Whose images the replicas of a registry are, where that may be more than one account's: for charge-back.
//!
//! The account whose push made an image causes its own bytes; of a digest pushed to several registries, the account of the
//! registry from which the copy came first. A layer that several images share counts for the account whose image brought it
//! first, until the layer is gone there.

use super::holdings::Class;
use super::ids::{HolderId, ImageId, RegistryId};
use super::slots::Slot;
use super::world::World;

/// Bytes that a registry's replicas of one cause have more, or less, from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CausedChange {
    /// Where they are stored.
    pub registry: RegistryId,
    /// The account that caused them, by its place.
    pub account: u32,
    /// As what they count: a class that [`Class::is_caused`].
    pub class: Class,
    /// How many bytes came or went.
    pub bytes: u64,
    /// Whether they came.
    pub came: bool,
}

/// Which registries tell causes apart, and what changed there.
#[derive(Clone, Debug)]
pub(super) struct Causes {
    /// Account of each registry.
    accounts: Vec<u32>,
    /// Whether each registry tells causes apart.
    are_told: Vec<bool>,
    changes: Vec<CausedChange>,
}

/// A layer's bytes that count as another class from now on.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    pub(super) before: Option<Class>,
    pub(super) after: Option<Class>,
    pub(super) bytes: u64,
    /// The account whose image brought the layer first.
    pub(super) account: u32,
}

impl World {
    /// Tells causes apart in some registries from now on; `accounts` gives the account of each registry.
    pub fn tell_causes(&mut self, accounts: Vec<u32>, are_told: Vec<bool>) {
        self.causes = Some(Box::new(Causes {
            accounts,
            are_told,
            changes: Vec::new(),
        }));
    }

    /// Hands each change since the last call to `each`, in order.
    #[inline]
    pub fn take_caused(&mut self, each: impl FnMut(CausedChange)) {
        if let Some(causes) = &mut self.causes {
            causes.changes.drain(..).for_each(each);
        }
    }

    /// Returns the account that caused an image where it is stored, if causes are told apart there.
    #[inline]
    pub(super) fn cause(&self, id: ImageId, holder: HolderId) -> Option<u32> {
        let causes = self.causes.as_ref()?;
        let of = &self.holders[holder.index()];
        causes.are_told[of.registry.index()].then(|| {
            let source = self.images.source(id, of.slot);
            let repository = &self.repositories[of.repository.index()];
            causes.accounts[repository.registries[usize::from(source)].index()]
        })
    }

    /// Notes that bytes of an image at `registry`, caused by `account`, count as another class, or come, or go.
    #[inline]
    pub(super) fn note_caused(
        &mut self,
        registry: RegistryId,
        account: Option<u32>,
        (before, after): (Option<Class>, Option<Class>),
        bytes: u64,
    ) {
        let (Some(causes), Some(account)) = (&mut self.causes, account) else {
            return;
        };
        for (class, came) in [(before, false), (after, true)] {
            if let Some(class) = class.filter(|&class| class.is_caused() && bytes > 0) {
                causes.changes.push(CausedChange {
                    registry,
                    account,
                    class,
                    bytes,
                    came,
                });
            }
        }
    }

    /// Notes the same of layers.
    pub(super) fn note_layers_caused(&mut self, registry: RegistryId, moved: &[Option<Moved>]) {
        let is_told = |causes: &Causes| causes.are_told[registry.index()];
        if self.causes.as_deref().is_none_or(|causes| !is_told(causes)) {
            return;
        }
        for of in moved.iter().flatten() {
            let classes = (of.before, of.after);
            self.note_caused(registry, Some(of.account), classes, of.bytes);
        }
    }
}

impl super::images::Images {
    /// Returns the slot whose account caused the image at `slot`.
    fn source(&self, id: ImageId, slot: Slot) -> Slot {
        let origin = self.get(id).origin;
        match self.provenance(id) {
            Some(provenance) => provenance.first_source(slot).unwrap_or(slot),
            None => origin,
        }
    }
}
