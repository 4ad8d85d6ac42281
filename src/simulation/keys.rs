//! Keys of draws: what a draw of a replication is for.

use super::model::{Lane, Model};
use crate::ecr::RegistryId;
use crate::engine::Key;

/// Keys of a replication's draws: by stream or script, and destination.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// By origin, then lane.
    of: Vec<LaneKeys>,
    lanes: usize,
}

/// Keys of the draws of one origin's replications on one lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneKeys {
    pub dispatch: Key,
    pub stall: Key,
    pub failure: Key,
    pub revocation: Key,
}

/// Returns the key of an origin's draws for one purpose on a lane.
pub(super) fn lane_key(model: &Model, seed: u64, purpose: &str, origin: &str, lane: usize) -> Key {
    let Lane {
        source,
        destination,
        ..
    } = model.lanes[lane];
    let registry = |id: RegistryId| &model.names.registries[id.index()];
    Key::new(seed, purpose)
        .named(origin)
        .named(registry(source))
        .named(registry(destination))
}

impl Keys {
    /// Streams come first, then scripts. A draw is keyed by names, so that no other lane or stream moves it.
    pub fn new(model: &Model, seed: u64) -> Self {
        let streams = model.streams.iter().map(|stream| stream.name.as_str());
        let scripts = model.scripts.iter().map(|script| script.name.as_str());
        // Backfills come last, under a name that no stream can have.
        let backfills = model.backfills.iter().map(|_| "[backfill]");
        let keys = |origin| {
            (0..model.lanes.len()).map(move |lane| {
                let key = |purpose| lane_key(model, seed, purpose, origin, lane);
                LaneKeys {
                    dispatch: key("dispatch"),
                    stall: key("stall"),
                    failure: key("failure"),
                    revocation: key("revocation"),
                }
            })
        };
        Self {
            of: streams
                .chain(scripts)
                .chain(backfills)
                .flat_map(keys)
                .collect(),
            lanes: model.lanes.len(),
        }
    }

    /// Returns the key of an origin's dispatch delays on a lane.
    pub fn dispatch(&self, origin: u32, lane: u32) -> Key {
        self.of(origin, lane).dispatch
    }

    /// Returns the keys of an origin on a lane.
    pub fn of(&self, origin: u32, lane: u32) -> &LaneKeys {
        &self.of[origin as usize * self.lanes + lane as usize]
    }

    /// Returns the key by which a copy survives a revocation.
    pub fn revocation(&self, origin: u32, lane: u32) -> Key {
        self.of(origin, lane).revocation
    }
}
