//! Which of several ways to satisfy a schema a value means: by its kind, its tag, its keys or its word.

use super::formats;
use super::suggest::{did_you_mean, listed};
use super::view::Branch;
use crate::scenario::document::{Entry, Node, Value};

/// What was chosen.
pub(super) enum Choice<'a> {
    /// This way; the value is to be checked against it.
    Take(&'a Branch<'a>),
    /// The value is this word, and there is nothing more to check.
    Done(&'a str),
    /// None fits.
    Wrong(Wrong<'a>),
}

/// Why none fits; `{}` in the message stands for the path.
pub(super) struct Wrong<'a> {
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: String,
    /// The key that shows it, if not the value itself.
    pub(super) key: Option<&'a Entry>,
}

/// Returns what `node` means.
pub(super) fn choose<'a>(branches: &'a [Branch<'a>], node: &'a Node) -> Choice<'a> {
    let fitting: Vec<&Branch<'_>> = branches
        .iter()
        .filter(|branch| fits(branch.kind(), &node.value))
        .collect();
    match (&node.value, fitting.as_slice()) {
        (_, []) => Choice::Wrong(wrong_kind(branches, node)),
        (Value::String(text) | Value::Date(text), _) => by_word(&fitting, text),
        (_, [only]) => Choice::Take(only),
        (Value::Table(entries), _) => by_keys(&fitting, entries),
        (_, [first, ..]) => Choice::Take(first),
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) => kind == "boolean",
        Value::Integer(_) => kind == "integer" || kind == "number",
        Value::Float(_) => kind == "number",
        Value::String(_) | Value::Date(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Table(_) => kind == "object",
    }
}

fn wrong_kind<'a>(branches: &[Branch<'_>], node: &Node) -> Wrong<'a> {
    let mut wanted: Vec<&str> = Vec::new();
    for branch in branches {
        let kind = kind_in_words(branch);
        if !wanted.contains(&kind) {
            wanted.push(kind);
        }
    }
    let help = match (&node.value, wanted.as_slice()) {
        (Value::Null, _) => "leave the key out".to_owned(),
        (Value::Integer(number), _) if wanted.contains(&"text") => {
            format!("write it in quotes: \"{number}\"")
        }
        _ => about(branches),
    };
    Wrong {
        message: format!(
            "{{}} must be {}, not {}",
            wanted.join(" or "),
            node.value.kind()
        ),
        label: String::new(),
        help,
        key: None,
    }
}

fn kind_in_words(branch: &Branch<'_>) -> &'static str {
    match branch.kind() {
        "string" if branch.text("format").is_some_and(has_unit) => "text with a unit",
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        _ => "a table",
    }
}

fn has_unit(format: &str) -> bool {
    let units = [
        "span",
        "bytes",
        "speed",
        "rate",
        "usd",
        "usd-per-gb",
        "usd-per-gb-month",
    ];
    units.contains(&format)
}

/// Returns what the first text with a format is, with its example.
fn about(branches: &[Branch<'_>]) -> String {
    let formats = branches.iter().filter_map(|branch| branch.text("format"));
    let found = formats.filter_map(formats::find).next();
    found.map_or_else(String::new, |format| format.about.to_owned())
}

/// A text is one of the listed words, or else of the one branch with a free text.
fn by_word<'a>(fitting: &[&'a Branch<'a>], text: &'a str) -> Choice<'a> {
    let words: Vec<&str> = fitting.iter().flat_map(|branch| branch.words()).collect();
    if words.contains(&text) {
        return Choice::Done(text);
    }
    if let Some(free) = fitting.iter().find(|branch| branch.words().is_empty()) {
        return Choice::Take(free);
    }
    Choice::Wrong(Wrong {
        message: format!("{{}} cannot be \"{}\"", text.escape_debug()),
        label: did_you_mean(text, words.iter().copied()),
        help: format!("write {}", listed(words)),
        key: None,
    })
}

/// A table says what it is by a tag (`action`), or by the keys that only one branch has.
fn by_keys<'a>(fitting: &[&'a Branch<'a>], entries: &'a [Entry]) -> Choice<'a> {
    if let Some(tag) = tag(fitting) {
        return by_tag(fitting, entries, tag);
    }
    let known = |branch: &&&Branch<'_>| {
        let has = |key: &str| branch.properties().any(|(name, _)| name == key);
        entries.iter().filter(|entry| has(&entry.key)).count()
    };
    // Of equals the first branch counts, so that its missing and unknown keys are what is told.
    let best = fitting.iter().rev().max_by_key(known);
    if let Some(best) = best.filter(|best| known(best) > 0) {
        return Choice::Take(best);
    }
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in fitting.iter().flat_map(|branch| branch.properties()) {
        if name != "max" && !names.contains(&name) {
            names.push(name);
        }
    }
    let Some(first) = entries.first() else {
        return Choice::Wrong(Wrong {
            message: "{} is an empty table".to_owned(),
            label: String::new(),
            help: format!("write one of the keys {}", listed(names)),
            key: None,
        });
    };
    Choice::Wrong(Wrong {
        message: format!("unknown key `{}` in {{}}", first.key),
        label: did_you_mean(&first.key, names.iter().copied()),
        help: format!("write one of the keys {}", listed(names)),
        key: Some(first),
    })
}

/// Returns the key that in every branch has one word of its own.
fn tag<'a>(fitting: &[&Branch<'a>]) -> Option<&'a str> {
    let (first, rest) = fitting.split_first()?;
    let is_tag = |branch: &Branch<'_>, key: &str| {
        branch
            .properties()
            .any(|(name, schema)| name == key && schema.get("const").is_some())
    };
    let mut keys = first.properties().map(|(name, _)| name);
    keys.find(|key| is_tag(first, key) && rest.iter().all(|branch| is_tag(branch, key)))
}

fn by_tag<'a>(fitting: &[&'a Branch<'a>], entries: &'a [Entry], tag: &str) -> Choice<'a> {
    let word = |branch: &Branch<'a>| {
        let schema = branch.properties().find(|(name, _)| *name == tag);
        schema.and_then(|(_, schema)| schema["const"].as_str())
    };
    let words = || fitting.iter().filter_map(|branch| word(branch));
    let Some(entry) = entries.iter().find(|entry| entry.key == tag) else {
        return Choice::Wrong(Wrong {
            message: format!("{{}} lacks the key `{tag}`"),
            label: String::new(),
            help: format!("write {}", listed(words())),
            key: None,
        });
    };
    let Value::String(given) = &entry.node.value else {
        return Choice::Wrong(Wrong {
            message: format!("`{tag}` must be text, not {}", entry.node.value.kind()),
            label: String::new(),
            help: format!("write {}", listed(words())),
            key: Some(entry),
        });
    };
    if let Some(branch) = fitting.iter().find(|branch| word(branch) == Some(given)) {
        return Choice::Take(branch);
    }
    Choice::Wrong(Wrong {
        message: format!("{{}} has an unknown {tag}, `{given}`"),
        label: did_you_mean(given, words()),
        help: format!("the {tag}s are {}", words().collect::<Vec<_>>().join(", ")),
        key: Some(entry),
    })
}
