//! The journal: who wins, what is kept, what is refused.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::scenario::sweep::DesignKind;

fn manifest(repeats: u64, points: &[&str]) -> Manifest {
    let planned = |value: &&str| Planned {
        values: vec![(*value).to_owned()],
        set: vec![format!("k={value}")],
        scenario: format!("scenario of {value}"),
        seed: 5,
        without_interval: Vec::new(),
    };
    Manifest {
        version: "1".to_owned(),
        files: Vec::new(),
        keys: vec!["k".to_owned()],
        metrics: vec!["a".to_owned(), "b".to_owned()],
        units: vec!["s".to_owned(), "1".to_owned()],
        design: DesignKind::Grid,
        thresholds: Vec::new(),
        repeats,
        stop: None,
        runs: repeats * points.len() as u64,
        points: points.iter().map(planned).collect(),
    }
}

fn folder() -> (TempDir, SweepFolder) {
    let home = tempfile::tempdir().expect("a folder");
    let folder = SweepFolder::open(&home.path().join("sweep")).expect("it is free");
    (home, folder)
}

fn row(manifest: &Manifest, run: u64, values: &[Option<f64>]) -> Row {
    Row {
        key: manifest.key(run),
        error: None,
        events: 9,
        values: values.to_vec(),
    }
}

fn results(manifest: &Manifest, folder: &SweepFolder) -> Results {
    let mut results = Results::new(manifest);
    results.add_folder(folder).expect("readable");
    results
}

#[test]
fn runs_are_numbered_point_by_point_and_a_seed_depends_on_its_repeat_alone() {
    let manifest = manifest(3, &["x", "y"]);
    let all: Vec<_> = (0..6).map(|run| manifest.point_and_repeat(run)).collect();
    assert_eq!(all, [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]);
    assert_eq!(manifest.run(1, 2), 4);
    assert_eq!(
        [
            manifest.seed(0, 1),
            manifest.seed(1, 1),
            manifest.seed(1, 3)
        ],
        [5, 5, 7]
    );
    // A key is that of scenario, seed and version, whatever the number of the run.
    let grown = self::manifest(4, &["w", "x", "y"]);
    assert_eq!(manifest.key(4), grown.key(grown.run(2, 2)));
    assert_ne!(manifest.key(4), manifest.key(5));
}

#[test]
fn the_first_manifest_wins_and_only_growth_replaces_it() {
    let (_home, folder) = folder();
    let first = manifest(2, &["x", "y"]);
    assert_eq!(first.settle(&folder).expect("written"), Settled::New);
    assert_eq!(first.settle(&folder).expect("read"), Settled::Same);
    let refused = |manifest: &Manifest| match manifest.settle(&folder).expect("read") {
        Settled::Refused(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(&manifest(2, &["x", "z"])).contains("k = y"));
    assert!(refused(&manifest(1, &["x", "y"])).contains("2 repeats, not 1"));
    let newer = Manifest {
        version: "2".to_owned(),
        ..manifest(2, &["x", "y"])
    };
    assert!(refused(&newer).contains("version 1"));
    let grown = manifest(4, &["w", "y", "x"]);
    assert_eq!(grown.settle(&folder).expect("written"), Settled::Grown);
    assert_eq!(Manifest::read(&folder).expect("read"), Some(grown));
}

#[test]
fn a_rule_to_stop_may_come_and_grow_but_not_change() {
    let with = |most, width| Manifest {
        stop: Some(Stop {
            metrics: vec!["a".to_owned()],
            relative_half_width: Some(width),
            absolute_half_width: None,
            max_repeats: most,
        }),
        ..manifest(2, &["x"])
    };
    assert!(with(40, 0.1).grows_out_of(&manifest(2, &["x"])).is_ok());
    assert!(with(60, 0.1).grows_out_of(&with(40, 0.1)).is_ok());
    assert!(with(30, 0.1).grows_out_of(&with(40, 0.1)).is_err());
    assert!(with(40, 0.2).grows_out_of(&with(40, 0.1)).is_err());
    assert!(manifest(2, &["x"]).grows_out_of(&with(40, 0.1)).is_err());
    assert_eq!(with(40, 0.1).stride(), 40);
}

#[test]
fn numbers_read_back_exactly() {
    let (_home, folder) = folder();
    let manifest = manifest(2, &["x"]);
    let journal = Journal::new(&folder, 0, &manifest.metrics);
    let values = [Some(0.1 + 0.2), Some(5e-324)];
    journal.take(&row(&manifest, 0, &values)).expect("written");
    journal
        .take(&row(&manifest, 1, &[None, Some(f64::NAN)]))
        .expect("written");
    let failed = Row {
        error: Some("=broken, \"badly\"\nat line 2".to_owned()),
        values: Vec::new(),
        ..row(&manifest, 1, &[])
    };
    journal.close().expect("written");
    let mut found = results(&manifest, &folder);
    let first = found.find(manifest.key(0)).expect("read").expect("there");
    assert_eq!([first.value(0), first.value(1)], values);
    let second = found.find(manifest.key(1)).expect("read").expect("there");
    assert_eq!([second.value(0), second.value(1)], [None, None]);
    assert_eq!(second.status, "done");
    // The same run with another result is a conflict, in whatever segment it comes.
    journal.take(&failed).expect("written");
    journal.close().expect("written");
    let found = results(&manifest, &folder);
    assert_eq!(found.conflicts().len(), 1);
    assert_eq!(found.conflicts()[0].key, manifest.key(1));
}

#[test]
fn a_failure_is_a_row_with_its_error() {
    let (_home, folder) = folder();
    let manifest = manifest(1, &["x"]);
    let journal = Journal::new(&folder, 0, &manifest.metrics);
    let failed = Row {
        error: Some("=broken, \"badly\"\nat line 2".to_owned()),
        ..row(&manifest, 0, &[])
    };
    journal.take(&failed).expect("written");
    journal.close().expect("written");
    let found = results(&manifest, &folder)
        .find(manifest.key(0))
        .expect("read");
    let found = found.expect("there");
    assert_eq!(found.status, "failed");
    assert_eq!(found.error, "'=broken, \"badly\" at line 2");
    assert_eq!(found.cells, ["", ""]);
}

#[test]
fn the_same_result_twice_is_one_and_what_is_unfinished_is_not_seen() {
    let (_home, folder) = folder();
    let manifest = manifest(2, &["x"]);
    for shard in 0..2 {
        let journal = Journal::new(&folder, shard, &manifest.metrics);
        journal
            .take(&row(&manifest, 0, &[Some(1.0), None]))
            .expect("written");
        journal.close().expect("written");
        journal.close().expect("nothing to write");
    }
    // What a killed process leaves.
    fs::write(folder.segments().join(".0-1-2.csv"), "key,sta").expect("written");
    let found = results(&manifest, &folder);
    assert_eq!((found.len(), found.conflicts().len()), (1, 0));
    assert!(found.has(manifest.key(0)) && !found.has(manifest.key(1)));
}

#[test]
fn a_segment_is_closed_after_a_thousand_rows() {
    let (_home, folder) = folder();
    let manifest = manifest(2_500, &["x"]);
    let journal = Journal::new(&folder, 3, &manifest.metrics);
    for run in 0..2_500 {
        journal
            .take(&row(&manifest, run, &[Some(run as f64), None]))
            .expect("written");
    }
    let closed = journal.new_segments();
    assert_eq!(closed.len(), 2);
    let name = closed[1]
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    assert!(name.starts_with("3-") && name.ends_with("-1.csv"), "{name}");
    assert_eq!(results(&manifest, &folder).len(), 2_000);
}

#[test]
fn a_file_that_is_no_segment_is_told() {
    let (_home, folder) = folder();
    fs::write(folder.segments().join("0-1-2.csv"), "key,other\n").expect("written");
    let manifest = manifest(1, &["x"]);
    let wrong = Results::new(&manifest)
        .add_folder(&folder)
        .expect_err("it is none");
    assert!(
        wrong.to_string().contains("no segment of this version"),
        "{wrong}"
    );
}

#[test]
fn only_a_free_place_becomes_a_sweeps_folder() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("mine.txt"), "").expect("written");
    assert!(SweepFolder::open(home.path()).is_err());
    let (_other, folder) = folder();
    assert!(
        SweepFolder::open(folder.path()).is_ok(),
        "one that has begun"
    );
}
