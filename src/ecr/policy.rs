//! What a registry policy decides, and whether a copy may start as far as permission goes (B40–B45, B51, U9, U22, U23).

use super::Reason;
use crate::aws::policy::{
    CREATE_REPOSITORY, Effect, REPLICATE_IMAGE, RegistryPolicy, Statement, Subject,
};
use crate::aws::{Registry, wildcard};

/// What a policy says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it, none denies it.
    Allowed,
    /// A statement denies it: that beats every Allow (B51).
    ExplicitlyDenied,
    /// No statement speaks of it: that is no, too.
    NotAllowed,
}

/// An action that replication wants to do in a repository of the policy's registry.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Action, as in `ecr:ReplicateImage`.
    pub action: &'a str,
    /// The account in whose name it is done: the source's.
    pub source_account_id: &'a str,
    /// The registry that it is done in.
    pub registry: &'a Registry,
    /// Name of the repository there.
    pub repository: &'a str,
}

/// Returns what `policy` says to `request`, as IAM evaluates policies.
///
/// Takes time in proportion to the policy; a run asks once per repository, source and policy.
pub fn evaluate(policy: &RegistryPolicy, request: &Request<'_>) -> Decision {
    let arn = request.registry.repository_arn(request.repository);
    let partition = request.registry.partition();
    let concerned = |effect| {
        let mut statements = policy.statements.iter();
        statements.any(|statement| {
            statement.effect == effect && concerns(statement, request, partition, &arn)
        })
    };
    if concerned(Effect::Deny) {
        return Decision::ExplicitlyDenied;
    }
    if concerned(Effect::Allow) {
        return Decision::Allowed;
    }
    Decision::NotAllowed
}

/// Returns whether principal, action and resource of `statement` cover the request, and all its conditions hold.
///
/// Resources are compared as whole texts: a `*` goes across the colons of an ARN (as IAM's page on the Resource
/// element, read 2026-11-22, says of one that ends a part).
fn concerns(statement: &Statement, request: &Request<'_>, partition: &str, arn: &str) -> bool {
    let account = request.source_account_id;
    let value_of = |subject| match subject {
        Subject::SourceAccount => account,
        Subject::RequestedRegion => request.registry.region.as_str(),
    };
    let Statement {
        principals,
        actions,
        resources,
        conditions,
        ..
    } = statement;
    principals.covers(|principal| principal.covers_replication_of(account, partition))
        && actions.covers(|action| wildcard::matches_ignoring_case(action, request.action))
        && resources.covers(|resource| wildcard::matches(resource, arn.chars()))
        && conditions.iter().all(|condition| condition.holds(value_of))
}

/// A copy that asks for permission at the moment it starts.
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    /// Account of the source registry.
    pub source_account_id: &'a str,
    /// Destination registry.
    pub destination: &'a Registry,
    /// Its policy, if it has one.
    pub policy: Option<&'a RegistryPolicy>,
    /// Name of the repository, the same on both sides (B30).
    pub repository: &'a str,
    /// Whether the destination has that repository already.
    pub repository_exists: bool,
    /// Whether an explicit Deny stops a copy within one account too (U9).
    pub deny_stops_own_account: bool,
}

/// Decides whether the destination's policy lets a copy in: `ecr:ReplicateImage` first, then, only if the repository
/// is missing there, `ecr:CreateRepository`.
///
/// # Errors
/// [`Reason::AccessDenied`] for want of the first, [`Reason::RepositoryCreationDenied`] for want of the second.
pub fn admit(admission: &Admission<'_>) -> Result<(), Reason> {
    if !admission.permits(REPLICATE_IMAGE) {
        return Err(Reason::AccessDenied);
    }
    if !admission.repository_exists && !admission.permits(CREATE_REPOSITORY) {
        return Err(Reason::RepositoryCreationDenied);
    }
    Ok(())
}

impl Admission<'_> {
    /// Across accounts the policy must allow (B40, B41); within one it need not (B42), but may deny (U9).
    fn permits(&self, action: &str) -> bool {
        let decision = self.policy.map_or(Decision::NotAllowed, |policy| {
            evaluate(policy, &self.request(action))
        });
        let own_account = self.source_account_id == self.destination.account_id;
        match decision {
            Decision::Allowed => true,
            Decision::NotAllowed => own_account,
            Decision::ExplicitlyDenied => own_account && !self.deny_stops_own_account,
        }
    }

    fn request<'a>(&'a self, action: &'a str) -> Request<'a> {
        Request {
            action,
            source_account_id: self.source_account_id,
            registry: self.destination,
            repository: self.repository,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Profile, policy};

    const BUILD: &str = "111122223333";
    const PROD: &str = "444455556666";

    fn prod() -> Registry {
        Registry::new(PROD, "us-west-2")
    }

    /// The policy whose statements are these, without the parts that do not vary.
    fn policy(statements: &str) -> RegistryPolicy {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        let read = policy::read(&text, Profile::default(), None);
        read.value.unwrap_or_else(|| panic!("{:#?}", read.problems))
    }

    /// A statement on everything of the registry, for the account of the source.
    fn statement(effect: &str, actions: &str) -> String {
        format!(
            r#"{{"Effect": "{effect}", "Principal": {{"AWS": "{BUILD}"}}, "Action": {actions},
                "Resource": "arn:aws:ecr:us-west-2:{PROD}:repository/*"}}"#
        )
    }

    const BOTH: &str = r#"["ecr:CreateRepository", "ecr:ReplicateImage"]"#;

    fn decide(policy: &RegistryPolicy, action: &str, repository: &str) -> Decision {
        let request = Request {
            action,
            source_account_id: BUILD,
            registry: &prod(),
            repository,
        };
        evaluate(policy, &request)
    }

    /// Whether a copy of `prod/api` from account `from` may start.
    fn admitted(from: &str, policy: Option<&RegistryPolicy>, exists: bool) -> Result<(), Reason> {
        admit(&Admission {
            source_account_id: from,
            destination: &prod(),
            policy,
            repository: "prod/api",
            repository_exists: exists,
            deny_stops_own_account: true,
        })
    }

    #[test]
    fn b40_other_account_needs_a_policy_that_allows_replication() {
        assert_eq!(admitted(BUILD, None, true), Err(Reason::AccessDenied));
        let allowing = policy(&statement("Allow", "\"ecr:ReplicateImage\""));
        assert_eq!(admitted(BUILD, Some(&allowing), true), Ok(()));
        assert_eq!(
            admitted("777788889999", Some(&allowing), true),
            Err(Reason::AccessDenied)
        );
    }

    #[test]
    fn b41_missing_repository_needs_create_repository_too() {
        let replicate_only = policy(&statement("Allow", "\"ecr:ReplicateImage\""));
        assert_eq!(
            admitted(BUILD, Some(&replicate_only), false),
            Err(Reason::RepositoryCreationDenied)
        );
        let both = policy(&statement("Allow", BOTH));
        assert_eq!(admitted(BUILD, Some(&both), false), Ok(()));
        let create_only = policy(&statement("Allow", "\"ecr:CreateRepository\""));
        assert_eq!(
            admitted(BUILD, Some(&create_only), false),
            Err(Reason::AccessDenied)
        );
    }

    #[test]
    fn b42_own_account_needs_no_policy() {
        assert_eq!(admitted(PROD, None, false), Ok(()));
        // One that speaks of others only changes nothing.
        assert_eq!(
            admitted(PROD, Some(&policy(&statement("Allow", BOTH))), false),
            Ok(())
        );
    }

    #[test]
    fn b44_resource_patterns() {
        let on = |resource: &str| {
            policy(&format!(
                r#"{{"Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": "{resource}"}}"#
            ))
        };
        let allows = |resource: &str, repository| {
            decide(&on(resource), REPLICATE_IMAGE, repository) == Decision::Allowed
        };
        assert!(allows("*", "prod/api"));
        assert!(allows(
            "arn:aws:ecr:us-west-2:444455556666:repository/*",
            "prod/api"
        ));
        assert!(allows(
            "arn:aws:ecr:us-west-2:444455556666:repository/prod-*",
            "prod-api"
        ));
        assert!(!allows(
            "arn:aws:ecr:us-west-2:444455556666:repository/prod-*",
            "prod/api"
        ));
        assert!(allows(
            "arn:aws:ecr:*:444455556666:repository/prod/ap?",
            "prod/api"
        ));
        assert!(!allows(
            "arn:aws:ecr:eu-west-1:444455556666:repository/*",
            "prod/api"
        ));
        assert!(!allows(
            "arn:aws:ecr:us-west-2:111122223333:repository/*",
            "prod/api"
        ));
    }

    #[test]
    fn actions_compare_without_case_and_with_wildcards() {
        let allows = |action: &str| {
            let policy = policy(&statement("Allow", &format!("\"{action}\"")));
            decide(&policy, REPLICATE_IMAGE, "prod/api") == Decision::Allowed
        };
        assert!(
            allows("ecr:*") && allows("*") && allows("ECR:replicateimage") && allows("ecr:Rep*")
        );
        assert!(!allows("ecr:CreateRepository"));
    }

    #[test]
    fn b51_explicit_deny_beats_allow_in_either_order() {
        let (allow, deny) = (
            statement("Allow", BOTH),
            statement("Deny", "\"ecr:ReplicateImage\""),
        );
        for statements in [format!("{allow}, {deny}"), format!("{deny}, {allow}")] {
            let policy = policy(&statements);
            assert_eq!(
                decide(&policy, REPLICATE_IMAGE, "prod/api"),
                Decision::ExplicitlyDenied
            );
            assert_eq!(
                decide(&policy, CREATE_REPOSITORY, "prod/api"),
                Decision::Allowed
            );
        }
    }

    #[test]
    fn nothing_said_is_not_allowed() {
        let silent = policy("");
        assert_eq!(
            decide(&silent, REPLICATE_IMAGE, "prod/api"),
            Decision::NotAllowed
        );
    }

    #[test]
    fn u9_deny_stops_own_account_unless_the_assumption_is_off() {
        let deny = policy(
            r#"{"Effect": "Deny", "Principal": "*", "Action": "ecr:CreateRepository", "Resource": "*"}"#,
        );
        assert_eq!(admitted(PROD, Some(&deny), true), Ok(()));
        assert_eq!(
            admitted(PROD, Some(&deny), false),
            Err(Reason::RepositoryCreationDenied)
        );
        let lenient = Admission {
            source_account_id: PROD,
            destination: &prod(),
            policy: Some(&deny),
            repository: "prod/api",
            repository_exists: false,
            deny_stops_own_account: false,
        };
        assert_eq!(admit(&lenient), Ok(()));
        // Across accounts a Deny always stops.
        let other = Admission {
            source_account_id: BUILD,
            ..lenient
        };
        assert_eq!(admit(&other), Err(Reason::AccessDenied));
    }

    #[test]
    fn u22_role_of_the_source_does_not_grant() {
        let by = |principal: &str| {
            let policy = policy(&format!(
                r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "ecr:*", "Resource": "*"}}"#
            ));
            decide(&policy, REPLICATE_IMAGE, "prod/api")
        };
        assert_eq!(
            by("arn:aws:iam::111122223333:role/ci"),
            Decision::NotAllowed
        );
        assert_eq!(by("arn:aws:iam::111122223333:role/*"), Decision::Allowed);
        assert_eq!(by("arn:aws:iam::111122223333:root"), Decision::Allowed);
    }

    #[test]
    fn u23_unknown_condition_is_not_satisfied() {
        let under = |condition: &str| {
            let policy = policy(&format!(
                r#"{{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {condition}}}"#
            ));
            decide(&policy, REPLICATE_IMAGE, "prod/api")
        };
        let known = r#"{"StringEquals": {"aws:SourceAccount": "111122223333", "aws:RequestedRegion": "us-west-2"}}"#;
        assert_eq!(under(known), Decision::Allowed);
        let one_fails = r#"{"StringEquals": {"aws:SourceAccount": "111122223333", "aws:RequestedRegion": "eu-west-1"}}"#;
        assert_eq!(under(one_fails), Decision::NotAllowed);
        let unknown = r#"{"StringEquals": {"aws:PrincipalOrgID": "o-example"}}"#;
        assert_eq!(under(unknown), Decision::NotAllowed);
    }

    #[test]
    fn negated_parts_mean_everything_else() {
        let policy = policy(
            r#"{"Effect": "Allow", "NotPrincipal": {"AWS": "444455556666"}, "NotAction": "ecr:Create*",
                "NotResource": "arn:aws:ecr:*:*:repository/secret/*"}"#,
        );
        assert_eq!(
            decide(&policy, REPLICATE_IMAGE, "prod/api"),
            Decision::Allowed
        );
        assert_eq!(
            decide(&policy, REPLICATE_IMAGE, "secret/key"),
            Decision::NotAllowed
        );
        assert_eq!(
            decide(&policy, CREATE_REPOSITORY, "prod/api"),
            Decision::NotAllowed
        );
    }
}
