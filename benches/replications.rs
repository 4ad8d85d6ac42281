//! Rows of `replications.csv` and `replications.parquet` per second, to nowhere: what the disk does is not ours.
//!
//! Two threads: one hands over, one formats. On one core: `taskset -c 0 cargo bench --bench replications`.
//! Before the measurement it says how many bytes a row takes.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use divan::Bencher;
use divan::counter::ItemsCount;
use ecrsim::measure::record::{AppliedTags, RecordSink, ReplicationRecord, Status};
use ecrsim::report::replications::{Format, ReplicationWriter};
use ecrsim::simulation::names::{Digest, Names, TagList};
use ecrsim::units::{SimDuration, SimTime};
use rand::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;

const ROWS: u64 = 1_000_000;

fn main() {
    for format in [Format::Csv, Format::Parquet] {
        let bytes = Counter::default();
        write(bytes.clone(), format, &Arc::new(names()));
        let per_row = bytes.0.load(Ordering::Relaxed) as f64 / ROWS as f64;
        println!("{}: {per_row:.1} bytes per row", format.file().display());
    }
    divan::main();
}

/// Counts the bytes that it takes.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[divan::bench(sample_count = 10, args = [Format::Csv, Format::Parquet])]
fn write_to_nowhere(bencher: Bencher, format: Format) {
    let names = Arc::new(names());
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench(|| write(io::sink(), format, &names));
}

fn write(out: impl Write + Send + 'static, format: Format, names: &Arc<Names>) -> u64 {
    let start = "2026-03-01T00:00:00Z".parse().expect("a moment");
    let path = PathBuf::from("nowhere");
    let mut writer =
        ReplicationWriter::to(out, path, format, names.clone(), start).expect("a thread to write");
    (0..ROWS).for_each(|id| writer.record(record(id)));
    writer.finish().expect("nowhere takes everything")
}

fn names() -> Names {
    let numbered = |count: u32, prefix: &str| (0..count).map(|n| format!("{prefix}{n}")).collect();
    Names {
        registries: numbered(26, "prod/ap-northeast-"),
        lanes: (1..26).map(|destination| (0, destination)).collect(),
        links: Vec::new(),
        repositories: numbered(40, "shop/service-"),
        digests: Vec::new(),
        templates: vec![vec!["{n}".to_owned(), "latest".to_owned()]],
        tag_lists: Vec::new(),
    }
}

/// A plain replication with numbers as irregular as drawn ones.
fn record(id: u64) -> ReplicationRecord {
    let noise = SplitMix64::seed_from_u64(id).next_u64();
    let pushed_at = SimTime::from_nanos(id * 60_000_000_000 + noise % 1_000_000_000);
    let after = |nanos: u64| Some(pushed_at + SimDuration::from_nanos(nanos));
    let (dispatch, transfer) = (noise % 9_000_000_000, noise / 7 % 20_000_000_000);
    let moved_bytes = noise % 400_000_000;
    ReplicationRecord {
        id,
        push: id / 25,
        lane: (id % 25) as u32,
        repository: (id % 40) as u32,
        digest: Digest::Generated(noise),
        tags: TagList::Stream {
            stream: 0,
            number: id / 25,
        },
        applied: AppliedTags::All,
        pushed_at,
        eligible_at: after(dispatch),
        started_at: after(dispatch),
        ended_at: after(dispatch + transfer),
        status: Status::Complete,
        queue: SimDuration::ZERO,
        transfer: SimDuration::from_nanos(transfer),
        stall: SimDuration::ZERO,
        image_bytes: moved_bytes + 100_000_000,
        moved_bytes,
        attempts: 1,
        usd: moved_bytes as f64 / 1_073_741_824.0 * 0.02,
    }
}
