//! How far one number of a variant is from the base's, and how sure that is.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;

use super::runs::{Gathered, System};
use crate::experiment::engine::Column;
use crate::experiment::statistics::{CONFIDENCE, Pairs, Spread, adjusted};

/// One number of one variant beside the base's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The variant.
    pub variant: String,
    /// The number: metric and statistic.
    pub metric: String,
    /// Its unit: `s`, `bytes`, `USD` or `1`.
    pub unit: &'static str,
    /// Repeats in which both have a sample.
    pub pairs: u64,
    /// Mean of the base over these repeats.
    pub base_mean: Option<f64>,
    /// Mean of the variant.
    pub variant_mean: Option<f64>,
    /// Mean of the differences, variant less base.
    pub difference: Option<f64>,
    /// Bounds of its interval; `null` where one run says nothing of others.
    pub difference_interval: Option<(f64, f64)>,
    /// Difference as a share of the base's mean; `null` where that is 0.
    pub relative: Option<f64>,
    /// Bounds of its interval by Fieller; `null` where it has none.
    pub relative_interval: Option<(f64, f64)>,
    /// What is to be made of it.
    pub verdict: Verdict,
    /// Chance of such a mean difference where there is none; `null` where the differences do not vary.
    pub p_value: Option<f64>,
    /// The same, adjusted by Holm for the number of differences that are shown.
    pub p_adjusted: Option<f64>,
    /// Variance of a difference of independent runs over that of these pairs.
    pub variance_saved: Option<f64>,
    /// Its root: width of the interval with independent seeds over the width of this one.
    pub narrower: Option<f64>,
}

/// What a difference says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// More than the base, distinguishable from no difference.
    More,
    /// Less than the base, distinguishable from no difference.
    Less,
    /// Not distinguishable from no difference.
    Unclear,
    /// Equal in every repeat.
    Identical,
    /// By the same more in every repeat.
    AlwaysMore,
    /// By the same less in every repeat.
    AlwaysLess,
    /// There is one pair only.
    OnePair,
    /// There are no samples in common.
    NoPair,
}

impl Verdict {
    /// Returns the sign before a row.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::More | Self::AlwaysMore => "+",
            Self::Less | Self::AlwaysLess => "-",
            Self::Unclear | Self::OnePair | Self::NoPair => "~",
            Self::Identical => "=",
        }
    }

    /// Returns its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Less => "less",
            Self::Unclear => "unclear",
            Self::Identical => "identical",
            Self::AlwaysMore => "always-more",
            Self::AlwaysLess => "always-less",
            Self::OnePair => "one-pair",
            Self::NoPair => "no-pair",
        }
    }

    /// Returns whether the difference is known not to be 0.
    pub const fn is_clear(self) -> bool {
        !matches!(
            self,
            Self::Unclear | Self::OnePair | Self::NoPair | Self::Identical
        )
    }
}

/// Says at which of the columns looked at intervals and tests may be too narrow: at those that rest on a law with too heavy a
/// tail, where their differences vary. Where the systems draw alike, the law falls out of the difference; nothing here can
/// tell how much of it does.
pub(super) fn unsure(
    gathered: &Gathered,
    looked_at: &BTreeSet<usize>,
    is_saved: bool,
) -> Option<String> {
    let [base, variants @ ..] = gathered.systems.as_slice() else {
        return None;
    };
    let is_unsure = |&(place, column): &(usize, &Column)| {
        let difference = |variant| Difference::of(column, place, base, variant, is_saved);
        let varies = |of: Difference| of.p_value.is_some();
        gathered.without_interval.contains(&column.name)
            && variants.iter().filter_map(difference).any(varies)
    };
    let columns = looked_at
        .iter()
        .map(|&place| (place, &gathered.columns[place]));
    let names: Vec<&str> = columns
        .filter(is_unsure)
        .map(|(_, column)| column.name.as_str())
        .collect();
    let list = names.join(", ");
    (!list.is_empty()).then(|| {
        format!(
            "a law with too heavy a tail may be behind {list}: where its draws do not cancel in the pairs, intervals and tests are too narrow; a quantile or a share, where there is one, has good ones"
        )
    })
}

/// Returns the differences of every variant in the columns at `places`, the largest first, money before all; those without
/// a sample anywhere are left out. `is_saved` says that the base is one saved run.
pub(super) fn differences(
    gathered: &Gathered,
    places: &[usize],
    is_saved: bool,
) -> Vec<Difference> {
    let [base, variants @ ..] = gathered.systems.as_slice() else {
        return Vec::new();
    };
    let mut all: Vec<(usize, Difference)> = Vec::new();
    for (number, variant) in variants.iter().enumerate() {
        let row = |&place: &usize| {
            let column = &gathered.columns[place];
            Difference::of(column, place, base, variant, is_saved)
        };
        all.extend(places.iter().filter_map(row).map(|row| (number, row)));
    }
    judge(all.iter_mut().map(|(_, row)| row).collect());
    all.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.before(other)));
    all.into_iter().map(|(_, row)| row).collect()
}

/// Judges those that vary, together.
fn judge(mut rows: Vec<&mut Difference>) {
    let p_values: Vec<f64> = rows.iter().filter_map(|row| row.p_value).collect();
    let mut adjusted = adjusted(&p_values).into_iter();
    for row in rows.iter_mut().filter(|row| row.p_value.is_some()) {
        row.p_adjusted = adjusted.next();
        let is_clear = row.p_adjusted.is_some_and(|p| p <= 1.0 - CONFIDENCE);
        row.verdict = match row.difference {
            Some(by) if is_clear && by > 0.0 => Verdict::More,
            Some(_) if is_clear => Verdict::Less,
            _ => Verdict::Unclear,
        };
    }
}

impl Difference {
    /// Returns the difference in a column; `None` if neither has any sample there.
    pub(super) fn of(
        column: &Column,
        place: usize,
        base: &System,
        variant: &System,
        is_saved: bool,
    ) -> Option<Self> {
        let (of_base, of_variant) = (&base.values[place], &variant.values[place]);
        let has_some = |values: &[Option<f64>]| values.iter().any(Option::is_some);
        if !has_some(of_base) && !has_some(of_variant) {
            return None;
        }
        let pairs = Pairs::of(of_base, of_variant);
        let (base_mean, variant_mean) = match pairs.means() {
            Some((base, variant)) => (Some(base), Some(variant)),
            None => (lone_mean(of_base), lone_mean(of_variant)),
        };
        let spread = pairs.spread();
        let difference = difference(spread, pairs.means());
        let saved = pairs.variance_saved().filter(|_| !is_saved);
        Some(Self {
            variant: variant.name.clone(),
            metric: column.name.clone(),
            unit: column.unit,
            pairs: pairs.count() as u64,
            base_mean,
            variant_mean,
            difference,
            difference_interval: interval(spread, difference),
            relative: pairs.relative_change(),
            relative_interval: pairs.relative_interval(CONFIDENCE),
            verdict: verdict(spread, difference),
            p_value: p_value(spread),
            p_adjusted: None,
            variance_saved: saved,
            narrower: saved.map(f64::sqrt),
        })
    }

    /// Says which comes first: what is equal last, money first, clear ones before others, then by size.
    fn before(&self, other: &Self) -> Ordering {
        let class = |of: &Self| {
            let is_identical = of.verdict == Verdict::Identical;
            (is_identical, of.unit != "USD", !of.verdict.is_clear())
        };
        let size = |of: &Self| of.relative.map_or(f64::INFINITY, f64::abs);
        let by_size = size(other).total_cmp(&size(self));
        class(self).cmp(&class(other)).then(by_size)
    }
}

/// Returns the mean of what one system gave, whatever the other did.
fn lone_mean(values: &[Option<f64>]) -> Option<f64> {
    let means = Pairs::of(values, values).means();
    means.map(|(mean, _)| mean)
}

fn difference(spread: Spread, means: Option<(f64, f64)>) -> Option<f64> {
    match spread {
        Spread::Varying(estimate) => Some(estimate.mean),
        Spread::Identical => Some(0.0),
        Spread::Constant | Spread::One | Spread::None => {
            means.map(|(base, variant)| variant - base)
        }
    }
}

fn p_value(spread: Spread) -> Option<f64> {
    match spread {
        Spread::Varying(estimate) => Some(estimate.p_value(0.0)),
        _ => None,
    }
}

fn interval(spread: Spread, difference: Option<f64>) -> Option<(f64, f64)> {
    match spread {
        Spread::Varying(estimate) => Some(estimate.interval(CONFIDENCE)),
        Spread::Identical | Spread::Constant => difference.map(|by| (by, by)),
        Spread::One | Spread::None => None,
    }
}

/// Returns what a difference says by itself; what varies is judged with the others.
fn verdict(spread: Spread, difference: Option<f64>) -> Verdict {
    match spread {
        Spread::None => Verdict::NoPair,
        Spread::One => Verdict::OnePair,
        Spread::Identical => Verdict::Identical,
        Spread::Constant if difference.is_some_and(|by| by > 0.0) => Verdict::AlwaysMore,
        Spread::Constant => Verdict::AlwaysLess,
        Spread::Varying(_) => Verdict::Unclear,
    }
}
