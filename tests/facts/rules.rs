//! Replication rules: where pushes go, and what a configuration may not say (facts, section 2).

use std::collections::BTreeSet;

use crate::support::text::Text;
use crate::{IRELAND, PROD, PROD_IRELAND, TOKYO, VIRGINIA};

/// Returns the repositories whose push went to Ireland under a rule of these prefixes.
fn replicated(prefixes: &[&str], pushed: &[&str]) -> Vec<String> {
    let text = Text::new().rule_for(VIRGINIA, &[IRELAND], prefixes);
    let put = |text: Text, name: &&str| text.put("10 s", VIRGINIA, name, &["1"], "1 MB");
    let run = pushed.iter().fold(text, put).run();
    let names: BTreeSet<u32> = run.records.iter().map(|record| record.repository).collect();
    names
        .into_iter()
        .map(|name| run.names.repositories[name as usize].clone())
        .collect()
}

/// Returns a scenario whose rules are given as AWS's own document.
fn with_document(document: &str) -> Text {
    Text::new()
        .toml(&format!(
            "[registries.'{VIRGINIA}']\nreplication = 'replication.json'"
        ))
        .file("replication.json", document)
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
}

#[test]
fn b20_an_empty_list_of_rules_switches_replication_off() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .event(
            "10 s",
            "PutReplicationConfiguration",
            &format!("registry = '{VIRGINIA}'\nrules = {{}}"),
        )
        .put("20 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.records.len(), 0);
    assert_eq!(with_document(r#"{"rules": []}"#).run().records.len(), 0);
}

#[test]
fn b21_limits_are_refused_by_their_number() {
    let many = |rules: u32| (0..rules).fold(Text::new(), |text, _| text.rule(VIRGINIA, &[IRELAND]));
    assert!(many(26).errors().contains("at most 25"));
    many(25).run();
    let prefixes: Vec<String> = (0..101).map(|n| format!("p{n}/")).collect();
    let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
    assert!(
        Text::new()
            .rule_for(VIRGINIA, &[IRELAND], &prefixes)
            .errors()
            .contains("at most 100")
    );
    Text::new()
        .rule_for(VIRGINIA, &[IRELAND], &prefixes[1..])
        .run();
}

#[test]
fn b1_b21_the_rules_of_2021_allow_ten() {
    let eleven = (0..11).fold(Text::new(), |text, _| text.rule(VIRGINIA, &[IRELAND]));
    assert!(
        eleven
            .key("profile = '2021'")
            .errors()
            .contains("at most 10")
    );
}

#[test]
fn b23_a_destination_is_a_region_and_a_registry_id() {
    let without = |key: &str| format!(r#"{{"rules": [{{"destinations": [{{{key}}}]}}]}}"#);
    let errors = with_document(&without(r#""region": "eu-west-1""#)).errors();
    assert!(errors.contains("registryId"), "{errors}");
    let errors = with_document(&without(r#""registryId": "111122223333""#)).errors();
    assert!(errors.contains("region"), "{errors}");
    let run = with_document(&without(
        r#""region": "eu-west-1", "registryId": "111122223333""#,
    ))
    .run();
    assert_eq!(
        run.endings(),
        [(IRELAND, "COMPLETE")],
        "the account's own alias names it"
    );
}

#[test]
fn b24_a_rule_without_filters_takes_every_repository() {
    assert_eq!(
        replicated(&[], &["a1", "team/b/c", "zz-9"]),
        ["a1", "team/b/c", "zz-9"]
    );
}

#[test]
fn b25_a_prefix_is_plain_text() {
    let pushed = ["test", "test-repo", "test01", "test/x", "a/test", "tes"];
    assert_eq!(
        replicated(&["test"], &pushed),
        ["test", "test-repo", "test/x", "test01"]
    );
}

#[test]
fn b26_prefixes_have_no_wildcard() {
    for wrong in ["*", "prod*", "Prod/", "/prod", "prod//x"] {
        let errors = Text::new()
            .rule_for(VIRGINIA, &[IRELAND], &[wrong])
            .errors();
        assert!(errors.contains(wrong), "{errors}");
    }
    for right in ["prod/", "prod-", "-x", "__"] {
        Text::new().rule_for(VIRGINIA, &[IRELAND], &[right]).run();
    }
}

#[test]
fn b28_u4_any_one_filter_is_enough() {
    assert_eq!(
        replicated(&["prod/", "base/"], &["prod/a", "base/b", "dev/c"]),
        ["base/b", "prod/a"]
    );
}

#[test]
fn b29_u5_overlapping_rules_send_once() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .rule_for(VIRGINIA, &[IRELAND, TOKYO], &["app"])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(TOKYO, "COMPLETE"), (IRELAND, "COMPLETE")]);
}

#[test]
fn b30_a_repository_keeps_its_name() {
    let run =
        Text::new()
            .rule(VIRGINIA, &[IRELAND])
            .put("10 s", VIRGINIA, "team/app", &["1"], "1 MB");
    // Only under its own name is it there: a delete finds it.
    let run = run
        .delete_tag("60 s", IRELAND, "team/app", "1")
        .delete_tag("60 s", IRELAND, "app", "1")
        .run();
    assert_eq!(
        run.refused(),
        [("BatchDeleteImage", "app", "RepositoryNotFoundException")]
    );
    assert_eq!(run.stored(IRELAND)[0], 0);
}

#[test]
fn b31_the_source_registry_is_no_destination() {
    let errors = Text::new().rule(VIRGINIA, &[VIRGINIA]).errors();
    assert!(
        errors.contains("the same as the source registry"),
        "{errors}"
    );
}

#[test]
fn b32_other_region_other_account_and_both_at_once() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND, PROD, PROD_IRELAND])
        .permission(PROD, "build", "")
        .permission(PROD_IRELAND, "build", "")
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(
        run.endings(),
        [
            (IRELAND, "COMPLETE"),
            (PROD_IRELAND, "COMPLETE"),
            (PROD, "COMPLETE")
        ]
    );
}

#[test]
fn b33_b34_u6_another_partition_is_refused_at_once() {
    for region in ["cn-north-1", "us-gov-west-1"] {
        let errors = Text::new()
            .rule(VIRGINIA, &[&format!("build/{region}")])
            .errors();
        assert!(errors.contains("partition"), "{errors}");
    }
}

#[test]
fn b35_u7_both_accounts_must_have_opted_in_to_an_opt_in_region() {
    let opted_in = |build: bool, prod: bool| {
        let account = |id: &str, has: bool| {
            let regions = if has { "['ap-east-1']" } else { "[]" };
            format!("{{ id = '{id}', opted_in = {regions} }}")
        };
        let accounts = [
            format!("accounts.build={}", account("111122223333", build)),
            format!("accounts.prod={}", account("444455556666", prod)),
        ];
        let run = Text::new()
            .rule(VIRGINIA, &["prod/ap-east-1"])
            .permission("prod/ap-east-1", "build", "")
            .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
            .run_with(&[&accounts[0], &accounts[1]]);
        run.endings()[0].1.to_owned()
    };
    assert_eq!(opted_in(true, true), "COMPLETE");
    assert_eq!(opted_in(true, false), "RegionNotEnabled");
    assert_eq!(opted_in(false, true), "RegionNotEnabled");
    assert_eq!(opted_in(false, false), "RegionNotEnabled");
}

#[test]
fn b35_opting_in_counts_from_the_moment_it_happens() {
    let run = Text::new()
        .rule(VIRGINIA, &["build/ap-east-1"])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .event(
            "20 s",
            "EnableRegion",
            "account = 'build'\nregion = 'ap-east-1'",
        )
        .put("30 s", VIRGINIA, "app", &["2"], "1 MB")
        .event(
            "40 s",
            "DisableRegion",
            "account = 'build'\nregion = 'ap-east-1'",
        )
        .put("50 s", VIRGINIA, "app", &["3"], "1 MB")
        .run();
    let endings: Vec<&str> = run
        .endings()
        .into_iter()
        .map(|(_, ending)| ending)
        .collect();
    assert_eq!(
        endings,
        ["RegionNotEnabled", "COMPLETE", "RegionNotEnabled"]
    );
    assert_eq!(
        run.records[0].moved_bytes, 0,
        "what is not admitted moves nothing"
    );
}

#[test]
fn b37_a_new_configuration_replaces_the_whole_old_one() {
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .event(
            "10 s",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ other = {{ destinations = ['{TOKYO}'] }} }}"
            ),
        )
        .put("20 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.endings(), [(TOKYO, "COMPLETE")]);
}

#[test]
fn b37_configurations_count_by_the_moment_of_the_push() {
    // Configuration comes before pushes within an instant.
    let run = Text::new()
        .rule(VIRGINIA, &[IRELAND])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .event(
            "10 s",
            "PutReplicationConfiguration",
            &format!(
                "registry = '{VIRGINIA}'\nrules = {{ other = {{ destinations = ['{TOKYO}'] }} }}"
            ),
        )
        .run();
    assert_eq!(run.endings(), [(TOKYO, "COMPLETE")]);
}

#[test]
fn u25_a_rule_without_destinations_does_nothing() {
    let run = Text::new()
        .rule(VIRGINIA, &[])
        .put("10 s", VIRGINIA, "app", &["1"], "1 MB")
        .run();
    assert_eq!(run.records.len(), 0);
}
