//! From the text of the document to its rules, with the place of everything that is wrong.

use std::collections::BTreeMap;
use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use super::check::{Place, check};
use super::{DeleteReplication, Destination, FilterType, ReplicationConfiguration};
use super::{RepositoryFilter, Rule};
use crate::aws::document::{Problems, Read, Severity, optional, span};
use crate::aws::{Profile, Registry};

/// Reads the document that put-replication-configuration takes (`{"rules": …}`), or what that call or
/// describe-registry prints (the same inside `replicationConfiguration`).
///
/// What AWS may add one day is ignored with a warning. `profile` gives the limits; `source` is the registry that the
/// configuration is for, if that is known.
pub fn read(
    text: &str,
    profile: Profile,
    source: Option<&Registry>,
) -> Read<ReplicationConfiguration> {
    let mut reader = Reader::default();
    let configuration = reader.document(text);
    if let Some(configuration) = &configuration {
        reader.check(configuration, profile, source);
    }
    reader.problems.finish(configuration)
}

/// The problems so far, and where each part of the configuration stands in the text.
#[derive(Default)]
struct Reader {
    problems: Problems,
    spans: BTreeMap<Place, Range<usize>>,
}

impl Reader {
    /// Returns what could be read, even if some of it was wrong.
    fn document(&mut self, text: &str) -> Option<ReplicationConfiguration> {
        let root = self.problems.parse(text)?;
        let document = self.problems.object(&root, "the document")?;
        let Some(wrapped) = optional(document, "replicationConfiguration") else {
            return self.configuration(document);
        };
        self.ignore_unknown(document, &["registryId", "replicationConfiguration"]);
        let inner = self
            .problems
            .object(wrapped, "`replicationConfiguration`")?;
        self.configuration(inner)
    }

    fn configuration(&mut self, object: &Object<'_>) -> Option<ReplicationConfiguration> {
        self.ignore_unknown(object, &["rules"]);
        let rules = self
            .problems
            .required(object, "rules", "a replication configuration")?;
        self.spans.insert(Place::Rules, span(rules));
        Some(ReplicationConfiguration {
            rules: self.each(rules, "`rules`", Self::rule),
        })
    }

    /// Reads a list's items, each with its place among those that can be read: the place that `check` will tell.
    fn each<T>(
        &mut self,
        value: &Value<'_>,
        what: &str,
        mut read: impl FnMut(&mut Self, usize, &Value<'_>) -> Option<T>,
    ) -> Vec<T> {
        let list = self.problems.list(value, what);
        let mut items = Vec::new();
        for value in list.into_iter().flat_map(|list| &list.elements) {
            if let Some(item) = read(self, items.len(), value) {
                items.push(item);
            }
        }
        items
    }

    fn rule(&mut self, place: usize, value: &Value<'_>) -> Option<Rule> {
        let object = self.problems.object(value, "a rule")?;
        self.spans.insert(Place::Destinations(place), span(value));
        self.ignore_unknown(
            object,
            &["destinations", "repositoryFilters", "deleteReplication"],
        );
        Some(Rule {
            destinations: self.destinations(place, object),
            repository_filters: self.filters(place, object),
            delete_replication: self.delete_replication(place, object),
        })
    }

    fn destinations(&mut self, rule: usize, object: &Object<'_>) -> Vec<Destination> {
        let found = self.problems.required(object, "destinations", "a rule");
        let Some(value) = found else { return vec![] };
        self.spans.insert(Place::Destinations(rule), span(value));
        self.each(value, "`destinations`", |reader, index, value| {
            reader.destination(rule, index, value)
        })
    }

    fn destination(&mut self, rule: usize, index: usize, value: &Value<'_>) -> Option<Destination> {
        let object = self.problems.object(value, "a destination")?;
        self.ignore_unknown(object, &["region", "registryId"]);
        self.spans
            .insert(Place::Destination(rule, index), span(value));
        let region = self.text(object, "region", Place::DestinationRegion(rule, index));
        let id_place = Place::DestinationRegistryId(rule, index);
        let registry_id = self.text(object, "registryId", id_place);
        Some(Destination {
            region: region?,
            registry_id: registry_id?,
        })
    }

    fn text(&mut self, object: &Object<'_>, key: &str, place: Place) -> Option<String> {
        let value = self.problems.required(object, key, "a destination")?;
        self.spans.insert(place, span(value));
        let text = self.problems.string(value, &format!("`{key}`"))?;
        Some(text.to_string())
    }

    /// Reads the filters; absent, `null` and empty all mean every repository (B24, U26).
    fn filters(&mut self, rule: usize, object: &Object<'_>) -> Vec<RepositoryFilter> {
        let Some(value) = optional(object, "repositoryFilters") else {
            return vec![];
        };
        self.spans.insert(Place::Filters(rule), span(value));
        if value
            .as_array()
            .is_some_and(|list| list.elements.is_empty())
        {
            let message =
                "an empty list of filters selects every repository, as if it were left out";
            self.problems.warn(span(value), message);
        }
        self.each(value, "`repositoryFilters`", |reader, index, value| {
            reader.filter(rule, index, value)
        })
    }

    fn filter(&mut self, rule: usize, index: usize, value: &Value<'_>) -> Option<RepositoryFilter> {
        let object = self.problems.object(value, "a repository filter")?;
        self.ignore_unknown(object, &["filter", "filterType"]);
        self.filter_type(object);
        let text = self
            .problems
            .required(object, "filter", "a repository filter")?;
        self.spans.insert(Place::Filter(rule, index), span(text));
        let text = self.problems.string(text, "`filter`")?;
        Some(RepositoryFilter {
            filter: text.to_string(),
            filter_type: FilterType::PrefixMatch,
        })
    }

    /// B25: the only type is `PREFIX_MATCH`.
    fn filter_type(&mut self, object: &Object<'_>) {
        let problems = &mut self.problems;
        let found = problems.required(object, "filterType", "a repository filter");
        let Some(value) = found else { return };
        match problems.string(value, "`filterType`") {
            Some("PREFIX_MATCH") | None => {}
            Some(other) => problems.error(
                span(value),
                format!("`{other}` is not a filter type: ECR has `PREFIX_MATCH` only"),
            ),
        }
    }

    fn delete_replication(
        &mut self,
        rule: usize,
        object: &Object<'_>,
    ) -> Option<DeleteReplication> {
        let value = optional(object, "deleteReplication")?;
        self.spans
            .insert(Place::DeleteReplication(rule), span(value));
        let object = self.problems.object(value, "`deleteReplication`")?;
        self.ignore_unknown(object, &["enabled"]);
        let enabled = self
            .problems
            .required(object, "enabled", "`deleteReplication`")?;
        let enabled = self.problems.boolean(enabled, "`enabled`")?;
        Some(DeleteReplication { enabled })
    }

    fn ignore_unknown(&mut self, object: &Object<'_>, known: &[&str]) {
        self.problems.ignore_unknown(object, known);
    }

    /// Adds what the checks of meaning find. Warnings about a document that was read only in part would mislead.
    fn check(
        &mut self,
        configuration: &ReplicationConfiguration,
        profile: Profile,
        source: Option<&Registry>,
    ) {
        let in_part = self.problems.has_errors();
        for finding in check(configuration, profile, source) {
            if in_part && finding.severity == Severity::Warning {
                continue;
            }
            let span = self.spans[&finding.place].clone();
            self.problems
                .tell(finding.severity, span, finding.message, finding.help);
        }
    }
}
