//! Two points with three repeats each: runs 0 to 5. Every run gives its own number twice over.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::experiment::journal::{Journal, Planned, Row};
use crate::scenario::sweep::DesignKind;

fn manifest() -> Manifest {
    let point = |slots: &str| Planned {
        values: vec![slots.to_owned()],
        set: vec![format!("slots={slots}")],
        scenario: format!("scenario with {slots}"),
        seed: 1,
        without_interval: Vec::new(),
    };
    Manifest {
        version: "0.1.0".to_owned(),
        files: Vec::new(),
        keys: vec!["slots".to_owned()],
        metrics: vec!["late.p99".to_owned(), "failed.total".to_owned()],
        units: vec!["s".to_owned(), "1".to_owned()],
        design: DesignKind::Grid,
        thresholds: Vec::new(),
        repeats: 3,
        stop: None,
        runs: 6,
        points: vec![point("8"), point("16")],
    }
}

/// Writes one segment with these runs; `shift` is added to the second value.
fn write(place: &Path, shard: u64, runs: &[u64], shift: f64) {
    let folder = SweepFolder::open(place).expect("a folder");
    let manifest = manifest();
    manifest.settle(&folder).expect("a manifest");
    let journal = Journal::new(&folder, shard, &manifest.metrics);
    for run in runs {
        let value = *run as f64;
        let row = Row {
            key: manifest.key(*run),
            error: None,
            events: 10 + run,
            values: vec![Some(value), Some(value + shift)],
        };
        journal.take(&row).expect("a row");
    }
    journal.close().expect("a segment");
}

fn merge(out: &Path, from: &[PathBuf], shards: Option<u64>) -> Result<Whole, MergeError> {
    let request = Request {
        file: Path::new("my sweep.toml"),
        out,
        from,
        shards,
    };
    request.gather(&manifest())
}

fn folders() -> (TempDir, [PathBuf; 3]) {
    let all = tempfile::tempdir().expect("a folder");
    let places = ["a", "b", "c"].map(|name| all.path().join(name));
    (all, places)
}

fn segments(place: &Path) -> Vec<PathBuf> {
    Source::of(&SweepFolder::at(place))
        .expect("segments")
        .segments
}

#[track_caller]
fn gaps(merged: Result<Whole, MergeError>) -> Gaps {
    match merged {
        Err(MergeError::Missing(gaps)) => *gaps,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn file_error(merged: Result<Whole, MergeError>) -> String {
    match merged {
        Err(MergeError::File(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn shares_of_several_folders_are_a_whole_in_another() {
    let (_all, [a, b, c]) = folders();
    write(&a, 0, &[0, 2, 4], 0.0);
    // Run 4 was made twice, with the same result.
    write(&b, 1, &[1, 3, 5, 4], 0.0);
    let mut whole = merge(&c, &[a, b], None).expect("a whole");
    for run in 0..6 {
        let found = whole.results.find(manifest().key(run)).expect("a file");
        assert_eq!(found.expect("a row").value(0), Some(run as f64));
    }
    // From now on it stands for itself.
    assert_eq!(segments(&c).len(), 2);
    assert!(merge(&c, &[], None).is_ok());
}

#[test]
fn gaps_are_told_with_the_repair() {
    let (_all, [a, ..]) = folders();
    write(&a, 0, &[0, 2, 3], 0.0);
    fs::write(a.join("segments/.2-0123456789abcdef-0.csv"), "key").expect("a file");
    let gaps = gaps(merge(&a, &[], Some(3)));
    assert_eq!(gaps.missing, [1, 4, 5]);
    let place = a.display();
    assert_eq!(
        gaps.to_string(),
        format!(
            "3 of 6 runs are missing: 1,4-5\n\
             Missing by shard (of 3): 1-2\n\
             1 segment is not closed, by jobs that are still at work or were killed; what they hold does not count.\n\
             To make them on this machine: ecrsim sweep 'my sweep.toml' --out {place}\n\
             And then: ecrsim merge 'my sweep.toml' --out {place}\n"
        )
    );
}

#[test]
fn one_share_and_the_array_are_repairs_too() {
    let (_all, [a, ..]) = folders();
    write(&a, 0, &[0, 1, 3, 4], 0.0);
    fs::create_dir_all(a.join("slurm")).expect("a folder");
    fs::write(a.join("slurm/sweep.sh"), "").expect("a file");
    let text = gaps(merge(&a, &[], Some(3))).to_string();
    let place = a.display();
    assert!(
        text.contains(&format!("--out {place} --shard 2/3\n")),
        "{text}"
    );
    assert!(
        text.contains(&format!("skipped: sbatch {place}/slurm/sweep.sh\n")),
        "{text}"
    );
}

#[test]
fn where_nothing_was_begun_all_is_missing() {
    let (_all, [a, ..]) = folders();
    assert_eq!(gaps(merge(&a, &[], None)).missing, [0, 1, 2, 3, 4, 5]);
    assert!(!a.exists());
}

#[test]
fn different_results_are_told_with_their_lines() {
    let (_all, [a, b, c]) = folders();
    write(&a, 0, &[0, 2, 4], 0.0);
    write(&b, 1, &[1, 3, 5, 4], 0.5);
    let (one, other) = (segments(&a).remove(0), segments(&b).remove(0));
    let Err(MergeError::Disagree { found, more: 0 }) = merge(&c, &[a, b], None) else {
        panic!("no disagreement");
    };
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].to_string(),
        format!(
            "run 4 (point 1, repeat 2; slots = 16) gave different results:\n  \
             {}:4: failed.total is `4`\n  {}:5: failed.total is `4.5`",
            one.display(),
            other.display()
        )
    );
    assert!(segments(&c).is_empty());
}

#[test]
fn another_sweep_is_refused() {
    let (_all, [a, b, c]) = folders();
    write(&a, 0, &[0], 0.0);
    let refused = |merged| match merged {
        Err(MergeError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    for (change, why) in [
        ("\"0.1.0\"", "of version 0.0.9"),
        ("scenario with 8", "whose scenario differs: slots = 8"),
    ] {
        let path = a.join("manifest.json");
        let right = fs::read_to_string(&path).expect("a manifest");
        let wrong = if change.starts_with('"') {
            "\"0.0.9\""
        } else {
            "another"
        };
        fs::write(&path, right.replace(change, wrong)).expect("a file");
        for merged in [
            merge(&a, &[], None),
            merge(&c, std::slice::from_ref(&a), None),
        ] {
            let told = refused(merged);
            assert!(told.contains(why), "{told}");
        }
        fs::write(&path, right).expect("a file");
    }
    let none = refused(merge(&c, std::slice::from_ref(&b), None));
    assert!(none.contains("holds no manifest.json"), "{none}");
}

#[test]
fn what_is_no_segment_is_told() {
    let (_all, [a, ..]) = folders();
    write(&a, 0, &[0, 1, 2, 3, 4, 5], 0.0);
    let foreign = a.join("segments/notes.txt");
    fs::write(&foreign, "mine").expect("a file");
    let told = file_error(merge(&a, &[], None));
    assert!(told.contains("notes.txt`: it is no segment"), "{told}");
    fs::remove_file(&foreign).expect("removed");

    let segment = segments(&a).remove(0);
    let text = fs::read_to_string(&segment).expect("a segment");
    for cut in [text.len() - 1, text.len() - 3, 20, 0] {
        fs::write(&segment, &text[..cut]).expect("a file");
        let told = file_error(merge(&a, &[], None));
        let name = segment.file_name().expect("a name").to_string_lossy();
        assert!(told.contains(&*name), "{told}");
    }
    // Cut off between two lines, it is a segment with fewer runs.
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&segment, lines[..6].concat()).expect("a file");
    assert_eq!(gaps(merge(&a, &[], None)).missing, [5]);
}
