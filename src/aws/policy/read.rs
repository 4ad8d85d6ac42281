//! From the text of a registry policy to its statements, with the place of everything that is wrong.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;

use super::RegistryPolicy;
use super::embedded::Embedded;
use super::statement::{StatementReader, one_or_list};
use crate::aws::document::{Problems, Read, optional, span, without_mark};
use crate::aws::{Profile, Registry};

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
    let text = &*without_mark(text);
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
        problems.error(0..text.len(), message);
    }
    let mut reader = StatementReader {
        problems: Problems::default(),
        registry,
    };
    let policy = policy(text, &mut reader);
    reader.problems.prefix_errors(INVALID);
    problems.embed(reader.problems, |offset| offset);
    policy
}

fn policy(text: &str, reader: &mut StatementReader<'_>) -> Option<RegistryPolicy> {
    let root = reader.problems.parse(text)?;
    let object = reader.problems.object(&root, "a policy")?;
    let known = ["Version", "Id", "Statement"];
    reader.problems.refuse_unknown(object, &known, "a policy");
    check_version(object, &mut reader.problems);
    let statements = reader.problems.required(object, "Statement", "a policy")?;
    let statements = one_or_list(statements).iter();
    Some(RegistryPolicy {
        statements: statements
            .filter_map(|value| reader.statement(value))
            .collect(),
    })
}

/// The versions of the policy language that IAM knows.
fn check_version(policy: &Object<'_>, problems: &mut Problems) {
    let Some(value) = optional(policy, "Version") else {
        return;
    };
    match problems.string(value, "`Version`") {
        Some("2012-10-17" | "2008-10-17") | None => {}
        Some(other) => problems.error(
            span(value),
            format!("`{other}` is not a version of the policy language: 2012-10-17"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Severity;
    use crate::aws::policy::{Clause, Effect, Principal};

    /// What get-registry-policy prints in the fact sheet.
    const PRINTED: &str = r#"{
  "registryId": "444455556666",
  "policyText": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"FromBuild\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":[\"ecr:CreateRepository\",\"ecr:ReplicateImage\"],\"Resource\":\"arn:aws:ecr:us-west-2:444455556666:repository/prod/*\"}]}"
}"#;

    fn read_in_us_west_2(text: &str) -> Read<RegistryPolicy> {
        let registry = Registry::new("444455556666", "us-west-2");
        read(text, Profile::default(), Some(&registry))
    }

    #[test]
    fn printed_policy_is_read_through_its_string() {
        let read = read_in_us_west_2(PRINTED);
        assert_eq!(read.problems, []);
        let statement = read.value.expect("the text is right").statements.remove(0);
        assert_eq!(statement.sid.as_deref(), Some("FromBuild"));
        assert_eq!(statement.effect, Effect::Allow);
        let account =
            Principal::parse("arn:aws:iam::111122223333:root").expect("the text is right");
        assert_eq!(statement.principals, Clause::of(vec![account]));
        assert_eq!(
            statement.actions.items,
            ["ecr:CreateRepository", "ecr:ReplicateImage"]
        );
    }

    #[test]
    fn bare_policy_is_the_same_as_the_printed_one() {
        let printed: serde_json::Value = serde_json::from_str(PRINTED).expect("the text is right");
        let bare = printed["policyText"].as_str().expect("the text is right");
        assert_eq!(read_in_us_west_2(bare), read_in_us_west_2(PRINTED));
    }

    #[test]
    fn what_is_written_reads_back() {
        let policy = read_in_us_west_2(PRINTED).value;
        let text = serde_json::to_string(&policy).expect("the text is right");
        assert_eq!(read_in_us_west_2(&text).value, policy);
    }

    #[test]
    fn error_inside_the_string_stands_at_its_place_in_the_file() {
        let text = PRINTED.replace("Allow", "Alow");
        let read = read_in_us_west_2(&text);
        assert_eq!(read.problems.len(), 1);
        let problem = &read.problems[0];
        assert_eq!(&text[problem.span.clone()], r#"\"Alow\""#);
        assert_eq!(problem.help.as_deref(), Some("did you mean `Allow`?"));
    }

    #[test]
    fn broken_json_inside_the_string_stands_in_the_file_too() {
        let text = r#"{"policyText": "{\"Statement\": [}"}"#;
        let read = read_in_us_west_2(text);
        assert_eq!(&text[read.problems[0].span.clone()], "}");
        assert!(read.problems[0].message.starts_with(INVALID));
    }

    #[test]
    fn b48_at_most_10_240_characters() {
        let policy = |length: usize| {
            let rest = r#"{"Statement": []}"#;
            format!("{rest}{}", " ".repeat(length - rest.len()))
        };
        assert_eq!(read_in_us_west_2(&policy(10_240)).problems, []);
        let read = read_in_us_west_2(&policy(10_241));
        assert!(read.problems[0].message.contains("at most 10240"));
        // Characters, not bytes; of the inner text, not of the file.
        let wide = format!(r#"{{"Id": "{}", "Statement": []}}"#, "é".repeat(10_000));
        assert_eq!(read_in_us_west_2(&wide).problems, []);
    }

    #[test]
    fn b50_invalid_policy_is_refused_in_ecrs_words() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"Statement": [{}]}"#,
            r#"{"Version": "1", "Statement": []}"#,
        ] {
            let read = read_in_us_west_2(text);
            assert_eq!(read.value, None, "{text}");
            for error in read.errors() {
                assert!(
                    error.message.starts_with(
                        "Invalid parameter at 'PolicyText' failed to satisfy constraint: \
                         'Invalid registry policy provided'"
                    ),
                    "{}",
                    error.message
                );
            }
        }
    }

    #[test]
    fn policy_without_statements_is_one() {
        let read = read_in_us_west_2(r#"{"Version": "2012-10-17", "Statement": []}"#);
        assert_eq!(read.value, Some(RegistryPolicy::default()));
    }

    #[test]
    fn wrapper_with_something_else_than_text() {
        let read = read_in_us_west_2(r#"{"policyText": {"Statement": []}}"#);
        assert_eq!(read.problems[0].severity, Severity::Error);
        assert_eq!(read.problems[0].message, "`policyText` must be a string");
    }
}
