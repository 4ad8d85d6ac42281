//! Lints of `ecrsim check` as a user meets them: quotas, orphans that pile up, tags that stay behind.

use crate::case::{Case, Ran};

/// An account with a hub that sends everything to Ireland.
const HUB: &str = r#"
start = 2026-03-02T00:00:00Z
duration = "30 days"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/eu-west-1"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["app"]
rate = "10 per hour"
size = "1 MB"
"#;

fn check(toml: &str) -> Ran {
    Case::new()
        .file("hub.toml", toml)
        .args("check hub.toml")
        .succeeds()
}

fn fast() -> String {
    HUB.replace("10 per hour", "10000 per day")
}

#[test]
fn a_quota_that_the_rates_use_up_is_told_with_its_day() {
    // 10,000 images a day: 100,000 after 10 days, at the source and at the destination.
    let ran = check(&fast());
    for registry in ["build/us-east-1", "build/eu-west-1"] {
        let message = format!(
            "warning[quota]: `app` in `{registry}` takes in about 10000 images a day: the quota \"Images per repository\" (100000) is used up after about 10 days, on 2026-03-12"
        );
        assert!(ran.stderr.contains(&message), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("hub.toml:8:"), "{}", ran.stderr);
}

#[test]
fn a_quota_within_ten_percent_is_told_too() {
    let held = |duration: &str| check(&fast().replace("30 days", duration)).stderr;
    let near = held("9 days 6 h");
    assert!(
        near.contains("will hold about 92500 images: within 10 % of the quota"),
        "{near}"
    );
    assert_eq!(held("8 days 23 h"), "");
}

#[test]
fn what_is_deleted_leaves_room() {
    let retention =
        "[retention.ci]\nregistry = 'build/us-east-1'\nrepositories = ['*']\nkeep_last = 50";
    let lifecycle = |registry: &str, keys: &str| {
        format!("[registries.\"{registry}\".repositories.app]\nlifecycle = {{ {keys} }}")
    };
    let ireland = lifecycle("build/eu-west-1", "expire_after = '5 days'");
    // The source keeps 50 and a day's, the destination six days'.
    let told = check(&format!("{}{retention}", fast())).stderr;
    assert!(
        !told.contains("us-east-1` takes") && told.contains("eu-west-1` takes"),
        "{told}"
    );
    assert_eq!(
        check(&format!("{}{retention}\n{ireland}", fast())).stderr,
        ""
    );
    let follows = fast().replace("[pushes.ci]", "delete_replication = true\n[pushes.ci]");
    assert_eq!(check(&format!("{follows}{retention}")).stderr, "");
    // Archived images are images still.
    let archive = lifecycle("build/us-east-1", "archive_after = '1 day'");
    let told = check(&format!("{}{archive}", fast())).stderr;
    assert!(told.contains("us-east-1` takes"), "{told}");
}

#[test]
fn tags_on_one_image_are_counted() {
    let digest = format!("sha256:{:064x}", 7);
    let row = |n: u32| format!("1 h,PutImage,build/us-east-1,app,t{n},{digest},100\n");
    let rows = |count: u32| {
        let rows: String = (0..count).map(row).collect();
        let trace = format!("time,action,registry,repository,tags,digest,bytes\n{rows}");
        let toml = format!("{HUB}[traces.t]\nfile = \"t.csv\"\n");
        let case = Case::new().file("hub.toml", &toml).file("t.csv", &trace);
        case.args("check hub.toml").succeeds().stderr
    };
    let told = rows(900);
    assert!(
        told.contains("900 tags are pushed to one image of `app`"),
        "{told}"
    );
    assert_eq!(rows(899), "");
}

const STAYS: &str = "note[destination-without-lifecycle]: hub.toml:6: what `build/us-east-1` deletes of `app` stays in `build/eu-west-1` for good";

#[test]
fn replicas_that_nothing_deletes_are_noted() {
    let retention =
        "[retention.ci]\nregistry = 'build/us-east-1'\nrepositories = ['*']\nkeep_last = 50\n";
    let deleting = format!("{HUB}{retention}");
    let ran = check(&deleting);
    assert_eq!(ran.stderr, "", "a note is no warning");
    assert!(ran.stdout.contains("hub.toml: right\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains(STAYS), "{}", ran.stdout);
    let clean = [
        HUB.to_owned(),
        deleting.replace("[pushes.ci]", "delete_replication = true\n[pushes.ci]"),
        format!(
            "{deleting}[registries.'build/eu-west-1'.repositories.app]\nlifecycle = {{ keep_last = 9 }}"
        ),
        format!(
            "{deleting}[registries.'build/eu-west-1'.creation_templates.all]\nprefix = 'ROOT'\nlifecycle = {{ keep_last = 9 }}"
        ),
        format!(
            "{deleting}[[events]]\nat = '1 h'\naction = 'PutLifecyclePolicy'\nregistry = 'build/eu-west-1'\nrepository = 'app'\nlifecycle = {{ keep_last = 9 }}"
        ),
    ];
    for toml in clean {
        let ran = check(&toml);
        assert!(!ran.stdout.contains("note["), "{toml}{}", ran.stdout);
    }
    let deleted = format!(
        "{HUB}[[events]]\nat = '1 h'\naction = 'BatchDeleteImage'\nregistry = 'build/us-east-1'\nrepository = 'app'\ntag = '1'"
    );
    assert!(check(&deleted).stdout.contains(STAYS));
    let denied = Case::new().file("hub.toml", &deleting);
    denied
        .args("check hub.toml --deny destination-without-lifecycle")
        .ends_with(2)
        .complains(&["error[destination-without-lifecycle]", "hub.toml:6:"]);
}

#[test]
fn tags_that_stay_behind_are_noted() {
    let moving = HUB.replace("size =", "tags = [\"{n}\", \"latest\"]\nsize =");
    let there =
        |keys: &str| format!("{moving}[registries.'build/eu-west-1'.repositories.app]\n{keys}\n");
    let told = check(&there("tag_mutability = 'IMMUTABLE'")).stdout;
    let message = "note[immutable-destination]: hub.toml:6: each push to `app` moves the tag `latest`, which is immutable in `build/eu-west-1`";
    assert!(told.contains(message), "{told}");
    let excepted = "tag_mutability = 'IMMUTABLE_WITH_EXCLUSION'\nexclusions = ['latest']";
    for toml in [there(excepted), there(""), moving.clone()] {
        assert!(!check(&toml).stdout.contains("note["), "{toml}");
    }
}
