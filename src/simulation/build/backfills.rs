//! What backfills need: limits, and the tags that a digest may bear which is pushed more than once.

use std::collections::{BTreeMap, BTreeSet};

use super::scripts::Lists;
use crate::aws::StorageClass;
use crate::ecr::RepositoryId;
use crate::scenario::Scenario;
use crate::simulation::backfill::{Backfilling, StoredTagLists};
use crate::simulation::model::{Operation, Script};

/// Returns what the scenario's backfills need, if it starts any.
pub(super) fn backfilling(scenario: &Scenario, scripts: &[Script]) -> Option<Backfilling> {
    are_started(scripts).then(|| Backfilling {
        per_registry: scenario.profile.limits().backfills_in_progress.max,
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

fn are_restored(scripts: &[Script]) -> bool {
    let mut steps = scripts.iter().flat_map(|script| &script.steps);
    steps.any(|step| {
        matches!(
            step.operation,
            Operation::UpdateStorageClass(_, _, StorageClass::Standard)
        )
    })
}

/// Returns a list of all tags of each digest that is pushed to a repository under several lists, if a backfill or a
/// restore may ask.
pub(super) fn tag_lists(scripts: &[Script], lists: &mut Lists) -> Option<StoredTagLists> {
    let mut of: BTreeMap<(RepositoryId, u32), BTreeSet<u32>> = BTreeMap::new();
    if !are_started(scripts) && !are_restored(scripts) {
        return None;
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
    let all = of.into_iter().map(|((repository, digest), parts)| {
        let tags = parts
            .iter()
            .flat_map(|&list| &lists.tag_lists[list as usize]);
        let tags: Vec<String> = tags.cloned().collect();
        ((repository, digest), lists.add(repository, &tags))
    });
    Some(all.collect())
}
