//! Looking things up in the schema: references followed, branches laid side by side.

use serde_json::{Map, Value};

use super::build::scenario_schema;

/// One way to satisfy a schema: the schema objects that hold together, the outermost first.
#[derive(Clone, Debug)]
pub(super) struct Branch<'s>(Vec<&'s Map<String, Value>>);

/// Returns every way to satisfy `schema`.
pub(super) fn branches(schema: &Value) -> Vec<Branch<'_>> {
    let Some(map) = resolved(schema) else {
        return Vec::new();
    };
    let inner = map.get("anyOf").or_else(|| map.get("oneOf"));
    let Some(Value::Array(inner)) = inner else {
        return vec![Branch(vec![map])];
    };
    let nested = inner.iter().flat_map(branches);
    nested
        .map(|branch| Branch(std::iter::once(map).chain(branch.0).collect()))
        .collect()
}

fn resolved(schema: &Value) -> Option<&Map<String, Value>> {
    let map = schema.as_object()?;
    let Some(Value::String(reference)) = map.get("$ref") else {
        return Some(map);
    };
    let name = reference.strip_prefix("#/$defs/")?;
    resolved(&scenario_schema_definitions()[name])
}

fn scenario_schema_definitions() -> &'static Value {
    &scenario_schema()["$defs"]
}

impl<'s> Branch<'s> {
    /// Returns the innermost value of a keyword.
    pub(super) fn keyword(&self, name: &str) -> Option<&'s Value> {
        self.0.iter().rev().find_map(|map| map.get(name))
    }

    /// Returns a keyword that is text.
    pub(super) fn text(&self, name: &str) -> Option<&'s str> {
        self.keyword(name)?.as_str()
    }

    /// Returns the JSON type: `string`, `integer`, `number`, `boolean`, `array`, `object`.
    pub(super) fn kind(&self) -> &'s str {
        self.text("type").unwrap_or("object")
    }

    /// Returns the words that a text may be, if they are listed.
    pub(super) fn words(&self) -> Vec<&'s str> {
        if let Some(word) = self.text("const") {
            return vec![word];
        }
        let listed = self.keyword("enum").and_then(Value::as_array);
        listed
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Returns the named keys of a table with their schemas.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&'s str, &'s Value)> + '_ {
        let maps = self
            .0
            .iter()
            .filter_map(|map| map.get("properties")?.as_object());
        maps.flatten().map(|(key, schema)| (key.as_str(), schema))
    }

    /// Returns the keys that must be there.
    pub(super) fn required(&self) -> impl Iterator<Item = &'s str> + '_ {
        let lists = self
            .0
            .iter()
            .filter_map(|map| map.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str)
    }

    /// Returns the schema of a key.
    pub(super) fn key(&self, key: &str) -> Option<&'s Value> {
        if let Some((_, schema)) = self.properties().find(|(name, _)| *name == key) {
            return Some(schema);
        }
        if let Some(schema) = self.pattern_property(key) {
            return Some(schema);
        }
        self.keyword("additionalProperties")
            .filter(|schema| schema.is_object())
    }

    fn pattern_property(&self, key: &str) -> Option<&'s Value> {
        let patterns = self.keyword("patternProperties")?.as_object()?;
        let found = patterns
            .iter()
            .find(|(pattern, _)| super::formats::matches(pattern, key));
        found.map(|(_, schema)| schema)
    }

    /// Tells whether the keys of the table are names of the user's own.
    pub(super) fn is_map(&self) -> bool {
        matches!(self.keyword("additionalProperties"), Some(Value::Object(_)))
    }
}

/// Returns the schema of the value to which `key` (or an index) of a value with `schema` leads.
pub fn property<'s>(schema: &'s Value, key: &str) -> Option<&'s Value> {
    branches(schema)
        .into_iter()
        .find_map(|branch| match branch.kind() {
            "array" => branch.keyword("items"),
            _ => branch.key(key),
        })
}

/// Returns the formats that a text of `schema` may have.
pub fn formats_of(schema: &Value) -> Vec<&str> {
    let branches = branches(schema);
    let texts = branches.iter().filter(|branch| branch.kind() == "string");
    texts.filter_map(|branch| branch.text("format")).collect()
}

/// Tells whether the only numbers that `schema` takes are whole.
pub fn takes_whole_numbers(schema: &Value) -> bool {
    let branches = branches(schema);
    let has = |kind| branches.iter().any(|branch| branch.kind() == kind);
    has("integer") && !has("number")
}

/// Tells whether `schema` takes anything.
pub(super) fn takes_anything(schema: &Value) -> bool {
    const BOUNDS: [&str; 6] = ["type", "$ref", "anyOf", "oneOf", "const", "enum"];
    match schema {
        Value::Object(map) => !BOUNDS.iter().any(|bound| map.contains_key(*bound)),
        _ => *schema == Value::Bool(true),
    }
}

/// Tells whether `schema` is a table of named parts, of which each must have certain keys.
pub fn is_map_of_parts(schema: &Value) -> bool {
    branches(schema).iter().any(|branch| {
        let part = branch
            .keyword("additionalProperties")
            .filter(|_| branch.is_map());
        part.is_some_and(|part| {
            branches(part)
                .iter()
                .all(|part| part.required().next().is_some())
        })
    })
}
