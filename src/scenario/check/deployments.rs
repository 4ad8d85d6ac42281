//! Deployments: the stream that they follow, where they look, how they try again.

use super::{Context, Documents, accounts, laws};
use crate::aws::replication::{Destination, Rule};
use crate::scenario::document::Path;
use crate::scenario::names::RegistryName;
use crate::scenario::types::{Deployment, Scenario};
use crate::units::SimDuration;

pub(super) fn check(cx: &mut Context<'_>, scenario: &mut Scenario) {
    let list = Path::root().to("deployments");
    for (name, deployment) in &mut scenario.deployments {
        laws::one(cx, &list.to(name).to("delay"), &mut deployment.delay);
    }
    for (name, deployment) in &scenario.deployments {
        let path = list.to(name);
        follows(cx, scenario, &path.to("follows"), &deployment.follows);
        accounts::registry(cx, scenario, &path.to("registry"), &deployment.registry);
        backoff(cx, &path.to("backoff"), deployment);
    }
}

fn follows(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, stream: &str) {
    let streams = Path::root().to("pushes");
    let is_known = scenario.pushes.contains_key(stream);
    if is_known || cx.is_broken(path) || cx.is_broken(&streams.to(stream)) {
        return;
    }
    let known: Vec<&str> = scenario.pushes.keys().map(String::as_str).collect();
    if known.is_empty() {
        let message = format!("unknown stream of pushes `{stream}`: this scenario has none");
        return cx.error(path, message, "add it under [pushes]");
    }
    let place = cx.place(path);
    cx.unknown(place, "stream of pushes", stream, &known);
}

fn backoff(cx: &mut Context<'_>, path: &Path, deployment: &Deployment) {
    let backoff = deployment.backoff;
    if backoff.first == SimDuration::ZERO {
        cx.error(
            &path.to("first"),
            "the first wait must be more than 0 s",
            "write the wait before the second pull, as in \"10 s\"",
        );
    } else if backoff.max < backoff.first && !cx.has_broken(path) {
        let message = format!(
            "the longest wait ({}) is shorter than the first ({})",
            backoff.max, backoff.first
        );
        cx.error(&path.to("max"), message, "make it at least as long");
    }
}

/// Warns of deployments that look where no rule ever brings their images.
pub(super) fn lint(cx: &mut Context<'_>, scenario: &Scenario, documents: &Documents) {
    for (name, deployment) in &scenario.deployments {
        let (follows, registry) = (&deployment.follows, &deployment.registry);
        let Some(stream) = scenario.pushes.get(follows) else {
            continue;
        };
        let repositories = stream.repositories.names();
        let rules = rules_to(scenario, documents, &stream.registry, registry);
        let is_sent = |name: &&String| rules.iter().any(|rule| selects(rule, name));
        let sent = repositories.iter().filter(is_sent).count();
        if deployment.registry == stream.registry || sent == repositories.len() {
            continue;
        }
        let message = match sent {
            0 => format!(
                "no rule sends what `{follows}` pushes to `{registry}`: every deployment gives up"
            ),
            _ => format!(
                "rules send {sent} of the {} repositories of `{follows}` to `{registry}`: the other deployments give up",
                repositories.len()
            ),
        };
        let path = Path::root().to("deployments").to(name).to("registry");
        let help = format!("add a rule to registries.\"{}\".rules", stream.registry);
        cx.warn("deployment-without-rule", &path, message, help);
    }
}

/// Returns the rules that lead from one registry to another at some time.
fn rules_to(
    scenario: &Scenario,
    documents: &Documents,
    source: &RegistryName,
    destination: &RegistryName,
) -> Vec<Rule> {
    let is_there = |of: &Destination| {
        let name = scenario.registry_name(&of.registry_id, &of.region);
        name.as_ref() == Some(destination)
    };
    documents
        .all_replication(scenario)
        .into_iter()
        .filter(|(owner, _)| owner.registry == *source)
        .flat_map(|(_, configuration)| configuration.rules.clone())
        .filter(|rule| rule.destinations.iter().any(is_there))
        .collect()
}

fn selects(rule: &Rule, repository: &str) -> bool {
    let mut prefixes = rule.prefixes().peekable();
    prefixes.peek().is_none() || prefixes.any(|prefix| repository.starts_with(prefix))
}
