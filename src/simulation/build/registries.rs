//! Registries, the lanes between them, and the links that lanes share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::laws::compile;
use super::registry_id;
use crate::aws::regions::{self, OptIn};
use crate::aws::replication::ReplicationConfiguration;
use crate::ecr::RegistryId;
use crate::ecr::rules::{Rule, RuleSet};
use crate::network::Speeds;
use crate::scenario::{Action, Loaded, PutDocument, RegistryName, Scenario};
use crate::simulation::model::{Account, Lane, LinkModel, RegistryModel};

/// Every registry that takes part, in order of name.
pub(super) struct Registries {
    pub names: Vec<RegistryName>,
    /// Region codes, rising.
    pub regions: Vec<String>,
    /// Destinations of every source over the whole run.
    joined: BTreeSet<(RegistryId, RegistryId)>,
}

impl Registries {
    pub fn new(loaded: &Loaded) -> Self {
        let scenario = &loaded.scenario;
        let mut all: BTreeSet<RegistryName> = scenario.registries.keys().cloned().collect();
        all.extend(
            scenario
                .pushes
                .values()
                .map(|stream| stream.registry.clone()),
        );
        all.extend(
            scenario
                .retention
                .values()
                .map(|retention| retention.registry.clone()),
        );
        let deployments = scenario.deployments.values();
        all.extend(deployments.map(|deployment| deployment.registry.clone()));
        all.extend(
            scenario
                .events
                .iter()
                .filter_map(|event| event.action.registry().cloned()),
        );
        let backfilled =
            |event: &crate::scenario::Event| event.action.backfill_destination().cloned();
        all.extend(scenario.events.iter().filter_map(backfilled));
        for trace in loaded.traces.values() {
            let destinations = trace.rows.iter().filter_map(|row| row.value.destination());
            all.extend(destinations.map(|place| trace.registries[place as usize].clone()));
            // A row that concerns an account names one of its registries only in form.
            let rows = trace.rows.iter().filter(|row| !row.action.is_of_account());
            all.extend(rows.map(|row| trace.registries[row.registry as usize].clone()));
        }
        let configurations = configurations(loaded);
        let destinations = configurations
            .iter()
            .flat_map(|(_, configuration)| names_of(scenario, configuration));
        all.extend(destinations.collect::<Vec<_>>());
        let names: Vec<RegistryName> = all.into_iter().collect();
        let mut joined = BTreeSet::new();
        for (source, configuration) in &configurations {
            let source = registry_id(&names, source);
            joined.extend(
                names_of(scenario, configuration).map(|to| (source, registry_id(&names, &to))),
            );
        }
        let mut regions: BTreeSet<String> = names.iter().map(|name| name.region.clone()).collect();
        for event in &scenario.events {
            if let Action::EnableRegion { region, .. } | Action::DisableRegion { region, .. } =
                &event.action
            {
                regions.insert(region.clone());
            }
        }
        let accounts = loaded.traces.values().flat_map(|trace| {
            let rows = trace.rows.iter().filter(|row| row.action.is_of_account());
            rows.map(|row| trace.registries[row.registry as usize].region.clone())
        });
        regions.extend(accounts.collect::<Vec<_>>());
        regions.extend(scenario.pulls.values().map(|pull| pull.region.clone()));
        Self {
            names,
            regions: regions.into_iter().collect(),
            joined,
        }
    }

    pub fn id(&self, name: &RegistryName) -> RegistryId {
        registry_id(&self.names, name)
    }

    pub fn region(&self, code: &str) -> usize {
        let place = self
            .regions
            .binary_search_by(|known| known.as_str().cmp(code));
        place.expect("every Region that is named is known")
    }

    pub fn account(&self, scenario: &Scenario, alias: &str) -> usize {
        scenario
            .accounts
            .keys()
            .position(|known| known == alias)
            .expect("every account that is named is known")
    }

    /// Returns accounts in order of alias, with their Regions at the start: those that need no opt-in, and those
    /// that the scenario says are opted in.
    pub fn accounts(&self, scenario: &Scenario) -> Vec<Account> {
        let account = |(alias, account): (&String, &crate::scenario::Account)| Account {
            alias: alias.clone(),
            enabled: self
                .regions
                .iter()
                .map(|code| !needs_opt_in(code) || account.opted_in.contains(code))
                .collect(),
        };
        scenario.accounts.iter().map(account).collect()
    }

    pub fn models(&self, loaded: &Loaded) -> Vec<RegistryModel> {
        let scenario = &loaded.scenario;
        let model = |name: &RegistryName| RegistryModel {
            account: self.account(scenario, &name.account),
            region: self.region(&name.region),
            aws: scenario
                .aws_registry(name)
                .expect("every registry's account is known"),
            policy: loaded.documents.policies.get(name).cloned().map(Arc::new),
            rules: Arc::new(match loaded.documents.replication.get(name) {
                Some(configuration) => self.rules(scenario, configuration),
                None => RuleSet::new(Vec::new()),
            }),
            blob_mounting: scenario
                .registries
                .get(name)
                .is_some_and(|registry| registry.blob_mounting),
        };
        self.names.iter().map(model).collect()
    }

    /// Returns a replication configuration with registry ids for destinations.
    pub fn rules(
        &self,
        scenario: &Scenario,
        configuration: &ReplicationConfiguration,
    ) -> RuleSet<RegistryId> {
        let rules = configuration.rules.iter().map(|rule| Rule {
            destinations: names_of_rule(scenario, rule)
                .map(|name| self.id(&name))
                .collect(),
            prefixes: rule.prefixes().map(str::to_owned).collect(),
            delete_replication: rule.replicates_deletes(),
        });
        RuleSet::new(rules.collect())
    }

    /// Returns the lanes, the links with their lanes, and the Regions of each link.
    pub fn lanes_and_links(
        &self,
        scenario: &Scenario,
    ) -> (Vec<Lane>, Vec<LinkModel>, Vec<(String, String)>) {
        let region = |id: RegistryId| self.names[id.index()].region.clone();
        let ends = |&(source, destination): &(RegistryId, RegistryId)| {
            (region(source), region(destination))
        };
        let link_names: BTreeSet<(String, String)> = self.joined.iter().map(ends).collect();
        let link_names: Vec<(String, String)> = link_names.into_iter().collect();
        let mut lanes: Vec<Lane> = Vec::new();
        let mut links: Vec<LinkModel> = link_names
            .iter()
            .map(|(from, to)| link(scenario, from, to))
            .collect();
        for joined in &self.joined {
            let link = link_names
                .binary_search(&ends(joined))
                .expect("every lane has a link");
            let flow = links[link].lanes.len() as u32;
            links[link].lanes.push(lanes.len());
            lanes.push(Lane {
                source: joined.0,
                destination: joined.1,
                link,
                flow,
            });
        }
        (lanes, links, link_names)
    }

    /// Returns the registries to which `source` may ever send the repository `name`.
    pub fn destinations(
        &self,
        rules: &RulesOf,
        source: RegistryId,
        name: &str,
    ) -> BTreeSet<RegistryId> {
        let sets = rules.get(&source).into_iter().flatten();
        sets.flat_map(|set| set.targets(name))
            .map(|target| target.destination)
            .collect()
    }

    /// Returns every rule set that each registry has at some time.
    pub fn all_rules(&self, loaded: &Loaded) -> RulesOf {
        let mut all = RulesOf::new();
        for (source, configuration) in configurations(loaded) {
            all.entry(self.id(source))
                .or_default()
                .push(self.rules(&loaded.scenario, configuration));
        }
        all
    }
}

/// Rule sets by source registry.
pub(super) type RulesOf = BTreeMap<RegistryId, Vec<RuleSet<RegistryId>>>;

fn needs_opt_in(code: &str) -> bool {
    regions::find(code).is_some_and(|region| region.opt_in == OptIn::Required)
}

/// Returns every replication configuration of the run with its registry.
fn configurations(loaded: &Loaded) -> Vec<(&RegistryName, &ReplicationConfiguration)> {
    let from_start = loaded.documents.replication.iter();
    let from_events = loaded
        .documents
        .event_replication
        .iter()
        .map(|(&index, configuration)| {
            let registry = loaded.scenario.events[index].action.registry();
            (
                registry.expect("a replication configuration is put into a registry"),
                configuration,
            )
        });
    let of_traces = &loaded.documents.of_traces;
    let from_traces = of_traces.iter().filter_map(|put| match &put.document {
        PutDocument::Replication(configuration) => Some((&put.registry, configuration)),
        _ => None,
    });
    from_start.chain(from_events).chain(from_traces).collect()
}

/// Returns whether any rule replicates deletes at some time.
pub(super) fn replicates_deletes(loaded: &Loaded) -> bool {
    let configurations = configurations(loaded).into_iter();
    let mut rules = configurations.flat_map(|(_, configuration)| &configuration.rules);
    rules.any(crate::aws::replication::Rule::replicates_deletes)
}

fn names_of(
    scenario: &Scenario,
    configuration: &ReplicationConfiguration,
) -> impl Iterator<Item = RegistryName> {
    configuration
        .rules
        .iter()
        .flat_map(|rule| names_of_rule(scenario, rule))
}

fn names_of_rule(
    scenario: &Scenario,
    rule: &crate::aws::replication::Rule,
) -> impl Iterator<Item = RegistryName> {
    rule.destinations.iter().map(|to| {
        let name = scenario.registry_name(&to.registry_id, &to.region);
        name.expect("an account that only a document mentions gets its id as alias")
    })
}

fn link(scenario: &Scenario, from: &str, to: &str) -> LinkModel {
    let parameters = scenario.link_parameters(from, to);
    let latency = scenario.latency(from, to);
    let bits = |speed: crate::units::Speed| speed.bits_per_s();
    LinkModel {
        slots: parameters.slots,
        speeds: Speeds {
            per_copy: parameters.per_copy.map(bits),
            bandwidth: parameters.bandwidth.map(bits),
        },
        lanes: Vec::new(),
        dispatch: compile(&latency.dispatch),
        stall_probability: latency.stall_probability,
        stall: compile(&latency.stall),
    }
}
