//! Images that were deleted: all are counted, the first are listed.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::ledger::Ledger;
use super::outcome::DeleteRow;
use super::table::Moment;
use crate::ecr::RegistryId;
use crate::simulation::{DeleteCause, Deletion};
use crate::units::SimTime;

/// The deleted images of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Deletions {
    /// The first, in their order.
    pub list: Vec<(SimTime, Deletion)>,
    /// All, by cause.
    pub counts: BTreeMap<DeleteCause, u64>,
}

impl Ledger<'_> {
    /// Returns the rows of `deletes.csv`.
    pub(super) fn delete_rows(&self) -> Vec<DeleteRow> {
        let list = self.deletions.list.iter();
        list.map(|(at, of)| self.delete_row(*at, of)).collect()
    }

    fn delete_row(&self, at: SimTime, of: &Deletion) -> DeleteRow {
        let names = &self.model.names;
        let registry = |id: &RegistryId| names.registries[id.index()].clone();
        let orphaned: Vec<String> = of.orphaned.iter().map(registry).collect();
        DeleteRow {
            at: self.moment_of(at.as_nanos().into()),
            cause: of.cause.name().to_owned(),
            registry: registry(&of.registry),
            repository: names.repositories[of.repository.index()].clone(),
            push: of.push.into(),
            digest: of
                .given
                .map_or_else(String::new, |id| names.digests[id as usize].clone()),
            pushed_at: self.moment_of(of.pushed_at.into()),
            image_bytes: of.image_bytes,
            orphaned: orphaned.join(" "),
        }
    }

    /// Returns the calendar's moment of a time that may lie before the start.
    fn moment_of(&self, nanos: i128) -> Moment {
        let past = SignedDuration::from_nanos_i128(nanos);
        let moment = self.model.start.checked_add(past);
        Moment(moment.expect("images are pushed within the calendar"))
    }

    /// Says how many images were deleted if not all are listed.
    pub(super) fn delete_note(&self) -> Option<String> {
        let (listed, counts) = (self.deletions.list.len() as u64, &self.deletions.counts);
        let all: u64 = counts.values().sum();
        let by = counts
            .iter()
            .map(|(cause, count)| format!("{} {count}", cause.name()));
        (all > listed).then(|| {
            format!(
                "{all} images were deleted ({}); deletes.csv lists the first {listed}",
                by.collect::<Vec<_>>().join(", ")
            )
        })
    }
}
