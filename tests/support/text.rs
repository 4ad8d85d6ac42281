//! The text of a small scenario in which every time can be told by hand.

use super::{Run, errors, run_with};

/// Two accounts; a second of dispatch, copies of 1 MB/s, no stall; an hour from Monday, 2 March 2026.
const BASE: &str = r#"
[accounts]
build = "111122223333"
prod  = "444455556666"
[latency]
dispatch = "1 s"
stall    = { probability = 0.0 }
[links."* -> *"]
per_copy = "8 Mbit/s"
"#;

/// A scenario's text, put together piece by piece.
#[derive(Clone, Debug)]
pub struct Text {
    keys: String,
    tables: String,
    files: Vec<(String, String)>,
    rules: u32,
}

impl Text {
    pub fn new() -> Self {
        let keys = "start = 2026-03-02T00:00:00Z\n".to_owned();
        Self {
            keys,
            tables: BASE.to_owned(),
            files: Vec::new(),
            rules: 0,
        }
        .lasting("1 hour")
    }

    /// Replaces everything but the accounts: no latency, links without limits, so that what is pushed arrives at once.
    pub fn instant(start: &str, duration: &str) -> Self {
        let keys = format!("start = {start}\nduration = '{duration}'\n");
        let tables = r#"
[accounts]
build = "111122223333"
prod  = "444455556666"
[latency]
dispatch = "0 s"
stall    = { probability = 0.0 }
[links."* -> *"]
per_copy = "unlimited"
"#;
        Self {
            keys,
            tables: tables.to_owned(),
            files: Vec::new(),
            rules: 0,
        }
    }

    pub fn lasting(self, duration: &str) -> Self {
        self.replacing("duration", &format!("'{duration}'"))
    }

    pub fn starting(self, moment: &str) -> Self {
        self.replacing("start", moment)
    }

    fn replacing(self, key: &str, value: &str) -> Self {
        let others = self.keys.lines().filter(|line| !line.starts_with(key));
        let kept: String = others.map(|line| format!("{line}\n")).collect();
        Self {
            keys: format!("{kept}{key} = {value}\n"),
            ..self
        }
    }

    /// Adds a line above all tables.
    pub fn key(mut self, line: &str) -> Self {
        self.keys += &format!("{line}\n");
        self
    }

    /// Adds tables as they are written.
    pub fn toml(mut self, tables: &str) -> Self {
        self.tables += &format!("{tables}\n");
        self
    }

    /// Puts a file beside the scenario.
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Adds a rule that sends every repository of `source` to `destinations`.
    pub fn rule(self, source: &str, destinations: &[&str]) -> Self {
        self.rule_for(source, destinations, &[])
    }

    /// Adds a rule for repositories of these prefixes.
    pub fn rule_for(mut self, source: &str, destinations: &[&str], prefixes: &[&str]) -> Self {
        self.rules += 1;
        let number = self.rules;
        let prefixes = if prefixes.is_empty() {
            String::new()
        } else {
            format!("prefixes = {prefixes:?}")
        };
        self.toml(&format!(
            "[registries.\"{source}\".rules.r{number}]\ndestinations = {destinations:?}\n{prefixes}"
        ))
    }

    /// Adds a statement to a registry's policy, with the keys that are not left to their defaults.
    pub fn permission(mut self, registry: &str, principal: &str, more: &str) -> Self {
        self.rules += 1;
        let number = self.rules;
        self.toml(&format!("[registries.\"{registry}\".permissions.p{number}]\nprincipals = ['{principal}']\n{more}"))
    }

    pub fn event(self, at: &str, action: &str, keys: &str) -> Self {
        self.toml(&format!(
            "[[events]]\nat = '{at}'\naction = '{action}'\n{keys}"
        ))
    }

    /// Adds a push of a new image.
    pub fn put(
        self,
        at: &str,
        registry: &str,
        repository: &str,
        tags: &[&str],
        size: &str,
    ) -> Self {
        self.event(
            at,
            "PutImage",
            &format!("registry = '{registry}'\nrepository = '{repository}'\ntags = {tags:?}\nsize = '{size}'"),
        )
    }

    /// Adds a push of a digest of 10 MB.
    pub fn put_digest(
        self,
        at: &str,
        registry: &str,
        repository: &str,
        tags: &[&str],
        number: u32,
    ) -> Self {
        let keys = format!(
            "registry = '{registry}'\nrepository = '{repository}'\ntags = {tags:?}\nsize = '10 MB'\ndigest = '{}'",
            digest(number)
        );
        self.event(at, "PutImage", &keys)
    }

    pub fn delete_digest(self, at: &str, registry: &str, repository: &str, number: u32) -> Self {
        let digest = digest(number);
        let keys =
            format!("registry = '{registry}'\nrepository = '{repository}'\ndigest = '{digest}'");
        self.event(at, "BatchDeleteImage", &keys)
    }

    pub fn delete_tag(self, at: &str, registry: &str, repository: &str, tag: &str) -> Self {
        let keys = format!("registry = '{registry}'\nrepository = '{repository}'\ntag = '{tag}'");
        self.event(at, "BatchDeleteImage", &keys)
    }

    pub fn run(&self) -> Run {
        self.run_with(&[])
    }

    /// Runs it with overrides `KEY=VALUE`.
    pub fn run_with(&self, overrides: &[&str]) -> Run {
        let files: Vec<(&str, &str)> = self
            .files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        run_with(&self.text(), &files, overrides)
    }

    /// Loads it, without files beside it.
    pub fn load(&self) -> ecrsim::scenario::Loaded {
        super::load_text(&self.text(), &[], &[]).expect("a right scenario")
    }

    /// Returns what is wrong with it.
    pub fn errors(&self) -> String {
        let files: Vec<(&str, &str)> = self
            .files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        errors(&self.text(), &files)
    }

    fn text(&self) -> String {
        format!("{}{}", self.keys, self.tables)
    }
}

/// Returns a full digest.
pub fn digest(number: u32) -> String {
    format!("sha256:{number:064x}")
}
