//! Whose images the replicas of a registry are, over time: exact byte-time by month, class and account.

use std::collections::BTreeMap;

use super::storage::ByteTime;
use crate::ecr::{CausedChange, Class, RegistryId};
use crate::simulation::Model;
use crate::units::SimTime;

/// Byte-time of replicas by registry and account, both by place.
pub(super) type Caused = BTreeMap<(usize, usize), ByteTime>;

/// Registries that tell apart whose replicas they store, from the warm-up's end on.
#[derive(Clone, Debug)]
pub(super) struct CauseMeter {
    from: SimTime,
    shares: BTreeMap<(usize, usize), Share>,
    /// Of closed months.
    pub months: Vec<Caused>,
}

/// Replicas of one account's images in one registry.
#[derive(Clone, Copy, Debug)]
struct Share {
    bytes: [u64; Class::COUNT],
    since: SimTime,
    byte_time: ByteTime,
}

impl CauseMeter {
    pub fn new(from: SimTime) -> Self {
        Self {
            from,
            shares: BTreeMap::new(),
            months: Vec::new(),
        }
    }

    pub fn change(&mut self, at: SimTime, change: &CausedChange) {
        let fresh = Share {
            bytes: [0; Class::COUNT],
            since: self.from,
            byte_time: ByteTime::default(),
        };
        let key = (change.registry.index(), change.account as usize);
        let of = self.shares.entry(key).or_insert(fresh);
        of.integrate(at);
        let bytes = &mut of.bytes[change.class as usize];
        *bytes = if change.came {
            *bytes + change.bytes
        } else {
            bytes
                .checked_sub(change.bytes)
                .expect("only what came goes again")
        };
    }

    /// Closes a month, or the part of one that was measured.
    pub fn close_month(&mut self, now: SimTime) {
        let shares = self.shares.iter_mut().map(|(&key, of)| {
            of.integrate(now);
            (key, std::mem::take(&mut of.byte_time))
        });
        self.months.push(shares.collect());
    }

    /// Returns the bytes of a registry by class, all accounts together; `None` if it does not tell them apart.
    pub fn level(&self, registry: RegistryId) -> Option<[u64; Class::COUNT]> {
        let index = registry.index();
        let of = self.shares.range((index, 0)..(index + 1, 0));
        of.map(|(_, share)| share.bytes)
            .reduce(|a, b| std::array::from_fn(|class| a[class] + b[class]))
    }
}

impl Share {
    /// Books the bytes that lay there since the last change.
    fn integrate(&mut self, now: SimTime) {
        if now <= self.since {
            return;
        }
        let nanos = u128::from(now.since(self.since).as_nanos());
        for (sum, bytes) in self.byte_time.iter_mut().zip(self.bytes) {
            *sum += u128::from(bytes) * nanos;
        }
        self.since = now;
    }
}

/// Returns the byte-time of a registry by the account that caused it, by alias: what is pushed or archived there by its owner.
pub(super) fn parts(
    model: &Model,
    caused: &Caused,
    index: usize,
    &[source, replica, orphan, archived]: &ByteTime,
) -> Vec<(String, ByteTime)> {
    let registry = &model.registries[index];
    let alias = |account: usize| model.accounts[account].alias.clone();
    let pushed = (alias(registry.account), [source, 0, 0, archived]);
    let caused = caused.range((index, 0)..(index + 1, 0));
    let mut replicas: Vec<(String, ByteTime)> = caused
        .map(|(&(_, account), of)| (alias(account), *of))
        .collect();
    if replicas.is_empty() {
        replicas.push((model.senders(registry), [0, replica, orphan, 0]));
    }
    debug_assert_eq!(
        replicas
            .iter()
            .fold([0, 0], |sum, (_, of)| [sum[0] + of[1], sum[1] + of[2]]),
        [replica, orphan],
        "replicas are those of some account"
    );
    std::iter::once(pushed).chain(replicas).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_time_is_exact_by_month_account_and_class_from_the_warm_up_on() {
        let at = SimTime::from_nanos;
        let mut meter = CauseMeter::new(at(10));
        let mut change = |at, account, class, bytes, came| {
            let registry = RegistryId(1);
            let change = CausedChange {
                registry,
                account,
                class,
                bytes,
                came,
            };
            meter.change(at, &change);
        };
        // 100 bytes of account 0 from 0 on, an orphan from 15 on; 7 of account 2 from 18 to 25. The month ends at 20.
        change(at(0), 0, Class::Replica, 100, true);
        change(at(15), 0, Class::Replica, 100, false);
        change(at(15), 0, Class::Orphan, 100, true);
        change(at(18), 2, Class::Replica, 7, true);
        meter.close_month(at(20));
        let seven = CausedChange {
            registry: RegistryId(1),
            account: 2,
            class: Class::Replica,
            bytes: 7,
            came: false,
        };
        meter.change(at(25), &seven);
        assert_eq!(meter.level(RegistryId(1)), Some([0, 0, 100, 0]));
        assert_eq!(meter.level(RegistryId(0)), None);
        meter.close_month(at(40));
        let month = |replica, orphan| [0, replica, orphan, 0];
        assert_eq!(
            meter.months[0],
            Caused::from([((1, 0), month(500, 500)), ((1, 2), month(14, 0))])
        );
        assert_eq!(
            meter.months[1],
            Caused::from([((1, 0), month(0, 2_000)), ((1, 2), month(35, 0))])
        );
    }
}
