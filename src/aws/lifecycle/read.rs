//! From the text of the document to its rules, with the place of everything that is wrong.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use super::{LifecycleAction, LifecyclePolicy, LifecycleRule, Limit, Selection};
use crate::aws::Profile;
use crate::aws::document::{Problems, Read, optional, span, without_mark};

const NO_PULLS: &str = "this version of ecrsim does not simulate ages since the last pull: only some pulls are modelled";

/// Most `*` in one tag pattern (user guide, lifecycle policy parameters).
const MAX_STARS: usize = 4;

/// Reads the text that put-lifecycle-policy takes; `profile` gives the limits.
pub fn read(text: &str, profile: Profile) -> Read<LifecyclePolicy> {
    let mut reader = Reader::default();
    let policy = reader.document(&without_mark(text), profile);
    reader.problems.finish(policy)
}

/// A rule with what decides its place among the others.
struct Numbered {
    priority: u64,
    priority_span: Range<usize>,
    rule: LifecycleRule,
}

#[derive(Default)]
struct Reader {
    problems: Problems,
}

impl Reader {
    fn document(&mut self, text: &str, profile: Profile) -> Option<LifecyclePolicy> {
        let limits = profile.limits();
        let length = limits.lifecycle_policy_characters;
        if let Err(message) = length.check(text.chars().count()) {
            self.problems.error(0..text.len(), message);
        }
        let root = self.problems.parse(text)?;
        let document = self.problems.object(&root, "the document")?;
        self.problems.ignore_unknown(document, &["rules"]);
        let rules = self
            .problems
            .required(document, "rules", "a lifecycle policy")?;
        let list = self.problems.list(rules, "`rules`")?;
        if let Err(message) = limits.lifecycle_policy_rules.check(list.elements.len()) {
            self.problems.error(span(rules), message);
        }
        let read = list.elements.iter().filter_map(|rule| self.rule(rule));
        let mut numbered: Vec<Numbered> = read.collect();
        self.check_priorities(&mut numbered);
        Some(LifecyclePolicy {
            rules: numbered.into_iter().map(|of| of.rule).collect(),
            first_match_only: true,
        })
    }

    /// Sorts rules by priority: each has its own, and one for any image comes last.
    fn check_priorities(&mut self, rules: &mut [Numbered]) {
        rules.sort_by_key(|of| of.priority);
        for pair in rules.windows(2) {
            let [first, second] = pair else { continue };
            if first.priority == second.priority {
                let message = format!("two rules have the priority {}", first.priority);
                self.problems.error(second.priority_span.clone(), message);
            }
            if first.rule.selection == Selection::Any {
                let message = "a rule with the tagStatus `any` must have the largest priority";
                self.problems.error(first.priority_span.clone(), message);
            }
        }
    }

    fn rule(&mut self, value: &Value<'_>) -> Option<Numbered> {
        let object = self.problems.object(value, "a rule")?;
        let known = ["rulePriority", "description", "selection", "action"];
        self.problems.ignore_unknown(object, &known);
        let priority = self.problems.required(object, "rulePriority", "a rule");
        let number = priority.and_then(|value| self.whole(value, "`rulePriority`"));
        let selected = self.selection(object);
        let action = self.action(object);
        let rule = selected.zip(action).map(|((selection, limit), action)| {
            self.check_archive(object, limit, action);
            LifecycleRule {
                selection,
                limit,
                action,
            }
        });
        Some(Numbered {
            priority: number?,
            priority_span: span(priority?),
            rule: rule?,
        })
    }

    fn selection(&mut self, rule: &Object<'_>) -> Option<(Selection, Limit)> {
        let value = self.problems.required(rule, "selection", "a rule")?;
        let object = self.problems.object(value, "`selection`")?;
        let known = [
            "tagStatus",
            "tagPatternList",
            "tagPrefixList",
            "storageClass",
            "countType",
            "countUnit",
            "countNumber",
        ];
        self.problems.ignore_unknown(object, &known);
        let selection = self.tags(object);
        let limit = self.limit(object);
        self.storage_class(object, limit);
        Some((selection?, limit?))
    }

    fn tags(&mut self, object: &Object<'_>) -> Option<Selection> {
        self.problems.required(object, "tagStatus", "`selection`")?;
        let status = self.word(object, "tagStatus", &["tagged", "untagged", "any"])?;
        let lists = ["tagPatternList", "tagPrefixList"].map(|key| optional(object, key));
        match (status, lists) {
            ("tagged", [Some(list), None]) => Some(Selection::Tagged(self.patterns(list, ""))),
            ("tagged", [None, Some(list)]) => Some(Selection::Tagged(self.patterns(list, "*"))),
            ("tagged", _) => {
                let message = "tagged images are selected by `tagPatternList` or `tagPrefixList`, one of them";
                self.problems.error(span(object), message);
                None
            }
            (_, [None, None]) => Some(if status == "any" {
                Selection::Any
            } else {
                Selection::Untagged
            }),
            (_, lists) => {
                for list in lists.into_iter().flatten() {
                    let message = format!("a rule with the tagStatus `{status}` takes no tags");
                    self.problems.error(span(list), message);
                }
                None
            }
        }
    }

    /// Returns the list's texts with `end` at the end of each.
    fn patterns(&mut self, value: &Value<'_>, end: &str) -> Vec<String> {
        let Some(list) = self.problems.list(value, "the list of tags") else {
            return Vec::new();
        };
        if list.elements.is_empty() {
            self.problems
                .error(span(value), "the list of tags is empty");
        }
        let mut patterns = Vec::new();
        for element in &list.elements {
            let Some(text) = self.problems.string(element, "a tag pattern") else {
                continue;
            };
            if end.is_empty() && text.matches('*').count() > MAX_STARS {
                let message = format!("`{text}` has more than {MAX_STARS} `*`");
                self.problems.error(span(element), message);
            }
            patterns.push(format!("{text}{end}"));
        }
        patterns
    }

    fn limit(&mut self, object: &Object<'_>) -> Option<Limit> {
        let required = ["countType", "countNumber"]
            .map(|key| self.problems.required(object, key, "`selection`"));
        let number = required[1].and_then(|value| self.whole(value, "`countNumber`"));
        let kinds = [
            "imageCountMoreThan",
            "sinceImagePushed",
            "sinceImagePulled",
            "sinceImageTransitioned",
        ];
        let unit = optional(object, "countUnit");
        match self.word(object, "countType", &kinds)? {
            "imageCountMoreThan" => {
                if let Some(unit) = unit {
                    let message = "`countUnit` goes with ages, not with `imageCountMoreThan`";
                    self.problems.error(span(unit), message);
                }
                Some(Limit::Count(number?))
            }
            "sinceImagePulled" => {
                let at = optional(object, "countType").map_or_else(|| span(object), span);
                self.problems.error(at, NO_PULLS);
                None
            }
            kind => {
                self.problems.required(object, "countUnit", "`selection`")?;
                self.word(object, "countUnit", &["days"])?;
                if kind == "sinceImagePushed" {
                    return Some(Limit::Days(number?));
                }
                self.archived_days(object, number?)
            }
        }
    }

    /// B84: no policy may delete an image that has been archived for less than 90 days.
    fn archived_days(&mut self, object: &Object<'_>, days: u64) -> Option<Limit> {
        let least = LifecyclePolicy::LEAST_ARCHIVED_DAYS;
        if days < least {
            let at = optional(object, "countNumber").map_or_else(|| span(object), span);
            let message = format!("images stay in the archive for at least {least} days");
            self.problems.error(at, message);
            return None;
        }
        Some(Limit::ArchivedDays(days))
    }

    /// Days in the archive concern archived images, everything else active ones (user guide, lifecycle policy
    /// parameters).
    fn storage_class(&mut self, object: &Object<'_>, limit: Option<Limit>) {
        let written = self.word(object, "storageClass", &["standard", "archive"]);
        let is_archive = written == Some("archive");
        let wanted = match limit {
            Some(Limit::ArchivedDays(_)) if !is_archive => "`archive`",
            Some(Limit::Count(_) | Limit::Days(_)) if is_archive => "`standard`",
            _ => return,
        };
        let at = ["storageClass", "countType"]
            .iter()
            .find_map(|key| optional(object, key))
            .map_or_else(|| span(object), span);
        let message = format!("this countType goes with the storageClass {wanted}");
        self.problems.error(at, message);
    }

    /// B144: what was archived can only expire.
    fn check_archive(&mut self, rule: &Object<'_>, limit: Limit, action: LifecycleAction) {
        if matches!(limit, Limit::ArchivedDays(_)) && action == LifecycleAction::Archive {
            let at = optional(rule, "action").map_or_else(|| span(rule), span);
            self.problems
                .error(at, "`sinceImageTransitioned` only goes with `expire`");
        }
    }

    fn action(&mut self, rule: &Object<'_>) -> Option<LifecycleAction> {
        let value = self.problems.required(rule, "action", "a rule")?;
        let object = self.problems.object(value, "`action`")?;
        self.problems
            .ignore_unknown(object, &["type", "targetStorageClass"]);
        self.problems.required(object, "type", "`action`");
        let target = optional(object, "targetStorageClass");
        match self.word(object, "type", &["expire", "transition"])? {
            "expire" => {
                if let Some(target) = target {
                    let message = "`targetStorageClass` goes with `transition`";
                    self.problems.error(span(target), message);
                }
                Some(LifecycleAction::Expire)
            }
            _ => {
                let what = "an action of the type `transition`";
                self.problems.required(object, "targetStorageClass", what)?;
                self.word(object, "targetStorageClass", &["archive"])?;
                Some(LifecycleAction::Archive)
            }
        }
    }

    /// Reads one of a few words; that a required key is missing is told elsewhere.
    fn word<'w>(&mut self, object: &Object<'_>, key: &str, words: &[&'w str]) -> Option<&'w str> {
        let value = optional(object, key)?;
        let text = self.problems.string(value, &format!("`{key}`"))?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            let message = format!("`{key}` is one of {}, not `{text}`", words.join(", "));
            self.problems.error(span(value), message);
        }
        found
    }

    /// Reads a whole number from 1.
    fn whole(&mut self, value: &Value<'_>, what: &str) -> Option<u64> {
        let written = value.as_number_lit().map(|literal| literal.value);
        let number = written
            .and_then(|text| text.parse().ok())
            .filter(|&n| n >= 1);
        if number.is_none() {
            let message = format!("{what} must be a whole number from 1");
            self.problems.error(span(value), message);
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(priority: u64, selection: &str, action: &str) -> String {
        format!(
            r#"{{"rulePriority": {priority}, "selection": {selection}, "action": {{"type": "{action}"}}}}"#
        )
    }

    fn document(rules: &[String]) -> Read<LifecyclePolicy> {
        let text = format!("{{\"rules\": [{}]}}", rules.join(", "));
        read(&text, Profile::default())
    }

    fn wrong(selection: &str) -> String {
        let read = document(&[rule(1, selection, "expire")]);
        let errors: Vec<&str> = read.errors().map(|error| error.message.as_str()).collect();
        errors.join("; ")
    }

    const UNTAGGED: &str = r#"{"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}"#;
    const ANY: &str =
        r#"{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5}"#;

    #[test]
    fn b144_rules_stand_in_the_order_of_their_priority() {
        let read = document(&[rule(9, ANY, "expire"), rule(2, UNTAGGED, "expire")]);
        let policy = read.value.expect("the policy is right");
        let limits: Vec<Limit> = policy.rules.iter().map(|rule| rule.limit).collect();
        assert_eq!(limits, [Limit::Days(7), Limit::Count(5)]);
        assert!(policy.first_match_only && !policy.reads_tags());
    }

    #[test]
    fn prefixes_are_patterns_with_a_star_at_the_end() {
        let selection = r#"{"tagStatus": "tagged", "tagPrefixList": ["rel-", "v"], "countType": "imageCountMoreThan", "countNumber": 1}"#;
        let policy = document(&[rule(1, selection, "expire")])
            .value
            .expect("the policy is right");
        let patterns = vec!["rel-*".to_owned(), "v*".to_owned()];
        assert_eq!(policy.rules[0].selection, Selection::Tagged(patterns));
    }

    #[test]
    fn priorities_are_unique_and_any_comes_last() {
        let twice = document(&[rule(1, UNTAGGED, "expire"), rule(1, UNTAGGED, "expire")]);
        let told: Vec<_> = twice.errors().map(|error| &error.message).collect();
        assert_eq!(told, ["two rules have the priority 1"]);
        let first = document(&[rule(1, ANY, "expire"), rule(2, UNTAGGED, "expire")]);
        assert!(
            first
                .errors()
                .any(|error| error.message.contains("largest"))
        );
    }

    #[test]
    fn what_aws_would_refuse_is_told() {
        let cases = [
            (
                r#"{"tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 1}"#,
                "one of them",
            ),
            (
                r#"{"tagStatus": "any", "tagPatternList": ["a"], "countType": "imageCountMoreThan", "countNumber": 1}"#,
                "takes no tags",
            ),
            (
                r#"{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 0}"#,
                "a whole number from 1",
            ),
            (
                r#"{"tagStatus": "any", "countType": "sinceImagePushed", "countNumber": 3}"#,
                "needs `countUnit`",
            ),
            (
                r#"{"tagStatus": "any", "countType": "imageCountMoreThan", "countUnit": "days", "countNumber": 3}"#,
                "goes with ages",
            ),
            (
                r#"{"tagStatus": "tagged", "tagPatternList": ["*a*b*c*d*"], "countType": "imageCountMoreThan", "countNumber": 3}"#,
                "more than 4 `*`",
            ),
        ];
        for (selection, message) in cases {
            let told = wrong(selection);
            assert!(told.contains(message), "{selection}: {told}");
        }
    }

    #[test]
    fn ages_since_a_pull_are_not_simulated() {
        let pulled = r#"{"tagStatus": "any", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 90}"#;
        assert_eq!(wrong(pulled), NO_PULLS);
    }

    #[test]
    fn b144_rules_may_archive_and_expire_what_is_archived() {
        let archived = r#"{"tagStatus": "any", "storageClass": "archive", "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 90}"#;
        let moves = format!(
            r#"{{"rulePriority": 1, "selection": {UNTAGGED}, "action": {{"type": "transition", "targetStorageClass": "archive"}}}}"#
        );
        let read = document(&[moves, rule(2, archived, "expire")]);
        let policy = read.value.expect("the policy is right");
        let rules: Vec<_> = policy
            .rules
            .iter()
            .map(|of| (of.limit, of.action))
            .collect();
        assert_eq!(
            rules,
            [
                (Limit::Days(7), LifecycleAction::Archive),
                (Limit::ArchivedDays(90), LifecycleAction::Expire)
            ]
        );
        assert!(policy.archives());
    }

    #[test]
    fn what_goes_against_the_archives_rules_is_told() {
        let days = |class: &str, number: u64| {
            format!(
                r#"{{"tagStatus": "any", {class} "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": {number}}}"#
            )
        };
        let archive = r#""storageClass": "archive","#;
        assert!(
            wrong(&days(archive, 89)).contains("at least 90 days"),
            "B84"
        );
        assert!(wrong(&days("", 90)).contains("storageClass `archive`"));
        let counted = format!(
            r#"{{"tagStatus": "any", {archive} "countType": "imageCountMoreThan", "countNumber": 5}}"#
        );
        assert!(wrong(&counted).contains("storageClass `standard`"));
        let told = |rule: &str| {
            let read = document(&[rule.to_owned()]);
            let errors: Vec<String> = read.errors().map(|of| of.message.clone()).collect();
            errors.join("; ")
        };
        assert!(told(&rule(1, ANY, "transition")).contains("needs `targetStorageClass`"));
        let moves = format!(
            r#"{{"rulePriority": 1, "selection": {}, "action": {{"type": "transition", "targetStorageClass": "archive"}}}}"#,
            days(archive, 90)
        );
        assert!(told(&moves).contains("only goes with `expire`"));
        let expires = format!(
            r#"{{"rulePriority": 1, "selection": {ANY}, "action": {{"type": "expire", "targetStorageClass": "archive"}}}}"#
        );
        assert!(told(&expires).contains("goes with `transition`"));
    }
}
