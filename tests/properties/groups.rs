//! Whatever happens: an index comes after its images and not without them, a referrer after its subject.

use std::collections::BTreeMap;

use ecrsim::measure::record::{ReplicationRecord, Status};
use ecrsim::scenario::{Loaded, PushStream};
use ecrsim::simulation::names::TagList;
use proptest::prelude::*;

use crate::scenarios::any_scenario;
use crate::support::{Run, run_loaded};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn images_of_a_push_come_in_order(text in any_scenario()) {
        let loaded = text.loaded();
        let run = run_loaded(&loaded);
        let by_push: BTreeMap<(u32, u64), &ReplicationRecord> =
            run.records.iter().map(|record| ((record.lane, record.push), record)).collect();
        for record in &run.records {
            let Some(stream) = stream(record, &run, &loaded) else {
                continue;
            };
            let of = |push: u64| by_push.get(&(record.lane, push)).copied();
            if stream.has_index() {
                let first = record.push - u64::from(stream.platforms);
                let images = (first..record.push).map(|push| of(push).expect("each is replicated"));
                is_index_of(record, &images.collect::<Vec<_>>());
            }
            let last = record.push + u64::from(stream.referrers);
            (record.push + 1..=last)
                .filter_map(of)
                .for_each(|referrer| is_after(referrer, record));
        }
    }
}

/// Returns the stream whose tags a record bears.
fn stream<'a>(record: &ReplicationRecord, run: &Run, loaded: &'a Loaded) -> Option<&'a PushStream> {
    let TagList::Stream { stream, .. } = record.tags else {
        return None;
    };
    assert_eq!(run.names.templates.len(), loaded.scenario.pushes.len());
    loaded.scenario.pushes.values().nth(stream as usize)
}

fn is_index_of(index: &ReplicationRecord, images: &[&ReplicationRecord]) {
    assert_eq!(index.image_bytes, PushStream::INDEX_BYTES);
    if let Some(eligible) = index.eligible_at {
        for image in images {
            assert_eq!(image.status, Status::Complete, "{index:?}\n{image:?}");
            assert!(
                image.ended_at.is_some_and(|end| end <= eligible),
                "{index:?}\n{image:?}"
            );
        }
    } else if let Status::Failed(reason) = index.status {
        let mut images = images.iter();
        assert!(
            images.clone().any(|of| of.status == index.status),
            "{reason:?} of {index:?}"
        );
        assert!(images.all(|of| of.ended_at <= index.ended_at), "{index:?}");
    }
}

fn is_after(referrer: &ReplicationRecord, subject: &ReplicationRecord) {
    if let Some(eligible) = referrer.eligible_at {
        assert!(
            subject.ended_at.is_some_and(|end| end <= eligible),
            "{referrer:?}\n{subject:?}"
        );
    }
}
