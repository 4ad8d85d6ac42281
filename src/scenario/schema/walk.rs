//! The check of a tree against the schema: every unknown key, wrong shape and wrong text, each with its place.

use serde_json::{Map, Value as Json};

use super::choose::{Choice, Wrong, choose};
use super::formats::{self, Format};
use super::suggest::{did_you_mean, listed};
use super::view::{Branch, branches, takes_anything};
use crate::aws::nearest;
use crate::scenario::diagnostic::{Diagnostic, Place};
use crate::scenario::document::{Entry, Node, Path, Value};

/// Keys of the format that this version does not know yet.
const LATER: &[&str] = &["platforms", "referrers"];

/// What a tree is, seen through the schema.
pub struct Shaped {
    /// The tree as JSON that serde reads in any case: what was wrong is left out or stands for something harmless.
    pub json: Json,
    /// Everything in its shape that is wrong.
    pub found: Vec<Diagnostic>,
    /// What has a stand-in, or is left out.
    pub broken: Vec<Path>,
}

/// Checks the shape of a file's tree.
pub fn check_shape(root: &Node, schema: &Json) -> Shaped {
    let mut walk = Walk::default();
    let json = walk.value(root, schema, &Path::root(), &root.place);
    Shaped {
        json,
        found: walk.found,
        broken: walk.broken,
    }
}

#[derive(Default)]
struct Walk {
    found: Vec<Diagnostic>,
    broken: Vec<Path>,
}

impl Walk {
    /// Checks a value and returns it, or a stand-in if it is wrong; `key_place` is where its key is written.
    fn value(&mut self, node: &Node, schema: &Json, path: &Path, key_place: &Place) -> Json {
        if takes_anything(schema) {
            return node.to_json();
        }
        match choose(&branches(schema), node) {
            Choice::Take(branch) => self
                .branch(node, branch, path, key_place)
                .unwrap_or_else(|| self.stand_in(schema, path)),
            Choice::Done(word) => Json::from(word),
            Choice::Wrong(wrong) => {
                self.found.push(wrong.told(node, path, key_place));
                self.stand_in(schema, path)
            }
        }
    }

    fn stand_in(&mut self, schema: &Json, path: &Path) -> Json {
        self.broken.push(path.clone());
        stand_in(schema)
    }

    /// Returns the value, or nothing if it is wrong as a whole.
    fn branch(
        &mut self,
        node: &Node,
        branch: &Branch<'_>,
        path: &Path,
        key_place: &Place,
    ) -> Option<Json> {
        match &node.value {
            Value::Table(entries) => Some(self.table(entries, branch, path, key_place)),
            Value::Array(items) => self.list(node, items, branch, path),
            Value::Integer(number) => self.whole(node, *number, branch, path),
            Value::Float(number) => self.number(node, *number, branch, path),
            Value::String(text) | Value::Date(text) => self.text(node, text, branch),
            Value::Bool(value) => Some(Json::from(*value)),
            Value::Null => None,
        }
    }

    fn table(
        &mut self,
        entries: &[Entry],
        branch: &Branch<'_>,
        path: &Path,
        key_place: &Place,
    ) -> Json {
        let mut table = Map::new();
        let mut meant = Vec::new();
        for entry in entries {
            let path_of_entry = path.to(&entry.key);
            let Some(schema) = branch.key(&entry.key) else {
                let known = branch.properties().map(|(name, _)| name);
                if let Some(near) = nearest(&entry.key, known) {
                    meant.push(near);
                    self.broken.push(path.to(near));
                }
                self.found.push(unknown(entry, branch, path));
                self.broken.push(path_of_entry);
                continue;
            };
            let value = self.value(&entry.node, schema, &path_of_entry, &entry.key_place);
            if self.key_format(entry, branch) {
                table.insert(entry.key.clone(), value);
            } else {
                self.broken.push(path_of_entry);
            }
        }
        for required in branch.required() {
            if entries.iter().any(|entry| entry.key == required) {
                continue;
            }
            if !meant.contains(&required) {
                self.found.push(missing(required, branch, path, key_place));
            }
            let schema = branch.key(required).expect("what is required is known");
            let value = self.stand_in(schema, &path.to(required));
            table.insert(required.to_owned(), value);
        }
        Json::Object(table)
    }

    /// Checks the form of a name of the user's own, and returns whether it is right.
    fn key_format(&mut self, entry: &Entry, branch: &Branch<'_>) -> bool {
        let names = branch.keyword("propertyNames");
        let format = names.and_then(|names| formats::find(names["format"].as_str()?));
        format.is_none_or(|format| self.format(&entry.key_place, &entry.key, format))
    }

    fn list(
        &mut self,
        node: &Node,
        items: &[Node],
        branch: &Branch<'_>,
        path: &Path,
    ) -> Option<Json> {
        let schema = branch
            .keyword("items")
            .expect("every list of the types has items");
        let values = items.iter().enumerate();
        let values: Vec<Json> = values
            .map(|(index, item)| self.value(item, schema, &path.to(index), &item.place))
            .collect();
        let bound = |name| branch.keyword(name).and_then(Json::as_u64);
        let count = items.len() as u64;
        let (least, most) = (bound("minItems").unwrap_or(0), bound("maxItems"));
        if count >= least && most.is_none_or(|most| count <= most) {
            return Some(Json::Array(values));
        }
        let at_least = if most == Some(least) { "" } else { "at least " };
        let s = if count == 1 { "" } else { "s" };
        let message = format!("`{path}` has {count} item{s}; it must have {at_least}{least}");
        self.found
            .push(Diagnostic::error(node.place.clone(), message));
        None
    }

    fn number(
        &mut self,
        node: &Node,
        number: f64,
        branch: &Branch<'_>,
        path: &Path,
    ) -> Option<Json> {
        let bound = |name| branch.keyword(name).and_then(Json::as_f64);
        let (least, most) = (bound("minimum"), bound("maximum"));
        let above = bound("exclusiveMinimum");
        let wanted = if !number.is_finite() {
            "a finite number".to_owned()
        } else if above.is_some_and(|above| number <= above) {
            "more than 0".to_owned()
        } else if least.is_some_and(|least| number < least)
            || most.is_some_and(|most| number > most)
        {
            range_text(least, most)
        } else {
            return Some(Json::from(number));
        };
        let message = format!("`{path}` is out of range: it must be {wanted}");
        self.found
            .push(Diagnostic::error(node.place.clone(), message));
        None
    }

    /// A whole number must lie in its range and fit the type that serde reads.
    fn whole(
        &mut self,
        node: &Node,
        number: i128,
        branch: &Branch<'_>,
        path: &Path,
    ) -> Option<Json> {
        self.number(node, number as f64, branch, path)?;
        let most = match branch.text("format") {
            Some("uint32") => u64::from(u32::MAX),
            _ => u64::MAX,
        };
        let fitting = u64::try_from(number).ok().filter(|number| *number <= most);
        if branch.kind() == "number" {
            return Some(Json::from(number as f64));
        }
        if fitting.is_none() {
            let message = format!("`{path}` is out of range: it must be from 0 to {most}");
            self.found
                .push(Diagnostic::error(node.place.clone(), message));
        }
        fitting.map(Json::from)
    }

    fn text(&mut self, node: &Node, text: &str, branch: &Branch<'_>) -> Option<Json> {
        let format = branch.text("format").and_then(formats::find);
        let right = format.is_none_or(|format| self.format(&node.place, text, format));
        right.then(|| Json::from(text))
    }

    /// Returns whether the text is right.
    fn format(&mut self, place: &Place, text: &str, format: &Format) -> bool {
        let checked = (format.check)(text);
        if let Err(error) = &checked {
            self.found.push(
                Diagnostic::error(place.clone(), error.message.clone()).help(error.help.clone()),
            );
        }
        checked.is_ok()
    }
}

impl Wrong<'_> {
    fn told(self, node: &Node, path: &Path, key_place: &Place) -> Diagnostic {
        let place = match (&node.value, self.key) {
            (_, Some(entry)) => entry.key_place.clone(),
            (Value::Table(_), None) => key_place.clone(),
            _ => node.place.clone(),
        };
        let subject = match path.parts() {
            [] => "the file".to_owned(),
            _ => format!("`{path}`"),
        };
        Diagnostic::error(place, self.message.replace("{}", &subject))
            .label(self.label)
            .help(self.help)
    }
}

fn unknown(entry: &Entry, branch: &Branch<'_>, path: &Path) -> Diagnostic {
    let key = &entry.key;
    let place = entry.key_place.clone();
    if LATER.contains(&key.as_str()) {
        let message = format!("`{key}` is not supported by this version of ecrsim");
        return Diagnostic::error(place, message).help("leave it out");
    }
    let within = match path.parts() {
        [] => String::new(),
        _ => format!(" in `{path}`"),
    };
    let known = || branch.properties().map(|(name, _)| name);
    Diagnostic::error(place, format!("unknown key `{key}`{within}"))
        .label(did_you_mean(key, known()))
        .help(format!("the keys here are {}", listed(known())))
}

fn missing(key: &str, branch: &Branch<'_>, path: &Path, key_place: &Place) -> Diagnostic {
    let message = match path.parts() {
        [] => format!("the key `{key}` is missing"),
        _ => format!("`{path}` lacks the key `{key}`"),
    };
    let schema = branch.key(key);
    let about = schema.and_then(|schema| schema["description"].as_str());
    let help = about.map_or_else(String::new, |about| format!("add `{key}`: {about}"));
    Diagnostic::error(key_place.clone(), message).help(help)
}

/// Returns something that satisfies the schema, so that the rest of the file can be checked too.
fn stand_in(schema: &Json) -> Json {
    let branches = branches(schema);
    let branch = branches.first().expect("every schema can be satisfied");
    match branch.kind() {
        "string" => match branch.words().first() {
            Some(word) => Json::from(*word),
            None => Json::from(
                branch
                    .text("format")
                    .and_then(formats::find)
                    .map_or("", |format| format.sample),
            ),
        },
        "integer" => Json::from(1),
        "number" => Json::from(
            branch
                .keyword("minimum")
                .and_then(Json::as_f64)
                .unwrap_or(1.0),
        ),
        "boolean" => Json::from(false),
        "array" => {
            let least = branch
                .keyword("minItems")
                .and_then(Json::as_u64)
                .unwrap_or(0);
            let items = branch
                .keyword("items")
                .expect("every list of the types has items");
            (0..least).map(|_| stand_in(items)).collect()
        }
        _ => Json::Object(
            branch
                .required()
                .filter_map(|key| Some((key.to_owned(), stand_in(branch.key(key)?))))
                .collect(),
        ),
    }
}

fn range_text(least: Option<f64>, most: Option<f64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "a number".to_owned(),
    }
}
