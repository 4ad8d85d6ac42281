//! The eighth column of a trace: the document or the value that a row's action takes.

use super::{Cells, Reading, VALUE};
use crate::aws::mutability::check_exclusions;
use crate::aws::{StorageClass, TagMutability};
use crate::scenario::check::backfill;
use crate::scenario::check::documents::traces::{self, TraceDocument};
use crate::scenario::schema::{check_text, listed};
use crate::scenario::trace::{Interner, TraceAction, TraceValue};

/// Values that were read before: each is read, and told if it is wrong, once.
#[derive(Default)]
pub(super) struct Known {
    documents: Interner,
    /// Numbers of the documents among those of all traces; `None` of those that are wrong.
    document_numbers: Vec<Option<u32>>,
    mutabilities: Interner,
}

const MODES: [TagMutability; 4] = [
    TagMutability::Mutable,
    TagMutability::Immutable,
    TagMutability::ImmutableWithExclusion,
    TagMutability::MutableWithExclusion,
];

impl Reading<'_, '_, '_> {
    /// Reads what the row's action takes in the eighth column.
    pub(super) fn value(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<TraceValue> {
        if action.is_of_backfill()
            && let Err(message) = backfill::profile(self.scenario)
        {
            self.wrong_cell(cells, 1, message, String::new());
            return None;
        }
        match (action, cells.value) {
            (TraceAction::StopReplicationBackfill | TraceAction::CreateRepository, "") => {
                Some(TraceValue::None)
            }
            (TraceAction::StartReplicationBackfill, "") => {
                let help = "name a registry in a column `destination`";
                self.lacks(cells, action, "its destination", help.to_owned())
            }
            (TraceAction::StartReplicationBackfill | TraceAction::StopReplicationBackfill, _) => {
                self.destination(cells)
            }
            (
                TraceAction::PutReplicationConfiguration
                | TraceAction::PutRegistryPolicy
                | TraceAction::PutLifecyclePolicy,
                _,
            ) => self.document(cells, action),
            (TraceAction::PutImageTagMutability | TraceAction::CreateRepository, _) => {
                self.mutability(cells, action)
            }
            (TraceAction::PutAccountSetting, _) => self.setting(cells, action),
            (TraceAction::UpdateImageStorageClass, _) => self.storage_class(cells, action),
            (_, "") => Some(TraceValue::None),
            _ => {
                let name = cells.header.value.map_or(VALUE[0], |(_, name)| name);
                let message = format!("{} has no {name}", action.name());
                self.wrong_value(cells, message, "leave the cell empty".to_owned());
                None
            }
        }
    }

    fn lacks(
        &mut self,
        cells: &Cells<'_>,
        action: TraceAction,
        what: &str,
        help: String,
    ) -> Option<TraceValue> {
        let message = format!("{} lacks {what}", action.name());
        self.wrong_at(cells.line.clone(), message, help);
        None
    }

    fn wrong_value(&mut self, cells: &Cells<'_>, message: String, help: String) {
        let place = cells.header.value.map_or(0, |(place, _)| place);
        let span = self.cell_at(&cells.line, place, cells.value);
        self.wrong_at(span, message, help);
    }

    fn destination(&mut self, cells: &Cells<'_>) -> Option<TraceValue> {
        let column = cells.header.value.map_or(0, |(place, _)| place);
        let number = self.registry_cell(cells, column, cells.value);
        let source = self.registry(cells)?;
        let place = self.place(self.cell_at(&cells.line, column, cells.value));
        let ends = [source, number].map(|of| self.rows.registries[of as usize].clone());
        if ends.iter().all(|name| !name.account.is_empty()) {
            backfill::destination_at(self.cx, self.scenario, &place, &ends[0], &ends[1]);
        }
        Some(TraceValue::Destination(number))
    }

    /// Reads a document, once for each registry and action: what a policy may say depends on where it stands.
    fn document(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<TraceValue> {
        let registry = self.registry(cells)?;
        let name = self.rows.registries[registry as usize].clone();
        let written = cells.value;
        if written.is_empty() {
            let help = format!(
                "name the file in a column `{}`, by its path from the scenario's folder",
                VALUE[0]
            );
            return self.lacks(cells, action, "its document", help);
        }
        if name.account.is_empty() {
            return None;
        }
        let key = format!("{registry} {} {written}", action.name());
        let (number, new) = self.values.documents.number(&key);
        if new {
            let column = cells.header.value.map_or(0, |(place, _)| place);
            let place = self.place(self.cell_at(&cells.line, column, written));
            let found = traces::read(self.cx, self.scenario, place, (action, &name, written));
            let found = found.map(|document| {
                self.documents.of_traces.push(TraceDocument {
                    trace: self.name.to_owned(),
                    registry: name,
                    document,
                });
                (self.documents.of_traces.len() - 1) as u32
            });
            self.values.document_numbers.push(found);
        }
        self.values.document_numbers[number as usize].map(TraceValue::Document)
    }

    /// Reads a mutability, then the patterns that an EXCLUSION mode excepts.
    fn mutability(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<TraceValue> {
        if cells.value.is_empty() {
            let help = format!("write {} in a column `{}`", modes(), VALUE[0]);
            return self.lacks(cells, action, "the mutability", help);
        }
        let (number, new) = self.values.mutabilities.number(cells.value);
        if new {
            let read = read_mutability(cells.value);
            let read = read.unwrap_or_else(|message| {
                self.wrong_value(cells, message, String::new());
                (TagMutability::default(), Vec::new())
            });
            self.rows.mutabilities.push(read);
        }
        Some(TraceValue::Mutability(number))
    }

    fn setting(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<TraceValue> {
        let help =
            "write on or off: whether layers are shared between repositories (BLOB_MOUNTING)";
        match cells.value {
            "on" => Some(TraceValue::On(true)),
            "off" => Some(TraceValue::On(false)),
            "" => self.lacks(cells, action, "its value", help.to_owned()),
            written => {
                let message = format!("\"{written}\" is neither on nor off");
                self.wrong_value(cells, message, help.to_owned());
                None
            }
        }
    }

    fn storage_class(&mut self, cells: &Cells<'_>, action: TraceAction) -> Option<TraceValue> {
        let help = format!("write ARCHIVE or STANDARD in a column `{}`", VALUE[0]);
        if cells.value.is_empty() {
            return self.lacks(cells, action, "its storage class", help);
        }
        let mut classes = StorageClass::ALL.into_iter();
        let class = classes.find(|class| class.name() == cells.value);
        if class.is_none() {
            let message = format!("\"{}\" is no storage class", cells.value);
            self.wrong_value(cells, message, help);
        }
        class.map(TraceValue::StorageClass)
    }
}

fn modes() -> String {
    listed(MODES.map(TagMutability::name))
}

/// Reads a mutability and its exclusions, separated by spaces.
fn read_mutability(written: &str) -> Result<(TagMutability, Vec<String>), String> {
    let mut words = written.split_whitespace();
    let name = words.next().unwrap_or_default();
    let mode = MODES.into_iter().find(|mode| mode.name() == name);
    let mode =
        mode.ok_or_else(|| format!("\"{name}\" is no tag mutability; there is {}", modes()))?;
    let exclusions: Vec<String> = words.map(str::to_owned).collect();
    for pattern in &exclusions {
        check_text("tag-pattern", pattern).map_err(|error| error.message)?;
    }
    match check_exclusions(mode, &exclusions) {
        Ok(()) => Ok((mode, exclusions)),
        Err(wrong) => Err(wrong
            .into_iter()
            .map(|(_, message)| message)
            .next()
            .unwrap_or_default()),
    }
}
