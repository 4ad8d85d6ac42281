//! A scenario back as TOML in the format of the file, with every default in it.

use serde_json::{Map, Value};

use super::document::quoted_key;
use super::types::Scenario;

impl Scenario {
    /// Returns the scenario as a TOML file that loads to the same scenario.
    pub fn to_toml(&self) -> String {
        let Ok(Value::Object(map)) = serde_json::to_value(self) else {
            unreachable!("a scenario is plain data");
        };
        let mut text = String::new();
        section(&mut text, &[], &map);
        text
    }
}

/// Writes a table: first its own keys, then the tables in it that have headers of their own.
fn section(text: &mut String, path: &[&str], map: &Map<String, Value>) {
    let plain = map
        .iter()
        .filter(|(key, value)| !has_header(&join(path, key), value));
    let lines: Vec<String> = plain
        .map(|(key, value)| format!("{} = {}\n", quoted_key(key), inline(key, value)))
        .collect();
    if !lines.is_empty() && !path.is_empty() {
        let keys: Vec<String> = path.iter().map(|key| quoted_key(key)).collect();
        text.push_str(&format!("\n[{}]\n", keys.join(".")));
    }
    text.extend(lines);
    for (key, value) in map {
        let path = join(path, key);
        match value {
            Value::Object(inner) if has_header(&path, value) => section(text, &path, inner),
            Value::Array(items) if has_header(&path, value) => items.iter().for_each(|item| {
                text.push_str(&format!("\n[[{key}]]\n"));
                for (key, value) in item.as_object().into_iter().flatten() {
                    text.push_str(&format!("{} = {}\n", quoted_key(key), inline(key, value)));
                }
            }),
            _ => {}
        }
    }
}

fn join<'a>(path: &[&'a str], key: &'a str) -> Vec<&'a str> {
    path.iter().copied().chain([key]).collect()
}

/// Tells whether a value stands under a header of its own rather than on one line.
fn has_header(path: &[&str], value: &Value) -> bool {
    match (path, value) {
        (["events" | "outages"], Value::Array(_)) => true,
        (["accounts", _, ..], _) | (_, Value::Array(_)) => false,
        ([_], Value::Object(_)) => true,
        (
            [
                "registries" | "pushes" | "retention" | "traces" | "links" | "deployments"
                | "pulls" | "spells",
                _,
            ],
            Value::Object(_),
        ) => true,
        (
            [
                "registries",
                _,
                "rules" | "permissions" | "repositories" | "creation_templates",
            ],
            Value::Object(_),
        ) => true,
        (
            [
                "registries",
                _,
                "rules" | "permissions" | "repositories" | "creation_templates",
                _,
            ],
            Value::Object(_),
        ) => true,
        (["latency", "routes"] | ["latency", "routes", _], Value::Object(_)) => true,
        _ => false,
    }
}

/// Writes a value on one line; a date as TOML writes dates.
fn inline(key: &str, value: &Value) -> String {
    match value {
        Value::String(date) if key == "start" => date.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| inline("", item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{} = {}", quoted_key(key), inline("", value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        // JSON's texts and numbers are TOML's too.
        other => other.to_string(),
    }
}
