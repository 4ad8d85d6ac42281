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
    let mut decision = Decision::NotAllowed;
    for statement in &policy.statements {
        match statement.effect {
            Effect::Deny if concerns(statement, request) => return Decision::ExplicitlyDenied,
            Effect::Allow if concerns(statement, request) => decision = Decision::Allowed,
            Effect::Allow | Effect::Deny => {}
        }
    }
    decision
}

/// Returns whether principal, action and resource of `statement` cover the request, and all its conditions hold.
fn concerns(statement: &Statement, request: &Request<'_>) -> bool {
    let Request {
        source_account_id,
        registry,
        ..
    } = *request;
    let partition = registry.partition();
    let arn = registry.repository_arn(request.repository);
    let value_of = |subject| match subject {
        Subject::SourceAccount => source_account_id,
        Subject::RequestedRegion => registry.region.as_str(),
    };
    statement
        .principals
        .covers(|principal| principal.covers_replication_of(source_account_id, partition))
        && statement
            .actions
            .covers(|action| wildcard::matches_ignoring_case(action, request.action))
        && statement
            .resources
            .covers(|resource| wildcard::matches(resource, arn.chars()))
        && statement
            .conditions
            .iter()
            .all(|condition| condition.holds(value_of))
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
