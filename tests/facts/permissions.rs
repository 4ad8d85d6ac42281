//! Registry policies at the destination (facts, section 3), quotas, and what admission asks first.

use crate::support::text::Text;
use crate::{IRELAND, PROD, PROD_IRELAND, VIRGINIA};

/// A push of `app` from the build account to the prod account in the same Region.
fn crossing() -> Text {
    Text::new()
        .rule(VIRGINIA, &[PROD])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
}

/// Returns how that push ended.
fn ending(text: &Text) -> String {
    let run = text.run();
    assert_eq!(run.records.len(), 1);
    run.endings()[0].1.to_owned()
}

fn under_policy(policy: &str) -> Text {
    crossing()
        .toml(&format!("[registries.'{PROD}']\npolicy = 'policy.json'"))
        .file("policy.json", policy)
}

/// Returns a policy document of one statement.
fn document(effect: &str, principal: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}", "Principal": {principal},
             "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"], "Resource": {resource} {condition}}}]}}"#
    )
}

fn everything(principal: &str) -> String {
    document("Allow", principal, r#""*""#, "")
}

#[test]
fn b40_another_account_must_allow_replication() {
    assert_eq!(ending(&crossing()), "AccessDenied");
    assert_eq!(
        ending(&crossing().permission(PROD, "build", "")),
        "COMPLETE"
    );
    assert_eq!(
        ending(&crossing().permission(PROD, "prod", "")),
        "AccessDenied",
        "it is the source that asks"
    );
}

#[test]
fn b40_permission_belongs_to_account_and_region() {
    let run = Text::new()
        .rule(VIRGINIA, &[PROD, PROD_IRELAND])
        .permission(PROD_IRELAND, "build", "")
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    let mut endings = run.endings();
    endings.sort_unstable();
    assert_eq!(
        endings,
        [(PROD_IRELAND, "COMPLETE"), (PROD, "AccessDenied")]
    );
}

#[test]
fn b41_a_missing_repository_needs_permission_to_create_it() {
    let replicate_only =
        || crossing().permission(PROD, "build", "actions = ['ecr:ReplicateImage']");
    assert_eq!(ending(&replicate_only()), "RepositoryCreationDenied");
    let there = format!("[registries.'{PROD}'.repositories.app]");
    assert_eq!(ending(&replicate_only().toml(&there)), "COMPLETE");
    let create_only = crossing().permission(PROD, "build", "actions = ['ecr:CreateRepository']");
    assert_eq!(ending(&create_only.toml(&there)), "AccessDenied");
}

#[test]
fn b42_an_account_needs_no_policy_for_itself() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(IRELAND, "COMPLETE")]);
}

#[test]
fn b44_resources_of_awss_examples() {
    let with = |resource: &str| {
        let resource = format!(r#""arn:aws:ecr:us-east-1:444455556666:repository/{resource}""#);
        ending(&under_policy(&document(
            "Allow",
            r#"{"AWS": "arn:aws:iam::111122223333:root"}"#,
            &resource,
            "",
        )))
    };
    assert_eq!(with("*"), "COMPLETE");
    assert_eq!(with("a*"), "COMPLETE");
    assert_eq!(with("?pp"), "COMPLETE");
    assert_eq!(with("app-*"), "AccessDenied");
    assert_eq!(with("app/*"), "AccessDenied");
}

#[test]
fn b44_a_permission_of_the_scenario_names_repositories_by_pattern() {
    assert_eq!(
        ending(&crossing().permission(PROD, "build", "repositories = ['ap*']")),
        "COMPLETE"
    );
    assert_eq!(
        ending(&crossing().permission(PROD, "build", "repositories = ['prod-*']")),
        "AccessDenied"
    );
}

#[test]
fn b45_principals_by_root_arn_by_id_and_in_lists() {
    for principal in [
        r#"{"AWS": "arn:aws:iam::111122223333:root"}"#,
        r#"{"AWS": "111122223333"}"#,
        r#"{"AWS": ["999988887777", "arn:aws:iam::111122223333:root"]}"#,
        r#"{"AWS": "*"}"#,
        r#""*""#,
    ] {
        assert_eq!(
            ending(&under_policy(&everything(principal))),
            "COMPLETE",
            "{principal}"
        );
    }
    assert_eq!(
        ending(&under_policy(&everything(r#"{"AWS": "999988887777"}"#))),
        "AccessDenied"
    );
}

#[test]
fn b48_a_policy_has_at_most_10_240_characters() {
    let padded = |length: usize| {
        let policy = everything(r#""*""#);
        policy.replace(
            "2012-10-17\",",
            &format!("2012-10-17\",{}", " ".repeat(length - policy.len())),
        )
    };
    assert_eq!(ending(&under_policy(&padded(10_240))), "COMPLETE");
    let errors = under_policy(&padded(10_241)).errors();
    assert!(errors.contains("at most 10240"), "{errors}");
}

#[test]
fn b50_an_invalid_policy_is_refused_in_ecrs_words() {
    let errors =
        under_policy(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}"#).errors();
    assert!(
        errors.contains("Invalid registry policy provided"),
        "{errors}"
    );
}

#[test]
fn b51_an_explicit_deny_beats_every_allow() {
    let text = crossing().permission(PROD, "build", "").permission(
        PROD,
        "*",
        "effect = 'Deny'\nrepositories = ['app']",
    );
    assert_eq!(ending(&text), "AccessDenied");
}

#[test]
fn b51_denying_creation_alone_spares_repositories_that_exist() {
    let text = crossing().permission(PROD, "build", "").permission(
        PROD,
        "build",
        "effect = 'Deny'\nactions = ['ecr:CreateRepository']",
    );
    assert_eq!(ending(&text), "RepositoryCreationDenied");
    assert_eq!(
        ending(&text.toml(&format!("[registries.'{PROD}'.repositories.app]"))),
        "COMPLETE"
    );
}

#[test]
fn u9_a_deny_stops_the_own_account_too_unless_assumed_otherwise() {
    let text = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .permission(IRELAND, "build", "effect = 'Deny'")
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB");
    assert_eq!(ending(&text), "AccessDenied");
    let spared = text.run_with(&["assumptions.deny_stops_own_account=false"]);
    assert_eq!(spared.endings(), [(IRELAND, "COMPLETE")]);
}

#[test]
fn u22_a_role_of_the_source_grants_nothing_but_the_service_linked_one() {
    let role = |path: &str| {
        ending(&under_policy(&everything(&format!(
            r#"{{"AWS": "arn:aws:iam::111122223333:{path}"}}"#
        ))))
    };
    assert_eq!(role("role/deployer"), "AccessDenied");
    assert_eq!(role("user/alice"), "AccessDenied");
    let linked =
        "role/aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication";
    assert_eq!(role(linked), "COMPLETE");
}

#[test]
fn u23_a_condition_that_the_model_does_not_know_is_not_met() {
    let with = |condition: &str| {
        let condition = format!(r#", "Condition": {condition}"#);
        ending(&under_policy(&document(
            "Allow", r#""*""#, r#""*""#, &condition,
        )))
    };
    assert_eq!(
        with(r#"{"StringEquals": {"aws:SourceAccount": "111122223333"}}"#),
        "COMPLETE"
    );
    assert_eq!(
        with(r#"{"StringEquals": {"aws:SourceAccount": "999988887777"}}"#),
        "AccessDenied"
    );
    assert_eq!(
        with(r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}"#),
        "AccessDenied"
    );
}

#[test]
fn u17_comes_before_permission() {
    let text = Text::new()
        .rule(VIRGINIA, &[PROD])
        .put_digest("10 s", VIRGINIA, "app", &["1"], 7)
        .delete_digest("10500 ms", VIRGINIA, "app", 7);
    assert_eq!(ending(&text), "SourceImageDeleted");
}

#[test]
fn b35_comes_before_permission() {
    let text = Text::new().rule(VIRGINIA, &["prod/ap-east-1"]).put(
        "10 s",
        VIRGINIA,
        "app",
        &["1"],
        "1 MB",
    );
    assert_eq!(ending(&text), "RegionNotEnabled");
}

#[test]
fn u19_a_full_repository_fails_the_copy_and_permission_comes_first() {
    let full = |text: Text| {
        text.toml(&format!(
            "[registries.'{PROD}'.repositories.app]\nimages = {{ count = 100_000, size = '1 MB' }}"
        ))
    };
    assert_eq!(
        ending(&full(crossing().permission(PROD, "build", ""))),
        "LimitExceeded"
    );
    assert_eq!(ending(&full(crossing())), "AccessDenied");
}
