//! `differences.csv` and `compare.json`.

use std::fs;
use std::io::Write;
use std::path::Path;

pub use crate::report::charts::COMPARE_FILE;

use super::{Comparison, Difference};
use crate::measure::table::{Number, Table, table};
use crate::report::charts::draw_differences_chart;
use crate::report::csv_files::write_rows;
use crate::report::error::FileError;

table! {
    /// A row of `differences.csv`: one number of one variant beside the base's.
    DifferenceRow, "differences.csv", {
        /// Name of the variant.
        variant: String,
        /// The number: metric and statistic, as `replication_latency.p99`.
        metric: String,
        /// Repeats in which base and variant both have a sample; the means are over these.
        pairs: u64,
        /// Mean of the base, in `unit`.
        base_mean: Option<Number>,
        /// Mean of the variant, in `unit`.
        variant_mean: Option<Number>,
        /// Mean of the differences, variant less base, in `unit`.
        difference: Option<Number>,
        /// Lower bound of its 95 % interval, by Student's t on the pairs, in `unit`.
        difference_low: Option<Number>,
        /// Upper bound of it, in `unit`.
        difference_high: Option<Number>,
        /// Difference as a share of the base's mean; empty where that is 0.
        relative_change: Option<Number>,
        /// Lower bound of its 95 % interval, by Fieller; empty where it has none.
        relative_low: Option<Number>,
        /// Upper bound of it.
        relative_high: Option<Number>,
        /// `more`, `less` (both distinguishable from no difference), `unclear`, `identical`, `always-more`, `always-less` (by the same in every pair), `one-pair` or `no-pair`.
        verdict: String,
        /// Chance of such a difference where there is none, two-sided; empty where the differences do not vary.
        p_value: Option<Number>,
        /// The same, adjusted by Holm for the number of rows that have one.
        p_adjusted: Option<Number>,
        /// (var(base) + var(variant)) / var(variant - base): what the same seeds saved.
        variance_factor: Option<Number>,
        /// Its root: so many times wider is the interval with independent seeds.
        narrower_factor: Option<Number>,
        /// Unit of means and difference: `s`, `bytes`, `USD`, or `1` for a share or a plain number.
        unit: String,
    }
}

impl From<&Difference> for DifferenceRow {
    fn from(of: &Difference) -> Self {
        let number = |value: Option<f64>| value.map(Number);
        let low = |interval: Option<(f64, f64)>| interval.map(|(low, _)| Number(low));
        let high = |interval: Option<(f64, f64)>| interval.map(|(_, high)| Number(high));
        Self {
            variant: of.variant.clone(),
            metric: of.metric.clone(),
            pairs: of.pairs,
            base_mean: number(of.base_mean),
            variant_mean: number(of.variant_mean),
            difference: number(of.difference),
            difference_low: low(of.difference_interval),
            difference_high: high(of.difference_interval),
            relative_change: number(of.relative),
            relative_low: low(of.relative_interval),
            relative_high: high(of.relative_interval),
            verdict: of.verdict.name().to_owned(),
            p_value: number(of.p_value),
            p_adjusted: number(of.p_adjusted),
            variance_factor: number(of.variance_saved),
            narrower_factor: number(of.narrower),
            unit: of.unit.to_owned(),
        }
    }
}

/// Returns the rows of `differences.csv` as text.
pub(super) fn csv(comparison: &Comparison) -> String {
    let rows: Vec<DifferenceRow> = comparison
        .differences
        .iter()
        .map(DifferenceRow::from)
        .collect();
    let mut text = Vec::new();
    write_rows(&mut text, &rows).expect("memory takes everything");
    String::from_utf8(text).expect("cells are text")
}

/// Returns the text of `compare.json`.
pub(super) fn json(comparison: &Comparison) -> String {
    let text = serde_json::to_string_pretty(comparison).expect("a comparison is plain data");
    text + "\n"
}

/// Writes `differences.csv`, its chart and `compare.json` into `folder`, each table whole or not at all.
///
/// # Errors
/// If the folder cannot be made or a file not be written.
pub fn write(folder: &Path, comparison: &Comparison) -> Result<(), FileError> {
    fs::create_dir_all(folder).map_err(FileError::about("make", folder))?;
    replace(&folder.join(DifferenceRow::FILE), &csv(comparison))?;
    draw_differences_chart(folder, folder, false)?;
    replace(&folder.join(COMPARE_FILE), &json(comparison))
}

/// Writes a file beside its place and renames it into it.
fn replace(path: &Path, text: &str) -> Result<(), FileError> {
    let beside = path.with_extension("unfinished");
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|reason| {
        // Nothing more can be done if that fails too.
        let _ = fs::remove_file(&beside);
        FileError::new("write", path, reason)
    })
}
