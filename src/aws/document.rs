//! Reading a JSON document of AWS: what is wrong with it and where, all of it at once.

use std::borrow::Cow;
use std::ops::Range;

use jsonc_parser::ast::{Array, Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::nearest::nearest;

/// Whether a problem makes the document useless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// AWS would refuse it, or the simulator cannot honour it.
    Error,
    /// It is accepted, but probably does not do what it says.
    Warning,
}

/// Something wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it makes the document useless.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it, where that is known: a "did you mean".
    pub help: Option<String>,
    /// The offending bytes of the text.
    pub span: Range<usize>,
}

/// What came of reading a document: its value unless there were errors, and all problems in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<T> {
    /// The document; `None` if and only if a problem is an error.
    pub value: Option<T>,
    /// Everything that is wrong with it.
    pub problems: Vec<Problem>,
}

impl<T> Read<T> {
    /// Returns the problems that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.of(Severity::Error)
    }

    /// Returns the problems that are warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.of(Severity::Warning)
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Problem> {
        self.problems
            .iter()
            .filter(move |problem| problem.severity == severity)
    }
}

/// Collects the problems of one document while it is read.
///
/// A reading method that returns `None` has told why.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Tells an error about the bytes at `span`.
    pub(super) fn error(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.tell(Severity::Error, span, message, None);
    }

    /// Tells a warning about the bytes at `span`.
    pub(super) fn warn(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.tell(Severity::Warning, span, message, None);
    }

    /// Tells a problem.
    pub(super) fn tell(
        &mut self,
        severity: Severity,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let message = message.into();
        self.0.push(Problem {
            severity,
            message,
            help,
            span,
        });
    }

    /// Puts `before` and a colon before the message of every error.
    pub(super) fn prefix_errors(&mut self, before: &str) {
        for problem in &mut self.0 {
            if problem.severity == Severity::Error {
                problem.message.insert_str(0, &format!("{before}: "));
            }
        }
    }

    /// Takes the problems of a document inside this one, their places moved by `place`.
    pub(super) fn embed(&mut self, inner: Self, place: impl Fn(usize) -> usize) {
        self.0.extend(inner.0.into_iter().map(|problem| Problem {
            span: place(problem.span.start)..place(problem.span.end),
            ..problem
        }));
    }

    /// Returns what came of the reading: `value` only if no error was told.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Read<T> {
        self.0.sort_by_key(|problem| problem.span.start);
        let failed = self.has_errors();
        debug_assert!(value.is_some() || failed, "a missing value has its error");
        Read {
            value: value.filter(|_| !failed),
            problems: self.0,
        }
    }

    /// Returns whether an error was told.
    pub(super) fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }

    /// Reads `text` as one strict JSON value.
    pub(super) fn parse<'a>(&mut self, text: &'a str) -> Option<Value<'a>> {
        match parse_to_ast(text, &CollectOptions::default(), &STRICT_JSON) {
            Ok(parsed) => {
                if parsed.value.is_none() {
                    self.error(0..text.len(), "the document is empty");
                }
                parsed.value
            }
            Err(error) => {
                let range = error.range();
                self.error(
                    range.start..range.end,
                    format!("not JSON: {}", error.kind()),
                );
                None
            }
        }
    }

    /// Reads an object; a key that stands twice is an error.
    pub(super) fn object<'v, 'a>(
        &mut self,
        value: &'v Value<'a>,
        what: &str,
    ) -> Option<&'v Object<'a>> {
        let object = value.as_object();
        match object {
            Some(object) => self.check_repeated(object),
            None => self.wrong_kind(value, what, "an object"),
        }
        object
    }

    fn check_repeated(&mut self, object: &Object<'_>) {
        for (place, property) in object.properties.iter().enumerate() {
            let name = property.name.as_str();
            let before = &object.properties[..place];
            if before.iter().any(|earlier| earlier.name.as_str() == name) {
                self.error(span(&property.name), format!("`{name}` stands here twice"));
            }
        }
    }

    /// Reads a list.
    pub(super) fn list<'v, 'a>(
        &mut self,
        value: &'v Value<'a>,
        what: &str,
    ) -> Option<&'v Array<'a>> {
        self.kind(value, value.as_array(), what, "a list")
    }

    /// Reads a string.
    pub(super) fn string<'v>(&mut self, value: &'v Value<'_>, what: &str) -> Option<&'v str> {
        let text = value.as_string_lit().map(|literal| literal.value.as_ref());
        self.kind(value, text, what, "a string")
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&mut self, value: &Value<'_>, what: &str) -> Option<bool> {
        let flag = value.as_boolean_lit().map(|literal| literal.value);
        self.kind(value, flag, what, "true or false")
    }

    /// Returns a required key's value.
    pub(super) fn required<'v, 'a>(
        &mut self,
        object: &'v Object<'a>,
        key: &str,
        what: &str,
    ) -> Option<&'v Value<'a>> {
        let found = optional(object, key);
        if found.is_none() {
            self.error(span(object), format!("{what} needs `{key}`"));
        }
        found
    }

    /// Ignores keys that are not `known`, with a warning: AWS adds new ones several times a year.
    pub(super) fn ignore_unknown(&mut self, object: &Object<'_>, known: &[&str]) {
        for property in unknown(object, known) {
            let message = format!("`{}` is not known and was ignored", property.name.as_str());
            self.about_key(Severity::Warning, property, known, message);
        }
    }

    /// Refuses keys that are not `known`, for `what` is a closed language.
    pub(super) fn refuse_unknown(&mut self, object: &Object<'_>, known: &[&str], what: &str) {
        for property in unknown(object, known) {
            let message = format!("{what} has no `{}`", property.name.as_str());
            self.about_key(Severity::Error, property, known, message);
        }
    }

    fn about_key(
        &mut self,
        severity: Severity,
        property: &ObjectProp<'_>,
        known: &[&str],
        message: String,
    ) {
        let near = nearest(property.name.as_str(), known.iter().copied());
        self.tell(
            severity,
            span(&property.name),
            message,
            near.map(did_you_mean),
        );
    }

    fn kind<T>(
        &mut self,
        value: &Value<'_>,
        found: Option<T>,
        what: &str,
        kind: &str,
    ) -> Option<T> {
        if found.is_none() {
            self.wrong_kind(value, what, kind);
        }
        found
    }

    fn wrong_kind(&mut self, value: &Value<'_>, what: &str, kind: &str) {
        self.error(span(value), format!("{what} must be {kind}"));
    }
}

/// Returns `text` with spaces in place of a byte order mark, so that places stay what they are.
pub(super) fn without_mark(text: &str) -> Cow<'_, str> {
    text.strip_prefix('\u{feff}')
        .map_or(Cow::Borrowed(text), |rest| format!("   {rest}").into())
}

/// Strict JSON: what AWS's own reader takes, nothing more.
const STRICT_JSON: ParseOptions = ParseOptions {
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

/// Returns a key's value, `null` counted as absent.
pub(super) fn optional<'v, 'a>(object: &'v Object<'a>, key: &str) -> Option<&'v Value<'a>> {
    let value = &object.get(key)?.value;
    value.as_null_keyword().is_none().then_some(value)
}

/// Returns the bytes of a node.
pub(super) fn span(node: &impl Ranged) -> Range<usize> {
    let range = node.range();
    range.start..range.end
}

/// Returns the properties whose name is not among the `known`.
fn unknown<'v, 'a>(
    object: &'v Object<'a>,
    known: &[&str],
) -> impl Iterator<Item = &'v ObjectProp<'a>> {
    object
        .properties
        .iter()
        .filter(|property| !known.contains(&property.name.as_str()))
}

/// Returns the help that names `word` as the one probably meant.
pub fn did_you_mean(word: &str) -> String {
    format!("did you mean `{word}`?")
}
