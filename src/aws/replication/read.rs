//! From the text of the document to its rules, with the place of everything that is wrong.

use std::collections::BTreeMap;
use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use super::check::{Place, check};
use super::{DeleteReplication, Destination, FilterType, ReplicationConfiguration};
use super::{RepositoryFilter, Rule};
use crate::aws::document::{Problems, Read, Severity, optional, span, without_mark};
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
    let configuration = reader.document(&without_mark(text));
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of the fact sheet: two rules, the first with everything.
    const RULES: &str = r#"{
  "rules": [
    {
      "destinations": [
        { "region": "eu-west-1", "registryId": "111122223333" },
        { "region": "us-west-2", "registryId": "444455556666" }
      ],
      "repositoryFilters": [ { "filter": "prod/", "filterType": "PREFIX_MATCH" } ],
      "deleteReplication": { "enabled": true }
    },
    { "destinations": [ { "region": "ap-south-1", "registryId": "111122223333" } ] }
  ]
}"#;

    fn read_as_newest(text: &str) -> Read<ReplicationConfiguration> {
        let source = Registry::new("111122223333", "us-east-1");
        read(text, Profile::November2026, Some(&source))
    }

    /// Severity, offending text and message of each problem.
    fn told(text: &str) -> Vec<(Severity, &str, String)> {
        let problems = read_as_newest(text).problems;
        let told = problems.into_iter();
        told.map(|problem| (problem.severity, &text[problem.span], problem.message))
            .collect()
    }

    /// Offending text and message of the only problem.
    fn only(text: &str) -> (Severity, &str, String) {
        let mut told = told(text);
        assert_eq!(told.len(), 1, "{told:#?}");
        told.remove(0)
    }

    /// A configuration of one rule to eu-west-1 with these further members.
    fn one_rule(members: &str) -> String {
        format!(
            r#"{{"rules": [{{"destinations": [{{"region": "eu-west-1", "registryId": "111122223333"}}]{members}}}]}}"#
        )
    }

    #[test]
    fn document_as_put_and_as_described_are_the_same() {
        let bare = read_as_newest(RULES);
        assert_eq!(bare.problems, []);
        let rules = &bare.value.as_ref().expect("the text is right").rules;
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].destinations[1].region, "us-west-2");
        assert_eq!(rules[0].prefixes().collect::<Vec<_>>(), ["prod/"]);
        assert!(rules[0].replicates_deletes() && !rules[1].replicates_deletes());
        assert_eq!(rules[1].repository_filters, []);

        let described =
            format!(r#"{{"registryId": "111122223333", "replicationConfiguration": {RULES}}}"#);
        assert_eq!(read_as_newest(&described), bare);
        let answered = format!(r#"{{"replicationConfiguration": {RULES}}}"#);
        assert_eq!(read_as_newest(&answered), bare);
    }

    #[test]
    fn what_is_written_reads_back() {
        let configuration = read_as_newest(RULES).value.expect("the text is right");
        let text = serde_json::to_string(&configuration).expect("the text is right");
        assert!(text.contains(r#""filterType":"PREFIX_MATCH""#), "{text}");
        assert_eq!(read_as_newest(&text).value, Some(configuration));
    }

    #[test]
    fn b20_empty_list_of_rules_is_a_configuration() {
        let read = read_as_newest(r#"{"rules": []}"#);
        assert_eq!(read.value, Some(ReplicationConfiguration::default()));
    }

    #[test]
    fn b24_filters_absent_and_null_are_the_same() {
        let absent = read_as_newest(&one_rule(""));
        let null = read_as_newest(&one_rule(r#", "repositoryFilters": null"#));
        assert_eq!(null, absent);
        assert!(absent.problems.is_empty());
    }

    #[test]
    fn u26_empty_filters_are_absent_with_a_warning() {
        let text = one_rule(r#", "repositoryFilters": []"#);
        assert_eq!(
            read_as_newest(&text).value,
            read_as_newest(&one_rule("")).value
        );
        let (severity, at, _) = only(&text);
        assert_eq!((severity, at), (Severity::Warning, "[]"));
    }

    #[test]
    fn b23_both_halves_of_a_destination_are_required() {
        let text = r#"{"rules": [{"destinations": [{"region": "eu-west-1"}]}]}"#;
        let (severity, at, message) = only(text);
        assert_eq!(
            (severity, at),
            (Severity::Error, r#"{"region": "eu-west-1"}"#)
        );
        assert_eq!(message, "a destination needs `registryId`");
    }

    #[test]
    fn b25_other_filter_types_do_not_exist() {
        let text =
            one_rule(r#", "repositoryFilters": [{"filter": "prod/", "filterType": "WILDCARD"}]"#);
        let (severity, at, _) = only(&text);
        assert_eq!((severity, at), (Severity::Error, "\"WILDCARD\""));
    }

    #[test]
    fn b31_source_as_destination_is_told_in_ecrs_words() {
        let text = one_rule("").replace("eu-west-1", "us-east-1");
        let (_, at, message) = only(&text);
        assert!(at.starts_with("{\"region\""), "{at}");
        assert_eq!(
            message,
            "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: \
             'Replication destination cannot be the same as the source registry'"
        );
    }

    #[test]
    fn unknown_keys_are_ignored_but_not_in_silence() {
        let text = one_rule(r#", "repositoryFilter": []"#);
        let problem = read_as_newest(&text).problems.remove(0);
        assert_eq!(problem.severity, Severity::Warning);
        assert_eq!(
            problem.help.as_deref(),
            Some("did you mean `repositoryFilters`?")
        );
        assert!(read_as_newest(&text).value.is_some());
    }

    #[test]
    fn all_errors_are_told_at_their_places_in_the_order_of_the_text() {
        let text = r#"{"rules": [
            {"destinations": 5},
            {"destinations": [
                {"region": "eu-wst-1", "registryId": "12"},
                {"region": 7, "registryId": "111122223333"},
                {"region": "mars-1", "registryId": "111122223333"}],
             "repositoryFilters": [{"filter": "a", "filterType": "PREFIX_MATCH"}, "x"],
             "deleteReplication": {"enabled": "yes"}},
            {}
        ]}"#;
        let places: Vec<_> = told(text).into_iter().map(|(_, at, _)| at).collect();
        let expected = [
            "5",
            "\"eu-wst-1\"",
            "\"12\"",
            "7",
            // What is dropped for its shape does not shift the places of what follows.
            "\"mars-1\"",
            "\"a\"",
            "\"x\"",
            "\"yes\"",
            "{}",
        ];
        assert_eq!(places, expected);
        assert_eq!(read_as_newest(text).value, None);
    }

    #[test]
    fn key_that_stands_twice() {
        let (severity, _, message) = only(r#"{"rules": [], "rules": []}"#);
        assert_eq!(severity, Severity::Error);
        assert_eq!(message, "`rules` stands here twice");
    }

    #[test]
    fn what_is_not_strict_json() {
        for text in [
            "",
            "{",
            "{'rules': []}",
            "{\"rules\": [],}",
            "{\"rules\": []} x",
            "[]",
            "null",
        ] {
            let read = read_as_newest(text);
            assert_eq!(read.value, None, "{text}");
            assert_eq!(read.errors().count(), 1, "{text}");
        }
    }

    #[test]
    fn byte_order_mark_is_no_error() {
        assert_eq!(read_as_newest(&format!("\u{feff}{RULES}")).problems, []);
    }

    proptest! {
        /// Whatever the damage, every place is one of the text, and there is a value unless there is an error.
        #[test]
        fn damaged_document_is_told_within_the_text(at in 0..RULES.len(), by in "[\"{}\\[\\],:a1é ]{0,3}") {
            let text = format!("{}{by}{}", &RULES[..at], &RULES[at + 1..]);
            let read = read_as_newest(&text);
            for problem in &read.problems {
                prop_assert!(text.get(problem.span.clone()).is_some(), "{:?}", problem);
            }
            prop_assert_eq!(read.value.is_none(), read.errors().count() > 0);
        }
    }
}
