//! Pinned, not validated: the events of the shipped scenarios are those that they were.
//!
//! A fingerprint is a running hash over time, kind and ids of every event of a run. `tests/pinned/fingerprints.txt` holds
//! that of each file in `scenarios/` under its own seed. It is the same file for debug and release builds: `.ci/run`
//! compares the release program's `run.json` with it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use ecrsim::measure::Run;
use ecrsim::measure::record::NoRecords;
use ecrsim::scenario::load;
use ecrsim::simulation::Model;
use rayon::prelude::*;

const HEADER: &str = "\
# Scenario and fingerprint of its events, which tests/properties/fingerprints.rs compares.
# A change is a deliberate act: the same scenario and seed no longer give the same run.
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the shipped scenarios by name.
fn shipped() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("scenarios")).expect("the folder of scenarios");
    let paths = files.map(|file| file.expect("a file").path());
    let is_scenario = |path: &PathBuf| path.extension().is_some_and(|it| it == "toml");
    let mut paths: Vec<PathBuf> = paths.filter(is_scenario).collect();
    paths.sort();
    paths
}

/// Returns a line of the pinned file.
fn line(path: &Path) -> String {
    let loaded = load(path, &[]).unwrap_or_else(|found| panic!("{}", found.render(false)));
    let model = Model::new(&loaded);
    let (outcome, _) = Run::new(&loaded, &model)
        .simulate(NoRecords, |_, _| true)
        .expect("no interruption");
    let mut line = loaded.scenario.name.clone();
    writeln!(line, " {:016x}", outcome.fingerprint).expect("memory takes everything");
    line
}

#[test]
fn shipped_scenarios_have_their_pinned_fingerprints() {
    let lines: Vec<String> = shipped().par_iter().map(|path| line(path)).collect();
    let expected = HEADER.to_owned() + &lines.concat();
    let path = root().join("tests/pinned/fingerprints.txt");
    if std::env::var_os("ECRSIM_BLESS").is_some() {
        fs::write(&path, &expected).expect("a file that may be written");
    }
    let pinned = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        pinned == expected,
        "The events of shipped scenarios are not those that were pinned.\n\npinned:\n{pinned}\nnow:\n{expected}\n\
         If nothing that a user should see was meant to change, this is a bug. If it was, every user's results change with\n\
         it: that is a deliberate act. Say in CHANGELOG.md what changed in results, and accept the new fingerprints with\n\
         ECRSIM_BLESS=1 cargo test --test properties fingerprints"
    );
}
