//! "Did you mean": the nearest of the words that would have been right.

use crate::aws::nearest;

/// Returns "did you mean …?" or nothing.
pub fn did_you_mean<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, words).map_or_else(String::new, |word| format!("did you mean `{word}`?"))
}

/// Lists words in backticks: `a`, `b` or `c`; of many, the first dozen.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [first @ .., last] if words.len() <= MOST => format!("{} or {last}", first.join(", ")),
        _ => {
            let rest = words.len() - MOST;
            format!("{} or {rest} more", words[..MOST].join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(listed([]), "none");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` or `c`");
        let many: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        assert!(listed(many.iter().map(String::as_str)).ends_with("`11` or 8 more"));
    }
}
