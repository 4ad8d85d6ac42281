//! What every run checks of itself, over the whole run, warm-up included: a failed check is a defect of the program.

use super::stats::{DestinationStats, LaneStats, LinkStats};
use super::tally::{Bytes, Counts};
use crate::simulation::Model;

/// Compares what was counted apart, and returns notes of what was compared.
///
/// # Panics
/// If something does not add up.
pub(super) fn verify(
    model: &Model,
    links: &[LinkStats],
    destinations: &[DestinationStats],
    lanes: &[LaneStats],
    moved_bytes: &[u64],
) -> Vec<String> {
    verify_counts(destinations);
    verify_bytes(lanes, moved_bytes);
    verify_times(model, links);
    let total: u64 = destinations.iter().map(|of| of.counts.requested).sum();
    let bytes: u64 = moved_bytes.iter().sum();
    vec![
        format!(
            "{total} replications requested = completed + failed + in flight + waiting, per destination"
        ),
        format!(
            "{bytes} bytes moved by links = moved by copies; started = moved + abandoned + still to move"
        ),
        format!(
            "Little's law holds exactly on queue and slots of {} links",
            links.len()
        ),
        "stored bytes = sum over images of their unique layers, per registry".to_owned(),
    ]
}

fn verify_counts(destinations: &[DestinationStats]) {
    for DestinationStats {
        counts, backlog, ..
    } in destinations
    {
        let Counts {
            requested,
            completed,
            failed,
            in_flight,
            waiting,
        } = *counts;
        let somewhere = completed + failed + in_flight + waiting;
        assert_eq!(
            requested, somewhere,
            "every requested replication is somewhere"
        );
        assert_eq!(
            in_flight,
            backlog.in_flight.level(),
            "in flight is what started and did not end"
        );
        assert_eq!(
            waiting,
            backlog.waiting.level(),
            "waiting is what did not start"
        );
    }
}

fn verify_bytes(lanes: &[LaneStats], moved_bytes: &[u64]) {
    for (lane, moved) in lanes.iter().zip(moved_bytes) {
        let Bytes {
            started,
            moved: by_copies,
            abandoned,
            still_to_move,
        } = lane.bytes;
        assert_eq!(
            started,
            by_copies + abandoned + still_to_move,
            "every byte that started is somewhere"
        );
        assert_eq!(
            by_copies, *moved,
            "bytes that links moved are those of their copies"
        );
    }
}

fn verify_times(model: &Model, links: &[LinkStats]) {
    for (stats, link) in links.iter().zip(&model.names.links) {
        assert_eq!(
            stats.times.waited,
            stats.queue.integral(),
            "Little's law on the queue of {link}"
        );
        assert_eq!(
            stats.times.held,
            stats.busy.integral(),
            "Little's law on the slots of {link}"
        );
    }
}
