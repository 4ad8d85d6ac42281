//! What the summary says of orphans.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::human;
use crate::measure::outcome::{OrphanPass, OrphanRow, Outcome, PassedBy};

/// Orphans priced apart, as `summary.json` has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrphanSummary {
    /// Dollars of all storage in the measured time.
    pub storage_usd: f64,
    /// Dollars of orphans.
    pub orphan_usd: f64,
    /// Growth of orphan bytes in a month of 730 h; less than 0 if they shrink.
    pub growth_bytes_per_month: f64,
    /// What that growth adds to the bill of every whole month after it.
    pub growth_usd_per_month: f64,
    /// When they pass which share of the storage bill.
    pub passes: Vec<Pass>,
    /// The rows of orphans.csv.
    pub months: Vec<OrphanMonth>,
}

/// When orphans pass a share of the storage bill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pass {
    /// The share.
    pub share: f64,
    /// The day, of 24 h from the run's start, on which their part of that day's bill is first more; null if that is not in
    /// sight.
    pub at: Option<String>,
    /// run if the run saw it, trend if the run's trend meets it later; null if it is not in sight.
    pub by: Option<String>,
}

/// A row of orphans.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrphanMonth {
    /// Calendar month, as far as it was measured.
    pub month: String,
    /// What all storage cost in it.
    pub storage_usd: f64,
    /// What orphans cost in it.
    pub orphan_usd: f64,
    /// The same as a share; null if nothing was stored.
    pub orphan_share: Option<f64>,
    /// Orphan bytes at its end.
    pub end_bytes: u64,
    /// By how much they grew in it.
    pub growth_bytes: f64,
    /// What that growth adds to the bill of every whole month after it.
    pub growth_usd: f64,
}

impl OrphanSummary {
    /// Returns what `outcome` says of orphans; `None` if it has none.
    pub fn new(outcome: &Outcome) -> Option<Self> {
        let of = outcome.orphans.as_ref()?;
        Some(Self {
            storage_usd: of.storage_usd,
            orphan_usd: of.orphan_usd,
            growth_bytes_per_month: of.growth_bytes_per_month,
            growth_usd_per_month: of.growth_usd_per_month,
            passes: of.passes.iter().map(Pass::from).collect(),
            months: outcome
                .orphan_months
                .iter()
                .map(OrphanMonth::from)
                .collect(),
        })
    }

    /// Returns it as one sentence, which mostly fits a line.
    pub fn sentence(&self) -> String {
        let share = if self.storage_usd > 0.0 {
            self.orphan_usd / self.storage_usd
        } else {
            0.0
        };
        let mut year = "";
        let passes: Vec<String> = self
            .passes
            .iter()
            .map(|pass| pass.words(&mut year))
            .collect();
        format!(
            "orphans: {} % of storage, {}, {} USD a month; {}",
            human::three_digits(share * 100.0),
            signed(self.growth_bytes_per_month, human::bytes),
            signed(self.growth_usd_per_month, human::quantity),
            passes.join(", ")
        )
    }
}

fn signed(value: f64, text: impl Fn(f64) -> String) -> String {
    match value {
        less if less < 0.0 => format!("-{}", text(-less)),
        _ => format!("+{}", text(value)),
    }
}

impl Pass {
    /// Says when it is; the year of the day before is left out.
    fn words<'a>(&'a self, year: &mut &'a str) -> String {
        let share = human::share(self.share);
        let Some(day) = self.at.as_deref().and_then(|at| at.get(..10)) else {
            return format!("{share} not in sight");
        };
        let trend = match self.by.as_deref() {
            Some("trend") => " by trend",
            _ => "",
        };
        let (of_year, day_of_year) = day.split_at(5);
        if *year == of_year {
            return format!("{share} {day_of_year}{trend}");
        }
        *year = of_year;
        format!("{share} on {day}{trend}")
    }
}

impl From<&OrphanPass> for Pass {
    fn from(pass: &OrphanPass) -> Self {
        let by = pass.by.map(|by| match by {
            PassedBy::Run => "run",
            PassedBy::Trend => "trend",
        });
        Self {
            share: pass.share,
            at: pass.at.map(|at| at.to_string()),
            by: by.map(str::to_owned),
        }
    }
}

impl From<&OrphanRow> for OrphanMonth {
    fn from(row: &OrphanRow) -> Self {
        Self {
            month: row.month.clone(),
            storage_usd: row.storage_usd.0,
            orphan_usd: row.orphan_usd.0,
            orphan_share: row.orphan_share.map(|share| share.0),
            end_bytes: row.end_bytes,
            growth_bytes: row.growth_bytes.0,
            growth_usd: row.growth_usd.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(share: f64, at: Option<&str>, by: Option<&str>) -> Pass {
        Pass {
            share,
            at: at.map(str::to_owned),
            by: by.map(str::to_owned),
        }
    }

    #[test]
    fn a_sentence_says_share_growth_and_days() {
        let mut summary = OrphanSummary {
            storage_usd: 53.48,
            orphan_usd: 13.37,
            growth_bytes_per_month: 4.1e11,
            growth_usd_per_month: 38.2,
            passes: vec![
                pass(0.1, Some("2026-03-04T00:00:00.000Z"), Some("run")),
                pass(0.25, Some("2026-04-12T00:00:00.000Z"), Some("trend")),
                pass(0.5, None, None),
            ],
            months: Vec::new(),
        };
        assert_eq!(
            summary.sentence(),
            "orphans: 25 % of storage, +410 GB, +38.2 USD a month; 10 % on 2026-03-04, 25 % 04-12 by trend, 50 % not in sight"
        );
        summary.growth_bytes_per_month = -2e9;
        summary.growth_usd_per_month = -0.2;
        summary.passes[1].at = Some("2027-01-02T00:00:00.000Z".to_owned());
        assert_eq!(
            summary.sentence(),
            "orphans: 25 % of storage, -2 GB, -0.2 USD a month; 10 % on 2026-03-04, 25 % on 2027-01-02 by trend, 50 % not in sight"
        );
    }
}
