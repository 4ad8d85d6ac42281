//! A whole run of the fan-out: events per second without records, and with every record made into a CSV row.
//!
//! `cargo bench --bench scenario`. A run with rows uses two threads: one simulates, one writes.
//! On one core: `taskset -c 0 cargo bench --bench scenario`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use ecrsim::measure::record::{NoRecords, RecordSink};
use ecrsim::measure::table::Moment;
use ecrsim::measure::{Outcome, Run};
use ecrsim::report::replications::{Format, ReplicationWriter};
use ecrsim::scenario::{Loaded, load};
use ecrsim::simulation::Model;

/// Some 300,000 pushes and 1.2 million replications.
const DURATION: &str = "duration=100 h";

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn events(bencher: Bencher) {
    let (loaded, model) = fan_out();
    let events = run(&loaded, &model, NoRecords).0.events;
    bencher
        .counter(ItemsCount::new(events))
        .bench(|| run(&loaded, &model, NoRecords).0.events);
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn rows(bencher: Bencher) {
    let (loaded, model) = fan_out();
    let rows = write(&loaded, &model);
    bencher
        .counter(ItemsCount::new(rows))
        .bench(|| write(&loaded, &model));
}

fn fan_out() -> (Loaded, Model) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/fan-out.toml");
    let loaded = load(&path, &[DURATION.to_owned()]).expect("the scenario is valid");
    let model = Model::new(&loaded);
    (loaded, model)
}

fn run<S: RecordSink>(loaded: &Loaded, model: &Model, sink: S) -> (Outcome, S) {
    Run::new(loaded, model)
        .simulate(sink, |_, _| true)
        .expect("nobody interrupts the run")
}

/// Writes every replication to nowhere and returns how many there were.
fn write(loaded: &Loaded, model: &Model) -> u64 {
    let names = Arc::new(model.names.clone());
    let path = PathBuf::from("nowhere");
    let writer = ReplicationWriter::to(io::sink(), path, Format::Csv, names, Moment(model.start))
        .expect("a thread to write");
    let (_, writer) = run(loaded, model, writer);
    writer.finish().expect("nowhere takes everything")
}
