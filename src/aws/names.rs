//! What AWS's names may look like: account ids, repositories, prefix filters, tags and tag filters.
//!
//! Source: ECR's API model of 2026-11-17. Each check returns what is wrong in words that follow the name.

use std::ops::RangeInclusive;

/// What is wrong with a name.
pub type Wrong = String;

/// Accepts a registry or account id: 12 digits.
///
/// # Errors
/// What is wrong with it.
pub fn check_account_id(id: &str) -> Result<(), Wrong> {
    let digits = id.bytes().all(|letter| letter.is_ascii_digit());
    if id.len() == 12 && digits {
        return Ok(());
    }
    Err("is not an account id: 12 digits".to_string())
}

/// Accepts a repository name as ECR has taken it since 2026-02-25 (before, neither `--` nor `__` were allowed):
/// 2 to 256 characters; runs of `a-z0-9` joined by `.`, `_`, `__`, one or more `-`, or `/`.
///
/// # Errors
/// What is wrong with it.
pub fn check_repository_name(name: &str) -> Result<(), Wrong> {
    check_length(name, 2..=256)?;
    if name.split('/').all(is_repository_component) {
        return Ok(());
    }
    Err(
        "is not a repository name: runs of a-z and 0-9, joined by `.`, `_`, `__`, `-` or `/`"
            .to_string(),
    )
}

/// Returns whether `component` is `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_repository_component(component: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let starts_and_ends_plain = component.starts_with(is_plain) && component.ends_with(is_plain);
    let is_joint = |joint: &str| {
        matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|letter| letter == b'-')
    };
    starts_and_ends_plain && component.split(is_plain).all(is_joint)
}

/// Accepts the text of a `PREFIX_MATCH` filter (B26):
/// 2 to 256 characters, `^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$`.
///
/// # Errors
/// What is wrong with it.
pub fn check_prefix(filter: &str) -> Result<(), Wrong> {
    check_length(filter, 2..=256)?;
    // Whole components begin with a letter or digit; what follows the last `/` may be anything, even empty.
    let mut components = filter.rsplit('/');
    let last = components.next().unwrap_or_default();
    let begins_plain =
        |component: &str| component.starts_with(|letter| !matches!(letter, '.' | '_' | '-'));
    let allowed = |component: &str| component.bytes().all(is_prefix_letter);
    if allowed(last) && components.all(|component| begins_plain(component) && allowed(component)) {
        return Ok(());
    }
    Err(prefix_complaint(filter))
}

fn is_prefix_letter(letter: u8) -> bool {
    matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-')
}

fn prefix_complaint(filter: &str) -> Wrong {
    if filter.contains(['*', '?']) {
        return "is not a prefix filter: it is plain text, without wildcards".to_string();
    }
    "is not a prefix filter: a-z, 0-9, `.`, `_`, `-`, and `/` between names".to_string()
}

/// Accepts an image tag: 1 to 300 characters.
///
/// # Errors
/// What is wrong with it.
pub fn check_tag(tag: &str) -> Result<(), Wrong> {
    check_length(tag, 1..=300)
}

/// Accepts the text of a filter of tags that are excluded from (im)mutability (B66):
/// `^[0-9a-zA-Z._*-]{1,128}$`.
///
/// # Errors
/// What is wrong with it.
pub fn check_tag_filter(filter: &str) -> Result<(), Wrong> {
    check_length(filter, 1..=128)?;
    let allowed = |letter: u8| letter.is_ascii_alphanumeric() || b"._*-".contains(&letter);
    if filter.bytes().all(allowed) {
        return Ok(());
    }
    Err("is not a tag filter: letters, digits, `.`, `_`, `-` and the wildcard `*`".to_string())
}

fn check_length(text: &str, allowed: RangeInclusive<usize>) -> Result<(), Wrong> {
    let count = text.chars().count();
    if allowed.contains(&count) {
        return Ok(());
    }
    let (min, max) = allowed.into_inner();
    let s = if count == 1 { "" } else { "s" };
    Err(format!(
        "has {count} character{s}: {min} to {max} are allowed"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_id_is_twelve_digits() {
        assert_eq!(check_account_id("111122223333"), Ok(()));
        assert!(check_account_id("11112222333").is_err());
        assert!(check_account_id("11112222333x").is_err());
        // Twelve digits, but not ASCII ones.
        assert!(check_account_id("١١١١٢٢").is_err());
    }

    #[test]
    fn b26_prefixes_that_are_legal() {
        for filter in [
            "prod/",
            "prod-",
            "-x",
            "__",
            "a.b/c",
            "prod/service-1",
            "a-/b",
        ] {
            assert_eq!(check_prefix(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn b26_prefixes_that_are_not() {
        for filter in [
            "a", "*", "prod*", "Prod", "/prod", "prod//", "-a/b", "a b", "é/é",
        ] {
            assert!(check_prefix(filter).is_err(), "{filter}");
        }
        assert!(check_prefix(&"a".repeat(257)).is_err());
        assert_eq!(check_prefix(&"a".repeat(256)), Ok(()));
    }

    #[test]
    fn repository_names() {
        for name in ["prod/api", "a1", "a--b", "a__b", "a.b_c-d/e"] {
            assert_eq!(check_repository_name(name), Ok(()), "{name}");
        }
        for name in [
            "a", "prod/", "/prod", "a___b", "a..b", "a-_b", "A/b", "-ab", "ab-", "a//b",
        ] {
            assert!(check_repository_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn b66_tag_filters() {
        for filter in ["latest*", "v1.*", "*", "A_b-C"] {
            assert_eq!(check_tag_filter(filter), Ok(()), "{filter}");
        }
        for filter in ["", "a?b", "a/b", &"a".repeat(129)] {
            assert!(check_tag_filter(filter).is_err(), "{filter}");
        }
    }

    #[test]
    fn length_is_counted_in_words() {
        assert_eq!(
            check_prefix("a").unwrap_err(),
            "has 1 character: 2 to 256 are allowed"
        );
        assert!(check_tag("").unwrap_err().starts_with("has 0 characters"));
    }
}
