//! Which tags more than one push to a repository may give: where tags are immutable, only the first of these pushes
//! arrives with them.

use std::collections::BTreeMap;

use crate::ecr::mutability::TagRule;
use crate::ecr::{RegistryId, RepositoryId};
use crate::simulation::model::{Model, Operation};
use crate::simulation::names::TagList;

/// A tag, or the template of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Givers {
    One,
    Several,
}

/// Tags by registry and repository.
pub(super) struct SharedTags(BTreeMap<(RegistryId, RepositoryId), BTreeMap<String, Givers>>);

impl SharedTags {
    pub fn new(model: &Model) -> Self {
        let mut tags = Self(BTreeMap::new());
        for (place, stream) in model.streams.iter().enumerate() {
            for template in model.tags.shared_templates(place) {
                let text = &model.names.templates[place][template as usize];
                for &repository in &stream.repositories {
                    let of_repository = tags.0.entry((stream.registry, repository)).or_default();
                    of_repository.insert(text.clone(), Givers::Several);
                }
            }
        }
        tags.add_scripts(model);
        tags
    }

    fn add_scripts(&mut self, model: &Model) {
        for step in model.scripts.iter().flat_map(|script| &script.steps) {
            let Operation::PutImage(place, image) = step.operation else {
                continue;
            };
            let of_repository = self
                .0
                .entry((place.registry, place.repository))
                .or_default();
            let list = TagList::Listed(image.tag_list);
            for place in 0..model.names.tag_count(list) {
                let givers = of_repository.entry(model.names.tag(list, place));
                givers
                    .and_modify(|givers| *givers = Givers::Several)
                    .or_insert(Givers::One);
            }
        }
    }

    /// Returns the tags of pushes to `repository` of `registry` that several pushes give and `rule` lets nobody move.
    pub fn immutable(
        &self,
        registry: RegistryId,
        repository: RepositoryId,
        rule: &TagRule,
    ) -> Vec<String> {
        let tags = self.0.get(&(registry, repository)).into_iter().flatten();
        let fixed = tags.filter(|&(text, &givers)| {
            givers == Givers::Several && rule.is_immutable(&text.replace("{n}", "1"))
        });
        fixed.map(|(text, _)| text.clone()).collect()
    }
}
