//! What stands in a copy's way, in words.

use std::fmt::{self, Display};

use crate::aws::policy::{CREATE_REPOSITORY, REPLICATE_IMAGE};
use crate::ecr::policy::{Decision, Request, evaluate};
use crate::ecr::{Reason, RegistryId, RepositoryId};
use crate::simulation::model::Model;

/// Something without which a copy could start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A Region is not enabled in an account (B35).
    RegionNotEnabled {
        /// The account's alias.
        account: String,
        /// The Region.
        region: String,
    },
    /// The destination has no registry policy (B40).
    NoPolicy {
        /// The destination.
        registry: String,
        /// What it would have to allow.
        action: &'static str,
        /// The source account's id.
        to: String,
    },
    /// No statement of the destination's registry policy allows it (B40, B41).
    NotAllowed {
        /// The destination.
        registry: String,
        /// What it would have to allow.
        action: &'static str,
        /// The source account's id.
        to: String,
    },
    /// The creation template needs a role for its key or its resource tags (B71).
    TemplateRole {
        /// The destination.
        registry: String,
    },
    /// A statement denies it, which beats every Allow (B51, U9).
    Denied {
        /// The destination.
        registry: String,
        /// What it denies.
        action: &'static str,
        /// The source account's id.
        to: String,
    },
}

impl Display for Obstacle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TemplateRole { registry } => {
                write!(
                    out,
                    "the creation template of {registry} needs `custom_role_arn`"
                )
            }
            Self::RegionNotEnabled { account, region } => {
                write!(out, "{region} is not enabled in the account {account}")
            }
            Self::NoPolicy {
                registry,
                action,
                to,
            } => write!(
                out,
                "{registry} has no registry policy, which must allow {action} to {to}"
            ),
            Self::NotAllowed {
                registry,
                action,
                to,
            } => write!(
                out,
                "no statement of the registry policy of {registry} allows {action} to {to}"
            ),
            Self::Denied {
                registry,
                action,
                to,
            } => write!(
                out,
                "a statement of the registry policy of {registry} denies {action} to {to}"
            ),
        }
    }
}

/// Finds what led to `reason`.
pub(super) fn find(
    model: &Model,
    source: RegistryId,
    destination: RegistryId,
    repository: RepositoryId,
    reason: Reason,
) -> Vec<Obstacle> {
    match reason {
        Reason::RegionNotEnabled => missing_regions(model, source, destination),
        Reason::RepositoryCreationDenied => {
            vec![by_policy(
                model,
                source,
                destination,
                repository,
                CREATE_REPOSITORY,
            )]
        }
        Reason::AccessDenied => {
            vec![by_policy(
                model,
                source,
                destination,
                repository,
                REPLICATE_IMAGE,
            )]
        }
        _ => Vec::new(),
    }
}

/// Both accounts must have both Regions.
fn missing_regions(model: &Model, source: RegistryId, destination: RegistryId) -> Vec<Obstacle> {
    let ends = [source, destination].map(|id| &model.registries[id.index()]);
    let mut missing = Vec::new();
    for account in ends.map(|end| end.account) {
        for region in ends.map(|end| end.region) {
            let obstacle = Obstacle::RegionNotEnabled {
                account: model.accounts[account].alias.clone(),
                region: model.regions[region].clone(),
            };
            if !model.accounts[account].enabled[region] && !missing.contains(&obstacle) {
                missing.push(obstacle);
            }
        }
    }
    missing
}

fn by_policy(
    model: &Model,
    source: RegistryId,
    destination: RegistryId,
    repository: RepositoryId,
    action: &'static str,
) -> Obstacle {
    let there = &model.registries[destination.index()];
    let registry = model.names.registries[destination.index()].clone();
    let to = model.registries[source.index()].aws.account_id.clone();
    let Some(policy) = there.policy.as_deref() else {
        return Obstacle::NoPolicy {
            registry,
            action,
            to,
        };
    };
    let request = Request {
        action,
        source_account_id: &to,
        registry: &there.aws,
        repository: &model.names.repositories[repository.index()],
    };
    match evaluate(policy, &request) {
        Decision::ExplicitlyDenied => Obstacle::Denied {
            registry,
            action,
            to,
        },
        Decision::NotAllowed | Decision::Allowed => Obstacle::NotAllowed {
            registry,
            action,
            to,
        },
    }
}
