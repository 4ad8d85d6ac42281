//! What outputs say of interruptions.

use super::super::calendar::moment;
use super::super::ledger::Ledger;
use super::super::outcome::OutageRow;
use super::super::record::RecordSink;
use super::super::table::{Moment, Number, Seconds};
use super::{Interruption, Kind};

/// Interruptions that the summary tells of one by one.
const NOTED: usize = 3;

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Spell => "spell",
            Self::Burst => "burst",
        }
    }
}

impl<S: RecordSink> Ledger<'_, S> {
    /// Returns the rows of `outages.csv`, in order of their beginnings.
    pub(in crate::measure) fn outage_rows(&self) -> Vec<OutageRow> {
        let found = self.interruptions.as_ref();
        let list = found.iter().flat_map(|found| &found.list);
        list.map(|of| self.outage_row(of)).collect()
    }

    fn outage_row(&self, of: &Interruption) -> OutageRow {
        let found = self.interruptions.as_ref();
        let group = &found.expect("a row has its interruption").groups[of.group];
        let is_outage = group.kind != Kind::Burst;
        let cuts = !group.regions.is_empty();
        let moment = |at| Moment(moment(self.model.start, at));
        let mean = || of.share_ns / of.shared_ns as f64;
        OutageRow {
            kind: group.kind.name().to_owned(),
            name: group.name.clone(),
            link: group.pattern.clone(),
            at: moment(of.at),
            ends_at: of.has_ended.then(|| moment(of.until)),
            capacity: group.capacity.map(Number),
            requested: of.requested,
            completed: of.completed,
            pullable_share_min: of.least_share.filter(|_| is_outage).map(Number),
            pullable_share_mean: (is_outage && of.shared_ns > 0).then(|| Number(mean())),
            at_risk_images: cuts.then_some(of.at_risk_max.0),
            at_risk_bytes: cuts.then_some(of.at_risk_max.1),
            backlog_before: of.backlog_before,
            backlog_max: of.backlog_max,
            drained_at: of.drained_at.map(moment),
            drain_s: of.drained_at.map(|at| Seconds(at.since(of.until))),
        }
    }

    /// Says how the first outages and bursts went.
    pub(in crate::measure) fn outage_notes(&self) -> Vec<String> {
        let Some(found) = &self.interruptions else {
            return Vec::new();
        };
        let mut notes: Vec<String> = found
            .list
            .iter()
            .take(NOTED)
            .map(|of| self.note(of))
            .collect();
        let more = found.list.len().saturating_sub(NOTED);
        if more > 0 {
            notes.push(format!(
                "{more} more outages, spells and bursts in outages.csv"
            ));
        }
        notes
    }

    fn note(&self, of: &Interruption) -> String {
        let row = self.outage_row(of);
        let name = if row.name.is_empty() {
            String::new()
        } else {
            format!(" {}", row.name)
        };
        let percent = |share: Number| format!("{:.2} %", share.0 * 100.0);
        let pullable = row.pullable_share_min.zip(row.pullable_share_mean);
        let pullable = pullable.map(|(least, mean)| {
            format!(
                ", {} of its images pullable ({} at worst)",
                percent(mean),
                percent(least)
            )
        });
        let risk = row.at_risk_images.map(|images| {
            let gigabytes = row.at_risk_bytes.unwrap_or_default() as f64 / 1e9;
            format!(", up to {images} images ({gigabytes:.1} GB) at risk")
        });
        let drained = match (of.has_ended, row.drain_s) {
            (false, _) => "not over at the end".to_owned(),
            (true, None) => "backlog not drained at the end".to_owned(),
            (true, Some(Seconds(time))) => {
                format!(
                    "backlog drained {} after it",
                    super::super::tables::rounded(time)
                )
            }
        };
        format!(
            "{}{name} {} at {}: up to {} replications behind{}{}, {drained}",
            row.kind,
            row.link,
            row.at,
            row.backlog_max,
            pullable.unwrap_or_default(),
            risk.unwrap_or_default()
        )
    }
}
