//! Conditions on the varied keys: `slots >= 8 * regions and per_copy < '1 Gbit/s'`.
//!
//! ```text
//! condition  = both { "or" both }
//! both       = one { "and" one }
//! one        = "not" one | sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
//! sum        = product { ("+" | "-") product }
//! product    = factor { ("*" | "/") factor }
//! factor     = number | quantity in single quotes | key | "-" factor | "(" condition ")"
//! ```
//!
//! A key goes by its path or by the last part of it, and stands for its value in base units: seconds, bytes, bits per
//! second, a rate per second, US dollars; `"unlimited"` is infinite, true is 1, false is 0. What is not 0 holds.

use std::ops::Range;

use super::level::any_quantity;

/// A condition, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    root: Expression,
}

#[derive(Clone, Debug, PartialEq)]
enum Expression {
    Number(f64),
    /// The value of an axis by its place.
    Axis(usize),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Two(Box<Expression>, Operator, Box<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
    Plus,
    Minus,
    Times,
    Over,
}

/// What is wrong with a condition, and which bytes of its text show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: String,
    pub(super) span: Range<usize>,
}

/// A name that a condition may use.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: String,
    /// The axis that it stands for; `None` if several go by it.
    pub(super) axis: Option<usize>,
}

/// Operators by how tightly they bind, the loosest first; of two that begin alike, the longer one first.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[
        ("<=", Operator::AtMost),
        ("<", Operator::Less),
        (">=", Operator::AtLeast),
        (">", Operator::More),
        ("==", Operator::Equal),
        ("!=", Operator::Unequal),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("/", Operator::Over)],
];

/// The level of comparisons, of which one cannot follow another.
const COMPARISONS: usize = 2;

impl Condition {
    /// Reads a condition that may use `names`.
    pub(super) fn parse(text: &str, names: &[Name]) -> Result<Self, Wrong> {
        let mut parser = Parser { text, names, at: 0 };
        let root = parser.level(0)?;
        parser.skip_blanks();
        if parser.at < text.len() {
            return Err(parser.wrong("this does not belong to the condition"));
        }
        Ok(Self { root })
    }

    /// Says whether the condition holds for these values of the axes.
    ///
    /// # Panics
    /// If a value that it needs is no number.
    pub fn holds(&self, values: &[Option<f64>]) -> bool {
        is_true(self.root.value(values))
    }

    /// Returns the axes that it uses.
    pub(super) fn axes(&self) -> Vec<usize> {
        let mut axes = Vec::new();
        self.root.each_axis(&mut axes);
        axes
    }
}

fn is_true(value: f64) -> bool {
    value != 0.0 && !value.is_nan()
}

impl Expression {
    fn value(&self, values: &[Option<f64>]) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Axis(axis) => values[*axis].expect("conditions use axes of numbers only"),
            Self::Not(inner) => f64::from(u8::from(!is_true(inner.value(values)))),
            Self::Negative(inner) => -inner.value(values),
            Self::Two(left, operator, right) => {
                operator.apply(left.value(values), right.value(values))
            }
        }
    }

    fn each_axis(&self, axes: &mut Vec<usize>) {
        match self {
            Self::Number(_) => {}
            Self::Axis(axis) => axes.push(*axis),
            Self::Not(inner) | Self::Negative(inner) => inner.each_axis(axes),
            Self::Two(left, _, right) => {
                left.each_axis(axes);
                right.each_axis(axes);
            }
        }
    }
}

impl Operator {
    fn apply(self, left: f64, right: f64) -> f64 {
        let truth = |holds: bool| f64::from(u8::from(holds));
        match self {
            Self::Or => truth(is_true(left) || is_true(right)),
            Self::And => truth(is_true(left) && is_true(right)),
            Self::Less => truth(left < right),
            Self::AtMost => truth(left <= right),
            Self::More => truth(left > right),
            Self::AtLeast => truth(left >= right),
            Self::Equal => truth(left == right),
            Self::Unequal => truth(left != right),
            Self::Plus => left + right,
            Self::Minus => left - right,
            Self::Times => left * right,
            Self::Over => left / right,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    names: &'a [Name],
    at: usize,
}

impl<'a> Parser<'a> {
    /// Reads what operators of this level join.
    fn level(&mut self, level: usize) -> Result<Expression, Wrong> {
        let Some(operators) = LEVELS.get(level) else {
            return self.factor();
        };
        if level == COMPARISONS && self.takes("not") {
            return Ok(Expression::Not(Box::new(self.level(level)?)));
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let right = self.level(level + 1)?;
            left = Expression::Two(Box::new(left), operator, Box::new(right));
            if level == COMPARISONS {
                break;
            }
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let mut operators = operators.iter();
        let found = operators.find(|(sign, _)| self.takes(sign));
        found.map(|(_, operator)| *operator)
    }

    fn factor(&mut self) -> Result<Expression, Wrong> {
        if self.takes("-") {
            return Ok(Expression::Negative(Box::new(self.factor()?)));
        }
        if self.takes("(") {
            let inner = self.level(0)?;
            if !self.takes(")") {
                return Err(self.wrong("a `)` is missing"));
            }
            return Ok(inner);
        }
        if let Some(found) = self.name() {
            return found;
        }
        match self.rest().chars().next() {
            Some('\'') => self.quantity(),
            Some(digit) if digit.is_ascii_digit() => self.number(),
            None => Err(self.wrong("something is missing at the end")),
            Some(_) => Err(self.unknown()),
        }
    }

    /// Reads the longest name that stands here.
    fn name(&mut self) -> Option<Result<Expression, Wrong>> {
        self.skip_blanks();
        let rest = self.rest();
        let ends = |name: &&Name| !rest[name.text.len()..].starts_with(is_word);
        let here = self.names.iter();
        let here = here
            .filter(|name| rest.starts_with(&name.text))
            .filter(ends);
        let name = here.max_by_key(|name| name.text.len())?;
        let span = self.at..self.at + name.text.len();
        self.at = span.end;
        Some(name.axis.map(Expression::Axis).ok_or_else(|| Wrong {
            message: format!("several varied keys end in `{}`", name.text),
            help: "write the whole path of the one that is meant".to_owned(),
            span,
        }))
    }

    fn quantity(&mut self) -> Result<Expression, Wrong> {
        let start = self.at;
        let inner = &self.text[start + 1..];
        let Some(length) = inner.find('\'') else {
            return Err(self.wrong("a closing quote is missing"));
        };
        self.at = start + length + 2;
        any_quantity(&inner[..length])
            .map(Expression::Number)
            .ok_or_else(|| Wrong {
                message: format!("\"{}\" is no quantity", &inner[..length]),
                help: "write a number and a unit, as in '8 s', '100 MB' or '60 per hour'"
                    .to_owned(),
                span: start..self.at,
            })
    }

    fn number(&mut self) -> Result<Expression, Wrong> {
        let rest = self.rest();
        let mut before = ' ';
        let end = rest.find(|c: char| {
            let sign_of_exponent = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
            let goes_on =
                c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '_') || sign_of_exponent;
            before = c;
            !goes_on
        });
        let digits = &rest[..end.unwrap_or(rest.len())];
        let number = digits.replace('_', "").parse();
        let span = self.at..self.at + digits.len();
        self.at = span.end;
        number.map(Expression::Number).map_err(|_| Wrong {
            message: format!("`{digits}` is no number"),
            help: String::new(),
            span,
        })
    }

    /// Takes a sign or a word if it stands here.
    fn takes(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        let rest = self.rest();
        let is_cut =
            sign.ends_with(is_word) && rest[sign.len().min(rest.len())..].starts_with(is_word);
        let found = rest.starts_with(sign) && !is_cut;
        if found {
            self.at += sign.len();
        }
        found
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn wrong(&self, message: &str) -> Wrong {
        Wrong {
            message: message.to_owned(),
            help: "write comparisons of numbers and varied keys, joined by `and` and `or`"
                .to_owned(),
            span: self.at..self.text.len(),
        }
    }

    fn unknown(&self) -> Wrong {
        let rest = self.rest();
        let end = rest.find(|c: char| !is_word(c) && c != '.' && c != '-');
        let word = &rest[..end.unwrap_or(rest.len())];
        if word.is_empty() {
            return self.wrong("this is no part of a condition");
        }
        Wrong {
            message: format!("`{word}` is no varied key"),
            help: String::new(),
            span: self.at..self.at + word.len(),
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
