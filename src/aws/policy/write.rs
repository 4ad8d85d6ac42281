//! A registry policy back as the document that put-registry-policy takes.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{Clause, Condition, Effect, Principal, RegistryPolicy, Statement};

impl Serialize for RegistryPolicy {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut document = out.serialize_map(Some(2))?;
        document.serialize_entry("Version", "2012-10-17")?;
        document.serialize_entry("Statement", &self.statements)?;
        document.end()
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut statement = out.serialize_map(None)?;
        if let Some(sid) = &self.sid {
            statement.serialize_entry("Sid", sid)?;
        }
        let effect = match self.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        statement.serialize_entry("Effect", effect)?;
        let principals = principals(&self.principals.items);
        statement.serialize_entry(&key("Principal", &self.principals), &principals)?;
        let actions = &self.actions;
        statement.serialize_entry(&key("Action", actions), &one_or_list(&actions.items))?;
        let resources = &self.resources;
        statement.serialize_entry(&key("Resource", resources), &one_or_list(&resources.items))?;
        if !self.conditions.is_empty() {
            statement.serialize_entry("Condition", &conditions(&self.conditions))?;
        }
        statement.end()
    }
}

fn key<T>(name: &str, clause: &Clause<T>) -> String {
    let not = if clause.negated { "Not" } else { "" };
    format!("{not}{name}")
}

fn principals(principals: &[Principal]) -> Value {
    if principals == [Principal::Anyone] {
        return json!("*");
    }
    let mut by_kind: Vec<(&str, Vec<String>)> = Vec::new();
    for principal in principals {
        let kind = match principal {
            Principal::Other { kind, .. } => kind,
            _ => "AWS",
        };
        match by_kind.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, names)) => names.push(principal.text()),
            None => by_kind.push((kind, vec![principal.text()])),
        }
    }
    let by_kind = by_kind.into_iter();
    by_kind
        .map(|(kind, names)| (kind.to_string(), one_or_list(&names)))
        .collect::<Map<_, _>>()
        .into()
}

fn conditions(conditions: &[Condition]) -> Value {
    let mut document = Map::new();
    for condition in conditions {
        let operator = document
            .entry(&condition.operator)
            .or_insert_with(|| Value::Object(Map::new()));
        operator[&condition.key] = one_or_list(&condition.values);
    }
    document.into()
}

fn one_or_list(texts: &[String]) -> Value {
    match texts {
        [only] => json!(only),
        _ => json!(texts),
    }
}

#[cfg(test)]
mod tests {
    use crate::aws::policy::{Effect, Principal, RegistryPolicy, Statement, read};
    use crate::aws::{Profile, Registry};

    /// One statement with every form that there is.
    const FORMS: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Deny","NotPrincipal":{"AWS":["111122223333","*"],"Service":"x.example"},"NotAction":["ecr:A","ecr:B"],"NotResource":"*","Condition":{"StringLike":{"aws:RequestedRegion":["eu-*","us-*"],"aws:SourceAccount":"1*"}}}]}"#;

    #[test]
    fn every_form_is_written_as_it_was_read() {
        let policy = read(FORMS, Profile::default(), None)
            .value
            .expect("the policy is right");
        assert_eq!(
            serde_json::to_string(&policy).expect("the policy is right"),
            FORMS
        );
    }

    #[test]
    fn statement_made_from_names_is_a_document_of_aws() {
        let registry = Registry::new("444455556666", "us-west-2");
        let statement = Statement::on_repositories(
            Effect::Allow,
            vec![Principal::account("111122223333")],
            vec!["ecr:ReplicateImage".to_string()],
            &registry,
            ["prod/*"],
        );
        let policy = RegistryPolicy {
            statements: vec![statement],
        };
        assert_eq!(
            serde_json::to_string(&policy).expect("the policy is right"),
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"ecr:ReplicateImage","Resource":"arn:aws:ecr:us-west-2:444455556666:repository/prod/*"}]}"#
        );
    }
}
