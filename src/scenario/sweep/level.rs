//! Values of a varied key: as they are written, as overrides, and as numbers that conditions can compare.

use crate::scenario::diagnostic::Place;
use crate::scenario::document::{Node, Segment, Value};
use crate::scenario::schema::{formats_of, property, scenario_schema, takes_whole_numbers};
use crate::units::{Bytes, Rate, SimDuration, Speed, Usd, UsdPerGb, UsdPerGbMonth};

use super::types::Scale;

/// A key that varies.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its path, as written in the sweep file.
    pub key: String,
    pub(super) path: Vec<Segment>,
    pub(super) key_place: Place,
    /// What values it has.
    pub spread: Spread,
    kinds: Kinds,
}

/// What values a key has.
#[derive(Clone, Debug)]
pub enum Spread {
    /// These, in the order of the file.
    Listed(Vec<Level>),
    /// Everything from one value to another.
    Range(Ends),
}

/// One value of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// As a cell of a table: text without quotes, anything else as TOML.
    pub cell: String,
    /// As a number in base units: seconds, bytes, bits per second, a rate per second, US dollars. `None` if it is none.
    pub number: Option<f64>,
    /// What overrides the scenario; `None` if the scenario stays as it is.
    pub(super) node: Option<Node>,
}

/// The ends of a range.
#[derive(Clone, Debug)]
pub struct Ends {
    from: Node,
    to: Node,
    scale: Scale,
    measure: Measure,
}

/// What the numbers between the ends are written as.
#[derive(Clone, Debug, PartialEq)]
enum Measure {
    /// Whole numbers.
    Whole { from: f64, to: f64 },
    /// Numbers.
    Plain { from: f64, to: f64 },
    /// Numbers and a unit.
    Unit { from: f64, to: f64, unit: String },
}

/// What the schema says of a key's values.
#[derive(Clone, Debug, Default)]
struct Kinds {
    formats: Vec<String>,
    whole: bool,
}

impl Kinds {
    fn of(path: &[Segment]) -> Self {
        let root = Some(scenario_schema());
        let schema = path
            .iter()
            .fold(root, |schema, segment| property(schema?, &segment.key));
        schema.map_or_else(Self::default, |schema| Self {
            formats: formats_of(schema).into_iter().map(str::to_owned).collect(),
            whole: takes_whole_numbers(schema),
        })
    }

    fn number(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Bool(value) => Some(f64::from(u8::from(*value))),
            Value::String(text) if text == "unlimited" => Some(f64::INFINITY),
            Value::String(text) => self.formats.iter().find_map(|format| base(format, text)),
            _ => None,
        }
    }

    /// Says whether a text is a quantity of one of the formats.
    fn takes(&self, text: &str) -> bool {
        self.formats
            .iter()
            .any(|format| base(format, text).is_some())
    }
}

/// Returns a quantity in base units, if the text is one of the format.
fn base(format: &str, text: &str) -> Option<f64> {
    match format {
        "span" | "moment" => text.parse().ok().map(SimDuration::as_secs_f64),
        "bytes" => text.parse().ok().map(|bytes: Bytes| bytes.get() as f64),
        "speed" => text
            .parse()
            .ok()
            .map(|speed: Speed| speed.bits_per_s() as f64),
        "rate" => text.parse().ok().map(Rate::per_second),
        "usd" => text.parse().ok().map(|usd: Usd| usd.0),
        "usd-per-gb" => text.parse().ok().map(|usd: UsdPerGb| usd.0),
        "usd-per-gb-month" => text.parse().ok().map(|usd: UsdPerGbMonth| usd.0),
        _ => None,
    }
}

/// Units of quantities that must come out whole in the last one.
const WHOLE_UNITS: [(&str, &str, f64); 4] = [
    ("span", "ns", 1e9),
    ("moment", "ns", 1e9),
    ("bytes", "B", 1.0),
    ("speed", "bit/s", 1.0),
];

/// Reads a quantity in any unit that there is, for conditions.
pub(super) fn any_quantity(text: &str) -> Option<f64> {
    let formats = [
        "span",
        "bytes",
        "speed",
        "rate",
        "usd",
        "usd-per-gb",
        "usd-per-gb-month",
    ];
    formats.iter().find_map(|format| base(format, text))
}

impl Axis {
    pub(super) fn new(key: String, path: Vec<Segment>, key_place: Place, spread: Spread) -> Self {
        Self {
            kinds: Kinds::of(&path),
            key,
            path,
            key_place,
            spread,
        }
    }

    /// Returns the last part of the path, by which conditions may call the key.
    pub fn short_name(&self) -> &str {
        self.path.last().map_or("", |segment| segment.key.as_str())
    }

    /// Returns the value that `node` writes.
    pub(super) fn level(&self, node: Node) -> Level {
        Level {
            cell: node.to_cell(),
            number: self.kinds.number(&node.value),
            node: Some(node),
        }
    }

    /// Returns the scenario's own value, written as `cell`.
    pub(super) fn own_level(&self, node: Option<&Node>) -> Level {
        Level {
            cell: node.map_or_else(String::new, Node::to_cell),
            number: node.and_then(|node| self.kinds.number(&node.value)),
            node: None,
        }
    }

    /// Reads the ends of a range.
    ///
    /// # Errors
    /// Why there is nothing between them.
    pub(super) fn ends(&self, from: Node, to: Node, scale: Scale) -> Result<Spread, String> {
        let measure = self.measure(&from.value, &to.value)?;
        let (low, high) = measure.bounds();
        if low == high {
            return Err("the ends of the range are the same".to_owned());
        }
        if scale == Scale::Log && (low <= 0.0 || high <= 0.0) {
            return Err("a range with equal ratios must begin and end above 0".to_owned());
        }
        Ok(Spread::Range(Ends {
            from,
            to,
            scale,
            measure,
        }))
    }

    fn measure(&self, from: &Value, to: &Value) -> Result<Measure, String> {
        let plain = |value: &Value| match value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) if number.is_finite() => Some(*number),
            _ => None,
        };
        if let (Some(from), Some(to)) = (plain(from), plain(to)) {
            return Ok(if self.kinds.whole {
                Measure::Whole { from, to }
            } else {
                Measure::Plain { from, to }
            });
        }
        let (Value::String(first), Value::String(last)) = (from, to) else {
            return Err(
                "the ends of a range must be two numbers, or two texts with units".to_owned(),
            );
        };
        if !self.kinds.takes(first) || !self.kinds.takes(last) {
            return Err("the ends of a range must be quantities that the key takes".to_owned());
        }
        Ok(self.in_one_unit(first, last))
    }

    /// Keeps the unit if both ends have the same, else takes the base unit.
    fn in_one_unit(&self, first: &str, last: &str) -> Measure {
        if let (Some((from, unit)), Some((to, other))) = (split(first), split(last))
            && unit == other
        {
            let unit = unit.to_owned();
            return Measure::Unit { from, to, unit };
        }
        let number = |text: &str| {
            let value = Value::String(text.to_owned());
            self.kinds
                .number(&value)
                .expect("it is a quantity of the key")
        };
        let (from, to) = (number(first), number(last));
        let unit = self
            .kinds
            .formats
            .iter()
            .find_map(|format| match format.as_str() {
                "span" | "moment" => Some("s"),
                "bytes" => Some("B"),
                "speed" => Some("bit/s"),
                "rate" => Some("per second"),
                "usd" => Some("USD"),
                "usd-per-gb" => Some("USD per GB"),
                "usd-per-gb-month" => Some("USD per GB-month"),
                _ => None,
            });
        let unit = unit.expect("the key has a format of quantities").to_owned();
        Measure::Unit { from, to, unit }
    }

    /// Returns the value at `share` of the way along a range; the ends are as written.
    pub fn at(&self, ends: &Ends, share: f64) -> Level {
        let node = if share <= 0.0 {
            ends.from.clone()
        } else if share >= 1.0 {
            ends.to.clone()
        } else {
            let (low, high) = ends.measure.bounds();
            let number = significant(between(low, high, ends.scale, share));
            self.written(ends, number)
        };
        self.level(node)
    }

    /// Returns the value in the part of a range that `share` (below 1) falls into: whole numbers have equal parts.
    pub fn within(&self, ends: &Ends, share: f64) -> Level {
        let Measure::Whole { from, to } = ends.measure else {
            return self.at(ends, share);
        };
        let (low, high) = (from.min(to), from.max(to));
        let number = match ends.scale {
            Scale::Linear => (low + share * (high - low + 1.0)).floor(),
            Scale::Log => between(low, high, Scale::Log, share).round(),
        };
        self.level(self.written(ends, number.clamp(low, high)))
    }

    fn written(&self, ends: &Ends, number: f64) -> Node {
        let value = match &ends.measure {
            Measure::Whole { .. } => Value::Integer(number.round() as i128),
            Measure::Plain { .. } => Value::Float(number),
            Measure::Unit { unit, .. } => Value::String(self.quantity(number, unit)),
        };
        Node {
            place: ends.from.place.clone(),
            value,
        }
    }

    /// Writes a quantity with as many decimals as its type takes.
    fn quantity(&self, number: f64, unit: &str) -> String {
        let exact = format!("{number} {unit}");
        if self.kinds.takes(&exact) {
            return exact;
        }
        let rounded = [9, 6, 3].iter().map(|decimals| {
            let digits = format!("{number:.decimals$}");
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            format!("{digits} {unit}")
        });
        let mut rounded = rounded.filter(|text| self.kinds.takes(text));
        rounded.next().unwrap_or_else(|| self.whole(number, unit))
    }

    /// Writes a quantity in the smallest unit of its kind, rounded.
    fn whole(&self, number: f64, unit: &str) -> String {
        let one = Value::String(format!("1 {unit}"));
        let factor = self.kinds.number(&one).unwrap_or(1.0);
        let mut units = WHOLE_UNITS.iter();
        let found = units.find(|(format, ..)| self.kinds.formats.iter().any(|own| own == format));
        let (_, smallest, per_base) = found.expect("only these must come out whole");
        format!("{:.0} {smallest}", (number * factor * per_base).round())
    }
}

impl Level {
    /// Returns the override `KEY=VALUE` that makes it, if one is needed.
    pub fn set(&self, key: &str) -> Option<String> {
        let node = self.node.as_ref()?;
        Some(format!("{key}={}", node.to_toml()))
    }

    /// Returns where it is written, if it is.
    pub(super) fn place(&self) -> Option<&Place> {
        self.node.as_ref().map(|node| &node.place)
    }
}

impl Measure {
    fn bounds(&self) -> (f64, f64) {
        match self {
            Self::Whole { from, to } | Self::Plain { from, to } | Self::Unit { from, to, .. } => {
                (*from, *to)
            }
        }
    }
}

fn between(low: f64, high: f64, scale: Scale, share: f64) -> f64 {
    match scale {
        Scale::Linear => low + share * (high - low),
        Scale::Log => low * libm::pow(high / low, share),
    }
}

/// Drops what rounding left behind the twelfth digit, so that 8 to 64 in equal ratios gives 16, not 15.999999999999998.
fn significant(number: f64) -> f64 {
    format!("{number:.11e}")
        .parse()
        .expect("a number reads back")
}

/// Splits a text into a number and what follows it.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (digits, unit) = text.split_at(end);
    // "1 day 12 h" has two numbers; its unit is none.
    let unit = unit.trim();
    let is_one = !unit.contains(|c: char| c.is_ascii_digit());
    Some((digits.parse().ok()?, unit)).filter(|_| is_one)
}
