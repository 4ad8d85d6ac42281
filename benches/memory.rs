//! Peak memory after some 10^6, 10^7 and 10^8 events of the fan-out, so that growth with the run's length would show.
//!
//! `cargo bench --bench memory`, on Linux. Pending events are what is in flight; an image is remembered as long as something
//! may ask for it. So the runs are done three times: nothing ever asks for a stored image; all but ten of each repository are
//! deleted every day; and all are kept, though they might be deleted.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use ecrsim::measure::Run;
use ecrsim::measure::record::NoRecords;
use ecrsim::scenario::load;
use ecrsim::simulation::Model;

/// Some 27,000 events an hour.
const HOURS: [u64; 3] = [40, 400, 4_000];

/// Set in the processes that measure, one run each: what a process has used at most never falls again.
const HOURS_VARIABLE: &str = "ECRSIM_BENCH_HOURS";
const KEEP_VARIABLE: &str = "ECRSIM_BENCH_KEEP_LAST";

fn main() {
    if let Ok(hours) = std::env::var(HOURS_VARIABLE) {
        return measure(&hours, std::env::var(KEEP_VARIABLE).ok().as_deref());
    }
    for keep in [None, Some("10"), Some("1_000_000_000")] {
        for hours in HOURS {
            measure_apart(hours, keep);
        }
    }
}

fn measure_apart(hours: u64, keep: Option<&str>) {
    let itself = std::env::current_exe().expect("a program knows its file");
    let mut command = Command::new(itself);
    command
        .env(HOURS_VARIABLE, hours.to_string())
        .stdout(Stdio::inherit());
    if let Some(keep) = keep {
        command.env(KEEP_VARIABLE, keep);
    }
    let status = command.status().expect("a process starts");
    assert!(status.success(), "the run of {hours} h failed");
}

fn measure(hours: &str, keep: Option<&str>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/fan-out.toml");
    let mut overrides = vec![format!("duration={hours} h")];
    if let Some(keep) = keep {
        let retention = "registry = 'build/us-east-1', repositories = ['*']";
        overrides.push(format!(
            "retention.old={{ {retention}, keep_last = {keep} }}"
        ));
    }
    let loaded = load(&path, &overrides).expect("the scenario is valid");
    let model = Model::new(&loaded);
    let before = peak_mib();
    let (outcome, _) = Run::new(&loaded, &model)
        .simulate(NoRecords, |_, _| true)
        .expect("nobody interrupts the run");
    let kept = keep.map_or("nothing asks for images".to_owned(), |keep| {
        format!("{keep} images kept of each repository at the source")
    });
    println!(
        "{:>11} events: {:>5} MiB at most, {before} before the run; {kept}",
        outcome.events,
        peak_mib()
    );
}

/// Returns the most memory that this process has held.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of each process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.expect("a peak in kB")
        .trim()
        .parse::<u64>()
        .expect("a number")
        / 1_024
}
