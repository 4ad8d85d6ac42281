//! Deployments: names resolved, laws made ready.

use super::laws::compile;
use super::{Kind, Ranks, registry_id};
use crate::scenario::{Deployment, Loaded, RegistryName};
use crate::simulation::model::{Backoff, DeploymentModel};

/// Returns the deployments of a scenario, in order of name.
pub(super) fn deployments(
    loaded: &Loaded,
    registries: &[RegistryName],
    ranks: &Ranks<'_>,
) -> Vec<DeploymentModel> {
    let streams = &loaded.scenario.pushes;
    let model = |(name, of): (&String, &Deployment)| DeploymentModel {
        name: name.clone(),
        rank: ranks.of(name, Kind::Deployments),
        follows: streams
            .keys()
            .position(|stream| *stream == of.follows)
            .expect("a stream that is followed is known, which was checked"),
        registry: registry_id(registries, &of.registry),
        delay: compile(&of.delay),
        share: of.share,
        backoff: Backoff {
            first: of.backoff.first,
            factor: of.backoff.factor,
            max: of.backoff.max,
        },
        give_up: of.give_up,
    };
    loaded.scenario.deployments.iter().map(model).collect()
}
