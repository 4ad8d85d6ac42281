//! Orphans priced apart.

use crate::measure::table::{Moment, Number, Usd, table};

table! {
    /// Orphans in one calendar month, as far as it was measured.
    OrphanRow, "orphans.csv", {
        /// Calendar month, `2026-03`; the part of it that was measured.
        month: String,
        /// What all storage cost in it.
        storage_usd: Usd,
        /// What orphans cost in it.
        orphan_usd: Usd,
        /// The same as a share of all storage; empty if nothing was stored.
        orphan_share: Option<Number>,
        /// Orphan bytes at its end.
        end_bytes: u64,
        /// By how much they grew in it; less than 0 if they shrank.
        growth_bytes: Number,
        /// What that growth adds to the bill of every whole month after it.
        growth_usd: Usd,
    }
}

/// What orphans come to over the measured time.
#[derive(Clone, Debug, PartialEq)]
pub struct Orphans {
    /// Dollars of all storage.
    pub storage_usd: f64,
    /// Dollars of orphans.
    pub orphan_usd: f64,
    /// Growth of orphan bytes in a month of 730 h.
    pub growth_bytes_per_month: f64,
    /// What that growth adds to the bill of every whole month after it.
    pub growth_usd_per_month: f64,
    /// When they pass which share of the storage bill.
    pub passes: Vec<OrphanPass>,
}

/// When orphans pass a share of the storage bill.
#[derive(Clone, Debug, PartialEq)]
pub struct OrphanPass {
    /// The share.
    pub share: f64,
    /// The day on which their part of that day's bill is first more than the share; `None` if that is not in sight.
    pub at: Option<Moment>,
    /// How that is known; `None` likewise.
    pub by: Option<PassedBy>,
}

/// How a day is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedBy {
    /// The run saw it.
    Run,
    /// It lies beyond the run, where the run's trend meets it.
    Trend,
}
