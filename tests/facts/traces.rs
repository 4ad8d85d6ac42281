//! What a trace can say: every operation that an event can, to the same effect.

use crate::support::Run;
use crate::support::text::Text;
use crate::{IRELAND, PROD, VIRGINIA};

const HEADER: &str = "time,action,registry,repository,tags,digest,bytes,value\n";

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": ["ecr:ReplicateImage", "ecr:CreateRepository"],
    "Resource": "arn:aws:ecr:us-east-1:444455556666:repository/*"}]}"#;

const REPLICATION: &str = r#"{"rules": [{"destinations": [
    {"region": "us-east-1", "registryId": "444455556666"}]}]}"#;

const LIFECYCLE: &str = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any",
    "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#;

fn files(text: Text) -> Text {
    text.file("policy.json", POLICY)
        .file("replication.json", REPLICATION)
        .file("lifecycle.json", LIFECYCLE)
}

fn traced(text: Text, rows: &str) -> Text {
    files(text)
        .toml("[traces.history]\nfile = 'history.csv'")
        .file("history.csv", &format!("{HEADER}{rows}"))
}

fn endings(run: &Run) -> Vec<(u64, &str, &str)> {
    let mut all: Vec<_> = run
        .records
        .iter()
        .zip(run.endings())
        .map(|(record, (to, ending))| (record.push, to, ending))
        .collect();
    all.sort();
    all
}

#[test]
fn b29_b40_a_trace_changes_rules_and_permissions() {
    // Nothing is configured at the start: 1 goes nowhere; 2 has a rule and no permission; 3 has both; 4 (in flight)
    // completes and 5 (not started) does not, when the permission goes (B49).
    let rows = format!(
        "0 s,PutImage,{VIRGINIA},app,1,,1000000,\n\
         10 s,PutReplicationConfiguration,{VIRGINIA},,,,,replication.json\n\
         20 s,PutImage,{VIRGINIA},app,2,,1000000,\n\
         30 s,PutRegistryPolicy,{PROD},,,,,policy.json\n\
         40 s,PutImage,{VIRGINIA},app,3,,1000000,\n\
         50 s,PutImage,{VIRGINIA},app,4,,10000000,\n\
         57 s,PutImage,{VIRGINIA},app,5,,1000000,\n\
         57500 ms,DeleteRegistryPolicy,{PROD},,,,,\n"
    );
    let run = traced(Text::new(), &rows).run();
    let expected = [
        (2, PROD, "AccessDenied"),
        (3, PROD, "COMPLETE"),
        (4, PROD, "COMPLETE"),
        (5, PROD, "AccessDenied"),
    ];
    assert_eq!(endings(&run), expected);
    let [row] = &run.outcome.revocations[..] else {
        panic!("one loss")
    };
    assert_eq!((row.in_flight, row.denied_after), (1, 1));
}

#[test]
fn b66_a_trace_changes_tag_mutability() {
    // The tag may not move after 10 s, but for tags of `dev-*` after 30 s.
    let rows = format!(
        "0 s,PutImage,{VIRGINIA},app,dev-1,,1,\n\
         10 s,PutImageTagMutability,{VIRGINIA},app,,,,IMMUTABLE\n\
         20 s,PutImage,{VIRGINIA},app,dev-1,,1,\n\
         30 s,PutImageTagMutability,{VIRGINIA},app,,,,IMMUTABLE_WITH_EXCLUSION dev-*\n\
         40 s,PutImage,{VIRGINIA},app,dev-1,,1,\n\
         50 s,CreateRepository,{VIRGINIA},fixed,,,,IMMUTABLE\n\
         60 s,CreateRepository,{VIRGINIA},fixed,,,,\n"
    );
    let run = traced(Text::new(), &rows).run();
    let refused = [
        ("PutImage", "app", "ImageTagAlreadyExistsException"),
        (
            "CreateRepository",
            "fixed",
            "RepositoryAlreadyExistsException",
        ),
    ];
    assert_eq!(run.refused(), refused);
    // The image that lost its tag stays, untagged.
    assert_eq!(run.stored(VIRGINIA)[0], 2);
}

#[test]
fn b140_a_trace_puts_and_deletes_lifecycle_policies() {
    // Of 2 images the policy leaves 1, at its first evaluation after a day; in `kept` it is gone by then.
    let rows = format!(
        "0 s,PutImage,{VIRGINIA},app,1,,10,\n\
         1 s,PutImage,{VIRGINIA},app,2,,20,\n\
         0 s,PutImage,{VIRGINIA},kept,1,,100,\n\
         1 s,PutImage,{VIRGINIA},kept,2,,200,\n\
         2 s,PutLifecyclePolicy,{VIRGINIA},app,,,,lifecycle.json\n\
         2 s,PutLifecyclePolicy,{VIRGINIA},kept,,,,lifecycle.json\n\
         3 s,DeleteLifecyclePolicy,{VIRGINIA},kept,,,,\n"
    );
    let run = traced(Text::new().lasting("2 days"), &rows).run();
    assert_eq!(run.stored(VIRGINIA), [3, 320, 0, 0]);
}

#[test]
fn b130_a_trace_switches_blob_mounting() {
    // The same digest in two repositories: 2 x 1 MB, and half of it once layers are shared between repositories.
    let digest = format!("sha256:{:064x}", 7);
    let pushes = format!(
        "1 s,PutImage,{VIRGINIA},one,1,{digest},1000000,\n\
         2 s,PutImage,{VIRGINIA},two,1,{digest},1000000,\n"
    );
    let stored = |setting: &str| {
        let rows = format!("0 s,PutAccountSetting,{VIRGINIA},,,,,{setting}\n{pushes}");
        traced(Text::new(), &rows).run().stored(VIRGINIA)[1]
    };
    assert_eq!([stored("off"), stored("on")], [2_000_000, 1_000_000]);
}

#[test]
fn a_trace_and_events_that_say_the_same_do_the_same() {
    let rows = format!(
        "1 s,PutReplicationConfiguration,{VIRGINIA},,,,,replication.json\n\
         2 s,PutRegistryPolicy,{PROD},,,,,policy.json\n\
         3 s,PutImage,{VIRGINIA},app,1,,5000000,\n\
         5 s,DeleteRegistryPolicy,{PROD},,,,,\n\
         6 s,PutImage,{VIRGINIA},app,2,,5000000,\n"
    );
    let of = |registry: &str, more: &str| format!("registry = '{registry}'\n{more}");
    let events = files(Text::new())
        .event(
            "1 s",
            "PutReplicationConfiguration",
            &of(VIRGINIA, "replication = 'replication.json'"),
        )
        .event(
            "2 s",
            "PutRegistryPolicy",
            &of(PROD, "policy = 'policy.json'"),
        )
        .put("3 s", VIRGINIA, "app", &["1"], "5 MB")
        .event("5 s", "DeleteRegistryPolicy", &of(PROD, ""))
        .put("6 s", VIRGINIA, "app", &["2"], "5 MB");
    let (first, second) = (traced(Text::new(), &rows).run(), events.run());
    assert_eq!(endings(&first), endings(&second));
    assert_eq!(first.outcome.revocations, second.outcome.revocations);
    assert_eq!(first.outcome.costs, second.outcome.costs);
    assert_eq!(first.stored(PROD), [1, 0, 5_000_000, 0]);
}

#[test]
fn wrong_values_of_a_trace_are_told_where_they_stand() {
    let rows = format!(
        "1 s,PutRegistryPolicy,{PROD},,,,,none.json\n\
         2 s,PutRegistryPolicy,{PROD},,,,,\n\
         3 s,PutAccountSetting,{PROD},,,,,on!\n\
         4 s,PutImageTagMutability,{PROD},app,,,,IMMUTABEL\n\
         5 s,PutImageTagMutability,{PROD},app,,,,IMMUTABLE dev-*\n\
         6 s,PutImageTagMutability,{PROD},app,,,,\n\
         7 s,DeleteRepository,{PROD},app,,,,policy.json\n\
         8 s,PutLifecyclePolicy,{PROD},app,,,,policy.json\n\
         9 s,PutReplicationConfiguration,{IRELAND},app,,,,replication.json\n"
    );
    let told = traced(Text::new(), &rows).errors();
    for part in [
        "none.json",
        "history.csv:2:42",
        "PutRegistryPolicy lacks its document",
        "history.csv:3:1",
        "\"on!\" is neither on nor off",
        "history.csv:4:42",
        "^^^",
        "\"IMMUTABEL\" is no tag mutability; there is `MUTABLE`, `IMMUTABLE`",
        "history.csv:5:49",
        "history.csv:6:49",
        "PutImageTagMutability lacks the mutability",
        "DeleteRepository has no value",
        "PutReplicationConfiguration has no repository",
        "policy.json:1:",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let both = files(Text::new())
        .toml("[traces.history]\nfile = 'history.csv'")
        .file(
            "history.csv",
            "time,action,registry,repository,tags,digest,bytes,value,destination\n",
        );
    let told = both.errors();
    assert!(
        told.contains("`value` and `destination` are two names of one column"),
        "{told}"
    );
}
