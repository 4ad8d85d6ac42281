//! What ECR refuses in a replication configuration, and what it accepts but does nothing useful with.

use std::collections::BTreeSet;

use super::{Destination, ReplicationConfiguration, Rule};
use crate::aws::document::{Severity, did_you_mean};
use crate::aws::{Feature, Limits, Profile, Region, Registry, names, regions};

/// A place in a replication configuration; rules, destinations and filters are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The list of rules.
    Rules,
    /// A rule's list of destinations.
    Destinations(usize),
    /// One destination of a rule.
    Destination(usize, usize),
    /// Its Region.
    DestinationRegion(usize, usize),
    /// Its account.
    DestinationRegistryId(usize, usize),
    /// A rule's list of filters.
    Filters(usize),
    /// The text of one filter of a rule.
    Filter(usize, usize),
    /// A rule's switch for deletes.
    DeleteReplication(usize),
}

/// Something wrong with a replication configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it is.
    pub place: Place,
    /// Whether ECR would refuse it.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
}

/// Returns everything that is wrong with a configuration under `profile`, in order of place.
///
/// With the `source` that it is for, also destinations that no configuration of that registry can have (B31, B33).
pub fn check(
    configuration: &ReplicationConfiguration,
    profile: Profile,
    source: Option<&Registry>,
) -> Vec<Finding> {
    let mut checker = Checker {
        profile,
        limits: profile.limits(),
        source,
        findings: Vec::new(),
    };
    checker.configuration(configuration);
    checker.findings.sort_by_key(|finding| finding.place);
    checker.findings
}

/// ECR's answer to a destination that is the source registry itself (B31).
const SAME_AS_SOURCE: &str = "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: \
                              'Replication destination cannot be the same as the source registry'";

struct Checker<'a> {
    profile: Profile,
    limits: Limits,
    source: Option<&'a Registry>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn configuration(&mut self, configuration: &ReplicationConfiguration) {
        let rules = &configuration.rules;
        self.error_if_wrong(Place::Rules, self.limits.rules.check(rules.len()));
        let unique: BTreeSet<_> = rules.iter().flat_map(|rule| &rule.destinations).collect();
        let in_all = self.limits.unique_destinations.check(unique.len());
        self.error_if_wrong(Place::Rules, in_all);
        for (place, rule) in rules.iter().enumerate() {
            self.rule(place, rule);
        }
    }

    fn rule(&mut self, place: usize, rule: &Rule) {
        self.destinations(place, &rule.destinations);
        self.filters(place, rule);
        if rule.replicates_deletes() {
            let allowed = self.profile.require(Feature::DeleteReplication);
            self.error_if_wrong(Place::DeleteReplication(place), allowed);
        }
    }

    fn destinations(&mut self, place: usize, destinations: &[Destination]) {
        let count = destinations.len();
        if count == 0 {
            // U25
            self.warn(
                Place::Destinations(place),
                "a rule without destinations does nothing",
            );
        }
        let in_rule = self.limits.destinations_per_rule.check(count);
        self.error_if_wrong(Place::Destinations(place), in_rule);
        for (index, destination) in destinations.iter().enumerate() {
            self.destination(place, index, destination);
            if destinations[..index].contains(destination) {
                self.warn(
                    Place::Destination(place, index),
                    "this destination stands in the rule twice",
                );
            }
        }
    }

    fn destination(&mut self, rule: usize, index: usize, destination: &Destination) {
        let Destination {
            region,
            registry_id,
        } = destination;
        if let Err(wrong) = names::check_account_id(registry_id) {
            let place = Place::DestinationRegistryId(rule, index);
            self.error(place, format!("`{registry_id}` {wrong}"), None);
        }
        let Some(region) = regions::find(region) else {
            let help = regions::nearest(region).map(did_you_mean);
            let message = format!("`{region}` is not a Region of AWS");
            return self.error(Place::DestinationRegion(rule, index), message, help);
        };
        if let Some(source) = self.source {
            self.against_source((rule, index), destination, region, source);
        }
    }

    fn against_source(
        &mut self,
        (rule, index): (usize, usize),
        destination: &Destination,
        region: &Region,
        source: &Registry,
    ) {
        let same_region = destination.region == source.region;
        if same_region && destination.registry_id == source.account_id {
            self.error(Place::Destination(rule, index), SAME_AS_SOURCE, None);
        }
        let (to, from) = (&region.partition, source.partition());
        if to != from {
            // B33; that it is refused here and not later is U6.
            let message = format!(
                "`{}` is in another partition: {to}, and replication from `{}` stays in {from}",
                destination.region, source.region
            );
            self.error(Place::DestinationRegion(rule, index), message, None);
        }
    }

    fn filters(&mut self, place: usize, rule: &Rule) {
        let in_rule = self
            .limits
            .filters_per_rule
            .check(rule.repository_filters.len());
        self.error_if_wrong(Place::Filters(place), in_rule);
        for (index, filter) in rule.prefixes().enumerate() {
            if let Err(wrong) = names::check_prefix(filter) {
                let message = format!("`{filter}` {wrong}");
                self.error(Place::Filter(place, index), message, None);
            }
        }
    }

    fn error_if_wrong(&mut self, place: Place, checked: Result<(), String>) {
        if let Err(message) = checked {
            self.error(place, message, None);
        }
    }

    fn error(&mut self, place: Place, message: impl Into<String>, help: Option<String>) {
        self.find(Severity::Error, place, message, help);
    }

    fn warn(&mut self, place: Place, message: impl Into<String>) {
        self.find(Severity::Warning, place, message, None);
    }

    fn find(
        &mut self,
        severity: Severity,
        place: Place,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        self.findings.push(Finding {
            place,
            severity,
            message: message.into(),
            help,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::replication::{DeleteReplication, RepositoryFilter};

    const OWN: &str = "111122223333";

    fn to(region: &str, registry_id: &str) -> Destination {
        Destination {
            region: region.to_string(),
            registry_id: registry_id.to_string(),
        }
    }

    fn rule(destinations: Vec<Destination>) -> Rule {
        Rule {
            destinations,
            ..Rule::default()
        }
    }

    /// What is found in `rules` of a registry in us-east-1, under the newest profile.
    fn findings(rules: Vec<Rule>) -> Vec<Finding> {
        let source = Registry::new(OWN, "us-east-1");
        let configuration = ReplicationConfiguration { rules };
        check(&configuration, Profile::November2026, Some(&source))
    }

    fn only(mut findings: Vec<Finding>) -> Finding {
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings.remove(0)
    }

    /// Different destinations, as many as wanted: one Region, many accounts.
    fn many(count: usize) -> Vec<Destination> {
        let account = |number| format!("{:012}", 500_000_000_000_u64 + number as u64);
        (0..count)
            .map(|number| to("eu-west-1", &account(number)))
            .collect()
    }

    #[test]
    fn b21_twenty_five_rules_and_no_more() {
        let one = rule(vec![to("eu-west-1", OWN)]);
        assert_eq!(findings(vec![one.clone(); 25]), []);
        let found = only(findings(vec![one; 26]));
        assert_eq!(found.place, Place::Rules);
        assert!(found.message.contains("at most 25"), "{found:?}");
    }

    #[test]
    fn b1_ten_rules_under_the_old_profile() {
        let rules = vec![rule(vec![to("eu-west-1", OWN)]); 11];
        let configuration = ReplicationConfiguration { rules };
        let found = only(check(&configuration, Profile::Year2021, None));
        assert!(found.message.contains("at most 10"), "{found:?}");
    }

    #[test]
    fn b21_unique_destinations_are_counted_over_all_rules() {
        // 25 different ones, all in both rules: still 25.
        assert_eq!(findings(vec![rule(many(25)), rule(many(25))]), []);
        let extra = rule(vec![to("eu-central-1", OWN)]);
        let found = only(findings(vec![rule(many(25)), extra]));
        assert!(
            found.message.contains("Unique destinations"),
            "{}",
            found.message
        );
    }

    #[test]
    fn b21_hundred_filters_in_a_rule() {
        let mut one = rule(vec![to("eu-west-1", OWN)]);
        one.repository_filters = vec![RepositoryFilter::prefix("prod/"); 101];
        let found = only(findings(vec![one]));
        assert_eq!(found.place, Place::Filters(0));
        assert!(found.message.contains("at most 100"), "{found:?}");
    }

    #[test]
    fn b26_filter_that_is_no_prefix() {
        let mut one = rule(vec![to("eu-west-1", OWN)]);
        one.repository_filters = vec![
            RepositoryFilter::prefix("prod/"),
            RepositoryFilter::prefix("prod*"),
        ];
        let found = only(findings(vec![one]));
        assert_eq!(found.place, Place::Filter(0, 1));
        assert!(found.message.contains("without wildcards"), "{found:?}");
    }

    #[test]
    fn b31_destination_that_is_the_source() {
        let found = only(findings(vec![rule(vec![
            to("eu-west-1", OWN),
            to("us-east-1", OWN),
        ])]));
        assert_eq!(found.place, Place::Destination(0, 1));
        assert_eq!(found.severity, Severity::Error);
        assert!(found.message.contains("the same as the source registry"));
    }

    #[test]
    fn b32_same_region_in_another_account_is_allowed() {
        let rules = vec![rule(vec![
            to("us-east-1", "444455556666"),
            to("eu-west-1", "444455556666"),
        ])];
        assert_eq!(findings(rules), []);
    }

    #[test]
    fn b33_destination_in_another_partition() {
        let found = only(findings(vec![rule(vec![to("cn-north-1", OWN)])]));
        assert_eq!(found.place, Place::DestinationRegion(0, 0));
        assert!(found.message.contains("another partition"), "{found:?}");
    }

    #[test]
    fn b4_delete_replication_needs_the_newest_profile() {
        let mut one = rule(vec![to("eu-west-1", OWN)]);
        one.delete_replication = Some(DeleteReplication { enabled: true });
        let configuration = ReplicationConfiguration { rules: vec![one] };
        let found = only(check(&configuration, Profile::August2026, None));
        assert_eq!(found.place, Place::DeleteReplication(0));
        assert!(found.message.contains("`2026-11`"), "{found:?}");
        assert_eq!(check(&configuration, Profile::November2026, None), []);
    }

    #[test]
    fn u25_rule_without_destinations_is_accepted_with_a_warning() {
        let found = only(findings(vec![rule(vec![])]));
        assert_eq!(found.severity, Severity::Warning);
    }

    #[test]
    fn every_wrong_half_of_a_destination_is_told() {
        let found = findings(vec![rule(vec![to("eu-wst-1", "12")])]);
        let places: Vec<_> = found.iter().map(|finding| finding.place).collect();
        assert_eq!(
            places,
            [
                Place::DestinationRegion(0, 0),
                Place::DestinationRegistryId(0, 0)
            ]
        );
        assert_eq!(found[0].help.as_deref(), Some("did you mean `eu-west-1`?"));
    }
}
