//! "Did you mean": the known word that a misspelt one is closest to.

/// Returns the candidate that `word` was probably meant to be; the first of equals.
///
/// Up to a third of its letters, and at least one, may be inserted, removed, changed or swapped; case does not count.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&word, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_letter_is_forgiven_and_a_different_word_is_not() {
        let known = ["Allow", "Deny"];
        assert_eq!(nearest("Alow", known), Some("Allow"));
        assert_eq!(nearest("Dney", known), Some("Deny"));
        assert_eq!(nearest("ALLOW", known), Some("Allow"));
        assert_eq!(nearest("Permit", known), None);
    }

    #[test]
    fn first_of_equals_is_taken() {
        assert_eq!(nearest("ab", ["ac", "ad"]), Some("ac"));
    }
}
