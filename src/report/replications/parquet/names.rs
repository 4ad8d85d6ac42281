//! Names of which there are few: a dictionary of them stands in every row group, once, and rows say a name's place.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::measure::record::{Reason, Status};
use crate::simulation::names::Names;

/// A name's place in its dictionary; nothing for an empty name.
pub type Place = Option<u32>;

/// The dictionaries of a run, and where its ids stand in them.
pub struct Dictionaries {
    /// Source and destination by lane id.
    pub lanes: Vec<(Place, Place)>,
    /// Repository by id.
    pub repositories: Vec<Place>,
    of_registries: Arc<Dictionary>,
    of_repositories: Arc<Dictionary>,
    of_statuses: Arc<Dictionary>,
    of_reasons: Arc<Dictionary>,
}

/// The names that a column may hold, each once.
pub struct Dictionary {
    names: Vec<String>,
}

impl Dictionaries {
    /// Makes them of `names`.
    pub fn new(names: &Names) -> Self {
        let (of_registries, registries) =
            Dictionary::new(names.registries.iter().map(String::as_str));
        let (of_repositories, repositories) =
            Dictionary::new(names.repositories.iter().map(String::as_str));
        let lane = |&(source, destination): &(u32, u32)| {
            (
                registries[source as usize],
                registries[destination as usize],
            )
        };
        Self {
            lanes: names.lanes.iter().map(lane).collect(),
            repositories,
            of_registries: of_registries.into(),
            of_repositories: of_repositories.into(),
            of_statuses: Dictionary::new(STATUSES.map(Status::name)).0.into(),
            of_reasons: Dictionary::new(Reason::ALL.map(Reason::name)).0.into(),
        }
    }

    /// Returns the dictionary of the column with that name, unless its texts mostly differ.
    pub fn of(&self, column: &str) -> Option<Arc<Dictionary>> {
        let dictionary = match column {
            "source" | "destination" => &self.of_registries,
            "repository" => &self.of_repositories,
            "status" => &self.of_statuses,
            "reason" => &self.of_reasons,
            _ => return None,
        };
        Some(dictionary.clone())
    }
}

/// One of each word.
const STATUSES: [Status; 3] = [
    Status::Complete,
    Status::Failed(Reason::TransferFailed),
    Status::InProgress,
];

/// Returns the place of the status's word.
pub fn status_place(status: Status) -> Place {
    Some(match status {
        Status::Complete => 0,
        Status::Failed(_) => 1,
        Status::InProgress => 2,
    })
}

/// Returns the place of the reason: none unless it failed.
pub fn reason_place(status: Status) -> Place {
    match status {
        Status::Failed(reason) => Some(reason as u32),
        Status::Complete | Status::InProgress => None,
    }
}

impl Dictionary {
    /// Returns the dictionary of `names`, and the place of each of them.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> (Self, Vec<Place>) {
        let mut known = BTreeMap::new();
        let mut entries = Vec::new();
        let mut place = |name: &'a str| {
            (!name.is_empty()).then(|| {
                *known.entry(name).or_insert_with(|| {
                    entries.push(name.to_owned());
                    (entries.len() - 1) as u32
                })
            })
        };
        let places = names.into_iter().map(&mut place).collect();
        (Self { names: entries }, places)
    }

    /// Returns how many names there are.
    pub const fn len(&self) -> usize {
        self.names.len()
    }

    /// Appends each name after its length, as the format's `PLAIN` encoding says.
    pub fn put(&self, out: &mut Vec<u8>) {
        for name in &self.names {
            out.extend_from_slice(&(name.len() as u32).to_le_bytes());
            out.extend_from_slice(name.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_two_ids_stands_there_once_and_an_empty_one_never() {
        let (dictionary, places) = Dictionary::new(["b", "", "a", "b"]);
        assert_eq!(places, [Some(0), None, Some(1), Some(0)]);
        assert_eq!(dictionary.len(), 2);
        let mut out = Vec::new();
        dictionary.put(&mut out);
        assert_eq!(out, *b"\x01\0\0\0b\x01\0\0\0a");
    }
}
