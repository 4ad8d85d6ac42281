//! The formats of texts: each name in the schema leads to the parser of its type.

use jiff::tz;

use crate::aws::{names, nearest, regions};
use crate::scenario::distribution::{Percentile, Probability};
use crate::scenario::names::{AccountId, Date, Moment, RegistryName, Route};
use crate::units::{
    Bytes, Rate, SimDuration, Speed, Text, UnitError, Usd, UsdPerGb, UsdPerGbMonth,
};

/// A format of texts.
pub(super) struct Format {
    /// Its name in the schema.
    name: &'static str,
    /// What a text of it is, with an example.
    pub(super) about: &'static str,
    /// A text of it that stands in for a wrong one, so that nothing else is wrong because of it.
    pub(super) sample: &'static str,
    /// Says what is wrong with a text.
    pub(super) check: fn(&str) -> Result<(), UnitError>,
}

const fn of<T: Text>(sample: &'static str) -> Format {
    Format {
        name: T::FORMAT,
        about: T::ABOUT,
        sample,
        check: |text| text.parse::<T>().map(drop),
    }
}

const fn words(
    name: &'static str,
    about: &'static str,
    sample: &'static str,
    check: fn(&str) -> Result<(), UnitError>,
) -> Format {
    Format {
        name,
        about,
        sample,
        check,
    }
}

const FORMATS: &[Format] = &[
    of::<SimDuration>("36500 days"),
    of::<Bytes>("1 B"),
    of::<Speed>("1 bit/s"),
    of::<Rate>("0 per week"),
    of::<Usd>("0 USD"),
    of::<UsdPerGb>("0 USD per GB"),
    of::<UsdPerGbMonth>("0 USD per GB-month"),
    of::<Route>("* -> *"),
    of::<AccountId>("000000000000"),
    of::<Date>("2026-01-01T00:00:00Z"),
    of::<Moment>("0 s"),
    of::<RegistryName>("account/us-east-1"),
    words(
        "name",
        "A name of lower-case letters, digits, `.`, `_` and `-`: `ci`, `release-train`.",
        "x",
        name,
    ),
    words(
        "region",
        "The code of an AWS Region: `us-east-1`.",
        "us-east-1",
        region,
    ),
    words(
        "repository",
        "A name of a repository: `shop/checkout`.",
        "repository",
        |text| aws(text, names::check_repository_name(text)),
    ),
    words(
        "prefix",
        "Text with which names of repositories begin: `shop/`.",
        "prefix",
        |text| aws(text, names::check_prefix(text)),
    ),
    words("tag", "A tag of an image: `v1.2`.", "tag", |text| {
        aws(text, names::check_tag(text)).and_then(|()| without_blanks(text))
    }),
    words(
        "tag-template",
        "A tag, with `{n}` for the push's number and `{stream}` for its stream: `v{n}`.",
        "{n}",
        tag_template,
    ),
    words(
        "tag-pattern",
        "A tag with `*` for any text: `latest*`.",
        "*",
        |text| aws(text, names::check_tag_filter(text)),
    ),
    words(
        "digest",
        "A digest: `sha256:` and 64 hexadecimal digits.",
        "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        digest,
    ),
    words(
        "timezone",
        "A time zone by its IANA name: `Europe/Berlin`.",
        "UTC",
        timezone,
    ),
];

/// Returns the format of a name in the schema; schemars' own formats of numbers are none.
pub(super) fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Tells whether `key` matches one of the patterns of keys that the types use.
pub(super) fn matches(pattern: &str, key: &str) -> bool {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match pattern {
        Percentile::PATTERN => key
            .strip_prefix('p')
            .is_some_and(|digits| (2..=6).contains(&digits.len()) && all_digits(digits)),
        Probability::PATTERN => match key.split_once('.') {
            None => matches!(key, "0" | "1"),
            Some((_, "")) => false,
            Some(("0", decimals)) => all_digits(decimals),
            Some(("1", decimals)) => decimals.bytes().all(|byte| byte == b'0'),
            Some(_) => false,
        },
        _ => unreachable!("every pattern of the schema has its line here"),
    }
}

fn aws(text: &str, checked: Result<(), String>) -> Result<(), UnitError> {
    checked.map_err(|wrong| UnitError::new(format!("\"{text}\" {wrong}"), ""))
}

fn name(text: &str) -> Result<(), UnitError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if text.starts_with(plain) && text.chars().all(|c| plain(c) || "._-".contains(c)) {
        return Ok(());
    }
    Err(UnitError::new(
        format!("\"{text}\" is no name"),
        "write lower-case letters, digits, `.`, `_` and `-`, a letter or digit first",
    ))
}

fn region(code: &str) -> Result<(), UnitError> {
    if regions::find(code).is_some() {
        return Ok(());
    }
    let help = regions::nearest(code).map_or_else(
        || "write a Region's code, as in \"us-east-1\"".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(UnitError::new(
        format!("`{code}` is not a Region of AWS"),
        help,
    ))
}

fn tag_template(text: &str) -> Result<(), UnitError> {
    let shortest = text.replace("{n}", "1").replace("{stream}", "s");
    if let Some(place) = shortest.find(['{', '}']) {
        let near = shortest[place..].split_inclusive('}').next().unwrap_or("");
        return Err(UnitError::new(
            format!("\"{text}\" holds `{near}`, which stands for nothing"),
            "write `{n}` for the push's number or `{stream}` for its stream",
        ));
    }
    aws(text, names::check_tag(&shortest)).and_then(|()| without_blanks(text))
}

/// Lists within a cell are separated by spaces, so a tag with one could not be told apart from two.
fn without_blanks(text: &str) -> Result<(), UnitError> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(UnitError::new(
            format!("the tag \"{}\" holds a blank", text.escape_debug()),
            "write one tag without blanks; several tags are a list",
        ));
    }
    Ok(())
}

/// The pattern that ECR's API model of 2026-11-17 gives: `[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+`.
fn digest(text: &str) -> Result<(), UnitError> {
    let right = text.split_once(':').is_some_and(|(algorithm, hex)| {
        let in_name = |c: char| c.is_ascii_alphanumeric() || "-_+.".contains(c);
        let named = !algorithm.is_empty() && algorithm.chars().all(in_name);
        named && !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if right {
        return Ok(());
    }
    Err(UnitError::new(
        format!("\"{text}\" is no digest"),
        "write `sha256:` and hexadecimal digits",
    ))
}

fn timezone(text: &str) -> Result<(), UnitError> {
    if tz::db().get(text).is_ok() {
        return Ok(());
    }
    let known: Vec<String> = tz::db().available().map(|zone| zone.to_string()).collect();
    let help = nearest(text, known.iter().map(String::as_str)).map_or_else(
        || "write an IANA name, as in \"Europe/Berlin\"".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(UnitError::new(format!("\"{text}\" is no time zone"), help))
}

/// Checks a text that stands outside the tree, such as a cell of a trace, against a format of the schema.
pub(in crate::scenario) fn check_text(format: &str, text: &str) -> Result<(), UnitError> {
    let format = find(format).expect("callers name formats of the table");
    (format.check)(text)
}
