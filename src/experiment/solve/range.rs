//! The values that are tried: numbers with one unit, written with no more digits than the tolerance asks for.

use crate::units::{counted_in, number_and_unit};

/// Values between the ends that are looked at first, to see whether the answer is monotone.
const BETWEEN: u32 = 3;

/// A stretch this part of the whole is not halved again, however near 0 it lies.
const FINEST: f64 = 1.0 / (1 << 20) as f64;

/// A value of the key that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The number, in the range's unit.
    pub number: f64,
    /// As an override writes it: `60 per hour`.
    pub text: String,
}

/// From where to where, in which steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The lower end.
    pub from: Value,
    /// The upper end.
    pub to: Value,
    /// What follows a number, with the blank before it; empty for plain numbers.
    pub unit: String,
    /// Whether values are whole numbers.
    pub whole: bool,
    /// How near the answer must be, relative to it; whole numbers are exact.
    pub tolerance: f64,
}

impl Range {
    /// Reads both ends. The unit is that of the lower one.
    ///
    /// # Errors
    /// If they cannot be compared, the lower end is not the lower one, or the tolerance is no share; in words.
    pub fn parse(from: &str, to: &str, tolerance: f64) -> Result<Self, String> {
        if !(1e-9..=0.5).contains(&tolerance) {
            return Err(format!(
                "a tolerance of {tolerance} is not between 1e-9 and 0.5"
            ));
        }
        let (low, unit) = number(from)?;
        number(to)?;
        let high = counted_in(to, &unit)
            .ok_or_else(|| format!("`{from}` and `{to}` have different units"))?;
        if low >= high {
            return Err(format!("`{from}` is not less than `{to}`"));
        }
        let unit = if unit.is_empty() {
            unit
        } else {
            format!(" {unit}")
        };
        let value = |number, text: &str| Value {
            number,
            text: text.trim().to_owned(),
        };
        Ok(Self {
            from: value(low, from),
            to: value(high, to),
            unit,
            whole: false,
            tolerance,
        })
    }

    /// Returns the number half way to the next whole one, if both ends are whole: where it is refused, so is every fraction.
    pub fn fraction(&self) -> Option<Value> {
        let whole = self.from.number.fract() == 0.0 && self.to.number.fract() == 0.0;
        whole.then(|| self.value(self.from.number + 0.5, 1))
    }

    /// Returns the ends and what is looked at between them, rising.
    pub fn first(&self) -> Vec<Value> {
        let mut values = vec![self.from.clone()];
        for part in 1..=BETWEEN {
            let share = f64::from(part) / f64::from(BETWEEN + 1);
            let value = self.rounded(self.between(self.from.number, self.to.number, share));
            let last = values.last().expect("the lower end is there").number;
            if value.number > last && value.number < self.to.number {
                values.push(value);
            }
        }
        values.push(self.to.clone());
        values
    }

    /// Returns the value that halves what lies between two others; `None` if they are near enough to each other.
    pub fn middle(&self, low: f64, high: f64) -> Option<Value> {
        let near_enough = if self.whole {
            1.0
        } else {
            let relative = self.tolerance * low.abs().max(high.abs());
            relative.max(self.finest())
        };
        if high - low <= near_enough {
            return None;
        }
        let middle = self.rounded(self.between(low, high, 0.5));
        (low < middle.number && middle.number < high).then_some(middle)
    }

    /// Whether the steps between values are factors rather than differences.
    pub fn is_geometric(&self) -> bool {
        !self.whole && self.from.number > 0.0
    }

    /// Differences below this are not looked into, where steps are not factors.
    fn finest(&self) -> f64 {
        if self.is_geometric() {
            return 0.0;
        }
        FINEST * (self.to.number - self.from.number)
    }

    fn between(&self, low: f64, high: f64, share: f64) -> f64 {
        if self.is_geometric() {
            low * libm::pow(high / low, share)
        } else {
            low + (high - low) * share
        }
    }

    /// Returns the value near `number` that takes the fewest digits: it is off by at most a quarter of the tolerance.
    fn rounded(&self, number: f64) -> Value {
        if self.whole {
            return self.value(number.round(), 0);
        }
        let size = number.abs().max(self.finest());
        let power = libm::log10(self.tolerance * size / 2.0).floor();
        let step = libm::pow(10.0, power);
        let decimals = (-power).max(0.0) as usize;
        self.value((number / step).round() * step, decimals)
    }

    /// Returns the value of a number with at most so many decimals.
    fn value(&self, number: f64, decimals: usize) -> Value {
        let mut text = format!("{number:.decimals$}");
        if text.contains('.') {
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        }
        Value {
            number: text.parse().expect("a number that was written"),
            text: text + &self.unit,
        }
    }
}

/// Returns the number and the unit of an end, or why it has none.
fn number(text: &str) -> Result<(f64, String), String> {
    number_and_unit(text).ok_or_else(|| format!("`{text}` is no number, with or without a unit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Range {
        Range::parse(from, to, 0.01).expect("a range")
    }

    fn texts(values: &[Value]) -> Vec<&str> {
        values.iter().map(|value| value.text.as_str()).collect()
    }

    #[test]
    fn whole_numbers_are_looked_at_in_equal_steps() {
        let whole = |from, to| Range {
            whole: true,
            ..range(from, to)
        };
        let slots = whole("1", "65");
        assert_eq!(texts(&slots.first()), ["1", "17", "33", "49", "65"]);
        assert_eq!(texts(&whole("1", "3").first()), ["1", "2", "3"]);
        assert_eq!(texts(&whole("1", "2").first()), ["1", "2"]);
        assert_eq!(slots.middle(17.0, 20.0).expect("one").text, "19");
        assert_eq!(slots.middle(18.0, 19.0), None);
    }

    #[test]
    fn quantities_are_looked_at_in_equal_factors_with_few_digits() {
        // From 10 to 160: factors of 2. 1 % of 40 is 0.4, half of it 0.2: one decimal.
        let rate = range("10 per hour", "160 per hour");
        let first = [
            "10 per hour",
            "20 per hour",
            "40 per hour",
            "80 per hour",
            "160 per hour",
        ];
        assert_eq!(texts(&rate.first()), first);
        // The root of 40 times 80 is 56.57.
        assert_eq!(rate.middle(40.0, 80.0).expect("one").text, "56.6 per hour");
        assert_eq!(rate.middle(99.2, 100.0), None);
    }

    #[test]
    fn from_zero_the_steps_are_equal_and_end() {
        let share = range("0", "1");
        assert_eq!(texts(&share.first()), ["0", "0.25", "0.5", "0.75", "1"]);
        let mut high = 1.0;
        let mut steps = 0;
        while let Some(middle) = share.middle(0.0, high) {
            assert!(middle.number < high);
            (high, steps) = (middle.number, steps + 1);
        }
        assert!((19..=21).contains(&steps), "{steps}");
    }

    #[test]
    fn halving_always_reaches_the_tolerance() {
        for (from, to) in [("0.1 s", "7000 s"), ("3 MB", "9999 MB"), ("-5", "5")] {
            let range = range(from, to);
            for upper in [true, false] {
                let (mut low, mut high) = (range.from.number, range.to.number);
                while let Some(middle) = range.middle(low, high) {
                    if upper {
                        low = middle.number;
                    } else {
                        high = middle.number;
                    }
                }
                let apart = high - low;
                let near_enough = 0.01 * high.abs().max(low.abs());
                assert!(
                    apart <= near_enough.max(1.01e-6 * 10.0),
                    "{from}: {low} {high}"
                );
            }
        }
    }

    #[test]
    fn ends_of_one_kind_may_have_different_units() {
        let span = range("30 s", "5 min");
        assert_eq!((span.to.number, span.to.text.as_str()), (300.0, "5 min"));
        assert_eq!(range("1 Mbit/s", "1 MB/s").to.number, 8.0);
        assert_eq!(range("1 per minute", "120 per hour").to.number, 2.0);
        assert_eq!(range("1 h", "1 day 12 h").to.number, 36.0);
        assert_eq!(range("1 day 12 h", "2 days").unit, " s");
    }

    #[test]
    fn ends_that_cannot_be_compared_are_refused() {
        for (from, to, why) in [
            ("1 s", "2 MB", "different units"),
            ("1", "2 MB", "different units"),
            ("2 s", "1 s", "not less"),
            ("2", "2", "not less"),
            ("few", "many", "no number"),
            ("1 unicorn 2 s", "3 s", "no number"),
        ] {
            let wrong = Range::parse(from, to, 0.01).unwrap_err();
            assert!(wrong.contains(why), "{wrong}");
        }
    }

    #[test]
    fn a_fraction_tells_whether_numbers_are_whole() {
        assert_eq!(range("1", "64").fraction().expect("whole ends").text, "1.5");
        assert_eq!(range("0.5", "1").fraction(), None);
    }
}
