//! JSON text to a tree, strictly: no comments, no trailing commas, no key twice.

use jsonc_parser::ast::{Object, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::toml::integer;
use super::tree::{Entry, Node, Value};
use crate::scenario::diagnostic::{Diagnostic, FileId, Place};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a JSON file; also returns the errors of keys that are written twice.
///
/// # Errors
/// The first syntax error.
pub fn read_json(file: FileId, text: &str) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let span = error.range().start..error.range().end;
        let message = format!("this is not JSON: {}", error.kind());
        vec![Diagnostic::error(Place { file, span }, message)]
    })?;
    let mut reader = Reader {
        file,
        problems: Vec::new(),
    };
    let root = match &parsed.value {
        Some(value) => reader.node(value),
        None => Node {
            place: Place { file, span: 0..0 },
            value: Value::Null,
        },
    };
    Ok((root, reader.problems))
}

/// Turns the parser's tree into ours.
struct Reader {
    file: FileId,
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn place(&self, ranged: &impl Ranged) -> Place {
        Place {
            file: self.file,
            span: ranged.start()..ranged.end(),
        }
    }

    fn node(&mut self, value: &Ast<'_>) -> Node {
        let place = self.place(value);
        let value = match value {
            Ast::StringLit(text) => Value::String(text.value.to_string()),
            Ast::NumberLit(number) => self::number(number.value),
            Ast::BooleanLit(value) => Value::Bool(value.value),
            Ast::NullKeyword(_) => Value::Null,
            Ast::Array(items) => {
                Value::Array(items.elements.iter().map(|item| self.node(item)).collect())
            }
            Ast::Object(object) => Value::Table(self.entries(object)),
        };
        Node { place, value }
    }

    fn entries(&mut self, object: &Object<'_>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for property in &object.properties {
            let key = property.name.as_str().to_owned();
            let key_place = self.place(&property.name);
            if entries.iter().any(|entry| entry.key == key) {
                let message = format!("the key `{key}` is written twice");
                self.problems
                    .push(Diagnostic::error(key_place.clone(), message));
            }
            let node = self.node(&property.value);
            entries.push(Entry {
                key,
                key_place,
                node,
            });
        }
        entries
    }
}

fn number(digits: &str) -> Value {
    if digits.contains(['.', 'e', 'E']) {
        return Value::Float(digits.parse().unwrap_or(f64::NAN));
    }
    integer(digits, 10)
}
