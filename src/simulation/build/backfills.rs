//! What backfills need: limits, and the tags that a digest may bear which is pushed more than once.

use std::collections::{BTreeMap, BTreeSet};

use super::scripts::Lists;
use crate::ecr::RepositoryId;
use crate::scenario::Scenario;
use crate::simulation::backfill::Backfilling;
use crate::simulation::model::{Operation, Script};

/// Returns what the scenario's backfills need, if it starts any.
pub(super) fn backfilling(
    scenario: &Scenario,
    scripts: &[Script],
    tag_lists: BTreeMap<(RepositoryId, u32), u32>,
) -> Option<Backfilling> {
    are_started(scripts).then(|| Backfilling {
        per_registry: scenario.profile.limits().backfills_in_progress.max,
        tag_lists,
    })
}

fn are_started(scripts: &[Script]) -> bool {
    let mut steps = scripts.iter().flat_map(|script| &script.steps);
    steps.any(|step| {
        matches!(
            step.operation,
            Operation::StartBackfill { .. } | Operation::StopBackfill { .. }
        )
    })
}

/// Returns a list of all tags of each digest that is pushed to a repository under several lists, if a backfill may ask.
pub(super) fn tag_lists(
    scripts: &[Script],
    lists: &mut Lists,
) -> BTreeMap<(RepositoryId, u32), u32> {
    let mut of: BTreeMap<(RepositoryId, u32), BTreeSet<u32>> = BTreeMap::new();
    if !are_started(scripts) {
        return BTreeMap::new();
    }
    for step in scripts.iter().flat_map(|script| &script.steps) {
        if let Operation::PutImage(place, image) = &step.operation
            && let Some(digest) = image.digest
        {
            let key = (place.repository, digest);
            of.entry(key).or_default().insert(image.tag_list);
        }
    }
    of.retain(|_, lists| lists.len() > 1);
    of.into_iter()
        .map(|((repository, digest), parts)| {
            let tags = parts
                .iter()
                .flat_map(|&list| &lists.tag_lists[list as usize]);
            let tags: Vec<String> = tags.cloned().collect();
            ((repository, digest), lists.add(repository, &tags))
        })
        .collect()
}
