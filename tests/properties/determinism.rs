//! The same scenario and seed give the same run, whatever surrounds it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use ecrsim::measure;
use ecrsim::measure::record::{NoRecords, RecordSink, ReplicationRecord};
use ecrsim::simulation::Model;
use proptest::prelude::*;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::chance::base;
use crate::scenarios::any_scenario;
use crate::support::{Run, load_text, run, run_loaded, run_seeded};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Twice the same; and the same with the file's tables in another order.
    #[test]
    fn a_run_repeats(text in any_scenario()) {
        let loaded = text.loaded();
        let first = run_loaded(&loaded);
        assert_same(&first, &run_loaded(&loaded));
        assert_same(&first, &run(&text.shuffled()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    /// Whoever keeps the books, they say the same, and hand the same records on in the same order.
    #[test]
    fn another_threads_books_are_the_same(text in any_scenario()) {
        let loaded = text.loaded();
        let model = Model::new(&loaded);
        let run = measure::Run::new(&loaded, &model);
        let (outcome, kept) = run
            .simulate_on_two_threads(Kept::default(), |_, _| true)
            .expect("nobody interrupts the run");
        let alone = run_loaded(&loaded);
        assert_eq!(kept.0, alone.records);
        assert_eq!(format!("{outcome:?}"), format!("{:?}", alone.outcome));
    }
}

/// Keeps every record.
#[derive(Default)]
struct Kept(Vec<ReplicationRecord>);

impl RecordSink for Kept {
    fn record(&mut self, record: ReplicationRecord) {
        self.0.push(record);
    }
}

#[test]
fn an_interrupted_run_ends_on_two_threads_too() {
    // Some 300,000 events; the first look at whether to go on comes after 65,536.
    let overrides = ["duration=100 days", "pushes.ci.rate=25 per hour"];
    let loaded = load_text(LONG, &[], &overrides).expect("a valid scenario");
    let model = Model::new(&loaded);
    let run = measure::Run::new(&loaded, &model);
    let mut asked = 0;
    let found = run.simulate_on_two_threads(NoRecords, |_, _| {
        asked += 1;
        asked < 2
    });
    assert!(found.is_err());
    assert_eq!(asked, 2);
}

const LONG: &str = r#"
duration = "1 day"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/us-west-2", "build/eu-west-1"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["shop/web"]
rate = "1 per hour"
size = "10 MB"
"#;

fn assert_same(one: &Run, other: &Run) {
    assert_eq!(one.outcome.fingerprint, other.outcome.fingerprint);
    assert_eq!(one.outcome.events, other.outcome.events);
    assert_eq!(one.records, other.records);
    assert_eq!(format!("{:?}", one.outcome), format!("{:?}", other.outcome));
}

/// Runs side by side share the model and nothing else, on any number of threads.
#[test]
fn runs_side_by_side_are_those_one_after_the_other() {
    let loaded = load_text(&base(["4", "30 MB/s"]), &[], &[]).expect("a valid scenario");
    let alone: Vec<Run> = (0..6).map(|seed| run_seeded(&loaded, seed)).collect();
    for threads in [1, 2, 8] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let side_by_side = || {
            let seeds = (0..6_u64).into_par_iter();
            seeds.map(|seed| run_seeded(&loaded, seed)).collect()
        };
        let beside: Vec<Run> = pool.expect("threads").install(side_by_side);
        for (alone, beside) in alone.iter().zip(&beside) {
            assert_same(alone, beside);
        }
    }
    assert_ne!(alone[0].outcome.fingerprint, alone[1].outcome.fingerprint);
}

/// Another folder, time zone, language, home and number of threads: the same bytes in every file.
#[test]
fn surroundings_do_not_reach_a_result() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("scenario.toml"), base(["4", "30 MB/s"])).expect("a file is written");
    fs::create_dir(path("elsewhere")).expect("a folder is made");
    let mut here = ecrsim(&path("scenario.toml"), &path("first"));
    let mut there = ecrsim(Path::new("../scenario.toml"), &path("second"));
    there.current_dir(path("elsewhere"));
    let surroundings = [
        ("TZ", "Asia/Kathmandu"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "de_DE.UTF-8"),
        ("HOME", "/nonexistent"),
        ("NO_COLOR", "1"),
        ("COLUMNS", "20"),
        ("RAYON_NUM_THREADS", "1"),
    ];
    there.env_clear().envs(surroundings);
    for command in [&mut here, &mut there] {
        let done = command.output().expect("ecrsim runs");
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
    let (first, second) = (files(&path("first")), files(&path("second")));
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name} differs");
    }
    assert!(first.contains_key("replications.csv"));
}

/// Returns the call of `ecrsim run`.
pub fn ecrsim(scenario: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecrsim"));
    command.arg("run").arg(scenario).arg("--out").arg(out);
    command
}

/// Returns the files of a folder and of those in it, by path.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            let inside = files(&path).into_iter();
            found.extend(inside.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).expect("a file"));
        }
    }
    found
}
