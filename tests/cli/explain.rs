//! `ecrsim explain`: every way of arriving, and every way of not arriving.

use crate::case::{Case, SHOP};

/// Returns the line about `destination`, and those under it that belong to it.
#[track_caller]
fn about<'a>(stdout: &'a str, destination: &str) -> &'a str {
    let start = stdout
        .find(&format!("-> {destination}"))
        .unwrap_or_else(|| panic!("no {destination} in:\n{stdout}"));
    let rest = &stdout[start..];
    let end = rest[2..].find("-> ").map_or(rest.len(), |end| end + 2);
    &rest[..end]
}

#[track_caller]
fn explained(toml: &str) -> String {
    Case::new()
        .scenario(toml)
        .args("explain shop.toml")
        .succeeds()
        .stdout
}

#[test]
fn names_the_rule_and_that_it_arrives() {
    let text = explained(SHOP);
    assert!(text.contains("Pushes to build/us-east-1\n"), "{text}");
    assert!(text.contains("shop/api, shop/web\n"), "{text}");
    for destination in ["build/us-west-2", "prod/eu-west-1"] {
        let line = about(&text, destination);
        assert!(
            line.contains("rule all: arrives; the first one creates the repository"),
            "{line}"
        );
    }
}

#[test]
fn b40_cross_account_needs_a_policy() {
    let text = explained(&SHOP.replace(".permissions.from-build]\nprincipals = [\"build\"]", "]"));
    let line = about(&text, "prod/eu-west-1");
    assert!(line.contains("FAILED, AccessDenied"), "{line}");
    assert!(
        line.contains(
            "has no registry policy, which must allow ecr:ReplicateImage to 111122223333"
        ),
        "{line}"
    );
    assert!(
        about(&text, "build/us-west-2").contains("arrives"),
        "one's own account needs none"
    );
}

#[test]
fn b41_missing_repository_needs_leave_to_be_created() {
    let toml = SHOP.replace(
        "principals = [\"build\"]",
        "principals = [\"build\"]\nactions = [\"ecr:ReplicateImage\"]",
    ) + "[registries.\"prod/eu-west-1\".repositories.\"shop/web\"]\n";
    let ran = Case::new()
        .scenario(&toml)
        .args("explain shop.toml --repository shop/api")
        .succeeds();
    let line = about(&ran.stdout, "prod/eu-west-1").to_owned();
    assert!(line.contains("FAILED, RepositoryCreationDenied"), "{line}");
    assert!(line.contains("allows ecr:CreateRepository"), "{line}");
    let ran = ran
        .then()
        .args("explain shop.toml --repository shop/web")
        .succeeds();
    let line = about(&ran.stdout, "prod/eu-west-1");
    assert!(line.contains("rule all: arrives\n"), "{line}");
}

#[test]
fn b51_deny_wins_and_u9_stops_ones_own_account_too() {
    let toml = format!(
        "{SHOP}[registries.\"build/us-west-2\".permissions.nobody]\nprincipals = [\"*\"]\neffect = \"Deny\"\n"
    );
    let line = explained(&toml);
    let line = about(&line, "build/us-west-2");
    assert!(line.contains("FAILED, AccessDenied"), "{line}");
    assert!(line.contains("denies ecr:ReplicateImage"), "{line}");
}

#[test]
fn b35_both_accounts_need_both_regions() {
    let toml = SHOP.replace("prod/eu-west-1", "prod/ap-east-1").replace(
        "prod = \"444455556666\"",
        "prod = { id = \"444455556666\", opted_in = [\"ap-east-1\"] }",
    );
    let line = explained(&toml);
    let line = about(&line, "prod/ap-east-1");
    assert!(line.contains("FAILED, RegionNotEnabled"), "{line}");
    assert!(
        line.contains("ap-east-1 is not enabled in the account build"),
        "{line}"
    );
    assert!(!line.contains("in the account prod"), "{line}");
}

#[test]
fn b64_tags_that_cannot_move_there_are_named() {
    let toml = SHOP.to_owned()
        + "tags = [\"{n}\", \"latest\"]\n\
           [registries.\"prod/eu-west-1\".repositories.\"shop/web\"]\n\
           tag_mutability = \"IMMUTABLE\"\n";
    let ran = Case::new()
        .scenario(&toml)
        .args("explain shop.toml --repository shop/web")
        .succeeds();
    let line = about(&ran.stdout, "prod/eu-west-1");
    assert!(
        line.contains("only the first image comes with latest"),
        "{line}"
    );
    assert!(
        !line.contains("{n}"),
        "a tag with the push's number is given once: {line}"
    );
}

#[test]
fn b66_excluded_tags_may_move() {
    let toml = SHOP.to_owned()
        + "tags = [\"latest\", \"stable\"]\n\
           [registries.\"prod/eu-west-1\".repositories.\"shop/web\"]\n\
           tag_mutability = \"IMMUTABLE_WITH_EXCLUSION\"\nexclusions = [\"lat*\"]\n";
    let ran = Case::new()
        .scenario(&toml)
        .args("explain shop.toml --repository shop/web")
        .succeeds();
    let line = about(&ran.stdout, "prod/eu-west-1");
    assert!(
        line.contains("only the first image comes with stable\n"),
        "{line}"
    );
}

#[test]
fn repository_that_no_rule_matches_goes_nowhere() {
    let toml = SHOP.replace(
        "prod/eu-west-1\"]",
        "prod/eu-west-1\"]\nprefixes = [\"shop/w\"]",
    );
    let text = explained(&toml);
    assert!(
        text.contains("shop/api\n    no rule sends them anywhere\n"),
        "{text}"
    );
}

#[test]
fn u5_overlapping_rules_are_all_named() {
    let toml = format!(
        "{SHOP}[registries.\"build/us-east-1\".rules.west]\ndestinations = [\"build/us-west-2\"]\n"
    );
    let text = explained(&toml);
    let line = about(&text, "build/us-west-2");
    assert!(line.contains("rules all, west: arrives"), "{line}");
}

#[test]
fn rules_of_a_document_go_by_number() {
    let rules = r#"{"rules": [
        {"destinations": []},
        {"destinations": [{"region": "eu-west-1", "registryId": "444455556666"}]}
    ]}"#;
    let toml = SHOP.replace(
        "[registries.\"build/us-east-1\".rules.all]\ndestinations = [\"build/us-west-2\", \"prod/eu-west-1\"]",
        "[registries.\"build/us-east-1\"]\nreplication = \"replication.json\"",
    );
    let case = Case::new().scenario(&toml).file("replication.json", rules);
    let ran = case.args("explain shop.toml").succeeds();
    assert!(
        about(&ran.stdout, "prod/eu-west-1").contains("rule 2: arrives"),
        "{}",
        ran.stdout
    );
}

#[test]
fn later_changes_are_listed_in_order() {
    let toml = SHOP.to_owned()
        + "[[events]]\nat = \"5 h\"\naction = \"PutRegistryPolicy\"\nregistry = \"prod/eu-west-1\"\n\
           permissions = { back = { principals = [\"build\"] } }\n\
           [[events]]\nat = \"2 h\"\naction = \"DeleteRegistryPolicy\"\nregistry = \"prod/eu-west-1\"\n";
    let text = explained(&toml);
    let lost = text
        .find("after 2 h: DeleteRegistryPolicy prod/eu-west-1")
        .expect("the loss");
    let given = text
        .find("after 5 h: PutRegistryPolicy prod/eu-west-1")
        .expect("the gain");
    assert!(lost < given, "{text}");
}

#[test]
fn unknown_repository_is_an_error_with_a_suggestion() {
    let case = Case::new()
        .scenario(SHOP)
        .args("explain shop.toml --repository shop/wbe");
    case.ends_with(2)
        .complains(&["`shop/wbe`", "did you mean `shop/web`?"]);
}

#[test]
fn says_what_the_run_then_does() {
    let toml = SHOP.replace(".permissions.from-build]\nprincipals = [\"build\"]", "]");
    let ran = Case::new()
        .scenario(&toml)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    let rows = ran.read("run/destinations.csv");
    let own = rows
        .lines()
        .find(|row| row.contains("build/us-west-2"))
        .expect("a row");
    let other = rows
        .lines()
        .find(|row| row.contains("prod/eu-west-1"))
        .expect("a row");
    let cell = |row: &str, place: usize| row.split(',').nth(place).expect("a cell").to_owned();
    assert_eq!(cell(own, 4), "0", "nothing fails: {own}");
    assert_eq!(cell(other, 2), cell(other, 4), "everything fails: {other}");
    assert!(
        ran.read("run/failures.csv")
            .contains("prod/eu-west-1,AccessDenied,")
    );
}

/// One image, pushed after an hour: 100 MB at 10 MB/s after 5 s; the cross-account permission goes 4 s into the copy.
const STORY: &str = r#"
name = "shop"
start = 2026-03-02T00:00:00Z
duration = "1 day"
[accounts]
build = "111122223333"
prod = "444455556666"
[registries."build/us-east-1".rules.all]
destinations = ["build/us-west-2", "prod/eu-west-1"]
prefixes = ["shop/"]
[registries."prod/eu-west-1".permissions.from-build]
principals = ["build"]
[[events]]
at = "1 hour"
action = "PutImage"
registry = "build/us-east-1"
repository = "shop/api"
tags = ["17", "latest"]
size = "100 MB"
[[events]]
at = "1 hour 9 s"
action = "DeleteRegistryPolicy"
registry = "prod/eu-west-1"
[latency]
dispatch = "5 s"
stall = { probability = 0.0 }
[links."* -> *"]
per_copy = "10 MB/s"
[assumptions]
in_flight_completes = 0.0
"#;

#[test]
fn tells_one_images_story_from_the_folder_of_its_run() {
    let ran = Case::new()
        .scenario(STORY)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    let ran = ran
        .then()
        .args("explain run --image shop/api:17")
        .succeeds();
    let text = &ran.stdout;
    assert!(
        text.contains("2026-03-02T01:00:00.000Z  pushed to build/us-east-1 as 17 latest"),
        "{text}"
    );
    let own = about(text, "build/us-west-2");
    for line in [
        "by rule all",
        "2026-03-02T01:00:05.000Z  eligible, 5 s after the push",
        "2026-03-02T01:00:05.000Z  started at once",
        "moved 100 MB in 10 s for 0.00186 USD",
        "2026-03-02T01:00:15.000Z  COMPLETE 15 s after the push, with all its tags",
    ] {
        assert!(own.contains(line), "{line}\n{text}");
    }
    let other = about(text, "prod/eu-west-1");
    for line in [
        "2026-03-02T01:00:09.000Z  its permission was revoked while it was in flight",
        "2026-03-02T01:00:09.000Z  meanwhile: DeleteRegistryPolicy prod/eu-west-1",
        "moved 40 MB in 4 s",
        "2026-03-02T01:00:09.000Z  FAILED, PermissionRevoked",
    ] {
        assert!(other.contains(line), "{line}\n{text}");
    }
}

#[test]
fn an_image_that_is_not_there_is_an_error() {
    let ran = Case::new()
        .scenario(STORY)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    let ran = ran.then().args("explain run --image shop/apt:17");
    ran.ends_with(2)
        .complains(&["`shop/apt`", "did you mean `shop/api`?"]);
    let ran = Case::new()
        .scenario(STORY)
        .args("run shop.toml --quiet --out run --replications none")
        .succeeds();
    ran.then()
        .args("explain run --image shop/api:17")
        .ends_with(2)
        .complains(&["--replications csv"]);
}

/// The same, with the permission left alone: the source's retention deletes the image after a day, Oregon's copy goes by an
/// operation an hour later.
#[test]
fn a_story_tells_of_deletes_and_orphans() {
    let story = STORY
        .replace("duration = \"1 day\"", "duration = \"2 days\"")
        .replace("DeleteRegistryPolicy", "PutRegistryPolicy")
        .replace(
            "[latency]\n",
            "permissions = { from-build = { principals = [\"build\"] } }\n\
             [retention.old]\nregistry = \"build/us-east-1\"\nrepositories = [\"shop/*\"]\nkeep_last = 0\n\
             [[events]]\nat = \"25 hours\"\naction = \"BatchDeleteImage\"\nregistry = \"build/us-west-2\"\n\
             repository = \"shop/api\"\ntag = \"17\"\n\
             [[events]]\nat = \"26 hours\"\naction = \"BatchDeleteImage\"\nregistry = \"build/us-west-2\"\n\
             repository = \"shop/api\"\ntag = \"latest\"\n[latency]\n",
        );
    let ran = Case::new()
        .scenario(&story)
        .args("run shop.toml --quiet --out run")
        .succeeds();
    assert!(
        ran.read("run/deletes.csv").contains(
            "2026-03-03T00:00:00.000Z,retention,build/us-east-1,shop/api,1,,2026-03-02T01:00:00.000Z,100000000,\
             build/us-west-2 prod/eu-west-1\n"
        ),
        "{}",
        ran.read("run/deletes.csv")
    );
    let ran = ran
        .then()
        .args("explain run --image shop/api:17")
        .succeeds();
    let text = &ran.stdout;
    let source = "2026-03-03T00:00:00.000Z  deleted there by retention; orphaned: build/us-west-2 prod/eu-west-1";
    assert!(text.contains(source), "{text}");
    let orphaned = "2026-03-03T00:00:00.000Z  orphaned: retention deleted it at build/us-east-1";
    let deleted = "2026-03-03T02:00:00.000Z  deleted here by BatchDeleteImage";
    let own = about(text, "build/us-west-2");
    assert!(own.contains(orphaned) && own.contains(deleted), "{text}");
    let other = about(text, "prod/eu-west-1");
    assert!(
        other.contains(orphaned) && !other.contains("deleted here"),
        "{text}"
    );
}
