//! The scenarios behind the theory: ordinary files, and the laws of image sizes that they are run with.

use super::formulas::truncated_pareto_mean;

/// Slots as servers, first come first served.
pub const MMC: &str = include_str!("scenarios/mmc.toml");
/// Copies that share a link's bandwidth.
pub const SHARING: &str = include_str!("scenarios/sharing.toml");
/// Copies that nothing limits.
pub const INFINITE: &str = include_str!("scenarios/infinite.toml");
/// A burst onto a link that others use too.
pub const BURST: &str = include_str!("scenarios/burst.toml");

/// Key of the number of slots in each of them.
pub const SLOTS: &str = "links.'us-east-1 -> eu-west-1'.slots";
/// Key of a copy's top speed in each of them.
pub const PER_COPY: &str = "links.'us-east-1 -> eu-west-1'.per_copy";

/// Mean size of an image under every law below, in bytes: a second's work of a link or slot of 100 MB/s.
pub const MEAN_BYTES: f64 = 1e8;

/// Constant sizes of [`MEAN_BYTES`].
pub const CONSTANT: &str = "100 MB";
/// Exponential sizes of mean [`MEAN_BYTES`].
pub const EXPONENTIAL: &str = "{ exponential = { mean = '100 MB' } }";

/// Returns log-normal sizes of mean [`MEAN_BYTES`]: the mean is `median × exp(sigma² / 2)`, the squared coefficient of
/// variation `exp(sigma²) - 1`.
pub fn lognormal(sigma: f64) -> String {
    let median = (MEAN_BYTES * (-sigma * sigma / 2.0).exp()).round();
    format!("{{ lognormal = {{ median = '{median} B', sigma = {sigma} }} }}")
}

/// Returns Pareto sizes of mean [`MEAN_BYTES`] with shape 1.5, cut at 300 times the least: their variance is 5 times the
/// squared mean.
pub fn pareto() -> String {
    let scale = (MEAN_BYTES / truncated_pareto_mean(1.0, 1.5, 300.0)).round();
    let max = 300.0 * scale;
    format!("{{ pareto = {{ scale = '{scale} B', shape = 1.5, max = '{max} B' }} }}")
}
