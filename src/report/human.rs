//! Numbers for people: three digits and a fitting unit. What is exact stands in the CSV files.

const MINUTE_S: f64 = 60.0;
const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;

const BYTE_UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/// Returns a duration: `850 ms`, `4.2 s`, `23.4 min`, `12 h`, `30 d`.
pub fn duration(seconds: f64) -> String {
    let (unit_s, unit) = time_unit(seconds);
    format!("{} {unit}", three_digits(seconds / unit_s))
}

/// Returns a duration and how far it can be trusted, in one unit and with as many digits as that allows: `4.63 ± 0.12 s`.
pub fn uncertain_duration(seconds: f64, half_width_s: f64) -> String {
    let (unit_s, unit) = time_unit(seconds);
    let (value, half_width) = (seconds / unit_s, half_width_s / unit_s);
    uncertain(value, half_width, unit)
}

/// Returns a share in per cent and how far it can be trusted: `99.56 ± 0.12 %`.
pub fn uncertain_share(share: f64, half_width: f64) -> String {
    uncertain(share * 100.0, half_width * 100.0, "%")
}

fn uncertain(value: f64, half_width: f64, unit: &str) -> String {
    let decimals = match half_width {
        w if w >= 9.95 || w == 0.0 && value >= 99.95 => 0,
        w if w >= 0.995 => 1,
        w if w >= 0.0995 || w == 0.0 => 2,
        _ => 3,
    };
    format!("{value:.decimals$} ± {half_width:.decimals$} {unit}")
}

/// Returns the seconds and the name of the unit in which a duration reads best.
pub fn time_unit(seconds: f64) -> (f64, &'static str) {
    match seconds {
        s if s >= 2.0 * DAY_S || s == DAY_S => (DAY_S, "d"),
        s if s >= HOUR_S => (HOUR_S, "h"),
        s if s >= 2.0 * MINUTE_S || s == MINUTE_S => (MINUTE_S, "min"),
        s if s >= 1.0 || s == 0.0 => (1.0, "s"),
        _ => (1e-3, "ms"),
    }
}

/// Returns bytes in decimal units: `4.2 GB`.
pub fn bytes(bytes: f64) -> String {
    scaled(bytes, 1e3, &BYTE_UNITS)
}

/// Returns the bytes and the name of the decimal unit in which so many read best.
pub fn byte_unit(bytes: f64) -> (f64, &'static str) {
    let steps = (0..BYTE_UNITS.len()).map(|step| 1e3_f64.powi(step as i32));
    let fits = |(size, _): &(f64, &&str)| *size <= bytes.abs().max(1.0);
    let fitting = steps.zip(&BYTE_UNITS).take_while(fits).last();
    fitting.map_or((1.0, "B"), |(size, unit)| (size, *unit))
}

/// Returns dollars to the cent, or to three digits if they are less than one: `1,234.50`, `0.00421`.
pub fn usd(usd: f64) -> String {
    if usd == 0.0 || usd.abs() >= 1.0 {
        let cents = format!("{usd:.2}");
        let (whole, decimals) = cents.split_at(cents.len() - 3);
        return thousands(whole) + decimals;
    }
    let decimals = (2.0 - libm::log10(usd.abs()).floor()).clamp(2.0, 12.0) as usize;
    let text = format!("{usd:.decimals$}");
    let trimmed = text.trim_end_matches('0');
    let least = text.find('.').map_or(0, |point| point + 3);
    text[..trimmed.len().max(least).min(text.len())].to_owned()
}

/// Returns a whole number with its thousands apart: `43,210`.
pub fn count(count: u64) -> String {
    thousands(&count.to_string())
}

/// Returns a quantity of some unit: `1,234.5`.
pub fn quantity(quantity: f64) -> String {
    if quantity.abs() < 100.0 {
        return three_digits(quantity);
    }
    let text = format!("{quantity:.1}");
    let (whole, decimals) = text.split_at(text.len() - 2);
    thousands(whole) + decimals
}

/// Returns a share in per cent, with as many digits as it takes not to show 0 % for more or 100 % for less.
pub fn share(share: f64) -> String {
    let percent = share * 100.0;
    let digits = |decimals: usize| {
        let text = format!("{percent:.decimals$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let honest = |text: &String| (text != "100" || share >= 1.0) && (text != "0" || share <= 0.0);
    let text = (2..=9)
        .map(digits)
        .find(honest)
        .unwrap_or_else(|| percent.to_string());
    format!("{} %", if text.is_empty() { "0" } else { &text })
}

/// Returns a value in a metric's unit: `s`, `bytes`, `USD` or `1`.
pub fn in_unit(value: f64, unit: &str) -> String {
    match unit {
        "s" => duration(value),
        "bytes" => bytes(value),
        "USD" => usd(value) + " USD",
        _ if value.fract() == 0.0 && (0.0..1e18).contains(&value) => count(value as u64),
        _ => three_digits_or_more(value),
    }
}

/// Returns `text`, or its beginning and end with `…` between, so that it has at most `width` characters.
pub fn elided(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let front: String = text.chars().take(kept / 2).collect();
    let back: String = text.chars().skip(length - (kept - kept / 2)).collect();
    format!("{front}…{back}")
}

/// Returns a number with the largest unit that leaves at least 1 before the point.
fn scaled(value: f64, step: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut units = units.iter();
    let mut unit = units.next().expect("there is a unit");
    while value.abs() >= step {
        match units.next() {
            Some(larger) => (value, unit) = (value / step, larger),
            None => break,
        }
    }
    format!("{} {unit}", three_digits(value))
}

/// Returns a number with three digits, or all digits before the point; no zeros at the end of decimals.
pub fn three_digits(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    if decimals == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns a share or another bare number: five decimals at most.
fn three_digits_or_more(value: f64) -> String {
    if value.abs() >= 100.0 {
        return three_digits(value);
    }
    let text = format!("{value:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Sets a comma before every third digit from the end.
pub fn thousands(digits: &str) -> String {
    let (sign, digits) = digits
        .strip_prefix('-')
        .map_or(("", digits), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_take_the_unit_that_reads_best() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.0042, "4.2 ms"),
            (4.25, "4.25 s"),
            (60.0, "1 min"),
            (90.0, "90 s"),
            (1_404.25, "23.4 min"),
            (3_600.0, "1 h"),
            (43_200.0, "12 h"),
            (30.0 * 86_400.0, "30 d"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn an_uncertain_duration_has_the_digits_that_it_deserves() {
        for (seconds, half_width_s, text) in [
            (4.634_56, 0.123, "4.63 ± 0.12 s"),
            (4.634_56, 0.012_3, "4.635 ± 0.012 s"),
            (1_404.25, 90.0, "23.4 ± 1.5 min"),
            (0.0421, 0.02, "42 ± 20 ms"),
            (5.0, 0.0, "5.00 ± 0.00 s"),
        ] {
            assert_eq!(uncertain_duration(seconds, half_width_s), text);
        }
    }

    #[test]
    fn a_share_reads_0_or_100_percent_only_if_it_is() {
        assert_eq!(share(1.0), "100 %");
        assert_eq!(share(0.99712), "99.71 %");
        assert_eq!(share(0.999_999), "99.9999 %");
        assert_eq!(share(0.5), "50 %");
        assert_eq!(share(0.0), "0 %");
        assert_eq!(share(1e-5), "0.001 %");
    }

    #[test]
    fn dollars_keep_small_amounts_visible() {
        for (amount, text) in [
            (0.0, "0.00"),
            (1_234.5, "1,234.50"),
            (0.5, "0.50"),
            (0.004_212, "0.00421"),
            (1e-9, "0.000000001"),
        ] {
            assert_eq!(usd(amount), text);
        }
    }

    #[test]
    fn bytes_are_decimal() {
        assert_eq!(bytes(999.0), "999 B");
        assert_eq!(bytes(4_200_000_000.0), "4.2 GB");
        assert_eq!(bytes(2.5e21), "2500 EB");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(quantity(1_234.56), "1,234.6");
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(elided("prod/eu-west-1", 20), "prod/eu-west-1");
        assert_eq!(elided("prod/ap-northeast-1", 11), "prod/…ast-1");
        assert_eq!(elided("größe", 3), "g…e");
    }
}
