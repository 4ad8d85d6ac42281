//! The tree: values with places, and paths to them.

use std::fmt::{self, Display};

use serde_json::Value as Json;

use crate::scenario::diagnostic::Place;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it is written.
    pub place: Place,
    /// What is written.
    pub value: Value,
}

/// What is written at one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// JSON's null.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Another number; may be infinite or no number.
    Float(f64),
    /// Text.
    String(String),
    /// TOML's date or time without quotes, as text.
    Date(String),
    /// A list.
    Array(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<Entry>),
}

/// A key of a table and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_place: Place,
    /// Its value.
    pub node: Node,
}

/// The way from the root of a file to one of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<String>);

impl Path {
    /// Returns the way to the root.
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns the way to the key or list index `part` of this.
    #[must_use]
    pub fn to(&self, part: impl Display) -> Self {
        let mut parts = self.0.clone();
        parts.push(part.to_string());
        Self(parts)
    }

    /// Tells whether this leads to `other` or to something below it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Returns the keys and indices.
    pub fn parts(&self) -> &[String] {
        &self.0
    }
}

impl Display for Path {
    /// Writes keys joined by dots, in quotes where a dot or a blank would mislead.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|part| quoted_key(part)).collect();
        out.write_str(&parts.join("."))
    }
}

/// Writes a key as TOML takes it.
pub(crate) fn quoted_key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(bare) {
        return key.to_owned();
    }
    Json::String(key.to_owned()).to_string()
}

impl Value {
    /// Names the kind of value, as a sentence wants it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::String(_) => "text",
            Self::Date(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// Returns the entry of a table by its key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// Returns the keys of a table, in the order of the file.
    pub fn keys(&self) -> Vec<String> {
        match &self.value {
            Value::Table(entries) => entries.iter().map(|entry| entry.key.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the value that a key or an index leads to.
    pub fn child(&self, part: &str) -> Option<&Self> {
        match &self.value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => self.entry(part).map(|entry| &entry.node),
        }
    }

    /// Returns the value that a key, an item's `name` or an index leads to.
    pub fn named_child(&self, part: &str) -> Option<&Self> {
        let Value::Array(items) = &self.value else {
            return self.child(part);
        };
        let is_named = |item: &&Self| {
            let name = item.entry("name").map(|entry| &entry.node.value);
            matches!(name, Some(Value::String(name)) if name == part)
        };
        items.iter().find(is_named).or_else(|| self.child(part))
    }

    /// Returns the value at the end of `path`, if it is written.
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.parts()
            .iter()
            .try_fold(self, |node, part| node.child(part))
    }

    /// Returns the place of the key at `path`, or of the nearest one above it that is written.
    pub fn key_place_of(&self, path: &Path) -> Place {
        let mut node = self;
        let mut place = &self.place;
        for part in path.parts() {
            let Some(child) = node.child(part) else {
                break;
            };
            place = node
                .entry(part)
                .map_or(&child.place, |entry| &entry.key_place);
            node = child;
        }
        place.clone()
    }

    /// Returns the place of the value at `path`; of a table, or if nothing is written there, of the nearest key above.
    pub fn place_of(&self, path: &Path) -> Place {
        let mut node = self;
        let mut key_place = &self.place;
        for part in path.parts() {
            let Some(child) = node.child(part) else {
                return key_place.clone();
            };
            key_place = node
                .entry(part)
                .map_or(&child.place, |entry| &entry.key_place);
            node = child;
        }
        match node.value {
            Value::Table(_) => key_place.clone(),
            _ => node.place.clone(),
        }
    }
}
