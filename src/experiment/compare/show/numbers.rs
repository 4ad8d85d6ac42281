//! Numbers of a comparison for people: a difference has the digits that its interval leaves it.

use crate::experiment::compare::{Difference, Verdict};
use crate::report::human;

/// A cell without a value.
pub const NONE: &str = "–";

/// Half-widths that take more decimals are written with a power of ten.
const MOST_DECIMALS: usize = 5;

/// Factors beyond this are not counted.
const MOST_TIMES: f64 = 9_999.0;

/// Returns `old → new`, both in one unit.
pub fn old_to_new(of: &Difference) -> String {
    let size = of.base_mean.map_or(0.0, f64::abs);
    let size = size.max(of.variant_mean.map_or(0.0, f64::abs));
    let (scale, unit) = scale(size, of.unit);
    let text = |value: Option<f64>| value.map_or(NONE.to_owned(), |it| plain(it / scale, of.unit));
    let both = format!("{} → {}", text(of.base_mean), text(of.variant_mean));
    with_unit(both, unit)
}

/// Returns the difference with the half-width of its interval, where it has one.
pub fn difference(of: &Difference) -> String {
    let Some(by) = of.difference else {
        return NONE.to_owned();
    };
    match of.difference_interval {
        _ if of.verdict == Verdict::Identical => "identical".to_owned(),
        Some((low, high)) if high > low => amount_within(by, (high - low) / 2.0, of.unit),
        Some(_) => format!("always {}", amount(by, of.unit)),
        None => amount(by, of.unit),
    }
}

/// Returns the relative change between its bounds.
pub fn relative(of: &Difference) -> String {
    let Some(change) = of.relative else {
        return NONE.to_owned();
    };
    let bounds = of.relative_interval.filter(|(low, high)| high > low);
    match bounds {
        _ if of.verdict == Verdict::Identical => "0 %".to_owned(),
        Some((low, high)) => format!("{} %", span(low * 100.0, high * 100.0)),
        None if matches!(of.verdict, Verdict::AlwaysMore | Verdict::AlwaysLess) => percent(change),
        None => format!("{}, no interval", percent(change)),
    }
}

/// Returns by what the interval is narrower than with independent seeds: `12×`.
pub fn narrower(of: &Difference) -> String {
    match of.narrower {
        None => NONE.to_owned(),
        Some(factor) if factor > MOST_TIMES => "> 9999×".to_owned(),
        Some(factor) => human::three_digits(factor) + "×",
    }
}

/// Returns a signed share in per cent with three digits, or two of a small one: `+2.57 %`.
pub fn percent(share: f64) -> String {
    let size = share.abs() * 100.0;
    let digits = match size {
        size if size >= 0.1 => human::three_digits(size),
        size if size > 0.0 => fixed(size, decimals(size)),
        _ => "0".to_owned(),
    };
    format!("{} %", signed(digits, share))
}

/// Returns a signed amount in the unit in which it reads best: `+3.4 ms`.
pub fn amount(by: f64, unit: &str) -> String {
    let (scale, name) = scale(by.abs(), unit);
    with_unit(signed(plain((by / scale).abs(), unit), by), name)
}

/// Returns bounds in one unit, `+1.2 .. +1.9 s`.
pub fn amounts(low: f64, high: f64, unit: &str) -> String {
    let (scale, name) = scale(low.abs().max(high.abs()), unit);
    with_unit(span(low / scale, high / scale), name)
}

/// Returns a value in its unit, as tables of runs have it.
pub fn value(value: f64, unit: &str) -> String {
    let (scale, name) = scale(value.abs(), unit);
    with_unit(plain(value / scale, unit), name)
}

fn amount_within(by: f64, half_width: f64, unit: &str) -> String {
    let (scale, name) = scale(by.abs().max(half_width), unit);
    let (by, half_width) = (by / scale, half_width / scale);
    let decimals = decimals(half_width);
    let text = format!(
        "{} ± {}",
        signed(fixed(by.abs(), decimals), by),
        fixed(half_width, decimals)
    );
    with_unit(text, name)
}

/// Returns `low .. high` with two digits of their distance.
fn span(low: f64, high: f64) -> String {
    let decimals = decimals((high - low) / 2.0);
    let bound = |value: f64| signed(fixed(value.abs(), decimals), value);
    format!("{} .. {}", bound(low), bound(high))
}

/// Returns how many decimals show two digits of a half-width.
fn decimals(half_width: f64) -> usize {
    if half_width <= 0.0 {
        return 2;
    }
    (1.0 - libm::log10(half_width).floor()).max(0.0) as usize
}

fn fixed(value: f64, decimals: usize) -> String {
    if decimals > MOST_DECIMALS {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    human::thousands(whole) + rest
}

/// Returns the digits of what is not negative under the sign of `of`; nothing at all has none.
fn signed(digits: String, of: f64) -> String {
    let is_nothing = !digits.contains(|digit: char| ('1'..='9').contains(&digit));
    match of {
        _ if is_nothing => digits,
        of if of < 0.0 => format!("-{digits}"),
        _ => format!("+{digits}"),
    }
}

/// Returns what a value is divided by, and the name of its unit then.
fn scale(size: f64, unit: &str) -> (f64, &'static str) {
    match unit {
        "s" => human::time_unit(size),
        "bytes" => human::byte_unit(size),
        "USD" => (1.0, "USD"),
        _ => (1.0, ""),
    }
}

fn plain(value: f64, unit: &str) -> String {
    match unit {
        "s" | "bytes" => human::three_digits(value),
        "USD" => human::usd(value),
        _ if value.fract() == 0.0 => human::in_unit(value, "1"),
        _ if value.abs() >= 100.0 => human::quantity(value),
        _ => four_digits(value),
    }
}

/// Returns a share or a small number with four digits.
fn four_digits(value: f64) -> String {
    let decimals = 3.0 - libm::log10(value.abs()).floor();
    let decimals = decimals.clamp(2.0, 9.0) as usize;
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn with_unit(text: String, unit: &str) -> String {
    if unit.is_empty() {
        return text;
    }
    format!("{text} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_the_digits_that_its_interval_leaves() {
        assert_eq!(amount_within(10.1432, 0.5211, "USD"), "+10.14 ± 0.52 USD");
        assert_eq!(amount_within(-1_234.5, 20.0, "USD"), "-1,234 ± 20 USD");
        assert_eq!(amount_within(0.0034, 0.0001, "s"), "+3.40 ± 0.10 ms");
        assert_eq!(amount_within(-90.0, 0.5, "s"), "-90.00 ± 0.50 s");
        assert_eq!(amount_within(2.5e9, 3e8, "bytes"), "+2.50 ± 0.30 GB");
        assert_eq!(amount_within(0.0, 3.0, "1"), "0.0 ± 3.0");
        assert_eq!(amount_within(-6e-8, 2e-8, "USD"), "-6.0e-8 ± 2.0e-8 USD");
        assert_eq!(plain(0.367_912, "1"), "0.3679");
        assert_eq!(plain(1_234.56, "1"), "1,234.6");
        assert_eq!(plain(49_317.0, "1"), "49,317");
    }

    #[test]
    fn bounds_and_shares_carry_their_signs() {
        assert_eq!(span(-0.123_4, 2.0), "-0.1 .. +2.0");
        assert_eq!(percent(0.025_712), "+2.57 %");
        assert_eq!(percent(-1.5), "-150 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(-0.000_017_3), "-0.0017 %");
        assert_eq!(percent(2e-9), "+2.0e-7 %");
        assert_eq!(amount(-0.5, "USD"), "-0.50 USD");
        assert_eq!(amount(3.0, "1"), "+3");
    }
}
