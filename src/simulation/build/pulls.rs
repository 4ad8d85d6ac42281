//! Fleets that pull.

use super::registries::Registries;
use super::workload::{choice, poisson};
use super::{Kind, Ranks};
use crate::ecr::RegistryId;
use crate::scenario::{Loaded, PullFrom, PullKind, PullStream, Recency};
use crate::simulation::model::Stream;
use crate::simulation::pulls::PullModel;
use crate::simulation::tags::TagBook;
use crate::workload::PullPlan;

pub(super) fn pulls(
    loaded: &Loaded,
    registries: &Registries,
    streams: &[Stream],
    tags: &TagBook,
    ranks: &Ranks<'_>,
) -> Vec<PullModel> {
    let scenario = &loaded.scenario;
    let model = |(name, pull): (&String, &PullStream)| {
        let stream = streams.iter().position(|stream| stream.name == pull.of);
        let stream = stream.expect("every stream that is pulled is known, which was checked");
        let asks = asks(registries, pull, streams[stream].registry);
        let Recency::Geometric(newest) = pull.recency;
        PullModel {
            name: name.clone(),
            rank: ranks.of(name, Kind::Pulls),
            account: registries.account(scenario, &pull.account),
            region: registries.region(&pull.region),
            stream,
            moving_tag: tags.moving_tag(stream),
            far: *asks.last().expect("every fleet asks some registry"),
            asks,
            plan: PullPlan {
                arrivals: poisson(scenario, pull.rate, &pull.shape, &pull.timezone),
                choice: choice(&scenario.pushes[&pull.of].repositories),
                newest,
                cached: pull.cached,
            },
        }
    };
    scenario.pulls.iter().map(model).collect()
}

/// Returns the registries that a fleet asks, in order. The nearest are those in its own Region, its own account's first, then
/// by name: whoever may pull from where is not part of the scenario.
fn asks(registries: &Registries, pull: &PullStream, source: RegistryId) -> Vec<RegistryId> {
    let kind = match &pull.from {
        PullFrom::Registry(name) => return vec![registries.id(name)],
        PullFrom::Kind(kind) => *kind,
    };
    if kind == PullKind::Source {
        return vec![source];
    }
    let here = registries
        .names
        .iter()
        .filter(|name| name.region == pull.region);
    let mut here: Vec<_> = here.collect();
    here.sort_by_key(|name| (name.account != pull.account, *name));
    let mut asks: Vec<RegistryId> = here.into_iter().map(|name| registries.id(name)).collect();
    if !asks.contains(&source) {
        asks.push(source);
    }
    asks
}
