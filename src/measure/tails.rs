//! Whether times and sizes have a variance at all: a mean without one has no interval, however long the run and however many
//! its repeats.

use crate::engine::Law;
use crate::simulation::{Model, Stream};

/// The moment that a number needs for its mean to have an interval: its variance.
pub(super) const OF_ITSELF: f64 = 2.0;
/// The moment that the time in a slot needs for the wait of those behind it to have a variance: one more (J. Kiefer and J.
/// Wolfowitz, "On the characteristics of the general queueing process", Annals of Mathematical Statistics 27, 1956; for
/// one server also Kleinrock, "Queueing Systems", volume 1, section 5.7).
pub(super) const OF_SLOT: f64 = 3.0;

/// Returns which law gives the latencies of a lane an infinite variance, if one does.
pub(super) fn without_variance(model: &Model, lane: usize) -> Option<String> {
    let of_lane = &model.lanes[lane];
    let name = &model.names.links[of_lane.link];
    if is_wild_dispatch(model, lane) {
        return Some(format!("the dispatch on {name}"));
    }
    if is_wild_stall(model, lane, in_slot(model, lane)) {
        return Some(format!("the stall on {name}"));
    }
    wild_stream(model, lane, in_slot(model, lane))
        .map(|of| format!("the size of pushes `{}`", of.name))
}

fn in_slot(model: &Model, lane: usize) -> f64 {
    match model.links[model.lanes[lane].link].slots {
        Some(_) => OF_SLOT,
        None => OF_ITSELF,
    }
}

/// Returns whether the dispatch delay on a lane has no variance.
pub(super) fn is_wild_dispatch(model: &Model, lane: usize) -> bool {
    let link = &model.links[model.lanes[lane].link];
    !link.dispatch.has_moment(OF_ITSELF)
}

/// Returns whether the stalls on a lane, if there are any, lack a moment.
pub(super) fn is_wild_stall(model: &Model, lane: usize, order: f64) -> bool {
    let link = &model.links[model.lanes[lane].link];
    link.stall_probability > 0.0 && !link.stall.has_moment(order)
}

/// Returns a stream whose copies take times on a lane that lack a moment, for their sizes do.
pub(super) fn wild_stream(model: &Model, lane: usize, order: f64) -> Option<&Stream> {
    let of_lane = &model.lanes[lane];
    let speeds = model.links[of_lane.link].speeds;
    let takes_time = speeds.per_copy.is_some() || speeds.bandwidth.is_some();
    let is_wild = |size: &Law| takes_time && !size.has_moment(order);
    let mut streams = model.streams.iter();
    streams.find(|of| of.registry == of_lane.source && is_wild(&of.plan.size))
}
