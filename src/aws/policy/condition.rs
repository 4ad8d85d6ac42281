//! Conditions of a registry policy's statement: those on account and Region are understood, others never hold (U23).

use crate::aws::wildcard;

/// One condition: one key under one operator. It holds if the key's value fits any of `values`
/// (with a negated operator: none of them).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Operator, as in `StringEquals`.
    pub operator: String,
    /// Key, as in `aws:SourceAccount`; case does not count.
    pub key: String,
    /// Values; numbers and truth values stand here as their text.
    pub values: Vec<String>,
}

/// What the model knows of a request that a condition can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The account that replicates: `aws:SourceAccount`, `aws:PrincipalAccount`.
    SourceAccount,
    /// The Region that is asked, which is the destination's: `aws:RequestedRegion`.
    RequestedRegion,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Comparison {
    wildcards: bool,
    negated: bool,
}

impl Condition {
    /// Returns whether the model can tell if the condition holds (U23).
    pub fn is_known(&self) -> bool {
        self.interpret().is_some()
    }

    /// Returns whether the condition holds, where `value_of` knows the request; an unknown one does not (U23).
    pub fn holds<'r>(&self, value_of: impl FnOnce(Subject) -> &'r str) -> bool {
        self.interpret().is_some_and(|(subject, comparison)| {
            let value = value_of(subject);
            let fits = |allowed: &String| {
                allowed == value
                    || (comparison.wildcards && wildcard::matches(allowed, value.chars()))
            };
            self.values.iter().any(fits) != comparison.negated
        })
    }

    fn interpret(&self) -> Option<(Subject, Comparison)> {
        let subject = match self.key.to_ascii_lowercase().as_str() {
            "aws:sourceaccount" | "aws:principalaccount" => Subject::SourceAccount,
            "aws:requestedregion" => Subject::RequestedRegion,
            _ => return None,
        };
        let (wildcards, negated) = match self.operator.as_str() {
            "StringEquals" => (false, false),
            "StringNotEquals" => (false, true),
            "StringLike" => (true, false),
            "StringNotLike" => (true, true),
            _ => return None,
        };
        Some((subject, Comparison { wildcards, negated }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `operator` on `key` with `values` holds for a copy from account 111122223333 to eu-west-1.
    fn holds(operator: &str, key: &str, values: &[&str]) -> bool {
        let condition = Condition {
            operator: operator.to_string(),
            key: key.to_string(),
            values: values.iter().map(ToString::to_string).collect(),
        };
        condition.holds(|subject| match subject {
            Subject::SourceAccount => "111122223333",
            Subject::RequestedRegion => "eu-west-1",
        })
    }

    #[test]
    fn u23_account_and_region_are_known() {
        assert!(holds(
            "StringEquals",
            "aws:SourceAccount",
            &["444455556666", "111122223333"]
        ));
        assert!(holds(
            "StringEquals",
            "AWS:principalaccount",
            &["111122223333"]
        ));
        assert!(!holds(
            "StringEquals",
            "aws:SourceAccount",
            &["444455556666"]
        ));
        assert!(holds("StringLike", "aws:RequestedRegion", &["eu-*"]));
        assert!(!holds("StringEquals", "aws:RequestedRegion", &["eu-*"]));
    }

    #[test]
    fn u23_negated_operator_wants_none_of_the_values() {
        assert!(holds(
            "StringNotEquals",
            "aws:RequestedRegion",
            &["us-east-1"]
        ));
        assert!(!holds(
            "StringNotLike",
            "aws:RequestedRegion",
            &["us-*", "eu-*"]
        ));
    }

    #[test]
    fn u23_what_the_model_does_not_know_never_holds() {
        assert!(!holds("StringEquals", "aws:PrincipalOrgID", &["o-1"]));
        assert!(!holds("StringNotEquals", "aws:PrincipalOrgID", &["o-1"]));
        assert!(!holds(
            "ForAnyValue:StringEquals",
            "aws:RequestedRegion",
            &["eu-west-1"]
        ));
    }
}
