//! Sweeps: what a run costs beyond its events, how well two cores are used, and whether memory grows with the number of runs.
//!
//! `cargo bench --bench sweep`. Each figure compares within one run of the program. The cost of a start is time on the
//! processor, where the system tells it; the efficiency is time on the wall, so on a busy machine it is that of the busy machine.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use ecrsim::experiment::engine::Engine;
use ecrsim::experiment::journal::{Manifest, Planned, Settled, SweepFolder};
use ecrsim::experiment::scenarios::Scenarios;
use ecrsim::experiment::sweep::{Runner, Shard, Watch, tables};
use ecrsim::scenario::content_hash;
use ecrsim::scenario::sweep::DesignKind;
use tempfile::TempDir;

/// Some ten events.
const TINY: &str = r#"
duration = "1 h"
accounts.a = "111122223333"
registries."a/us-east-1".rules.all.destinations = ["a/eu-west-1"]
pushes.ci = { registry = "a/us-east-1", repositories = ["app"], rate = "3 per hour", size = "100 MB" }
"#;

struct Nobody;

impl Watch for Nobody {
    fn planned(&self, _: u64) {}
    fn ended(&self, _: u64) {}
    fn widest(&self, _: f64) {}
    fn keep_going(&self) -> bool {
        true
    }
}

fn main() {
    let home = tempfile::tempdir().expect("a folder");
    let tiny = home.path().join("tiny.toml");
    fs::write(&tiny, TINY).expect("a scenario");
    start_cost(&tiny);
    efficiency();
    memory(&home, &tiny);
}

/// What a run of a tiny scenario takes, of the same point and of a new point each time.
fn start_cost(tiny: &Path) {
    const RUNS: u64 = 3_000;
    let engine = Scenarios::at(tiny);
    let point = engine.point(&[]).expect("a right scenario");
    let run = |seed| engine.run(&point, seed, &|| true).expect("it ends");
    let events: u64 = (0..RUNS).map(|seed| run(seed).events).sum();
    let began = busy();
    for seed in 0..RUNS {
        black_box(run(seed));
    }
    let same = busy() - began;
    let began = busy();
    for number in 0..RUNS {
        let set = format!("pushes.ci.rate={} per hour", 3.0 + number as f64 / 1e6);
        let point = engine.point(&[set]).expect("a right scenario");
        black_box(engine.identity(&point));
        black_box(engine.run(&point, 1, &|| true)).expect("it ends");
    }
    let new = busy() - began;
    let per_run = |total: Duration| total.as_secs_f64() * 1e3 / RUNS as f64;
    println!(
        "start: {:.3} ms per run of a known point, {:.3} ms with a new point each; {:.1} events per run",
        per_run(same),
        per_run(new),
        events as f64 / RUNS as f64
    );
}

/// The rate of runs of 50 ms and more by two jobs, over twice that of one.
fn efficiency() {
    let fan_out = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/fan-out.toml");
    let set = vec!["duration=6 h".to_owned()];
    let rate = |jobs: usize| {
        let home = tempfile::tempdir().expect("a folder");
        let runs = 12 * jobs as u64;
        let (engine, manifest) = sweep(&fan_out, vec![set.clone()], runs);
        let began = Instant::now();
        make(&engine, &manifest, &home.path().join("out"), jobs);
        runs as f64 / began.elapsed().as_secs_f64()
    };
    // Turn by turn, so that what else the machine does falls on both.
    let mut rates = [(); 3].map(|()| (rate(1), rate(2)));
    rates.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
    let (one, two) = rates[1];
    println!(
        "efficiency: {:.1} runs per second with one job ({:.0} ms each), {:.1} with two: {:.3} of twice as many",
        one,
        1e3 / one,
        two,
        two / one / 2.0
    );
}

/// Resident memory after a tenth of 100,000 runs and after all.
fn memory(home: &TempDir, tiny: &Path) {
    let (engine, tenth) = sweep(tiny, vec![Vec::new()], 10_000);
    let place = home.path().join("out");
    make(&engine, &tenth, &place, 2);
    let first = peak_megabytes();
    let all = Manifest {
        repeats: 100_000,
        runs: 100_000,
        ..tenth
    };
    let began = Instant::now();
    make(&engine, &all, &place, 2);
    println!(
        "memory: {first:.0} MB at most after 10,000 runs, {:.0} MB after 100,000; {:.0} runs per second with their tables",
        peak_megabytes(),
        90_000.0 / began.elapsed().as_secs_f64()
    );
}

fn sweep(scenario: &Path, sets: Vec<Vec<String>>, repeats: u64) -> (Scenarios, Manifest) {
    let engine = Scenarios::at(scenario);
    let points: Vec<Planned> = sets
        .into_iter()
        .map(|set| {
            let point = engine.point(&set).expect("a right scenario");
            Planned {
                values: Vec::new(),
                scenario: content_hash(engine.identity(&point).as_bytes()),
                seed: engine.seed(&point),
                without_interval: Vec::new(),
                set,
            }
        })
        .collect();
    let columns = engine.columns();
    let manifest = Manifest {
        version: "bench".to_owned(),
        files: vec![ecrsim::experiment::journal::ReadFile {
            path: "bench.toml".to_owned(),
            hash: String::new(),
        }],
        design: DesignKind::List,
        thresholds: Vec::new(),
        keys: Vec::new(),
        metrics: columns.iter().map(|column| column.name.clone()).collect(),
        units: columns
            .iter()
            .map(|column| column.unit.to_owned())
            .collect(),
        repeats,
        stop: None,
        runs: repeats * points.len() as u64,
        points,
    };
    (engine, manifest)
}

fn make(engine: &Scenarios, manifest: &Manifest, place: &Path, jobs: usize) {
    let folder = SweepFolder::open(place).expect("a folder");
    let settled = manifest.settle(&folder).expect("written");
    assert!(matches!(settled, Settled::New | Settled::Grown));
    let runner = Runner {
        engine,
        manifest,
        folder: &folder,
        shard: Shard::ALL,
        jobs,
        fail_fast: true,
    };
    let mut results = runner.run(&Nobody).expect("all runs");
    tables::write(&folder, manifest, &mut results).expect("tables");
}

/// Returns how long this thread has been on a processor, where the system tells it, as Linux does; else the time on the wall.
fn busy() -> Duration {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let on_wall = BEGAN.get_or_init(Instant::now).elapsed();
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map_or(on_wall, Duration::from_nanos)
}

/// Returns the most memory that the process has had, where the system tells it, as Linux does.
fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kibibytes.map_or(f64::NAN, |kibibytes| kibibytes * 1_024.0 / 1e6)
}
