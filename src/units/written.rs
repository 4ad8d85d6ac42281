//! Quantities of any kind, as people write them: a number and what follows it.

use std::str::FromStr;

use super::{Bytes, Rate, SimDuration, Speed, Usd};

/// Cuts a quantity into its number and its unit, which may be empty; a sum such as `1 day 12 h` becomes seconds.
pub fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"+-._".contains(letter));
    let (digits, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim();
    if unit.contains(|letter: char| letter.is_ascii_digit()) {
        let span: SimDuration = text.parse().ok()?;
        return Some((span.as_secs_f64(), "s".to_owned()));
    }
    let number = digits.replace('_', "").parse().ok();
    let number = number.filter(|number: &f64| number.is_finite())?;
    Some((number, unit.to_owned()))
}

/// Returns how many of `unit` the quantity `text` is, if both are of one kind.
pub fn counted_in(text: &str, unit: &str) -> Option<f64> {
    let (number, own) = number_and_unit(text)?;
    if own == unit {
        return Some(number);
    }
    let one = format!("1 {unit}");
    fn of<Q: FromStr>(text: &str, one: &str, size: impl Fn(Q) -> f64) -> Option<f64> {
        Some(size(text.parse().ok()?) / size(one.parse().ok()?))
    }
    of(text, &one, |span: SimDuration| span.as_secs_f64())
        .or_else(|| of(text, &one, |bytes: Bytes| bytes.get() as f64))
        .or_else(|| of(text, &one, Speed::bytes_per_s))
        .or_else(|| of(text, &one, Rate::per_second))
        .or_else(|| of(text, &one, |usd: Usd| usd.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_unit_are_cut_apart() {
        let cut =
            |text: &str| number_and_unit(text).map(|(number, unit)| format!("{number}|{unit}"));
        assert_eq!(cut("60 per hour").as_deref(), Some("60|per hour"));
        assert_eq!(cut("-1.5").as_deref(), Some("-1.5|"));
        assert_eq!(cut("1 day 12 h").as_deref(), Some("129600|s"));
        assert_eq!(cut("observed"), None);
        assert_eq!(cut("1 unicorn 2 s"), None);
    }

    #[test]
    fn quantities_of_one_kind_are_counted_in_each_other_s_units() {
        assert_eq!(counted_in("5 min", "s"), Some(300.0));
        assert_eq!(counted_in("1 MB/s", "Mbit/s"), Some(8.0));
        assert_eq!(counted_in("120 per hour", "per minute"), Some(2.0));
        assert_eq!(counted_in("1 day 12 h", "h"), Some(36.0));
        assert_eq!(counted_in("7", ""), Some(7.0));
        assert_eq!(counted_in("7 MB", "s"), None);
        assert_eq!(counted_in("7", "s"), None);
    }
}
