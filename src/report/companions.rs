//! The images that came with one push: those that its index holds before it, its referrers after it. A table tells them only by
//! their numbers; how many there are, the scenario says.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::Value;

use super::csv_files::for_each_row;
use super::error::FileError;
use crate::measure::outcome::ReplicationRow;

/// How many images stand before and after the one that bears a push's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Counts {
    images: u64,
    referrers: u64,
}

/// The digests of what came with some pushes, by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Companions {
    counts: BTreeMap<u64, Counts>,
    digests: BTreeMap<u64, String>,
}

impl Companions {
    /// Finds what came with the pushes of these rows in the run of this scenario, whose folder is `folder`.
    pub fn find<'a>(
        folder: &Path,
        scenario: &Value,
        pushes: impl Iterator<Item = &'a ReplicationRow>,
    ) -> Result<Self, FileError> {
        let counted = pushes.filter_map(|row| Some((row.push, counts(scenario, row)?)));
        let mut found = Self {
            counts: counted.collect(),
            digests: BTreeMap::new(),
        };
        let numbers: BTreeSet<u64> = found
            .counts
            .keys()
            .flat_map(|&push| found.around(push))
            .collect();
        if !numbers.is_empty() {
            for_each_row(folder, |row: ReplicationRow| {
                if numbers.contains(&row.push) {
                    found.digests.insert(row.push, row.digest);
                }
            })?;
        }
        Ok(found)
    }

    /// Says what came with a push, line by line; nothing if it brought one image.
    pub fn told(&self, push: u64) -> Vec<String> {
        let (Some(counts), around) = (self.counts.get(&push), self.around(push)) else {
            return Vec::new();
        };
        let digest = |number: u64| {
            let known = self.digests.get(&number);
            known.map_or("not measured", String::as_str).to_owned()
        };
        let list =
            |numbers: RangeInclusive<u64>| numbers.map(digest).collect::<Vec<_>>().join(", ");
        let mut told = Vec::new();
        if counts.images > 0 {
            told.push(format!("an index of {}", list(*around.start()..=push - 1)));
        }
        if counts.referrers > 0 {
            told.push(format!("referred to by {}", list(push + 1..=*around.end())));
        }
        told
    }

    /// Returns the numbers of a push's images, its own among them.
    fn around(&self, push: u64) -> RangeInclusive<u64> {
        self.counts.get(&push).map_or(push..=push, |counts| {
            push.saturating_sub(counts.images)..=push + counts.referrers
        })
    }
}

/// Returns what came with a row's push, if the scenario's streams leave no doubt.
fn counts(scenario: &Value, row: &ReplicationRow) -> Option<Counts> {
    let streams = scenario["pushes"].as_object()?.iter();
    let of_streams = streams.filter(|(name, stream)| is_from(name, stream, row));
    let counts: BTreeSet<Counts> = of_streams.map(|(_, stream)| of_stream(stream)).collect();
    let only = counts.first().filter(|_| counts.len() == 1)?;
    // What was stored before the start has no push, whatever its tags look like.
    let has_number = row.push > only.images;
    (has_number && only.images + only.referrers > 0).then_some(*only)
}

fn of_stream(stream: &Value) -> Counts {
    let platforms = stream["platforms"].as_u64().unwrap_or(1);
    Counts {
        images: if platforms > 1 { platforms } else { 0 },
        referrers: stream["referrers"].as_u64().unwrap_or(0),
    }
}

/// Returns whether a stream may have made the push.
fn is_from(name: &str, stream: &Value, row: &ReplicationRow) -> bool {
    let texts = |list: &Value| -> Vec<String> {
        let items = list.as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let repositories = &stream["repositories"];
    let is_there = match repositories["prefix"].as_str() {
        Some(prefix) => row.repository.starts_with(prefix),
        None => texts(repositories).contains(&row.repository),
    };
    let tags: Vec<&str> = row.tags.split_whitespace().collect();
    let templates = texts(&stream["tags"]);
    stream["registry"].as_str() == Some(&*row.source)
        && is_there
        && !tags.is_empty()
        && tags.len() == templates.len()
        && templates
            .iter()
            .zip(tags)
            .all(|(template, tag)| may_give(&template.replace("{stream}", name), tag))
}

/// Returns whether a template gives the tag for some number.
fn may_give(template: &str, tag: &str) -> bool {
    let Some((before, _)) = template.split_once("{n}") else {
        return template == tag;
    };
    let Some(rest) = tag.strip_prefix(before) else {
        return false;
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (1..=digits).any(|length| template.replace("{n}", &rest[..length]) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_gives_a_tag_by_its_number() {
        assert!(may_give("v{n}", "v17") && may_give("latest", "latest"));
        assert!(may_give("{n}-{n}", "4-4") && !may_give("{n}-{n}", "4-5"));
        assert!(!may_give("v{n}", "v") && !may_give("v{n}", "17"));
    }
}
