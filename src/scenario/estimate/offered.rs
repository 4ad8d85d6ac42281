//! The load that the workload offers to each link, as means over the run.

use std::collections::BTreeMap;

use crate::aws::ReplicationConfiguration;
use crate::scenario::check::Documents;
use crate::scenario::names::{RegistryName, Route};
use crate::scenario::resolve::{LatencyParameters, LinkParameters};
use crate::scenario::trace::{TraceAction, TraceRows, Traces};
use crate::scenario::types::{Burst, Popularity, PushStream, Scenario};

/// What is offered to one link, as a mean over the run.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkLoad {
    /// The link.
    pub link: Route,
    /// Replications requested, per second.
    pub replications_per_s: f64,
    /// Attempts, retries included, per second.
    pub attempts_per_s: f64,
    /// Bytes to move, per second.
    pub bytes_per_s: f64,
    /// Mean time that an attempt holds its slot times attempts, per slot; `None` if slots are unlimited.
    pub slot_load: Option<f64>,
    /// Bytes to move as a share of the bandwidth; `None` if that is unlimited.
    pub bandwidth_load: Option<f64>,
}

/// What one source of pushes offers to one destination.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    replications_per_s: f64,
    bytes_per_s: f64,
}

impl LinkLoad {
    /// Returns the greater of the two loads; 0 if nothing is limited.
    pub fn load(&self) -> f64 {
        self.slot_load
            .unwrap_or(0.0)
            .max(self.bandwidth_load.unwrap_or(0.0))
    }

    /// Says what is too much, of a link whose load is 1 or more.
    pub(in crate::scenario) fn overload(&self) -> String {
        let what = match self.slot_load {
            Some(load) if load >= 1.0 => "slots",
            _ => "bandwidth",
        };
        let load = self.load();
        format!(
            "the link {} is offered {load:.2} times what its {what} can do: its queue grows all the time",
            self.link
        )
    }
}

/// Returns the load of each link that a rule uses at the start, by link.
pub(in crate::scenario) fn offered(
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) -> Vec<LinkLoad> {
    let mut flows: BTreeMap<Route, Flow> = BTreeMap::new();
    for (source, configuration) in &documents.replication {
        for region in destination_regions(configuration) {
            let flow = flows
                .entry(Route::between(&source.region, &region.region))
                .or_default();
            for stream in scenario
                .pushes
                .values()
                .filter(|stream| stream.registry == *source)
            {
                flow.add(of_stream(scenario, stream, configuration, &region));
            }
            for trace in traces.values() {
                flow.add(of_trace(scenario, trace, source, configuration, &region));
            }
        }
    }
    flows
        .into_iter()
        .map(|(link, flow)| load(scenario, link, flow))
        .collect()
}

/// Returns the different destinations of a configuration.
fn destination_regions(
    configuration: &ReplicationConfiguration,
) -> Vec<crate::aws::replication::Destination> {
    let rules = configuration.rules.iter();
    let mut all: Vec<_> = rules
        .flat_map(|rule| rule.destinations.iter().cloned())
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Returns how many pushes of a stream there are in a mean second of the run.
pub(super) fn pushes_per_s(scenario: &Scenario, stream: &PushStream) -> f64 {
    match (&stream.rate, &stream.burst) {
        (Some(rate), _) => rate.per_second(),
        (None, Some(burst)) => {
            bursts(scenario, burst) * burst.images as f64 / scenario.duration.as_secs_f64()
        }
        (None, None) => 0.0,
    }
}

/// Returns the repositories of a stream, with how many of its pushes each gets in a mean second of the run.
pub(in crate::scenario) fn pushes_by_repository(
    scenario: &Scenario,
    stream: &PushStream,
) -> Vec<(String, f64)> {
    let names = stream.repositories.names();
    let weights = weights(stream.repositories.popularity(), names.len());
    let all_per_s = pushes_per_s(scenario, stream);
    let shares = weights.into_iter().map(|weight| weight * all_per_s);
    names.into_iter().zip(shares).collect()
}

/// Returns how many bursts begin in the run.
fn bursts(scenario: &Scenario, burst: &Burst) -> f64 {
    let Some(rest) = scenario
        .duration
        .as_nanos()
        .checked_sub(burst.first.as_nanos())
    else {
        return 0.0;
    };
    match burst.every {
        Some(every) if every.as_nanos() > 0 => (rest / every.as_nanos() + 1) as f64,
        _ => 1.0,
    }
}

impl Flow {
    fn add(&mut self, other: Self) {
        self.replications_per_s += other.replications_per_s;
        self.bytes_per_s += other.bytes_per_s;
    }
}

/// A stream's own layers move with every push; its base layers once for each repository, platform and base. Every image of
/// a push is a replication.
fn of_stream(
    scenario: &Scenario,
    stream: &PushStream,
    configuration: &ReplicationConfiguration,
    destination: &crate::aws::replication::Destination,
) -> Flow {
    let names = stream.repositories.names();
    let weights = weights(stream.repositories.popularity(), names.len());
    let selected = |name: &String| selects(configuration, destination, name);
    let matched: Vec<f64> = names
        .iter()
        .zip(&weights)
        .filter(|(name, _)| selected(name))
        .map(|(_, weight)| *weight)
        .collect();
    let pushes_per_s = pushes_per_s(scenario, stream) * matched.iter().sum::<f64>();
    let mean_bytes = stream.size.mean();
    let base_s = stream
        .base_refresh
        .every()
        .unwrap_or(scenario.duration)
        .as_secs_f64();
    let bases_per_s = (matched.len() as f64 / base_s).min(pushes_per_s);
    let moved = pushes_per_s * (1.0 - stream.shared) + bases_per_s * stream.shared;
    let platforms = f64::from(stream.platforms);
    let images = if moved > 0.0 {
        moved * platforms * mean_bytes
    } else {
        0.0
    };
    Flow {
        replications_per_s: pushes_per_s * f64::from(stream.images_per_push()),
        bytes_per_s: images + pushes_per_s * stream.attached_bytes() as f64,
    }
}

/// Returns shares that sum to 1; the k-th of a Zipf law is as 1/k^s.
fn weights(popularity: Popularity, count: usize) -> Vec<f64> {
    let exponent = match popularity {
        Popularity::Uniform => 0.0,
        Popularity::Zipf(exponent) => exponent,
    };
    let raw: Vec<f64> = (1..=count)
        .map(|rank| libm::pow(rank as f64, -exponent))
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|weight| weight / sum).collect()
}

fn selects(
    configuration: &ReplicationConfiguration,
    destination: &crate::aws::replication::Destination,
    repository: &str,
) -> bool {
    let mut rules = configuration.rules.iter();
    rules.any(|rule| {
        let mut prefixes = rule.prefixes().peekable();
        let chosen =
            prefixes.peek().is_none() || prefixes.any(|prefix| repository.starts_with(prefix));
        chosen && rule.destinations.contains(destination)
    })
}

fn of_trace(
    scenario: &Scenario,
    trace: &TraceRows,
    source: &RegistryName,
    configuration: &ReplicationConfiguration,
    destination: &crate::aws::replication::Destination,
) -> Flow {
    let names = trace.repositories.iter();
    let selected: Vec<bool> = names
        .map(|name| selects(configuration, destination, name))
        .collect();
    let duration_s = scenario.duration.as_secs_f64();
    let mut flow = Flow::default();
    for row in &trace.rows {
        let here = trace.registries[row.registry as usize] == *source;
        let chosen = row
            .repository
            .is_some_and(|repository| selected[repository as usize]);
        if row.action == TraceAction::PutImage && here && chosen {
            flow.replications_per_s += 1.0 / duration_s;
            flow.bytes_per_s += row.bytes.get() as f64 / duration_s;
        }
    }
    flow
}

fn load(scenario: &Scenario, link: Route, flow: Flow) -> LinkLoad {
    let parameters = scenario.link_parameters(&link.source, &link.destination);
    let latency = scenario.latency(&link.source, &link.destination);
    let attempts = attempts_per_replication(scenario);
    let attempts_per_s = flow.replications_per_s * attempts;
    let bytes_per_s = flow.bytes_per_s * attempts;
    let busy = attempts_per_s * stall_s(&latency) + bytes_per_s * seconds_per_byte(&parameters);
    LinkLoad {
        link,
        replications_per_s: flow.replications_per_s,
        attempts_per_s,
        bytes_per_s,
        slot_load: parameters.slots.map(|slots| busy / slots as f64),
        bandwidth_load: parameters
            .bandwidth
            .map(|speed| bytes_per_s / speed.bytes_per_s()),
    }
}

/// Of attempts that fail with probability p, up to r are repeated: 1 + p + … + p^r.
fn attempts_per_replication(scenario: &Scenario) -> f64 {
    let p = scenario.failures.probability;
    let attempts = f64::from(scenario.failures.retries) + 1.0;
    if p >= 1.0 {
        return attempts;
    }
    (1.0 - libm::pow(p, attempts)) / (1.0 - p)
}

fn stall_s(latency: &LatencyParameters) -> f64 {
    if latency.stall_probability == 0.0 {
        return 0.0;
    }
    latency.stall_probability * latency.stall.mean() / 1e9
}

/// A copy alone on its link: the least time that a byte takes.
fn seconds_per_byte(link: &LinkParameters) -> f64 {
    let speeds = [link.per_copy, link.bandwidth];
    let slowest = speeds.into_iter().flatten().min();
    slowest.map_or(0.0, |speed| 1.0 / speed.bytes_per_s())
}
