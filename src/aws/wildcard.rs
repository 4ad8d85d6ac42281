//! `*` and `?` in IAM's actions and resources, and `*` in ECR's tag patterns (B44, B66).

/// Returns whether `text` is matched as a whole by `pattern`: `*` is any run of characters, `?` any one.
///
/// A mismatch goes back to the last `*` only, which is enough, so the time is at most the product of the lengths.
pub fn matches(pattern: &str, text: impl IntoIterator<Item = char, IntoIter: Clone>) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.into_iter());
    // After the last `*`: what follows it in the pattern, and the text that it has not swallowed yet.
    let mut last_star = None;
    loop {
        let rest = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = rest;
                last_star = Some((pattern.clone(), text.clone()));
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {}
            _ => {
                let Some((after_star, unswallowed)) = &mut last_star else {
                    return false;
                };
                if unswallowed.next().is_none() {
                    return false;
                }
                (pattern, text) = (after_star.clone(), unswallowed.clone());
            }
        }
    }
}

/// Returns whether `text` is matched by `pattern` without regard to the case of ASCII letters, as action names are.
pub fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    matches(
        &pattern.to_ascii_lowercase(),
        text.chars().map(|letter| letter.to_ascii_lowercase()),
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn is_match(pattern: &str, text: &str) -> bool {
        matches(pattern, text.chars())
    }

    #[test]
    fn star_is_any_run_and_question_mark_any_one() {
        assert!(is_match("prod/*", "prod/api"));
        assert!(is_match("prod/*", "prod/"));
        assert!(is_match("*api", "prod/api"));
        assert!(is_match("p?od", "prod"));
        assert!(is_match("*", ""));
        assert!(!is_match("prod/*", "prod"));
        assert!(!is_match("p?od", "pod"));
        assert!(!is_match("", "a"));
    }

    #[test]
    fn whole_text_must_match() {
        assert!(!is_match("prod", "prod/api"));
        assert!(!is_match("api", "prod/api"));
        assert!(is_match("a*b*c", "a-b-b-c"));
        assert!(!is_match("a*b*c", "a-b-b-c-d"));
    }

    #[test]
    fn case_counts_unless_told_otherwise() {
        assert!(!is_match("ECR:*", "ecr:ReplicateImage"));
        assert!(matches_ignoring_case(
            "ECR:replicate*",
            "ecr:ReplicateImage"
        ));
    }

    #[test]
    fn many_stars_do_not_explode() {
        let started = Instant::now();
        assert!(!is_match(
            &"*a".repeat(200),
            &format!("{}b", "a".repeat(5_000))
        ));
        assert!(started.elapsed() < Duration::from_secs(5));
    }

    /// The definition, written as it reads.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, rest) => rest.is_none(),
            (Some((b'*', after)), None) => naive(after, text),
            (Some((b'*', after)), Some((_, rest))) => naive(after, text) || naive(pattern, rest),
            (Some((wanted, after)), Some((found, rest))) => {
                (*wanted == b'?' || wanted == found) && naive(after, rest)
            }
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(is_match(&pattern, &text), naive(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
