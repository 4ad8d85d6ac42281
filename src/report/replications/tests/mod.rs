//! Single replications as files: the records that both formats are tried on.

mod csv_file;
mod parquet_file;
mod parquet_pages;

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::measure::record::{AppliedTags, Reason, Status};
use crate::measure::table::{Seconds, Usd};
use crate::simulation::names::{Digest, TagList};
use crate::units::{SimDuration, SimTime};

/// Takes text and keeps it, so that a test can look at it after the thread has ended.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("nobody panics")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn start() -> Moment {
    "2026-02-27T23:59:59.9995Z".parse().expect("a moment")
}

/// Names with everything in them that a cell must survive.
fn nasty_names() -> Names {
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|&text| text.to_owned())
            .collect::<Vec<_>>()
    };
    Names {
        registries: texts(&[
            "build/us-east-1",
            "=prod/eu,west",
            "-x\"y\"",
            "@\r\n",
            "'=q",
        ]),
        lanes: vec![(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)],
        links: Vec::new(),
        repositories: texts(&["shop/a", "+shop", "-1.5", "a,b", "", "größe/ü", "'"]),
        digests: texts(&["sha256:abc", "=1", "\"", "@a,b"]),
        templates: vec![
            texts(&["{n}", "latest"]),
            texts(&["-{n}", "=x"]),
            texts(&["v{n}.{n}", "a,b{n}"]),
            texts(&["'{n}"]),
            Vec::new(),
        ],
        tag_lists: vec![
            Vec::new(),
            texts(&["@tag"]),
            texts(&["one", "two", "th\"ree"]),
            texts(&["+5"]),
        ],
    }
}

/// The row as the slow, obvious way makes it.
fn row(record: &ReplicationRecord, names: &Names) -> ReplicationRow {
    let (source, destination) = names.lanes[record.lane as usize];
    let registry = |id: u32| names.registries[id as usize].clone();
    let moment = |time: SimTime| {
        let after = SignedDuration::from_nanos(
            i64::try_from(time.as_nanos()).expect("tests stay under 292 years"),
        );
        Moment(start().0 + after)
    };
    let count = names.tag_count(record.tags);
    let tags = |places: Vec<usize>| {
        let tags: Vec<_> = places
            .iter()
            .map(|&place| names.tag(record.tags, place))
            .collect();
        tags.join(" ")
    };
    let complete = record.status == Status::Complete;
    let spent = |span| record.started_at.map(|_| Seconds(span));
    ReplicationRow {
        id: record.id,
        push: record.push,
        source: registry(source),
        destination: registry(destination),
        repository: names.repositories[record.repository as usize].clone(),
        digest: names.digest(record.digest),
        tags: tags((0..count).collect()),
        pushed_at: moment(record.pushed_at),
        eligible_at: record.eligible_at.map(moment),
        started_at: record.started_at.map(moment),
        ended_at: record.ended_at.map(moment),
        status: match record.status {
            Status::Complete => "COMPLETE",
            Status::Failed(_) => "FAILED",
            Status::InProgress => "IN_PROGRESS",
        }
        .to_owned(),
        reason: match record.status {
            Status::Failed(reason) => reason.name(),
            _ => "",
        }
        .to_owned(),
        latency_s: record
            .ended_at
            .filter(|_| complete)
            .map(|ended_at| Seconds(ended_at.since(record.pushed_at))),
        queue_s: spent(record.queue),
        transfer_s: spent(record.transfer),
        stall_s: spent(record.stall),
        image_bytes: record.image_bytes,
        moved_bytes: record.moved_bytes,
        attempts: record.attempts,
        tags_applied: match &record.applied {
            _ if !complete => String::new(),
            AppliedTags::All => tags((0..count).collect()),
            AppliedTags::None => String::new(),
            AppliedTags::Some(places) => tags(places.iter().map(|&place| place as usize).collect()),
        },
        usd: Usd(record.usd),
    }
}

/// Returns the bytes of the file with those records.
fn written(records: &[ReplicationRecord], format: Format, names: &Names) -> Vec<u8> {
    let kept = Kept::default();
    let mut writer = ReplicationWriter::to(
        kept.clone(),
        PathBuf::from("memory"),
        format,
        Arc::new(names.clone()),
        start(),
    )
    .expect("a thread");
    for record in records {
        writer.record(record.clone());
    }
    assert_eq!(
        writer.finish().expect("memory takes all"),
        records.len() as u64
    );
    kept.0.lock().expect("nobody panics").clone()
}

prop_compose! {
    fn record()(
        id in any::<u64>(),
        lane in 0_u32..5,
        repository in 0_u32..7,
        digest in prop_oneof![
            any::<u64>().prop_map(Digest::Generated),
            (0_u32..4).prop_map(Digest::Given),
        ],
        (tags, applied) in tags(),
        // Up to 100 years, down to the nanosecond.
        spans in prop::array::uniform4(prop_oneof![0_u64..5_000_000_000, 0_u64..3_155_760_000_000_000_000]),
        reached in 0_u8..4,
        status in prop_oneof![
            Just(Status::Complete),
            Just(Status::InProgress),
            prop::sample::select(&Reason::ALL[..]).prop_map(Status::Failed),
        ],
        bytes in any::<(u64, u64, u32)>(),
        usd in prop_oneof![
            Just(0.0), Just(-0.0), Just(f64::NAN), 0.0..1e-6_f64, 0.0..1e9_f64, any::<f64>(),
            (0_u32..1_000).prop_map(f64::from),
        ],
    ) -> ReplicationRecord {
        let at = |steps: usize| SimTime::from_nanos(spans[..steps].iter().map(|span| span / 4).sum());
        let by = |place: usize| SimDuration::from_nanos(spans[place]);
        ReplicationRecord {
            id,
            push: id / 3,
            lane,
            repository,
            digest,
            tags,
            applied,
            pushed_at: at(1),
            eligible_at: (reached > 0).then(|| at(2)),
            started_at: (reached > 1).then(|| at(3)),
            ended_at: (reached > 2).then(|| at(4)),
            status,
            queue: by(1),
            transfer: by(2),
            stall: by(3),
            image_bytes: bytes.0,
            moved_bytes: bytes.1,
            attempts: bytes.2,
            usd,
        }
    }
}

fn tags() -> impl Strategy<Value = (TagList, AppliedTags)> {
    let list = prop_oneof![
        (0_u32..5, any::<u64>()).prop_map(|(stream, number)| TagList::Stream { stream, number }),
        (0_u32..4).prop_map(TagList::Listed),
    ];
    (list, 0_u8..3, any::<u8>()).prop_map(|(list, kind, mask)| {
        let count = u32::try_from(nasty_names().tag_count(list)).expect("few");
        let applied = match kind {
            0 => AppliedTags::All,
            1 => AppliedTags::None,
            _ => AppliedTags::Some((0..count).filter(|place| mask >> place & 1 == 1).collect()),
        };
        (list, applied)
    })
}

/// A replication of shop/a that took 4.25 s, as a plain run has millions.
fn plain(id: u64) -> ReplicationRecord {
    ReplicationRecord {
        id,
        push: id,
        lane: 0,
        repository: 0,
        digest: Digest::Generated(0xabc),
        tags: TagList::Stream {
            stream: 0,
            number: 7,
        },
        applied: AppliedTags::Some([1].into()),
        pushed_at: SimTime::from_nanos(500_000),
        eligible_at: Some(SimTime::from_nanos(3_000_500_000)),
        started_at: Some(SimTime::from_nanos(3_000_500_000)),
        ended_at: Some(SimTime::from_nanos(4_250_500_000)),
        status: Status::Complete,
        queue: SimDuration::ZERO,
        transfer: SimDuration::from_nanos(1_250_000_000),
        stall: SimDuration::ZERO,
        image_bytes: 250_000_000,
        moved_bytes: 100_000_000,
        attempts: 1,
        usd: 0.125,
    }
}

/// Takes some bytes, then refuses as a full disk does.
struct FullDisk(usize);

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
