//! Registry policies: from AWS's document, or from permissions in short form.

use super::Context;
use super::documents::{Owner, account_id, aws_registry, document};
use crate::aws::policy::{self, Effect as AwsEffect, Principal, RegistryPolicy, Statement};
use crate::aws::{Registry as AwsRegistry, nearest};
use crate::scenario::document::Path;
use crate::scenario::types::{Action, Effect, Permission, Scenario};

/// Reads the file that the owner's `policy` names.
pub(super) fn from_file(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    owner: &Owner,
) -> Option<RegistryPolicy> {
    let written = match owner.event {
        None => scenario.registries[&owner.registry].policy.as_ref()?,
        Some(index) => match &scenario.events[index].action {
            Action::PutRegistryPolicy { policy, .. } => policy.as_ref()?,
            _ => return None,
        },
    };
    let path = owner.path.to("policy");
    if cx.written(&owner.path.to("permissions")).is_some() {
        cx.error(
            &path,
            "both `permissions` and `policy` are given",
            "leave one of them out",
        );
    }
    let registry = aws_registry(scenario, &owner.registry);
    let read = |text: &str| policy::read(text, scenario.profile, registry.as_ref());
    document(cx, &path, written, "policy", read).map(|(_, policy)| policy)
}

/// Makes a policy of the owner's `permissions`.
pub(super) fn from_permissions(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    owner: &Owner,
) -> Option<RegistryPolicy> {
    let permissions = match owner.event {
        None => {
            let permissions = &scenario.registries[&owner.registry].permissions;
            Some(permissions).filter(|permissions| !permissions.is_empty())?
        }
        Some(index) => match &scenario.events[index].action {
            Action::PutRegistryPolicy { permissions, .. } => permissions.as_ref()?,
            _ => return None,
        },
    };
    let registry = aws_registry(scenario, &owner.registry)?;
    let path = owner.path.to("permissions");
    let statements = permissions.iter().map(|(name, permission)| {
        statement(cx, scenario, &registry, &path.to(name), name, permission)
    });
    let policy = RegistryPolicy {
        statements: statements.collect(),
    };
    length(cx, scenario, &path, &policy);
    Some(policy)
}

fn statement(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    registry: &AwsRegistry,
    path: &Path,
    name: &str,
    permission: &Permission,
) -> Statement {
    let mut principals = Vec::new();
    for (index, written) in permission.principals.iter().enumerate() {
        let path = path.to("principals").to(index);
        principals.extend(principal(cx, scenario, &path, written));
    }
    for (index, action) in permission.actions.iter().enumerate() {
        if let Err(message) = policy::check_action(action) {
            cx.error(&path.to("actions").to(index), message, "");
        }
    }
    let effect = match permission.effect {
        Effect::Allow => AwsEffect::Allow,
        Effect::Deny => AwsEffect::Deny,
    };
    let patterns = permission.repositories.iter().map(String::as_str);
    let actions = permission.actions.clone();
    Statement {
        sid: Some(name.to_owned()),
        ..Statement::on_repositories(effect, principals, actions, registry, patterns)
    }
}

/// A principal is an alias of the scenario, or what AWS takes.
fn principal(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    path: &Path,
    written: &str,
) -> Option<Principal> {
    if scenario.accounts.contains_key(written) {
        return account_id(scenario, written).map(Principal::account);
    }
    match Principal::parse(written) {
        Ok(principal) => {
            if !principal.may_replicate() {
                let message = format!(
                    "`{written}` cannot be ECR's replication: this grants it nothing (U22)"
                );
                cx.warn("policy", path, message, "name the account");
            }
            Some(principal)
        }
        Err(message) => {
            let aliases = scenario.accounts.keys().map(String::as_str);
            let help = nearest(written, aliases).map_or_else(
                || "write an account's alias, its 12-digit id, its root ARN, or \"*\"".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            cx.error(path, message, help);
            None
        }
    }
}

/// B48 counts the characters of the policy's text; the short form is counted as AWS's document without blanks.
fn length(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, policy: &RegistryPolicy) {
    let text = serde_json::to_string(policy).expect("a policy is plain JSON");
    let quota = scenario.profile.limits().registry_policy_characters;
    if let Err(message) = quota.check(text.chars().count()) {
        cx.error(path, message, "");
    }
}
