//! `--set KEY=VALUE`: one value of the tree replaced, with places that point at the command line.

use std::ops::Range;

use super::toml::read_value;
use super::tree::{Entry, Node, Value, quoted_key};
use crate::aws::nearest;
use crate::scenario::diagnostic::{Diagnostic, FileId, Place};
use crate::scenario::schema::{is_map_of_parts, listed, property, scenario_schema};

/// One segment of a dotted path.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The key, without its quotes.
    pub key: String,
    /// Where it is written.
    pub place: Place,
}

/// One value of the tree replaced.
#[derive(Clone, Debug)]
pub struct Override {
    /// The way to the value.
    pub path: Vec<Segment>,
    /// What it becomes.
    pub value: Node,
}

impl Override {
    /// Reads `text`, `KEY=VALUE`.
    ///
    /// Keys are joined by dots and may stand in quotes; items of lists go by their `name` or by their number from 0.
    /// The value is TOML if it parses as such, else text.
    ///
    /// # Errors
    /// If the text has no `=`, or the path cannot be read.
    pub fn parse(file: FileId, text: &str) -> Result<Self, Box<Diagnostic>> {
        let equals = find_unquoted(text, '=').ok_or_else(|| {
            let message = "an override must be KEY=VALUE";
            Diagnostic::error(place(file, 0..text.len()), message).help(
                "write a key of the scenario, `=` and its value, as in \"pushes.ci.rate=120 per hour\"",
            )
        })?;
        Ok(Self {
            path: Segment::path(file, &text[..equals])?,
            value: value(file, text, equals + 1),
        })
    }

    /// Sets the value in the tree of a scenario. An unknown key is left to the check of shapes, which points at it.
    ///
    /// # Errors
    /// If the path leads to a list's item or a named part that does not exist.
    pub fn apply(&self, root: &mut Node) -> Result<(), Box<Diagnostic>> {
        set(root, &self.path, self.value.clone())
    }
}

fn place(file: FileId, span: Range<usize>) -> Place {
    Place { file, span }
}

/// Returns where `wanted` first stands outside quotes.
fn find_unquoted(text: &str, wanted: char) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == wanted => return Some(at),
            None => {}
        }
    }
    None
}

impl Segment {
    /// Reads the path that `path`, the beginning of a text of `file`, writes.
    ///
    /// # Errors
    /// If a part of it is no key.
    pub fn path(file: FileId, path: &str) -> Result<Vec<Self>, Box<Diagnostic>> {
        let mut segments = Vec::new();
        let mut at = 0;
        loop {
            let length = find_unquoted(&path[at..], '.').unwrap_or(path.len() - at);
            let written = &path[at..at + length];
            let start = at + (written.len() - written.trim_start().len());
            let place = place(file, start..start + written.trim().len());
            let key = unquoted(file, written.trim()).ok_or_else(|| {
            Diagnostic::error(place.clone(), "this is no key")
                .help("write keys joined by dots, a key with dots or blanks in quotes, as in 'links.\"* -> *\".slots=16'")
        })?;
            segments.push(Segment { key, place });
            at += length;
            if at >= path.len() {
                return Ok(segments);
            }
            at += 1;
        }
    }
}

fn unquoted(file: FileId, segment: &str) -> Option<String> {
    if segment.starts_with(['"', '\'']) {
        return match read_value(file, 0, segment)?.value {
            Value::String(key) => Some(key),
            _ => None,
        };
    }
    let plain = !segment.is_empty() && !segment.contains(['"', '\'']);
    plain.then(|| segment.to_owned())
}

fn value(file: FileId, text: &str, from: usize) -> Node {
    let written = &text[from..];
    let offset = from + (written.len() - written.trim_start().len());
    let written = written.trim();
    read_value(file, offset, written).unwrap_or_else(|| Node {
        place: place(file, offset..offset + written.len()),
        value: Value::String(written.to_owned()),
    })
}

fn set(root: &mut Node, path: &[Segment], value: Node) -> Result<(), Box<Diagnostic>> {
    let mut node = root;
    let mut schema = Some(scenario_schema());
    for (depth, segment) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        if let Value::Array(items) = &node.value {
            let index = item(items, segment)?;
            node = child_item(node, index);
        } else {
            if !last {
                known_part(node, segment, schema)?;
            }
            node = child_entry(node, segment);
        }
        schema = schema.and_then(|schema| property(schema, &segment.key));
    }
    *node = value;
    Ok(())
}

/// A misspelt name would make a new part that lacks nearly everything; better to ask which one was meant.
fn known_part(
    node: &Node,
    segment: &Segment,
    schema: Option<&serde_json::Value>,
) -> Result<(), Box<Diagnostic>> {
    let Value::Table(entries) = &node.value else {
        return Ok(());
    };
    let names = || entries.iter().map(|entry| entry.key.as_str());
    let exists = names().any(|name| name == segment.key);
    if exists || !schema.is_some_and(is_map_of_parts) {
        return Ok(());
    }
    Err(no_such_part(segment, names().collect()))
}

fn no_such_part(segment: &Segment, names: Vec<&str>) -> Box<Diagnostic> {
    let message = format!("there is no `{}` in the scenario", segment.key);
    let label = nearest(&segment.key, names.iter().copied()).map_or_else(String::new, |name| {
        format!("did you mean `{}`?", quoted_key(name))
    });
    let error = Diagnostic::error(segment.place.clone(), message)
        .label(label)
        .help(format!("the names here are {}", listed(names)));
    Box::new(error)
}

fn item(items: &[Node], segment: &Segment) -> Result<usize, Box<Diagnostic>> {
    let name = |item: &Node| match &item.entry("name")?.node.value {
        Value::String(name) => Some(name.clone()),
        _ => None,
    };
    let named = |item: &Node| name(item).is_some_and(|name| name == segment.key);
    if let Some(index) = items.iter().position(named) {
        return Ok(index);
    }
    let number = segment.key.parse().ok();
    if let Some(index) = number.filter(|index| *index < items.len()) {
        return Ok(index);
    }
    let names: Vec<String> = items.iter().filter_map(name).collect();
    let mut error = no_such_part(segment, names.iter().map(String::as_str).collect());
    if let Some(last) = items.len().checked_sub(1) {
        error
            .help
            .push_str(&format!("; items also go by their number, 0 to {last}"));
    }
    Err(error)
}

fn child_item(node: &mut Node, index: usize) -> &mut Node {
    match &mut node.value {
        Value::Array(items) => &mut items[index],
        _ => unreachable!("only lists have items"),
    }
}

/// Returns the value under a key, making the table and the key where they are not; a value that was no table is gone.
fn child_entry<'a>(node: &'a mut Node, segment: &Segment) -> &'a mut Node {
    if !matches!(node.value, Value::Table(_)) {
        node.value = Value::Table(Vec::new());
    }
    let Value::Table(entries) = &mut node.value else {
        unreachable!("it has just been made a table");
    };
    if let Some(index) = entries.iter().position(|entry| entry.key == segment.key) {
        entries[index].key_place = segment.place.clone();
        return &mut entries[index].node;
    }
    entries.push(Entry {
        key: segment.key.clone(),
        key_place: segment.place.clone(),
        node: Node {
            place: segment.place.clone(),
            value: Value::Table(Vec::new()),
        },
    });
    &mut entries.last_mut().expect("just pushed").node
}
