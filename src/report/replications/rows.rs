//! One record becomes one row: names by id, prepared once; no allocation per row.

use std::io;

use super::cells::{self, Clock, is_special};
use crate::measure::record::{AppliedTags, ReplicationRecord, Status};
use crate::measure::table::{Moment, needs_guard};
use crate::simulation::names::{Digest, Names, TagList};
use crate::units::{SimDuration, SimTime};

/// Formats rows; borrows the names of the run.
pub struct RowWriter<'a> {
    names: &'a Names,
    clock: Clock,
    /// `source,destination` by lane id.
    lanes: Vec<Vec<u8>>,
    /// Repository by id.
    repositories: Vec<Vec<u8>>,
    /// Tags by push stream id.
    streams: Vec<StreamTags>,
    /// Tags that must be looked at before they become a cell.
    scratch: Vec<u8>,
}

/// The tag templates of one push stream.
struct StreamTags {
    templates: Vec<Template>,
    /// No cell of these tags needs a guard or quotes, whatever the number.
    plain: bool,
}

/// A tag template, cut at every `{n}`.
struct Template {
    pieces: Vec<Vec<u8>>,
}

impl<'a> RowWriter<'a> {
    /// Prepares the cells of `names`; times count from `start`.
    pub fn new(names: &'a Names, start: Moment) -> Self {
        let cell = |text: &String| {
            let mut cell = Vec::new();
            cells::text(text, &mut cell);
            cell
        };
        let registries: Vec<_> = names.registries.iter().map(cell).collect();
        let registry = |id: u32| registries[id as usize].as_slice();
        Self {
            names,
            clock: Clock::new(start),
            lanes: names
                .lanes
                .iter()
                .map(|&(source, destination)| [registry(source), registry(destination)].join(&b','))
                .collect(),
            repositories: names.repositories.iter().map(cell).collect(),
            streams: names
                .templates
                .iter()
                .map(|tags| StreamTags::new(tags))
                .collect(),
            scratch: Vec::new(),
        }
    }

    /// Appends the row of `record`.
    ///
    /// # Errors
    /// If a time lies beyond the calendar.
    pub fn write(&mut self, record: &ReplicationRecord, out: &mut Vec<u8>) -> io::Result<()> {
        cells::whole(record.id, out);
        out.push(b',');
        cells::whole(record.push, out);
        out.push(b',');
        out.extend_from_slice(&self.lanes[record.lane as usize]);
        out.push(b',');
        out.extend_from_slice(&self.repositories[record.repository as usize]);
        out.push(b',');
        self.digest(record.digest, out);
        out.push(b',');
        self.tags(record.tags, &AppliedTags::All, out);
        self.times(record, out)?;
        status(record.status, out);
        spans(record, out);
        for number in [
            record.image_bytes,
            record.moved_bytes,
            record.attempts.into(),
        ] {
            cells::whole(number, out);
            out.push(b',');
        }
        if record.status == Status::Complete {
            self.tags(record.tags, &record.applied, out);
        }
        out.push(b',');
        cells::usd(record.usd, out);
        out.push(b'\n');
        Ok(())
    }

    fn digest(&self, digest: Digest, out: &mut Vec<u8>) {
        match digest {
            Digest::Generated(bits) => {
                out.extend_from_slice(b"sha256:");
                out.extend(
                    (0..12)
                        .rev()
                        .map(|place| b"0123456789abcdef"[(bits >> (4 * place) & 0xf) as usize]),
                );
            }
            Digest::Given(id) => cells::text(&self.names.digests[id as usize], out),
        }
    }

    fn times(&mut self, record: &ReplicationRecord, out: &mut Vec<u8>) -> io::Result<()> {
        let times = [
            Some(record.pushed_at),
            record.eligible_at,
            record.started_at,
            record.ended_at,
        ];
        for time in times {
            out.push(b',');
            if let Some(time) = time {
                self.clock.put(time, out)?;
            }
        }
        out.push(b',');
        Ok(())
    }

    /// Appends the cell of the tags of `list` that `applied` names.
    fn tags(&mut self, list: TagList, applied: &AppliedTags, out: &mut Vec<u8>) {
        if let TagList::Stream { stream, number } = list {
            let tags = &self.streams[stream as usize];
            if tags.plain {
                return join(tags.templates.len(), applied, out, |index, out| {
                    tags.templates[index].put(number, out);
                });
            }
        }
        self.looked_at_tags(list, applied, out);
    }

    /// The same for tags that may need a guard or quotes.
    fn looked_at_tags(&mut self, list: TagList, applied: &AppliedTags, out: &mut Vec<u8>) {
        self.scratch.clear();
        let count = self.names.tag_count(list);
        join(
            count,
            applied,
            &mut self.scratch,
            |index, scratch| match list {
                TagList::Stream { stream, number } => {
                    self.streams[stream as usize].templates[index].put(number, scratch);
                }
                TagList::Listed(id) => {
                    scratch.extend_from_slice(self.names.tag_lists[id as usize][index].as_bytes());
                }
            },
        );
        let text = str::from_utf8(&self.scratch).expect("tags are text");
        cells::text(text, out);
    }
}

/// Appends those of `count` tags that `applied` names, separated by spaces.
fn join(
    count: usize,
    applied: &AppliedTags,
    out: &mut Vec<u8>,
    mut put: impl FnMut(usize, &mut Vec<u8>),
) {
    let mut first = true;
    let mut next = |index| {
        if !first {
            out.push(b' ');
        }
        first = false;
        put(index, out);
    };
    match applied {
        AppliedTags::All => (0..count).for_each(next),
        AppliedTags::None => {}
        AppliedTags::Some(places) => places.iter().for_each(|&place| next(place as usize)),
    }
}

fn status(status: Status, out: &mut Vec<u8>) {
    let (name, reason) = match status {
        Status::Complete => ("COMPLETE", ""),
        Status::Failed(reason) => ("FAILED", reason.name()),
        Status::InProgress => ("IN_PROGRESS", ""),
    };
    for cell in [name, reason] {
        out.extend_from_slice(cell.as_bytes());
        out.push(b',');
    }
}

/// Appends latency, queue, transfer and stall: no latency unless it arrived, nothing of a copy that never started.
fn spans(record: &ReplicationRecord, out: &mut Vec<u8>) {
    let of_started = |span: SimDuration| record.started_at.map(|_| span);
    let spans = [
        latency(record),
        of_started(record.queue),
        of_started(record.transfer),
        of_started(record.stall),
    ];
    for span in spans {
        if let Some(span) = span {
            cells::seconds(span, out);
        }
        out.push(b',');
    }
}

/// From push to arrival.
fn latency(record: &ReplicationRecord) -> Option<SimDuration> {
    let arrived = |ended_at: SimTime| ended_at.since(record.pushed_at);
    (record.status == Status::Complete)
        .then_some(record.ended_at)
        .flatten()
        .map(arrived)
}

impl StreamTags {
    fn new(templates: &[String]) -> Self {
        Self {
            plain: templates.iter().all(|template| is_plain(template)),
            templates: templates.iter().map(|text| Template::new(text)).collect(),
        }
    }
}

/// Says whether no cell that begins with this template, or holds it, needs a guard or quotes.
fn is_plain(template: &str) -> bool {
    let first_is_plain = !template.starts_with(['=', '+', '-', '@', '\'']);
    first_is_plain && !needs_guard(template) && !template.bytes().any(is_special)
}

impl Template {
    fn new(text: &str) -> Self {
        Self {
            pieces: text
                .split("{n}")
                .map(|piece| piece.as_bytes().to_vec())
                .collect(),
        }
    }

    /// Appends the tag with that number.
    fn put(&self, number: u64, out: &mut Vec<u8>) {
        for (place, piece) in self.pieces.iter().enumerate() {
            if place > 0 {
                cells::whole(number, out);
            }
            out.extend_from_slice(piece);
        }
    }
}
