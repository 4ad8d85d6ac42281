//! What the archive costs besides the bytes that lie there: restores, and what is due for those that left too soon.

use super::calendar::Month;
use super::money::GIB;
use super::outcome::CostRow;
use super::table::{Number, Usd};
use crate::aws::LifecyclePolicy;
use crate::ecr::Departure;
use crate::simulation::Model;
use crate::units::SimTime;

/// The shortest time for which an archived image is billed (B84). AWS says so of deletes; that an image restored sooner is
/// billed for as long too is an assumption, as other archives of AWS's do it.
const LEAST_NS: u128 = LifecyclePolicy::LEAST_ARCHIVED_DAYS as u128 * 86_400_000_000_000;

/// Name of the line item of restored bytes.
pub(super) const RESTORE: &str = "restore";

/// Bytes restored, by month and registry.
#[derive(Clone, Debug, Default)]
pub(super) struct ArchiveBook {
    restored: Vec<Restored>,
}

#[derive(Clone, Copy, Debug)]
struct Restored {
    month: usize,
    registry: usize,
    bytes: u64,
}

impl ArchiveBook {
    /// Books an image that left the archive in the present month.
    pub fn left(&mut self, departure: &Departure, months: &[Month]) {
        if departure.is_restored && departure.bytes > 0 {
            self.restored.push(Restored {
                month: months.len() - 1,
                registry: departure.registry.index(),
                bytes: departure.bytes,
            });
        }
    }

    /// Returns the bytes restored in a month, by registry.
    pub fn restored(&self, month: usize, registries: usize) -> Vec<u64> {
        let mut bytes = vec![0; registries];
        let of_month = self.restored.iter().filter(|of| of.month == month);
        of_month.for_each(|of| bytes[of.registry] += of.bytes);
        bytes
    }
}

/// Returns the byte-time that is still due for an image that leaves the archive at `at`.
pub(super) fn owed_byte_ns(departure: &Departure, at: SimTime) -> u128 {
    let archived_ns = i128::from(at.as_nanos()) - i128::from(departure.since);
    let archived_ns = u128::try_from(archived_ns).expect("what leaves the archive has come there");
    u128::from(departure.bytes) * LEAST_NS.saturating_sub(archived_ns)
}

/// Returns a month's line of restored bytes in a registry.
pub(super) fn restore_row(
    model: &Model,
    month: &str,
    registry: usize,
    bytes: u64,
    rate_usd: f64,
) -> CostRow {
    let of = &model.registries[registry];
    let (region, owner) = (&model.regions[of.region], &model.accounts[of.account].alias);
    let quantity = bytes as f64 / GIB;
    CostRow {
        month: month.to_owned(),
        payer: owner.clone(),
        item: RESTORE.to_owned(),
        from: region.clone(),
        to: region.clone(),
        quantity: Number(quantity),
        unit: "GiB".to_owned(),
        rate_usd: Number(rate_usd),
        usd: Usd(quantity * rate_usd),
        caused_by: owner.clone(),
    }
}
