//! Which template each repository is created by.

use std::sync::Arc;

use super::registries::Registries;
use super::workload::{Repositories, tag_rule};
use crate::aws::LifecyclePolicy;
use crate::ecr::{RegistryId, RepositoryId, Template};
use crate::scenario::{CreationTemplate, Loaded};
use crate::simulation::model::Place;

/// Returns the template of each repository that has one: of those for replication, the one with the longest prefix
/// (B70, U21).
pub(super) fn templates(
    loaded: &Loaded,
    registries: &Registries,
    repositories: &Repositories,
) -> Vec<(Place, Template)> {
    let mut found = Vec::new();
    for (name, registry) in &loaded.scenario.registries {
        let id = registries.id(name);
        for repository in held_by(repositories, id) {
            let text = &repositories.names[repository.index()];
            let taking = registry.creation_templates.iter();
            let longest = taking
                .filter_map(|(key, template)| Some((template.takes(text)?, key, template)))
                .max_by_key(|&(length, ..)| length);
            if let Some((_, key, template)) = longest {
                let of = (name.clone(), key.clone());
                let lifecycle = loaded.documents.template_lifecycles.get(&of);
                let place = Place {
                    registry: id,
                    repository,
                };
                found.push((place, compile(key, template, lifecycle)));
            }
        }
    }
    found
}

fn held_by(
    repositories: &Repositories,
    registry: RegistryId,
) -> impl Iterator<Item = RepositoryId> + '_ {
    let all = (0..repositories.names.len()).map(RepositoryId::new);
    all.filter(move |id| repositories.holders[id.index()].contains(&registry))
}

fn compile(
    name: &str,
    template: &CreationTemplate,
    lifecycle: Option<&LifecyclePolicy>,
) -> Template {
    Template {
        name: name.to_owned(),
        mutability: tag_rule(template.tag_mutability, &template.exclusions),
        lifecycle: lifecycle.cloned().map(Arc::new),
        lacks_role: template.lacks_role(),
    }
}
