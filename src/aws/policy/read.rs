//! From the text of a registry policy to its statements, with the place of everything that is wrong.

use jsonc_parser::ast::{Object, ObjectProp, StringLit, Value};
use jsonc_parser::common::Ranged;

use super::embedded::Embedded;
use super::{Clause, Condition, Effect, Principal, RegistryPolicy, Statement, check_action};
use crate::aws::document::{Problems, Read, Severity, did_you_mean, optional, span};
use crate::aws::{Profile, Registry, nearest};

/// ECR's answer to a policy that it does not take (B50).
const INVALID: &str = "Invalid parameter at 'PolicyText' failed to satisfy constraint: \
                       'Invalid registry policy provided'";

/// Reads the policy that put-registry-policy takes, or what get-registry-policy prints: the same as JSON inside the
/// string `policyText`.
///
/// Everything that ECR would refuse is an error with ECR's own words (B50) and ours. What it accepts but never grants
/// anything is a warning: principals that cannot be ECR's replication (U22), conditions that the model does not know
/// (U23), and, with the `registry` whose policy it is, resources that do not lie in it.
pub fn read(text: &str, profile: Profile, registry: Option<&Registry>) -> Read<RegistryPolicy> {
    let mut problems = Problems::default();
    // What is wrong with a bare policy is told when it is read as a policy.
    let root = Problems::default().parse(text);
    let answer = root.as_ref().and_then(Value::as_object);
    let policy = match answer.filter(|object| object.get("policyText").is_some()) {
        Some(answer) => printed(text, answer, profile, registry, &mut problems),
        None => bare(text, profile, registry, &mut problems),
    };
    problems.finish(policy)
}

/// Reads the policy inside what get-registry-policy printed.
fn printed(
    text: &str,
    answer: &Object<'_>,
    profile: Profile,
    registry: Option<&Registry>,
    problems: &mut Problems,
) -> Option<RegistryPolicy> {
    problems.ignore_unknown(answer, &["registryId", "policyText"]);
    let value = problems.required(answer, "policyText", "a registry policy")?;
    let policy = problems.string(value, "`policyText`")?;
    let between_quotes = value.start() + 1..value.end() - 1;
    let place = Embedded::new(&text[between_quotes.clone()], between_quotes.start);
    let mut inner = Problems::default();
    let read = bare(policy, profile, registry, &mut inner);
    problems.embed(inner, |offset| place.outer(offset));
    read
}

/// Reads the policy itself.
fn bare(
    text: &str,
    profile: Profile,
    registry: Option<&Registry>,
    problems: &mut Problems,
) -> Option<RegistryPolicy> {
    let quota = profile.limits().registry_policy_characters;
    if let Err(message) = quota.check(text.chars().count()) {
        problems.error(0..text.len(), format!("characters: {message}"));
    }
    let mut reader = Reader {
        problems: Problems::default(),
        registry,
    };
    let policy = reader.policy(text);
    reader.problems.prefix_errors(INVALID);
    problems.embed(reader.problems, |offset| offset);
    policy
}

struct Reader<'r> {
    problems: Problems,
    registry: Option<&'r Registry>,
}

impl Reader<'_> {
    fn policy(&mut self, text: &str) -> Option<RegistryPolicy> {
        let root = self.problems.parse(text)?;
        let object = self.problems.object(&root, "a policy")?;
        self.problems
            .refuse_unknown(object, &["Version", "Id", "Statement"], "a policy");
        self.version(object);
        let statements = self.problems.required(object, "Statement", "a policy")?;
        Some(RegistryPolicy {
            statements: one_or_list(statements)
                .iter()
                .filter_map(|value| self.statement(value))
                .collect(),
        })
    }

    /// The versions of the policy language that IAM knows.
    fn version(&mut self, policy: &Object<'_>) {
        let Some(value) = optional(policy, "Version") else {
            return;
        };
        match self.problems.string(value, "`Version`") {
            Some("2012-10-17" | "2008-10-17") | None => {}
            Some(other) => self.problems.error(
                span(value),
                format!("`{other}` is not a version of the policy language: 2012-10-17"),
            ),
        }
    }

    fn statement(&mut self, value: &Value<'_>) -> Option<Statement> {
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
        let what = "`Principal` other than `\"*\"`";
        let Some(object) = self.problems.object(value, what) else {
            return vec![];
        };
        self.problems
            .refuse_unknown(object, PRINCIPAL_KINDS, "`Principal`");
        let mut principals = Vec::new();
        for property in &object.properties {
            let kind = property.name.as_str();
            principals.extend(self.texts(&property.value, "a principal", |reader, text| {
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

fn one_or_list<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match value {
        Value::Array(list) => &list.elements,
        one => std::slice::from_ref(one),
    }
}

/// Accepts `*` or the pattern of an ARN.
fn check_resource(pattern: &str) -> Result<(), String> {
    if pattern == "*" || pattern.starts_with("arn:") {
        return Ok(());
    }
    Err(format!("`{pattern}` is not a resource: an ARN or `*`"))
}
