//! A value of the tree back as text.

use serde_json::{Map, Value as Json};

use super::tree::{Entry, Node, Value, quoted_key};

impl Node {
    /// Returns the value on one line of TOML.
    pub fn to_toml(&self) -> String {
        match &self.value {
            // TOML knows no null; a value that is none is found by the check of shapes.
            Value::Null => "\"null\"".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Integer(number) => number.to_string(),
            // With a point or an exponent, so that it stays no whole number.
            Value::Float(number) => format!("{number:?}"),
            // JSON's texts are TOML's too.
            Value::String(text) => Json::from(text.as_str()).to_string(),
            Value::Date(date) => date.clone(),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(Self::to_toml).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Table(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Table(entries) => {
                let pair = |entry: &Entry| {
                    format!("{} = {}", quoted_key(&entry.key), entry.node.to_toml())
                };
                let pairs: Vec<String> = entries.iter().map(pair).collect();
                format!("{{ {} }}", pairs.join(", "))
            }
        }
    }

    /// Returns the value as a cell: text without its quotes, anything else as TOML writes it.
    pub fn to_cell(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            _ => self.to_toml(),
        }
    }

    /// Returns the value as JSON; a number that JSON does not know is null.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Integer(number) => i64::try_from(*number)
                .map(Json::from)
                .or_else(|_| u64::try_from(*number).map(Json::from))
                .unwrap_or(Json::Null),
            Value::Float(number) => Json::from(*number),
            Value::String(text) | Value::Date(text) => Json::from(text.as_str()),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(entries) => {
                let pairs = entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.node.to_json()));
                Json::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }
}
