//! Recorded operations.

use super::*;
use crate::scenario::{TraceAction, TraceRows};
use crate::units::SimTime;

pub(super) const HISTORY: &str = "\
time,action,registry,repository,tags,digest,bytes
2026-03-03T00:00:00Z,PutImage,build/us-east-1,shop/service-1,v1 latest,,1000000
12 h,BatchDeleteImage,build/us-east-1,shop/service-1,v1,,
";

const HEADER: &str = "time,action,registry,repository,tags,digest,bytes\n";

fn folder(rows: &str) -> Folder {
    let scenario = format!("{BASE}[traces.history]\nfile = \"history.csv\"\n");
    Folder::new(&scenario).with("history.csv", rows)
}

fn rows(text: &str) -> TraceRows {
    let mut loaded = folder(&format!("{HEADER}{text}")).loaded(&[]);
    TraceRows::clone(&loaded.traces.remove("history").unwrap())
}

#[track_caller]
fn row_is_wrong(row: &str, parts: &[&str]) {
    let told = folder(&format!("{HEADER}{row}\n")).wrong(&[]);
    holds(&told, parts);
    holds(&told, &["history.csv:2:"]);
}

#[test]
fn rows_are_sorted_by_time_and_strings_kept_once() {
    let trace = rows(
        "2 days,PutImage,build/us-east-1,shop/a,v2 latest,,20\n\
         2026-01-02T00:00:00Z,PutImage,build/us-east-1,shop/a,v1 latest,,10\n\
         2 days,BatchDeleteImage,build/us-east-1,shop/a,v1,,\n\
         3 days,DeleteRegistryPolicy,build/us-east-1,,,,\n",
    );
    let days: Vec<u64> = trace
        .rows
        .iter()
        .map(|row| row.at.as_nanos() / 86_400_000_000_000)
        .collect();
    assert_eq!(days, [1, 2, 2, 3]);
    assert_eq!(trace.rows[1].action, TraceAction::PutImage);
    assert_eq!(trace.rows[2].action, TraceAction::BatchDeleteImage);
    assert_eq!(trace.registries.len(), 1);
    assert_eq!(trace.repositories, ["shop/a"]);
    assert_eq!(
        trace.tag_lists[trace.rows[0].tags as usize],
        ["v1", "latest"]
    );
    assert_eq!(trace.rows[0].bytes.get(), 10);
    assert_eq!(trace.rows[0].digest, None);
    assert_eq!(trace.rows[3].repository, None);
}

#[test]
fn columns_go_by_name() {
    let text = "bytes,time,action,registry,repository,tags,digest\n7,1 s,PutImage,build/us-east-1,shop/a,,sha256:0a\n";
    let mut loaded = folder(text).loaded(&[]);
    let trace = loaded.traces.remove("history").unwrap();
    assert_eq!(
        (trace.rows[0].at, trace.rows[0].bytes.get()),
        (SimTime::from_nanos(1_000_000_000), 7)
    );
    assert_eq!(trace.digests, ["sha256:0a"]);
    assert!(trace.tag_lists[trace.rows[0].tags as usize].is_empty());
}

#[test]
fn every_wrong_cell_is_told_with_its_line() {
    let text = format!(
        "{HEADER}soon,PutImage,build/us-east-1,shop/a,v1,,10\n\
         1 s,PutImag,build/us-east-1,shop/a,v1,,10\n\
         1 s,PutImage,bild/us-east-1,shop/a,v1,,10\n\
         1 s,PutImage,build/us-est-1,shop/a,v1,,10\n\
         1 s,PutImage,build/us-east-1,Shop,v1,,ten\n\
         1 s,PutImage,build/us-east-1\n"
    );
    let told = folder(&text).wrong(&[]);
    holds(
        &told,
        &[
            "\"soon\" is no duration",
            "history.csv:2:1",
            "unknown action `PutImag`",
            "did you mean `PutImage`?",
            "history.csv:3:5",
            "unknown account `bild`",
            "history.csv:4:14",
            "`us-est-1` is not a Region of AWS",
            "\"Shop\" is not a repository name",
            "\"ten\" is no number of bytes",
            "history.csv:6:",
            "this row has 3 cells; there are 7 columns",
            "history.csv:7:1",
        ],
    );
}

#[test]
fn cells_that_an_action_does_not_have_are_empty() {
    row_is_wrong(
        "1 s,DeleteRegistryPolicy,build/us-east-1,shop/a,,,",
        &["DeleteRegistryPolicy has no repository"],
    );
    row_is_wrong(
        "1 s,CreateRepository,build/us-east-1,shop/a,v1,,",
        &["CreateRepository has no tags"],
    );
    row_is_wrong(
        "1 s,BatchDeleteImage,build/us-east-1,shop/a,v1,,5",
        &["BatchDeleteImage has no bytes"],
    );
    row_is_wrong(
        "1 s,BatchDeleteImage,build/us-east-1,shop/a,,,",
        &["BatchDeleteImage needs tags or a digest"],
    );
    row_is_wrong(
        "1 s,PutImage,build/us-east-1,shop/a,v1,md5,5",
        &["\"md5\" is no digest"],
    );
    row_is_wrong(
        "1 s,PutReplicationConfiguration,build/us-east-1,,,,",
        &[
            "unknown action `PutReplicationConfiguration`",
            "write others as [[events]]",
        ],
    );
    row_is_wrong(
        "1 s,StartReplicationBackfill,build/us-east-1,,,,",
        &[
            "StartReplicationBackfill lacks its destination",
            "name a registry in a column `destination`",
        ],
    );
}

#[test]
fn rows_outside_the_run_are_an_error_unless_clipped() {
    let text = format!(
        "{HEADER}2025-12-31T00:00:00Z,PutImage,build/us-east-1,shop/a,v1,,10\n\
         10 days,PutImage,build/us-east-1,shop/a,v2,,10\n\
         11 days,PutImage,build/us-east-1,shop/a,v3,,10\n"
    );
    let told = folder(&text).wrong(&[]);
    holds(
        &told,
        &[
            "\"2025-12-31T00:00:00Z\" is outside the run",
            "\"11 days\" is outside the run",
            "`clip = true` leaves such rows out",
        ],
    );
    let loaded = folder(&text).loaded(&["traces.history.clip=true"]);
    assert_eq!(loaded.traces["history"].rows.len(), 1);
}

#[test]
fn headers_are_checked() {
    holds(
        &folder("").wrong(&[]),
        &["the trace is empty", "its first line must be `time,action"],
    );
    let told = folder("time,action,registry,repo,tags,digest,bytes\n").wrong(&[]);
    holds(
        &told,
        &[
            "the header lacks the column `repository`",
            "unknown column `repo`",
            "history.csv:1:22",
        ],
    );
    assert!(rows("").rows.is_empty());
}

#[test]
fn of_a_trace_with_many_wrong_rows_the_first_are_told() {
    let text = HEADER.to_owned() + &"x,PutImage,build/us-east-1,shop/a,v1,,10\n".repeat(5_000);
    let found = folder(&text).load(&[]).unwrap_err();
    assert_eq!(found.list.len(), 200);
}
