//! Orphans priced apart: their part of the storage bill, its growth, and the day on which it passes a share.
//!
//! Everything comes from exact byte-time: by month, and by day of 24 h from the run's start.

use super::calendar::moment;
use super::ledger::Ledger;
use super::metrics::MONTH_HOURS;
use super::money::MonthUse;
use super::outcome::{OrphanPass, OrphanRow, Orphans, PassedBy};
use super::storage::ByteTime;
use super::table::{Moment, Number, Usd};
use crate::ecr::Class;
use crate::units::{SimDuration, SimTime};

/// Shares of the storage bill whose passing is told.
const SHARES: [f64; 3] = [0.10, 0.25, 0.50];

const DAY: SimDuration = SimDuration::from_secs(86_400);

/// Fewer whole days than this show no trend.
const LEAST_DAYS: usize = 8;

/// Part of the variance over time that a straight line must explain to be called a trend.
const CLEAR: f64 = 0.9;

/// A trend is carried on for at most so many times the days that it was seen on.
const CARRIED_ON: f64 = 10.0;

/// A measured day, or part of one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Day {
    from: SimTime,
    until: SimTime,
    /// What a month at this day's mean level would cost.
    storage_usd: f64,
    orphan_usd: f64,
}

/// Returns the rows of `orphans.csv`: one per month that was measured.
pub(super) fn rows(ledger: &Ledger<'_>, months: &[MonthUse]) -> Vec<OrphanRow> {
    let levels = &ledger.storage.orphan_levels;
    let measured = &months[months.len() - (levels.len() - 1)..];
    let row = |(month, level): (&MonthUse, &[Vec<u64>])| {
        let (storage, orphan) = month_usd(ledger, month);
        let (start, end) = (&level[0], &level[1]);
        OrphanRow {
            month: month.label.clone(),
            storage_usd: Usd(storage),
            orphan_usd: Usd(orphan),
            orphan_share: (storage > 0.0).then(|| Number(orphan / storage)),
            end_bytes: end.iter().sum(),
            growth_bytes: Number(growth(start, end).sum()),
            growth_usd: Usd(growth_usd(ledger, start, end)),
        }
    };
    measured.iter().zip(levels.windows(2)).map(row).collect()
}

/// Returns what orphans come to; `None` if the measured time has none.
pub(super) fn summary(ledger: &Ledger<'_>, months: &[MonthUse]) -> Option<Orphans> {
    let usd = months.iter().map(|month| month_usd(ledger, month));
    let (storage_usd, orphan_usd) = usd.fold((0.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    let levels = &ledger.storage.orphan_levels;
    let (start, end) = (levels.first()?, levels.last()?);
    if orphan_usd == 0.0 && end.iter().all(|&bytes| bytes == 0) {
        return None;
    }
    let window = ledger.model.end.since(ledger.model.window.from);
    let monthly = MONTH_HOURS * 3600.0 / window.as_secs_f64();
    let days = days(ledger);
    Some(Orphans {
        storage_usd,
        orphan_usd,
        growth_bytes_per_month: growth(start, end).sum::<f64>() * monthly,
        growth_usd_per_month: growth_usd(ledger, start, end) * monthly,
        passes: SHARES.map(|share| pass(ledger, &days, share)).to_vec(),
    })
}

/// Returns the dollars of all storage and of orphans in a month.
fn month_usd(ledger: &Ledger<'_>, month: &MonthUse) -> (f64, f64) {
    let registries = month.stored.iter().enumerate();
    let usd = registries.map(|(registry, stored)| {
        ledger
            .tariff
            .storage_usd(ledger.model, registry, month.whole, stored)
    });
    usd.fold((0.0, 0.0), |sum, of| {
        let all: f64 = of.iter().sum();
        (sum.0 + all, sum.1 + of[Class::Orphan as usize])
    })
}

fn growth(start: &[u64], end: &[u64]) -> impl Iterator<Item = f64> {
    let both = start.iter().zip(end);
    both.map(|(&start, &end)| end as f64 - start as f64)
}

fn growth_usd(ledger: &Ledger<'_>, start: &[u64], end: &[u64]) -> f64 {
    let by_registry = growth(start, end).enumerate();
    by_registry
        .map(|(registry, bytes)| bytes * byte_rate(ledger, registry))
        .sum()
}

/// Returns the dollars of a byte that lies in a registry for a month.
fn byte_rate(ledger: &Ledger<'_>, registry: usize) -> f64 {
    let region = &ledger.model.regions[ledger.model.registries[registry].region];
    ledger.tariff.stored_byte_rate(region)
}

fn days(ledger: &Ledger<'_>) -> Vec<Day> {
    let storage = &ledger.storage;
    let mut from = ledger.model.window.from;
    let mut before = vec![ByteTime::default(); ledger.model.registries.len()];
    let mut days = Vec::new();
    for ((until, _), after) in storage.looks.iter().zip(&storage.until_looks) {
        if *until <= from {
            continue;
        }
        let nanos = until.since(from).as_nanos() as f64;
        let (mut storage_usd, mut orphan_usd) = (0.0, 0.0);
        for (registry, (before, after)) in before.iter().zip(after).enumerate() {
            let rate = byte_rate(ledger, registry) / nanos;
            let usd = |class: usize| (after[class] - before[class]) as f64 * rate;
            storage_usd += (0..Class::COUNT).map(usd).sum::<f64>();
            orphan_usd += usd(Class::Orphan as usize);
        }
        days.push(Day {
            from,
            until: *until,
            storage_usd,
            orphan_usd,
        });
        (from, before) = (*until, after.clone());
    }
    days
}

fn pass(ledger: &Ledger<'_>, days: &[Day], share: f64) -> OrphanPass {
    let at = |at| moment(ledger.model.start, at);
    let seen = days.iter().find(|day| day.is_past(share));
    let (at, by) = match seen {
        Some(day) => (Some(at(day.from)), Some(PassedBy::Run)),
        None => match trend(days, share) {
            Some(day) => (Some(at(day)), Some(PassedBy::Trend)),
            None => (None, None),
        },
    };
    let at = at.map(Moment);
    OrphanPass { share, at, by }
}

/// Returns the first day on which the straight line through the later half of the whole days is past the share.
///
/// The line is that of orphans minus the share of all storage, in dollars; ordinary least squares (textbook).
fn trend(days: &[Day], share: f64) -> Option<SimTime> {
    let whole: Vec<&Day> = days.iter().filter(|day| day.is_whole()).collect();
    if whole.len() < LEAST_DAYS {
        return None;
    }
    let end = in_days(days.last()?.until);
    let points = whole[whole.len() / 2..].iter().map(|day| {
        let middle = (in_days(day.from) + in_days(day.until)) / 2.0;
        (middle, day.orphan_usd - share * day.storage_usd)
    });
    let met = meets_zero(&points.collect::<Vec<_>>())?;
    let is_near = met - end <= CARRIED_ON * whole.len() as f64;
    // The first day that is past it at its middle.
    let day = (met + 0.5).floor().max(end) as u64;
    let nanos = day.checked_mul(DAY.as_nanos()).filter(|_| is_near)?;
    Some(SimTime::from_nanos(nanos))
}

/// Returns where the line through points meets zero from below, if a line it is.
fn meets_zero(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let product = |a: &dyn Fn(f64, f64) -> f64| points.iter().map(|&(x, y)| a(x, y)).sum::<f64>();
    let xx = product(&|x, _| (x - mean_x) * (x - mean_x));
    let xy = product(&|x, y| (x - mean_x) * (y - mean_y));
    let yy = product(&|_, y| (y - mean_y) * (y - mean_y));
    let is_clear = xy > 0.0 && xy * xy >= CLEAR * xx * yy;
    is_clear.then(|| mean_x - mean_y * xx / xy)
}

fn in_days(at: SimTime) -> f64 {
    at.as_nanos() as f64 / DAY.as_nanos() as f64
}

impl Day {
    fn is_past(&self, share: f64) -> bool {
        self.orphan_usd > share * self.storage_usd
    }

    fn is_whole(&self) -> bool {
        self.until.since(self.from) == DAY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(usd: impl IntoIterator<Item = (f64, f64)>) -> Vec<Day> {
        let day = |(number, (storage_usd, orphan_usd)): (u64, (f64, f64))| Day {
            from: SimTime::ZERO + SimDuration::from_secs(number * 86_400),
            until: SimTime::ZERO + SimDuration::from_secs((number + 1) * 86_400),
            storage_usd,
            orphan_usd,
        };
        (0..).zip(usd).map(day).collect()
    }

    fn day_met(days: &[Day], share: f64) -> Option<u64> {
        trend(days, share).map(|at| at.as_nanos() / DAY.as_nanos())
    }

    #[test]
    fn a_trend_meets_a_share_where_its_line_does() {
        // 100 USD of live images and a dollar of orphans more each day, 1 + d on day d. They are a quarter when
        // 1 + d = 0.25 (101 + d), d = 32.33; four tenths at 65.67.
        let growing = days((0..20).map(|day| (101.0 + f64::from(day), 1.0 + f64::from(day))));
        assert_eq!(day_met(&growing, 0.25), Some(33));
        assert_eq!(day_met(&growing, 0.40), Some(66));
        // 9 of 10 at 899: more than ten times 20 days beyond the end.
        assert_eq!(day_met(&growing, 0.90), None);
    }

    #[test]
    fn no_trend_without_growth_a_line_or_days_enough() {
        let level = days((0..20).map(|_| (100.0, 5.0)));
        assert_eq!(day_met(&level, 0.10), None);
        let shrinking = days((0..20).map(|day| (100.0, 9.0 - 0.1 * f64::from(day))));
        assert_eq!(day_met(&shrinking, 0.10), None);
        // Up and down by 4 around a slow rise.
        let restless =
            days((0..20).map(|day| (100.0, f64::from(day % 2) * 4.0 + 0.01 * f64::from(day))));
        assert_eq!(day_met(&restless, 0.10), None);
        let short = days((0..7).map(|day| (100.0, f64::from(day))));
        assert_eq!(day_met(&short, 0.10), None);
    }

    #[test]
    fn a_day_passes_a_share_when_it_is_more() {
        let found = days([(100.0, 10.0), (100.0, 10.5)]);
        assert_eq!(found.iter().position(|day| day.is_past(0.10)), Some(1));
    }
}
