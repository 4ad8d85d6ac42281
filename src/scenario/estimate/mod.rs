//! What a run will take, reckoned before it starts: events, memory, and the load that is offered to each link.

mod offered;

use std::fs;

pub use offered::LinkLoad;
pub(super) use offered::{offered, pushes_by_repository};

use super::load::Loaded;
use super::types::{Deployment, PushStream, Scenario};
use offered::pushes_per_s;

/// What a run will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Events that the loop handles: pushes, dispatches, starts and ends of copies, single operations.
    pub events: f64,
    /// Memory, in bytes.
    pub memory_bytes: f64,
    /// Mean load of each link that a rule uses, over the whole run.
    pub links: Vec<LinkLoad>,
    /// Why the run should be asked for twice; empty as a rule.
    pub reasons_needing_yes: Vec<String>,
}

/// More events than this take hours.
const MOST_EVENTS: f64 = 1e10;

/// Memory of a run without images: programme, histograms, buffers.
const BASE_BYTES: f64 = 64e6;

/// Memory of one image with its replicas: a record, its presence bits, its place in its repository. At most, for images that
/// nothing can ask for any more leave no record.
const BYTES_PER_IMAGE: f64 = 96.0;

/// Memory of one row of a trace, without its strings.
const BYTES_PER_ROW: f64 = 48.0;

/// Memory of one step of the timeline for one destination.
const BYTES_PER_STEP: f64 = 256.0;

/// Returns what a run of the scenario will take.
pub fn estimate(loaded: &Loaded) -> Estimate {
    let Loaded {
        scenario,
        documents,
        traces,
        ..
    } = loaded;
    let links = offered(scenario, documents, traces);
    let duration_s = scenario.duration.as_secs_f64();
    let streams = scenario.pushes.values();
    let pushes: f64 = streams
        .map(|stream| pushes_per_s(scenario, stream) * duration_s)
        .sum();
    let images: f64 = scenario
        .pushes
        .values()
        .map(|stream| images_per_s(scenario, stream) * duration_s)
        .sum();
    let rows: f64 = traces.values().map(|trace| trace.rows.len() as f64).sum();
    let replications: f64 = links
        .iter()
        .map(|link| link.attempts_per_s * duration_s)
        .sum();
    let days = duration_s / 86_400.0;
    let sweeps: f64 = scenario.retention.len() as f64 * days;
    let stored: f64 = stored_images(scenario);
    let rates = scenario.pulls.values().map(|pull| pull.rate.per_second());
    let pulls: f64 = rates.sum::<f64>() * duration_s;
    let deployments: f64 = scenario
        .deployments
        .values()
        .map(|of| deployed(scenario, of))
        .sum();
    let laws = scenario
        .spells
        .values()
        .map(|spell| spell.every.mean() / 1e9);
    let spells: f64 = laws.map(|every_s| 2.0 * duration_s / every_s).sum();
    let steps = duration_s / scenario.bucket.as_secs_f64();
    let mut estimate = Estimate {
        events: pushes
            + rows
            + 3.0 * replications
            + sweeps
            + scenario.events.len() as f64
            + pulls
            + deployments
            + spells,
        memory_bytes: BASE_BYTES
            + (images + rows + stored) * BYTES_PER_IMAGE
            + rows * BYTES_PER_ROW
            + steps * links.len() as f64 * BYTES_PER_STEP,
        links,
        reasons_needing_yes: Vec::new(),
    };
    estimate.reasons_needing_yes = reasons(scenario, &estimate);
    estimate
}

/// Returns how many images a stream pushes in a mean second; those that hang together as two, for what joins them.
fn images_per_s(scenario: &Scenario, stream: &PushStream) -> f64 {
    let images = match stream.images_per_push() {
        1 => 1,
        several => 2 * several,
    };
    pushes_per_s(scenario, stream) * f64::from(images)
}

/// Returns how many deployments a stream of them makes; each pulls once as a rule.
fn deployed(scenario: &Scenario, of: &Deployment) -> f64 {
    let stream = scenario.pushes.get(&of.follows);
    let pushes_per_s = stream.map_or(0.0, |stream| pushes_per_s(scenario, stream));
    pushes_per_s * scenario.duration.as_secs_f64() * of.share
}

fn stored_images(scenario: &Scenario) -> f64 {
    let repositories = scenario
        .registries
        .values()
        .flat_map(|registry| registry.repositories.values());
    let images = repositories.filter_map(|repository| repository.images.as_ref());
    images.map(|images| images.count as f64).sum()
}

fn reasons(scenario: &Scenario, estimate: &Estimate) -> Vec<String> {
    let mut reasons = Vec::new();
    if estimate.events > MOST_EVENTS {
        reasons.push(format!(
            "it takes about {:.1e} events, more than {MOST_EVENTS:.0e}",
            estimate.events
        ));
    }
    let machine = machine_memory_bytes().filter(|bytes| estimate.memory_bytes > *bytes);
    if let Some(bytes) = machine {
        let (needed, has) = (estimate.memory_bytes / 1e9, bytes / 1e9);
        reasons.push(format!(
            "it may take {needed:.1} GB of memory; this machine has {has:.1} GB"
        ));
    }
    for link in estimate.links.iter().filter(|link| link.load() >= 1.0) {
        reasons.push(link.overload());
    }
    reasons.extend(infinite_means(scenario));
    reasons
}

/// Returns the laws without a mean, by their keys.
fn infinite_means(scenario: &Scenario) -> Vec<String> {
    let mut keys = Vec::new();
    let stream_has_none = |(_, stream): &(&String, &PushStream)| stream.size.mean_is_infinite();
    let streams = scenario.pushes.iter().filter(stream_has_none);
    keys.extend(streams.map(|(name, _)| format!("pushes.{name}.size")));
    let latency = &scenario.latency;
    let stall = latency.stall.as_ref().and_then(|stall| stall.time.as_ref());
    let general = [
        ("latency.dispatch", latency.dispatch.as_ref()),
        ("latency.stall.time", stall),
    ];
    for (key, law) in general {
        if law.is_some_and(super::Distribution::mean_is_infinite) {
            keys.push(key.to_owned());
        }
    }
    for (route, parts) in &latency.routes {
        let stall = parts.stall.as_ref().and_then(|stall| stall.time.as_ref());
        if [parts.dispatch.as_ref(), stall]
            .into_iter()
            .flatten()
            .any(super::Distribution::mean_is_infinite)
        {
            keys.push(format!("latency.routes.\"{route}\""));
        }
    }
    keys.iter()
        .map(|key| format!("the law of {key} has no finite mean"))
        .collect()
}

/// Returns the machine's memory where the system tells it, as Linux does.
fn machine_memory_bytes() -> Option<f64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024.0)
}
