//! Replication configurations: from AWS's document, or from rules in short form.

use std::collections::BTreeMap;

use super::Context;
use super::documents::{Owner, account_id, aws_registry, document};
use crate::aws::Severity;
use crate::aws::replication::{
    self, DeleteReplication, Destination, Finding, Place as RulePlace, ReplicationConfiguration,
    RepositoryFilter, Rule as AwsRule,
};
use crate::scenario::document::Path;
use crate::scenario::types::{Action, Rule, Scenario};

/// An account id that no account has: it stands for an alias that is not known.
const NOBODY: &str = "000000000000";

/// Reads the file that the owner's `replication` names.
pub(super) fn from_file(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    owner: &Owner,
) -> Option<ReplicationConfiguration> {
    let written = match owner.event {
        None => scenario.registries[&owner.registry].replication.as_ref()?,
        Some(index) => match &scenario.events[index].action {
            Action::PutReplicationConfiguration { replication, .. } => replication.as_ref()?,
            _ => return None,
        },
    };
    let path = owner.path.to("replication");
    if cx.written(&owner.path.to("rules")).is_some() {
        cx.error(
            &path,
            "both `rules` and `replication` are given",
            "leave one of them out",
        );
    }
    let source = aws_registry(scenario, &owner.registry);
    let read = |text: &str| replication::read(text, scenario.profile, source.as_ref());
    document(cx, &path, written, "replication", read).map(|(_, configuration)| configuration)
}

/// Makes a configuration of the owner's `rules`.
pub(super) fn from_rules(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    owner: &Owner,
) -> Option<ReplicationConfiguration> {
    let rules = match owner.event {
        None => {
            Some(&scenario.registries[&owner.registry].rules).filter(|rules| !rules.is_empty())?
        }
        Some(index) => match &scenario.events[index].action {
            Action::PutReplicationConfiguration { rules, .. } => rules.as_ref()?,
            _ => return None,
        },
    };
    let configuration = ReplicationConfiguration {
        rules: rules
            .values()
            .map(|rule| aws_rule(scenario, rule))
            .collect(),
    };
    let path = owner.path.to("rules");
    let source = aws_registry(scenario, &owner.registry);
    for finding in replication::check(&configuration, scenario.profile, source.as_ref()) {
        tell(cx, &path, rules, finding);
    }
    for (name, rule) in rules {
        let path = path.to(name);
        let none = cx.written(&path.to("prefixes")).is_some() && rule.prefixes.is_empty();
        if none {
            let message = "an empty list of prefixes means every repository";
            cx.warn(
                "replication",
                &path.to("prefixes"),
                message,
                "leave it out to say so",
            );
        }
    }
    Some(configuration)
}

fn aws_rule(scenario: &Scenario, rule: &Rule) -> AwsRule {
    let destination = |name: &crate::scenario::names::RegistryName| Destination {
        region: name.region.clone(),
        registry_id: account_id(scenario, &name.account).unwrap_or_else(|| NOBODY.to_owned()),
    };
    AwsRule {
        destinations: rule.destinations.iter().map(destination).collect(),
        repository_filters: rule.prefixes.iter().map(RepositoryFilter::prefix).collect(),
        delete_replication: Some(DeleteReplication {
            enabled: rule.delete_replication,
        }),
    }
}

/// Tells what AWS would refuse, at the keys of the short form.
fn tell(cx: &mut Context<'_>, rules_path: &Path, rules: &BTreeMap<String, Rule>, finding: Finding) {
    let rule = |index: usize| {
        let name = rules.keys().nth(index).expect("findings count the rules");
        rules_path.to(name)
    };
    let path = match finding.place {
        RulePlace::Rules => rules_path.clone(),
        RulePlace::Destinations(index) => rule(index).to("destinations"),
        RulePlace::Destination(index, at)
        | RulePlace::DestinationRegion(index, at)
        | RulePlace::DestinationRegistryId(index, at) => rule(index).to("destinations").to(at),
        RulePlace::Filters(index) => rule(index).to("prefixes"),
        RulePlace::Filter(index, at) => rule(index).to("prefixes").to(at),
        RulePlace::DeleteReplication(index) => rule(index).to("delete_replication"),
    };
    let help = finding.help.unwrap_or_default();
    match finding.severity {
        Severity::Error => cx.error(&path, finding.message, help),
        Severity::Warning => cx.warn("replication", &path, finding.message, help),
    }
}
