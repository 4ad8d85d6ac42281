//! What a story tells of deletes: `deletes.csv`, of the images that it is about.

use std::collections::BTreeMap;
use std::path::Path;

use super::ImageName;
use crate::measure::outcome::{DeleteRow, LISTED_DELETES, ReplicationRow};
use crate::measure::table::{Moment, Table};
use crate::report::csv_files::for_each_row;
use crate::report::error::FileError;

/// The listed deletes of some images.
pub(super) struct Deletes {
    rows: Vec<DeleteRow>,
    /// When the last one was made, if the list is full.
    full_at: Option<Moment>,
}

impl Deletes {
    /// Reads the deletes of the images of these pushes.
    pub fn read(
        folder: &Path,
        image: &ImageName,
        pushes: &BTreeMap<u64, Vec<ReplicationRow>>,
    ) -> Result<Self, FileError> {
        let mut new = Self {
            rows: Vec::new(),
            full_at: None,
        };
        // A run of an earlier version has no such table.
        if !folder.join(DeleteRow::FILE).exists() {
            return Ok(new);
        }
        let mut count = 0;
        for_each_row(folder, |row: DeleteRow| {
            count += 1;
            if count == LISTED_DELETES {
                new.full_at = Some(row.at);
            }
            let mut replications = pushes.values().flatten();
            if row.repository == image.repository() && replications.any(|of| is_of(&row, of)) {
                new.rows.push(row);
            }
        })?;
        Ok(new)
    }

    /// Says when an image was deleted where it was pushed.
    pub fn at_source(&self, of: &ReplicationRow) -> Vec<String> {
        let here = |row: &&DeleteRow| row.registry == of.source && is_of(row, of);
        let told = |row: &DeleteRow| {
            let orphaned = match row.orphaned.as_str() {
                "" => String::new(),
                registries => format!("; orphaned: {registries}"),
            };
            format!("{}  deleted there by {}{orphaned}", row.at, row.cause)
        };
        self.rows.iter().filter(here).map(told).collect()
    }

    /// Says when a replica became an orphan, and when it was deleted.
    pub fn at_destination(&self, of: &ReplicationRow) -> Vec<(Moment, String)> {
        let concerned = self.rows.iter().filter(|row| is_of(row, of));
        let told = concerned.filter_map(|row| {
            if row.registry == of.destination {
                return Some((row.at, format!("deleted here by {}", row.cause)));
            }
            let mut orphaned = row.orphaned.split(' ');
            let is_orphan = orphaned.any(|registry| registry == of.destination);
            let told = || format!("orphaned: {} deleted it at {}", row.cause, row.registry);
            is_orphan.then(|| (row.at, told()))
        });
        told.collect()
    }

    /// Says that deletes may be missing, if they may.
    pub fn unlisted(&self) -> String {
        self.full_at.map_or_else(String::new, |at| {
            format!("deletes after {at} are not listed in {}\n", DeleteRow::FILE)
        })
    }
}

/// Tells whether a delete may concern the image of a replication: by its push, or by a digest that the scenario gave.
fn is_of(row: &DeleteRow, of: &ReplicationRow) -> bool {
    let of_push = row.push != 0 && row.push == of.push % (1 << 32);
    let same = of_push || row.digest == of.digest;
    same && row.repository == of.repository && row.at >= of.pushed_at
}
