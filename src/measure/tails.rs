//! Whether latencies have a variance at all: a mean without one has no interval, however long the run.

use crate::engine::Law;
use crate::simulation::Model;

/// The moment that a latency needs for its mean to have an interval: its variance.
const OF_LATENCY: f64 = 2.0;
/// The moment that the time in a slot needs for the wait of those behind it to have a variance: one more (J. Kiefer and J.
/// Wolfowitz, "On the characteristics of the general queueing process", Annals of Mathematical Statistics 27, 1956; for
/// one server also Kleinrock, "Queueing Systems", volume 1, section 5.7).
const OF_SLOT: f64 = 3.0;

/// Returns which law gives the latencies of a lane an infinite variance, if one does.
pub(super) fn without_variance(model: &Model, lane: usize) -> Option<String> {
    let lane = &model.lanes[lane];
    let link = &model.links[lane.link];
    let name = &model.names.links[lane.link];
    let in_slot = if link.slots.is_some() {
        OF_SLOT
    } else {
        OF_LATENCY
    };
    if !link.dispatch.has_moment(OF_LATENCY) {
        return Some(format!("the dispatch on {name}"));
    }
    if link.stall_probability > 0.0 && !link.stall.has_moment(in_slot) {
        return Some(format!("the stall on {name}"));
    }
    let takes_time = link.speeds.per_copy.is_some() || link.speeds.bandwidth.is_some();
    let is_wild = |size: &Law| takes_time && !size.has_moment(in_slot);
    let mut streams = model.streams.iter();
    streams
        .find(|of| of.registry == lane.source && is_wild(&of.plan.size))
        .map(|of| format!("the size of pushes `{}`", of.name))
}
