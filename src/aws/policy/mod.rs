//! The registry permission policy: who may replicate into a registry and create repositories there (B40–B51).
//!
//! Shapes only; what a policy decides is the business of `ecr::policy`.

mod condition;
mod embedded;
mod principal;
mod read;
mod statement;
mod write;

pub use condition::{Condition, Subject};
pub use principal::{Principal, REPLICATION_ROLE};
pub use read::read;

use super::Registry;

/// The action that every copy from another account needs; users cannot call it themselves (B40, B43).
pub const REPLICATE_IMAGE: &str = "ecr:ReplicateImage";

/// The action that a copy needs where the repository is missing (B41).
pub const CREATE_REPOSITORY: &str = "ecr:CreateRepository";

/// A registry's policy; statements have no order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryPolicy {
    /// Statements.
    pub statements: Vec<Statement>,
}

/// One statement: for these principals, actions and resources, if all conditions hold, this effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The statement's name, if it has one.
    pub sid: Option<String>,
    /// What it does.
    pub effect: Effect,
    /// Whom it concerns: `Principal` or `NotPrincipal`.
    pub principals: Clause<Principal>,
    /// Action patterns: `Action` or `NotAction`; case does not count.
    pub actions: Clause<String>,
    /// Patterns of ARNs: `Resource` or `NotResource`.
    pub resources: Clause<String>,
    /// Conditions, all of which must hold.
    pub conditions: Vec<Condition>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, and beats every Allow (B51).
    Deny,
}

/// A part of a statement, or its opposite: `Action` or `NotAction`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause<T> {
    /// Whether everything but these is meant.
    pub negated: bool,
    /// What is named.
    pub items: Vec<T>,
}

impl<T> Clause<T> {
    /// Returns the clause that covers `items`.
    pub fn of(items: Vec<T>) -> Self {
        Self {
            negated: false,
            items,
        }
    }

    /// Returns whether the clause covers what `matches` recognises.
    pub fn covers(&self, matches: impl FnMut(&T) -> bool) -> bool {
        self.items.iter().any(matches) != self.negated
    }
}

impl Statement {
    /// Returns the statement on `repositories` (name patterns) of `registry`, without conditions.
    pub fn on_repositories<'a>(
        effect: Effect,
        principals: Vec<Principal>,
        actions: Vec<String>,
        registry: &Registry,
        repositories: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let arns = repositories
            .into_iter()
            .map(|pattern| registry.repository_arn(pattern));
        Self {
            sid: None,
            effect,
            principals: Clause::of(principals),
            actions: Clause::of(actions),
            resources: Clause::of(arns.collect()),
            conditions: Vec::new(),
        }
    }
}

/// Accepts an action pattern: `*`, or a service and an action, as in `ecr:Replicate*`.
///
/// # Errors
/// What is wrong with it.
pub fn check_action(pattern: &str) -> Result<(), String> {
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-*?".contains(&letter);
    let well_formed = pattern.split_once(':').is_some_and(|(service, action)| {
        [service, action]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(is_letter))
    });
    if pattern == "*" || well_formed {
        return Ok(());
    }
    Err(format!(
        "`{pattern}` is not an action, as in `{REPLICATE_IMAGE}`"
    ))
}

/// Accepts a resource pattern: `*`, or the pattern of an ARN.
///
/// # Errors
/// What is wrong with it.
pub fn check_resource(pattern: &str) -> Result<(), String> {
    if pattern == "*" || pattern.starts_with("arn:") {
        return Ok(());
    }
    Err(format!("`{pattern}` is not a resource: an ARN or `*`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_have_a_service() {
        for pattern in ["*", "ecr:*", "ECR:ReplicateImage", "ecr:Create?epository"] {
            assert_eq!(check_action(pattern), Ok(()), "{pattern}");
        }
        for pattern in ["", "ReplicateImage", "ecr:", ":x", "ecr:a:b", "ecr:a b"] {
            assert!(check_action(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn negated_clause_covers_the_rest() {
        let mut clause = Clause::of(vec![1, 2]);
        assert!(clause.covers(|item| *item == 2));
        clause.negated = true;
        assert!(!clause.covers(|item| *item == 2));
        assert!(clause.covers(|item| *item == 3));
    }
}
