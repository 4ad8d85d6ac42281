//! The schema as it is printed: made by schemars, then closed, so that editors find unknown keys too.

use std::sync::OnceLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::scenario::sweep::SweepFile;
use crate::scenario::types::Scenario;

/// Returns the JSON Schema of a scenario file.
pub fn scenario_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| finished::<Scenario>(SchemaSettings::draft2020_12(), "ecrsim scenario"))
}

/// Returns the JSON Schema of a sweep file.
pub fn sweep_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        // References lead to the scenario's definitions, so this one has none.
        let inline =
            SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        finished::<SweepFile>(inline, "ecrsim sweep")
    })
}

fn finished<T: JsonSchema>(settings: SchemaSettings, title: &str) -> Value {
    let generator = settings.into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    without_null(&mut schema);
    closed(&mut schema, true);
    schema["title"] = json!(title);
    schema
}

/// A key that may be left out is never null: TOML knows no null, and JSON files follow it.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            drop_null_type(map);
            drop_null_branch(map);
            map.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

fn drop_null_type(map: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = map.get_mut("type") else {
        return;
    };
    types.retain(|name| name != "null");
    if let [only] = types.as_slice() {
        let only = only.clone();
        map.insert("type".to_owned(), only);
    }
}

fn drop_null_branch(map: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = map.get_mut("anyOf") else {
        return;
    };
    let before = branches.len();
    branches.retain(|branch| branch["type"] != "null");
    if branches.len() == before || branches.len() != 1 {
        return;
    }
    let only = branches.remove(0);
    map.remove("anyOf");
    if let Value::Object(only) = only {
        for (key, value) in only {
            map.entry(key).or_insert(value);
        }
    }
}

/// Forbids unknown keys; where a table has branches (`standalone` is false inside them), after they are evaluated.
fn closed(schema: &mut Value, standalone: bool) {
    let Value::Object(map) = schema else {
        return;
    };
    let own_keys = map.contains_key("properties") || map.contains_key("patternProperties");
    let branching = own_keys && (map.contains_key("oneOf") || map.contains_key("anyOf"));
    if branching && standalone {
        map.insert("unevaluatedProperties".to_owned(), json!(false));
    } else if own_keys && standalone && !map.contains_key("additionalProperties") {
        map.insert("additionalProperties".to_owned(), json!(false));
    }
    for (key, value) in map.iter_mut() {
        match (key.as_str(), value) {
            ("oneOf" | "anyOf", Value::Array(branches)) => {
                branches
                    .iter_mut()
                    .for_each(|branch| closed(branch, !branching));
            }
            ("properties" | "patternProperties" | "$defs", Value::Object(inner)) => {
                inner.values_mut().for_each(|value| closed(value, true));
            }
            ("items" | "additionalProperties", value) => closed(value, true),
            _ => {}
        }
    }
}
