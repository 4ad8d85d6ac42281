//! What can be run but is probably not meant.

use super::*;
use crate::scenario::diagnostic::{LINTS, Severity};

#[track_caller]
fn warns(scenario: &str, overrides: &[&str], parts: &[&str]) {
    holds(&Folder::new(scenario).warnings(overrides), parts);
}

#[test]
fn a_plain_scenario_has_none() {
    assert_eq!(Folder::new(BASE).warnings(&[]), "");
}

#[test]
fn pareto_without_a_bound_has_no_variance() {
    let size = "pushes.ci.size={ pareto = { scale = \"1 MB\", shape = 1.5 } }";
    warns(
        BASE,
        &[size],
        &[
            "warning[infinite-variance]: this Pareto law has no finite variance",
            "add `max`",
        ],
    );
    let size = "pushes.ci.size={ pareto = { scale = \"1 MB\", shape = 0.9 } }";
    warns(BASE, &[size], &["has no finite mean"]);
    let cut = "pushes.ci.size={ pareto = { scale = \"1 MB\", shape = 1.5, max = \"1 GB\" } }";
    assert_eq!(Folder::new(BASE).warnings(&[cut]), "");
}

#[test]
fn b35_regions_that_are_not_opted_in() {
    let scenario = BASE.replace("eu-west-1", "ap-east-1");
    warns(
        &scenario,
        &[],
        &[
            "warning[region-not-opted-in]: `build` has not opted in to ap-east-1",
            "case.toml:6:37",
        ],
    );
    let opted_in = "accounts.build={ id = \"111122223333\", opted_in = [\"ap-east-1\"] }";
    assert_eq!(Folder::new(&scenario).warnings(&[opted_in]), "");
    let enabled = "[[events]]\nat = \"1 h\"\naction = \"EnableRegion\"\naccount = \"build\"\nregion = \"ap-east-1\"\n";
    assert_eq!(Folder::new(&(scenario.clone() + enabled)).warnings(&[]), "");
    let row =
        "time,action,registry,repository,tags,digest,bytes\n1 h,EnableRegion,build/ap-east-1,,,,\n";
    let traced = Folder::new(&(scenario + "[traces.history]\nfile = \"history.csv\"\n"));
    assert_eq!(traced.with("history.csv", row).warnings(&[]), "");
    let needless = "accounts.build={ id = \"111122223333\", opted_in = [\"us-east-1\"] }";
    warns(BASE, &[needless], &["`us-east-1` needs no opt-in"]);
}

#[test]
fn rules_that_match_nothing() {
    let prefixes = "registries.\"build/us-east-1\".rules.all.prefixes=[\"other/\"]";
    warns(
        BASE,
        &[prefixes],
        &["warning[rule-matches-nothing]: no repository that is pushed to begins with `other/`"],
    );
    let scenario = BASE.replace(
        "registry = \"build/us-east-1\"",
        "registry = \"prod/us-east-1\"",
    );
    warns(&scenario, &[], &["nothing is pushed to this registry"]);
}

#[test]
fn b40_destinations_that_no_policy_admits() {
    let scenario = BASE.replace("build/eu-west-1", "prod/eu-west-1");
    warns(
        &scenario,
        &[],
        &[
            "warning[no-permission]: no registry policy of `prod/eu-west-1` admits `build`",
            "permissions.from-build",
        ],
    );
    let granted = "[registries.\"prod/eu-west-1\".permissions.x]\nprincipals = [\"build\"]\n";
    assert_eq!(Folder::new(&(scenario.clone() + granted)).warnings(&[]), "");
    let other_action = granted.to_owned() + "actions = [\"ecr:CreateRepository\"]\n";
    warns(&(scenario.clone() + &other_action), &[], &["no-permission"]);
    let denied = granted.to_owned() + "effect = \"Deny\"\n";
    warns(&(scenario.clone() + &denied), &[], &["no-permission"]);
    let later = "[[events]]\nat = \"1 h\"\naction = \"PutRegistryPolicy\"\nregistry = \"prod/eu-west-1\"\npermissions = { x = { principals = [\"*\"] } }\n";
    assert_eq!(Folder::new(&(scenario + later)).warnings(&[]), "");
}

#[test]
fn u22_principals_that_grant_nothing() {
    let more = "[registries.\"prod/eu-west-1\".permissions.x]\nprincipals = [\"arn:aws:iam::111122223333:role/ci\"]\n";
    warns(
        &format!("{BASE}{more}"),
        &[],
        &[
            "warning[policy]",
            "cannot be ECR's replication",
            "case.toml:14:15",
        ],
    );
}

#[test]
fn u25_u26_rules_that_do_less_than_they_seem_to() {
    let rule = "registries.\"build/us-east-1\".rules.all";
    warns(
        BASE,
        &[&format!("{rule}.destinations=[]")],
        &["warning[replication]: a rule without destinations does nothing"],
    );
    warns(
        BASE,
        &[&format!("{rule}.prefixes=[]")],
        &["warning[replication]: an empty list of prefixes means every repository"],
    );
}

#[test]
fn more_work_than_a_link_can_do() {
    // 6 per hour × 100 MB × 8 bit = 1.33 Mbit/s.
    warns(
        BASE,
        &["links.\"* -> *\".bandwidth=1 Mbit/s"],
        &[
            "warning[overload]",
            "is offered 1.33 times what its bandwidth can do",
            "--set:1:",
        ],
    );
    assert_eq!(
        Folder::new(BASE).warnings(&["links.\"* -> *\".bandwidth=2 Mbit/s"]),
        ""
    );
}

#[test]
fn a_lint_can_be_denied_by_its_name() {
    let mut found = Folder::new(&BASE.replace("eu-west-1", "ap-east-1"))
        .loaded(&[])
        .warnings;
    assert!(!found.has_errors());
    found.deny(&["region-not-opted-in".to_owned()]);
    assert!(found.has_errors());
    assert_eq!(found.count(Severity::Warning), 0);
    let known = |name: &str| LINTS.iter().any(|(lint, _)| *lint == name);
    assert!(found.list.iter().all(|found| found.lint.is_some_and(known)));
}

#[test]
fn b24_prefixes_that_select_more_than_what_lies_under_them() {
    let scenario = BASE.replace("[\"shop/a\"]", "[\"shop/a\", \"shopping/cart\"]");
    let prefixes = |text: &str| format!("registries.\"build/us-east-1\".rules.all.prefixes={text}");
    warns(
        &scenario,
        &[&prefixes("[\"shop\"]")],
        &[
            "warning[broad-prefix]: the prefix `shop` also selects `shopping/cart`",
            "write `shop/` for what lies under it only",
        ],
    );
    for right in ["[\"shop/\"]", "[\"shopp\"]", "[\"shop/\", \"shopping/\"]"] {
        assert_eq!(Folder::new(&scenario).warnings(&[&prefixes(right)]), "");
    }
}

#[test]
fn two_sources_of_one_repository() {
    let other = "[registries.\"build/us-west-2\".rules.all]\ndestinations = [\"build/eu-west-1\"]\n[pushes.west]\nregistry = \"build/us-west-2\"\nrepositories = [\"shop/a\"]\nrate = \"1 per hour\"\nsize = \"1 MB\"\n";
    warns(
        &(BASE.to_owned() + other),
        &[],
        &[
            "warning[two-sources]: `shop/a` in `build/eu-west-1` is fed by `build/us-east-1` and by `build/us-west-2`",
        ],
    );
    let apart = other.replace("shop/a", "west/a");
    assert_eq!(Folder::new(&(BASE.to_owned() + &apart)).warnings(&[]), "");
}
