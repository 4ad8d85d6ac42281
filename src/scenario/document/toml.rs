//! TOML text to a tree; all syntax errors that the parser recovers from.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::tree::{Entry, Node, Value};
use crate::scenario::diagnostic::{Diagnostic, FileId, Place};

/// Reads a TOML file.
///
/// # Errors
/// Every syntax error that the parser finds.
pub fn read_toml(file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let errors = errors.iter().map(|error| syntax_error(file, error));
        return Err(errors.collect());
    }
    let reader = Reader { file, offset: 0 };
    Ok(Node {
        place: reader.place(0..0),
        value: reader.table(table.get_ref()),
    })
}

/// Reads one TOML value that begins at byte `offset` of its file; `None` if the text is none.
pub(super) fn read_value(file: FileId, offset: usize, text: &str) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    Some(Reader { file, offset }.node(&value))
}

fn syntax_error(file: FileId, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    let message = format!("this is not TOML: {}", error.message());
    Diagnostic::error(Place { file, span }, message)
}

/// Turns the parser's tree into ours.
struct Reader {
    file: FileId,
    offset: usize,
}

impl Reader {
    fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place {
            file: self.file,
            span: span.start + self.offset..span.end + self.offset,
        }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let place = self.place(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(digits) => integer(digits.as_str(), digits.radix()),
            DeValue::Float(digits) => Value::Float(float(digits.as_str())),
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => {
                Value::Array(items.iter().map(|item| self.node(item)).collect())
            }
            DeValue::Table(table) => self.table(table),
        };
        Node { place, value }
    }

    /// The parser sorts keys by name; their places give back the order of the file.
    fn table(&self, table: &DeTable<'_>) -> Value {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_place: self.place(key.span()),
                node: self.node(value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_place.span.start);
        Value::Table(entries)
    }
}

/// A number with more digits than fit is out of every range: the greatest there is stands for it.
pub(super) fn integer(digits: &str, radix: u32) -> Value {
    Value::Integer(i128::from_str_radix(digits, radix).unwrap_or(i128::MAX))
}

fn float(digits: &str) -> f64 {
    digits.parse().unwrap_or(f64::NAN)
}
