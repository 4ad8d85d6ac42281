//! One image's story, told from the files of a finished run: what became of it at each destination, and when.

mod deletes;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use self::deletes::Deletes;
use super::companions::Companions;
use super::csv_files::{for_each_row, read_table};
use super::error::FileError;
use super::human;
use super::run_json::{Mark, RunDocument};
use crate::ecr::Reason;
use crate::measure::outcome::{ReplicationRow, RevokedCopyRow};
use crate::measure::table::{Moment, Seconds};

/// Images told one by one; a tag such as `latest` may have stood on thousands.
const MAX_IMAGES: usize = 20;

/// An image, as its user names it: a repository, and a tag or a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    repository: String,
    /// With `sha256:` it is a digest.
    tag: String,
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Story {
    /// The story, line by line.
    Told(String),
    /// No replication of such an image was measured; repositories of which some were.
    Unknown(BTreeSet<String>),
}

impl ImageName {
    /// Reads `REPOSITORY:TAG` or `REPOSITORY@DIGEST`; `None` if it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let (repository, tag) = text.split_once('@').or_else(|| text.rsplit_once(':'))?;
        let is_whole = !repository.is_empty() && !tag.is_empty();
        is_whole.then(|| Self {
            repository: repository.to_owned(),
            tag: tag.to_owned(),
        })
    }

    /// Returns the repository's name.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    fn is_of(&self, row: &ReplicationRow) -> bool {
        row.repository == self.repository
            && (row.digest == self.tag || row.tags.split(' ').any(|tag| tag == self.tag))
    }
}

/// Tells what became of an image in the run whose folder is `folder`.
///
/// # Errors
/// If a file of the folder cannot be read: `replications.csv` is there only if the run wrote it.
pub fn tell(folder: &Path, image: &ImageName) -> Result<Story, FileError> {
    let mut pushes: BTreeMap<u64, Vec<ReplicationRow>> = BTreeMap::new();
    let (mut found, mut repositories) = (BTreeSet::new(), BTreeSet::new());
    for_each_row(folder, |row: ReplicationRow| {
        if image.is_of(&row) {
            found.insert(row.push);
            pushes.entry(row.push).or_default().push(row);
            if pushes.len() > MAX_IMAGES {
                pushes.pop_last();
            }
        } else if !repositories.contains(&row.repository) {
            repositories.insert(row.repository);
        }
    })?;
    if pushes.is_empty() {
        return Ok(Story::Unknown(repositories));
    }
    let run = RunDocument::read(folder)?;
    let firsts = pushes.values().map(|rows| &rows[0]);
    let teller = Teller {
        companions: Companions::find(folder, &run.facts.scenario, firsts)?,
        run,
        revoked: read_table(folder)?,
        deletes: Deletes::read(folder, image, &pushes)?,
    };
    let mut text = String::new();
    for rows in pushes.values() {
        teller.push(&mut text, rows);
    }
    if found.len() > pushes.len() {
        let more = found.len() - pushes.len();
        let _ = writeln!(text, "and {more} later pushes with this tag: name a digest");
    }
    text.push_str(&teller.deletes.unlisted());
    Ok(Story::Told(text))
}

struct Teller {
    run: RunDocument,
    revoked: Vec<RevokedCopyRow>,
    companions: Companions,
    deletes: Deletes,
}

impl Teller {
    /// One push and its replications, in the order of their requests.
    fn push(&self, text: &mut String, rows: &[ReplicationRow]) {
        let mut rows: Vec<&ReplicationRow> = rows.iter().collect();
        rows.sort_by_key(|row| row.id);
        let first = rows[0];
        let size = human::bytes(first.image_bytes as f64);
        let _ = writeln!(text, "{}  {}  {size}", first.repository, first.digest);
        let tags = match &*first.tags {
            "" => "without a tag".to_owned(),
            tags => format!("as {tags}"),
        };
        let _ = writeln!(
            text,
            "  {}  pushed to {} {tags}",
            first.pushed_at, first.source
        );
        for line in self.companions.told(first.push) {
            let _ = writeln!(text, "  {:24}  {line}", "");
        }
        for told in self.deletes.at_source(first) {
            let _ = writeln!(text, "  {told}");
        }
        for row in rows {
            self.replication(text, row);
        }
        text.push('\n');
    }

    fn replication(&self, text: &mut String, row: &ReplicationRow) {
        let rules = self.rules(row);
        let _ = writeln!(text, "  -> {}{rules}", row.destination);
        let mut line = |at: Option<Moment>, told: &str| {
            let at = at.map_or_else(String::new, |at| at.to_string());
            let _ = writeln!(text, "     {at:24}  {told}");
        };
        match row.eligible_at {
            Some(at) => line(
                Some(at),
                &format!("eligible, {} after the push", since(row.pushed_at, at)),
            ),
            None if row.status == "FAILED" && row.reason != Reason::BackfillStopped.name() => {
                line(None, "never eligible: an image of this index failed there");
            }
            None if row.status == "FAILED" => line(None, "never eligible"),
            None => line(None, "not yet eligible when the run ended"),
        }
        match row.started_at {
            Some(at) => line(Some(at), &started(row)),
            None if row.eligible_at.is_some() && row.ended_at.is_none() => {
                line(None, "still waiting for a slot when the run ended");
            }
            None => {}
        }
        for (at, told) in self.meanwhile(row) {
            line(Some(at), &told);
        }
        if row.started_at.is_some() {
            line(None, &moved(row));
        }
        line(row.ended_at, &ended(row));
        for (at, told) in self.deletes.at_destination(row) {
            line(Some(at), &told);
        }
    }

    /// Names the rules that send the repository there, as they stand at the start.
    fn rules(&self, row: &ReplicationRow) -> String {
        let registry = &self.run.facts.scenario["registries"][&row.source];
        let names: Vec<&str> = match &registry["rules"] {
            Value::Object(rules) => rules
                .iter()
                .filter(|(_, rule)| sends(rule, row))
                .map(|(name, _)| name.as_str())
                .collect(),
            _ => Vec::new(),
        };
        match names.len() {
            0 => String::new(),
            1 => format!("  by rule {}", names[0]),
            _ => format!("  by rules {}", names.join(", ")),
        }
    }

    /// What happened between request and end that concerns the copy: its permission was lost, or an event or outage
    /// began that the charts mark.
    fn meanwhile(&self, row: &ReplicationRow) -> Vec<(Moment, String)> {
        let end = row.ended_at.unwrap_or(self.run.facts.end);
        let is_this = |copy: &&RevokedCopyRow| {
            (&copy.destination, &copy.repository, Some(copy.started_at))
                == (&row.destination, &row.repository, row.started_at)
        };
        let revoked = self.revoked.iter().filter(is_this).map(|copy| {
            let told = "its permission was revoked while it was in flight".to_owned();
            (copy.revoked_at, told)
        });
        let concerns = |mark: &&Mark| {
            let is_here = mark.label.contains(&row.destination) || mark.label.contains("->");
            mark.at >= row.pushed_at && mark.at <= end && is_here
        };
        let marks = self.run.facts.marks.iter().filter(concerns);
        let marks = marks.map(|mark| (mark.at, format!("meanwhile: {}", mark.label)));
        let mut all: Vec<(Moment, String)> = revoked.chain(marks).collect();
        all.sort_by_key(|(at, _)| *at);
        all
    }
}

/// Returns whether a rule of the scenario sends the row's repository to its destination (B24: prefixes).
fn sends(rule: &Value, row: &ReplicationRow) -> bool {
    let texts = |key: &str| rule[key].as_array().into_iter().flatten();
    let mut destinations = texts("destinations").filter_map(Value::as_str);
    let mut prefixes = texts("prefixes").filter_map(Value::as_str).peekable();
    destinations.any(|destination| destination == row.destination)
        && (prefixes.peek().is_none() || prefixes.any(|of| row.repository.starts_with(of)))
}

fn started(row: &ReplicationRow) -> String {
    let waited = match seconds(row.queue_s) {
        0.0 => "at once: a slot was free".to_owned(),
        waited => format!("after {} in the queue", human::duration(waited)),
    };
    match row.attempts {
        0 | 1 => format!("started {waited}"),
        attempts => format!("started {waited}; {attempts} attempts in all"),
    }
}

fn moved(row: &ReplicationRow) -> String {
    let moved = if row.moved_bytes == 0 {
        "moved nothing".to_owned()
    } else {
        let bytes = human::bytes(row.moved_bytes as f64);
        let took = human::duration(seconds(row.transfer_s));
        format!("moved {bytes} in {took} for {} USD", human::usd(row.usd.0))
    };
    match seconds(row.stall_s) {
        0.0 => moved,
        stall => format!("{moved}, then stalled {}", human::duration(stall)),
    }
}

fn ended(row: &ReplicationRow) -> String {
    let after = row.latency_s.map_or_else(String::new, |latency| {
        format!(
            " {} after the push",
            human::duration(seconds(Some(latency)))
        )
    });
    match (&*row.status, row.tags_applied.is_empty()) {
        ("COMPLETE", false) if row.tags_applied == row.tags => {
            format!("COMPLETE{after}, with all its tags")
        }
        ("COMPLETE", false) => format!("COMPLETE{after}, as {} only", row.tags_applied),
        ("COMPLETE", true) if row.tags.is_empty() => format!("COMPLETE{after}"),
        ("COMPLETE", true) => format!("COMPLETE{after}, untagged"),
        ("FAILED", _) => format!("FAILED, {}", row.reason),
        (status, _) => format!("{status} when the run ended"),
    }
}

fn since(from: Moment, to: Moment) -> String {
    human::duration(to.0.duration_since(from.0).as_secs_f64())
}

fn seconds(of: Option<Seconds>) -> f64 {
    of.map_or(0.0, |of| of.0.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_by_tag_or_digest() {
        let named = |text| ImageName::parse(text).map(|name| (name.repository, name.tag));
        let pair = |one: &str, two: &str| Some((one.to_owned(), two.to_owned()));
        assert_eq!(named("shop/api:7"), pair("shop/api", "7"));
        assert_eq!(named("shop/api@sha256:0f"), pair("shop/api", "sha256:0f"));
        assert_eq!(named("shop/api"), None);
        assert_eq!(named("shop/api:"), None);
    }
}
