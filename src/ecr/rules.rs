//! Which destinations a repository's pushes go to (B24–B30, U4, U5).

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::replication::{Destination, ReplicationConfiguration};

/// A replication rule of one registry; `D` names a destination: a registry's id, or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<D> {
    /// Where it sends to.
    pub destinations: Vec<D>,
    /// What a repository's name may begin with; none means every repository (B24).
    pub prefixes: Vec<String>,
    /// Whether its deletes are replicated too (B111).
    pub delete_replication: bool,
}

/// A destination of one repository, after all rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<D> {
    /// Where a replication goes; the repository keeps its name there (B30).
    pub destination: D,
    /// The rules that send it there, by their place in the rule set, ascending.
    pub rules: Vec<usize>,
    /// Whether any of them replicates deletes (U5).
    pub delete_replication: bool,
}

/// The rules of one registry's replication configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet<D> {
    rules: Vec<Rule<D>>,
}

impl<D: Clone + Ord> RuleSet<D> {
    /// Returns the set of `rules`; none at all switches replication off (B20).
    pub fn new(rules: Vec<Rule<D>>) -> Self {
        Self { rules }
    }

    /// Returns the destinations of `repository`, each once however many rules name it (U5), in ascending order.
    ///
    /// Takes time in proportion to the rules; a run asks once per repository and configuration.
    pub fn targets(&self, repository: &str) -> Vec<Target<D>> {
        let mut targets: BTreeMap<&D, Target<D>> = BTreeMap::new();
        for (place, rule) in self.rules.iter().enumerate() {
            if !rule.selects(repository) {
                continue;
            }
            for destination in &rule.destinations {
                let target = targets.entry(destination).or_insert_with(|| Target {
                    destination: destination.clone(),
                    rules: Vec::new(),
                    delete_replication: false,
                });
                target.add(place, rule.delete_replication);
            }
        }
        targets.into_values().collect()
    }

    /// Returns every destination that a rule names, each once, in ascending order.
    pub fn destinations(&self) -> impl Iterator<Item = &D> {
        let all = self.rules.iter().flat_map(|rule| &rule.destinations);
        all.collect::<BTreeSet<_>>().into_iter()
    }
}

impl<D> Rule<D> {
    /// Returns whether pushes to `repository` are the rule's business: its name begins with any of the prefixes, as
    /// plain text without an implied `/` (B25, U4), or there is none (B24).
    pub fn selects(&self, repository: &str) -> bool {
        let mut prefixes = self.prefixes.iter();
        self.prefixes.is_empty() || prefixes.any(|prefix| repository.starts_with(prefix))
    }
}

impl<D> Target<D> {
    /// Adds a rule that names this destination, perhaps for the second time.
    fn add(&mut self, rule: usize, delete_replication: bool) {
        if self.rules.last() != Some(&rule) {
            self.rules.push(rule);
        }
        self.delete_replication |= delete_replication;
    }
}

impl From<&ReplicationConfiguration> for RuleSet<Destination> {
    fn from(configuration: &ReplicationConfiguration) -> Self {
        let rules = configuration.rules.iter().map(|rule| Rule {
            destinations: rule.destinations.clone(),
            prefixes: rule.prefixes().map(str::to_string).collect(),
            delete_replication: rule.replicates_deletes(),
        });
        Self::new(rules.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Profile, replication};

    fn rule(destinations: &[u32], prefixes: &[&str]) -> Rule<u32> {
        Rule {
            destinations: destinations.to_vec(),
            prefixes: prefixes.iter().map(ToString::to_string).collect(),
            delete_replication: false,
        }
    }

    fn destinations(rules: Vec<Rule<u32>>, repository: &str) -> Vec<u32> {
        let targets = RuleSet::new(rules).targets(repository);
        targets.iter().map(|target| target.destination).collect()
    }

    #[test]
    fn b20_no_rule_no_replication() {
        assert!(destinations(vec![], "prod/api").is_empty());
    }

    #[test]
    fn b24_rule_without_filters_takes_every_repository() {
        assert_eq!(destinations(vec![rule(&[1], &[])], "anything/at-all"), [1]);
    }

    #[test]
    fn b25_prefix_is_plain_text() {
        let to = |repository| destinations(vec![rule(&[1], &["test"])], repository);
        assert_eq!(to("test"), [1]);
        assert_eq!(to("test-repo"), [1]);
        assert_eq!(to("test01"), [1]);
        assert!(to("a/test").is_empty());
        assert!(to("tes").is_empty());
    }

    #[test]
    fn u4_any_one_filter_is_enough() {
        let to = |repository| destinations(vec![rule(&[1], &["prod/", "base/"])], repository);
        assert_eq!(to("base/image"), [1]);
        assert!(to("dev/image").is_empty());
    }

    #[test]
    fn u5_overlapping_rules_send_once() {
        let mut deleting = rule(&[2, 1], &["prod/"]);
        deleting.delete_replication = true;
        let set = RuleSet::new(vec![rule(&[3, 2], &[]), deleting]);
        let target = |destination, rules: &[usize], delete_replication| Target {
            destination,
            rules: rules.to_vec(),
            delete_replication,
        };
        assert_eq!(
            set.targets("prod/api"),
            [
                target(1, &[1], true),
                target(2, &[0, 1], true),
                target(3, &[0], false)
            ]
        );
        assert_eq!(
            set.targets("dev/api"),
            [target(2, &[0], false), target(3, &[0], false)]
        );
    }

    #[test]
    fn order_of_rules_and_destinations_reaches_no_result() {
        let one = destinations(vec![rule(&[3, 1], &[]), rule(&[2], &[])], "a1");
        let other = destinations(vec![rule(&[2], &[]), rule(&[1, 3], &[])], "a1");
        assert_eq!((one.as_slice(), other), (&[1, 2, 3][..], one.clone()));
    }

    #[test]
    fn destination_named_twice_in_a_rule_is_one() {
        let targets = RuleSet::new(vec![rule(&[1, 1], &[])]).targets("a1");
        assert_eq!(targets.len(), 1);
        assert_eq!(targets[0].rules, [0]);
    }

    #[test]
    fn a_rule_that_does_not_select_is_passed_over() {
        let rules = vec![rule(&[1], &["prod/"]), rule(&[2], &["dev/"])];
        assert_eq!(destinations(rules, "dev/api"), [2]);
    }

    #[test]
    fn a_later_rule_that_names_a_destination_twice_counts_once() {
        let targets = RuleSet::new(vec![rule(&[1], &[]), rule(&[1, 1], &[])]).targets("a1");
        assert_eq!(targets[0].rules, [0, 1]);
    }

    #[test]
    fn u5_one_rule_that_deletes_is_enough_and_so_are_two() {
        let deletes = |each: &[bool]| {
            let rules = each.iter().map(|&delete_replication| Rule {
                delete_replication,
                ..rule(&[1], &[])
            });
            RuleSet::new(rules.collect()).targets("a1")[0].delete_replication
        };
        assert!(deletes(&[true, false]) && deletes(&[true, true]));
        assert!(!deletes(&[false, false]));
    }

    #[test]
    fn destinations_of_all_rules_are_named_once_ascending() {
        let set = RuleSet::new(vec![rule(&[4, 2], &["a/"]), rule(&[3, 2], &[])]);
        assert_eq!(set.destinations().collect::<Vec<_>>(), [&2, &3, &4]);
    }

    #[test]
    fn document_becomes_a_rule_set() {
        let text = r#"{"rules": [{
            "destinations": [
                {"region": "eu-west-1", "registryId": "111122223333"},
                {"region": "eu-west-2", "registryId": "111122223333"}
            ],
            "repositoryFilters": [
                {"filter": "prod/", "filterType": "PREFIX_MATCH"},
                {"filter": "base/", "filterType": "PREFIX_MATCH"}
            ],
            "deleteReplication": {"enabled": true}
        }, {
            "destinations": [{"region": "us-west-2", "registryId": "111122223333"}],
            "repositoryFilters": [{"filter": "test/", "filterType": "PREFIX_MATCH"}]
        }]}"#;
        let configuration = replication::read(text, Profile::default(), None);
        let set = RuleSet::from(&configuration.value.expect("the configuration is right"));
        let found = |repository| {
            let targets = set.targets(repository).into_iter();
            targets
                .map(|it| (it.destination.region, it.rules, it.delete_replication))
                .collect::<Vec<_>>()
        };
        let to = |region: &str, rule, deletes| (region.to_owned(), vec![rule], deletes);
        let both = [to("eu-west-1", 0, true), to("eu-west-2", 0, true)];
        assert_eq!(found("prod/api"), both);
        assert_eq!(found("base/api"), both);
        assert_eq!(found("test/api"), [to("us-west-2", 1, false)]);
        assert_eq!(found("dev/api"), []);
        assert_eq!(set.destinations().count(), 3);
    }
}
