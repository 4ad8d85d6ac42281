//! One statement of a registry policy, in all the forms that IAM's policy language allows (IAM JSON policy elements).

use jsonc_parser::ast::{Object, ObjectProp, StringLit, Value};

use super::{Clause, Condition, Effect, Principal, Statement, check_action, check_resource};
use crate::aws::document::{Problems, Severity, did_you_mean, optional, span};
use crate::aws::{Registry, nearest};

/// The elements of a statement in IAM's policy language.
const STATEMENT_KEYS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The kinds of principals in IAM's policy language.
const PRINCIPAL_KINDS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

/// Reads statements and collects what is wrong with them.
pub(super) struct StatementReader<'r> {
    /// What was wrong so far.
    pub(super) problems: Problems,
    /// The registry whose policy it is, if that is known.
    pub(super) registry: Option<&'r Registry>,
}

impl StatementReader<'_> {
    /// Reads a statement; `None` if a part of it is missing.
    pub(super) fn statement(&mut self, value: &Value<'_>) -> Option<Statement> {
        let object = self.problems.object(value, "a statement")?;
        self.problems
            .refuse_unknown(object, STATEMENT_KEYS, "a statement");
        let sid = optional(object, "Sid").and_then(|sid| self.problems.string(sid, "`Sid`"));
        let sid = sid.map(str::to_string);
        let effect = self.effect(object);
        let principals = self.clause(object, "Principal", Self::principals);
        let actions = self.clause(object, "Action", Self::actions);
        let resources = self.clause(object, "Resource", Self::resources);
        Some(Statement {
            sid,
            conditions: self.conditions(object),
            effect: effect?,
            principals: principals?,
            actions: actions?,
            resources: resources?,
        })
    }

    fn effect(&mut self, statement: &Object<'_>) -> Option<Effect> {
        let value = self.problems.required(statement, "Effect", "a statement")?;
        match self.problems.string(value, "`Effect`")? {
            "Allow" => Some(Effect::Allow),
            "Deny" => Some(Effect::Deny),
            other => {
                let message = format!("`{other}` is not an effect: `Allow` or `Deny`");
                let help = nearest(other, ["Allow", "Deny"]).map(did_you_mean);
                self.problems
                    .tell(Severity::Error, span(value), message, help);
                None
            }
        }
    }

    /// Reads `key` or its opposite `Not…`, of which a statement has exactly one.
    fn clause<T>(
        &mut self,
        statement: &Object<'_>,
        key: &str,
        read: impl FnOnce(&mut Self, &Value<'_>) -> Vec<T>,
    ) -> Option<Clause<T>> {
        let not_key = format!("Not{key}");
        let (value, negated) = match (optional(statement, key), optional(statement, &not_key)) {
            (Some(value), None) => (value, false),
            (None, Some(value)) => (value, true),
            (None, None) => {
                let message = format!("a statement needs `{key}` or `{not_key}`");
                self.problems.error(span(statement), message);
                return None;
            }
            (Some(_), Some(value)) => {
                let message = format!("a statement has either `{key}` or `{not_key}`");
                self.problems.error(span(value), message);
                return None;
            }
        };
        let items = read(self, value);
        Some(Clause { negated, items })
    }

    /// Reads `"*"` or an object of kinds of principals.
    fn principals(&mut self, value: &Value<'_>) -> Vec<Principal> {
        if value.as_string_lit().is_some_and(|text| text.value == "*") {
            return vec![Principal::Anyone];
        }
        let what = "`Principal`, if not \"*\",";
        let Some(object) = self.problems.object(value, what) else {
            return vec![];
        };
        self.problems
            .refuse_unknown(object, PRINCIPAL_KINDS, "`Principal`");
        let mut principals = Vec::new();
        for kind in PRINCIPAL_KINDS {
            let Some(value) = optional(object, kind) else {
                continue;
            };
            principals.extend(self.texts(value, "a principal", |reader, text| {
                reader.principal(kind, text)
            }));
        }
        principals
    }

    fn principal(&mut self, kind: &str, text: &StringLit<'_>) -> Option<Principal> {
        let name = text.value.as_ref();
        let principal = match kind {
            "AWS" => self.told(Principal::parse(name), text)?,
            _ => Principal::Other {
                kind: kind.to_string(),
                name: name.to_string(),
            },
        };
        if !principal.may_replicate() {
            // U22
            let message = format!(
                "`{name}` is never the one that replicates: name the account, or its replication role"
            );
            self.problems.warn(span(text), message);
        }
        Some(principal)
    }

    fn actions(&mut self, value: &Value<'_>) -> Vec<String> {
        self.texts(value, "an action", |reader, text| {
            reader.told(check_action(&text.value), text)?;
            Some(text.value.to_string())
        })
    }

    fn resources(&mut self, value: &Value<'_>) -> Vec<String> {
        self.texts(value, "a resource", |reader, text| {
            reader.told(check_resource(&text.value), text)?;
            reader.warn_of_elsewhere(text);
            Some(text.value.to_string())
        })
    }

    /// Warns of a resource that cannot be a repository of the policy's own registry.
    fn warn_of_elsewhere(&mut self, resource: &StringLit<'_>) {
        let Some(registry) = self.registry else {
            return;
        };
        let here = registry.repository_arn("");
        let plain = resource.value.split(['*', '?']).next().unwrap_or_default();
        if !here.starts_with(plain) && !plain.starts_with(&here) {
            let message = format!("no repository of this registry: those begin with `{here}`");
            self.problems.warn(span(resource), message);
        }
    }

    /// Reads operators, in each of them keys, and of each the values.
    fn conditions(&mut self, statement: &Object<'_>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        let condition = optional(statement, "Condition");
        let operators = condition.and_then(|value| self.problems.object(value, "`Condition`"));
        for operator in operators.into_iter().flat_map(|object| &object.properties) {
            let keys = self.problems.object(&operator.value, "an operator's keys");
            for key in keys.into_iter().flat_map(|object| &object.properties) {
                conditions.push(self.condition(operator.name.as_str(), key));
            }
        }
        conditions
    }

    fn condition(&mut self, operator: &str, key: &ObjectProp<'_>) -> Condition {
        let values = one_or_list(&key.value).iter();
        let condition = Condition {
            operator: operator.to_string(),
            key: key.name.as_str().to_string(),
            values: values.filter_map(|value| self.scalar(value)).collect(),
        };
        if !condition.is_known() {
            // U23
            let message = format!(
                "the model does not know `{operator}` on `{}`, and takes it as not satisfied",
                condition.key
            );
            self.problems.warn(span(&key.name), message);
        }
        condition
    }

    fn scalar(&mut self, value: &Value<'_>) -> Option<String> {
        match value {
            Value::StringLit(text) => Some(text.value.to_string()),
            Value::NumberLit(number) => Some(number.value.to_string()),
            Value::BooleanLit(flag) => Some(flag.value.to_string()),
            _ => {
                self.problems
                    .error(span(value), "a condition's value must be a string");
                None
            }
        }
    }

    /// Reads one string or a list of at least one.
    fn texts<T>(
        &mut self,
        value: &Value<'_>,
        what: &str,
        mut read: impl FnMut(&mut Self, &StringLit<'_>) -> Option<T>,
    ) -> Vec<T> {
        let values = one_or_list(value);
        if values.is_empty() {
            let message = format!("the list is empty: {what} is needed");
            self.problems.error(span(value), message);
        }
        let mut items = Vec::new();
        for value in values {
            self.problems.string(value, what);
            let text = value.as_string_lit();
            items.extend(text.and_then(|text| read(self, text)));
        }
        items
    }

    fn told<T>(&mut self, checked: Result<T, String>, text: &StringLit<'_>) -> Option<T> {
        checked
            .map_err(|message| self.problems.error(span(text), message))
            .ok()
    }
}

/// Returns the values of a list, or the one value that stands for a list of itself.
pub(super) fn one_or_list<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match value {
        Value::Array(list) => &list.elements,
        one => std::slice::from_ref(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::document::Read;
    use crate::aws::policy::{RegistryPolicy, read};
    use crate::aws::{Problem, Profile};

    fn read_statement(statement: &str) -> Read<RegistryPolicy> {
        let registry = Registry::new("444455556666", "us-west-2");
        let text = format!(r#"{{"Statement": {statement}}}"#);
        read(&text, Profile::default(), Some(&registry))
    }

    /// A statement where `part` has the place of the part of the same name.
    fn with(part: &str) -> String {
        let parts = [
            r#""Effect": "Allow""#,
            r#""Principal": "*""#,
            r#""Action": "ecr:ReplicateImage""#,
            r#""Resource": "*""#,
        ];
        let name = part
            .split(':')
            .next()
            .expect("the statement is right")
            .replace("Not", "");
        let kept = parts.iter().filter(|kept| !kept.starts_with(&name));
        let all: Vec<_> = kept.copied().chain([part]).collect();
        format!("{{{}}}", all.join(", "))
    }

    fn statement(part: &str) -> Statement {
        let read = read_statement(&with(part));
        let policy = read.value.unwrap_or_else(|| panic!("{:#?}", read.problems));
        policy
            .statements
            .into_iter()
            .next()
            .expect("the statement is right")
    }

    fn only(part: &str) -> Problem {
        let mut problems = read_statement(&with(part)).problems;
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }

    #[test]
    fn statement_may_stand_alone_or_in_a_list() {
        let one = with(r#""Effect": "Deny""#);
        let list = read_statement(&format!("[{one}, {one}]"))
            .value
            .expect("the statement is right");
        assert_eq!(list.statements.len(), 2);
        let alone = read_statement(&one).value.expect("the statement is right");
        assert_eq!(alone.statements[..], list.statements[..1]);
    }

    #[test]
    fn b45_forms_of_the_principal() {
        let principals = |part| statement(part).principals.items;
        assert_eq!(principals(r#""Principal": "*""#), [Principal::Anyone]);
        assert_eq!(
            principals(r#""Principal": {"AWS": "*"}"#),
            [Principal::Anyone]
        );
        let account = Principal::account("111122223333");
        assert_eq!(
            principals(r#""Principal": {"AWS": "111122223333"}"#),
            std::slice::from_ref(&account)
        );
        let two = principals(
            r#""Principal": {"AWS": ["111122223333", "arn:aws:iam::222233334444:root"]}"#,
        );
        assert_eq!((two.len(), &two[0]), (2, &account));
    }

    #[test]
    fn opposites_are_read_as_such() {
        assert!(
            statement(r#""NotPrincipal": {"AWS": "111122223333"}"#)
                .principals
                .negated
        );
        assert!(
            statement(r#""NotAction": ["ecr:CreateRepository"]"#)
                .actions
                .negated
        );
        assert!(statement(r#""NotResource": "*""#).resources.negated);
        assert!(!statement(r#""Action": "*""#).actions.negated);
    }

    #[test]
    fn conditions_with_one_value_or_several() {
        let conditions = statement(
            r#""Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"], "aws:RequestedRegion": "x"}}"#,
        )
        .conditions;
        assert_eq!(conditions.len(), 2);
        assert_eq!(conditions[0].values, ["1", "2"]);
        assert_eq!(conditions[1].key, "aws:RequestedRegion");
    }

    #[test]
    fn parts_that_are_missing_are_all_told() {
        let messages: Vec<_> = read_statement("{}")
            .problems
            .into_iter()
            .map(|problem| {
                problem
                    .message
                    .rsplit(": ")
                    .next()
                    .expect("the statement is right")
                    .to_string()
            })
            .collect();
        assert_eq!(
            messages,
            [
                "a statement needs `Effect`",
                "a statement needs `Principal` or `NotPrincipal`",
                "a statement needs `Action` or `NotAction`",
                "a statement needs `Resource` or `NotResource`",
            ]
        );
    }

    #[test]
    fn what_a_statement_may_not_hold() {
        for (part, message) in [
            (r#""Effect": "allow""#, "`allow` is not an effect"),
            (
                r#""Principal": "build""#,
                "`Principal`, if not \"*\", must be an object",
            ),
            (
                r#""Principal": {"AWS": "build"}"#,
                "`build` is not a principal",
            ),
            (r#""Principal": {"Aws": "*"}"#, "`Principal` has no `Aws`"),
            (r#""Principal": {"AWS": []}"#, "the list is empty"),
            (
                r#""Action": "ReplicateImage""#,
                "`ReplicateImage` is not an action",
            ),
            (r#""Action": 5"#, "an action must be a string"),
            (r#""Resource": "prod/*""#, "`prod/*` is not a resource"),
            (r#""Conditon": {}"#, "a statement has no `Conditon`"),
            (
                r#""Condition": {"StringEquals": {"aws:SourceAccount": {}}}"#,
                "a condition's value",
            ),
        ] {
            let problem = only(part);
            assert_eq!(problem.severity, Severity::Error, "{part}");
            assert!(
                problem.message.contains(message),
                "{part}: {}",
                problem.message
            );
        }
    }

    #[test]
    fn part_and_its_opposite_exclude_each_other() {
        let both = with(r#""Action": "*", "NotAction": "*""#);
        let read = read_statement(&both);
        assert!(
            read.problems[0]
                .message
                .contains("either `Action` or `NotAction`")
        );
    }

    #[test]
    fn u22_principal_that_never_replicates_is_warned_of() {
        for principal in [
            r#"{"AWS": "arn:aws:iam::111122223333:role/ci"}"#,
            r#"{"Service": "replication.ecr.amazonaws.com"}"#,
        ] {
            let problem = only(&format!("\"Principal\": {principal}"));
            assert_eq!(problem.severity, Severity::Warning);
            assert!(problem.message.contains("never the one that replicates"));
        }
    }

    #[test]
    fn u23_unknown_condition_is_warned_of() {
        let problem = only(r#""Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}"#);
        assert_eq!(problem.severity, Severity::Warning);
        assert!(problem.message.contains("aws:PrincipalOrgID"));
    }

    #[test]
    fn resource_of_another_registry_is_warned_of() {
        let problem = only(r#""Resource": "arn:aws:ecr:eu-west-1:444455556666:repository/*""#);
        assert_eq!(problem.severity, Severity::Warning);
        for here in [
            r#""Resource": "arn:aws:ecr:us-west-2:444455556666:repository/prod/*""#,
            r#""Resource": "arn:aws:ecr:*:repository/prod/*""#,
            r#""Resource": "arn:*""#,
        ] {
            assert_eq!(read_statement(&with(here)).problems, [], "{here}");
        }
    }
}
