//! What outputs say of interruptions.

use super::super::calendar::moment;
use super::super::ledger::Ledger;
use super::super::outcome::OutageRow;
use super::super::table::{Moment, Number, Seconds};
use super::{Interruption, Kind};

/// Outages, and names of spells and bursts, that the summary tells of one by one.
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

impl Ledger<'_> {
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

    /// Says how the first outages went, and the spells and bursts of each name together.
    pub(in crate::measure) fn outage_notes(&self) -> Vec<String> {
        let Some(found) = &self.interruptions else {
            return Vec::new();
        };
        let mut groups: Vec<usize> = Vec::new();
        for of in &found.list {
            if !groups.contains(&of.group) {
                groups.push(of.group);
            }
        }
        let noted = groups.iter().take(NOTED);
        let mut notes: Vec<String> = noted.map(|&group| self.outage_note(group)).collect();
        if groups.len() > NOTED {
            notes.push("more outages, spells and bursts in outages.csv".to_owned());
        }
        notes
    }

    fn outage_note(&self, group: usize) -> String {
        let found = self.interruptions.as_ref();
        let list = found.iter().flat_map(|found| &found.list);
        let rows: Vec<OutageRow> = list
            .filter(|of| of.group == group)
            .map(|of| self.outage_row(of))
            .collect();
        let first = &rows[0];
        let many = if rows.len() > 1 { "s" } else { "" };
        let count = if rows.len() > 1 {
            format!("{} ", rows.len())
        } else {
            String::new()
        };
        let name = match (first.kind.as_str(), first.name.as_str()) {
            ("burst", stream) => format!("of {stream}"),
            (_, "") => first.link.clone(),
            (_, name) => name.to_owned(),
        };
        let told = [
            pullable(&rows).or_else(|| behind(&rows)),
            at_risk(&rows),
            Some(drained(&rows)),
        ];
        let told: Vec<String> = told.into_iter().flatten().collect();
        format!("{count}{}{many} {name}: {}", first.kind, told.join(", "))
    }
}

fn pullable(rows: &[OutageRow]) -> Option<String> {
    let least = rows.iter().filter_map(|row| row.pullable_share_min);
    let least = least.map(|share| share.0).reduce(f64::min)?;
    Some(format!("pullable ≥ {:.2} %", least * 100.0))
}

fn behind(rows: &[OutageRow]) -> Option<String> {
    let most = rows.iter().map(|row| row.backlog_max).max()?;
    Some(format!("up to {most} behind"))
}

fn at_risk(rows: &[OutageRow]) -> Option<String> {
    let images = rows.iter().filter_map(|row| row.at_risk_images).max()?;
    let bytes = rows.iter().filter_map(|row| row.at_risk_bytes).max()?;
    let gigabytes = bytes as f64 / 1e9;
    Some(format!("{images} images ({gigabytes:.1} GB) at risk"))
}

fn drained(rows: &[OutageRow]) -> String {
    let left = rows.iter().filter(|row| row.drain_s.is_none()).count();
    let longest = rows.iter().filter_map(|row| row.drain_s).map(|time| time.0);
    let at_most = if rows.len() > 1 { " at most" } else { "" };
    let told = longest.max().map(|time| {
        let time = super::super::tables::rounded(time);
        format!("drained in {time}{at_most}")
    });
    match (told, left, rows.len()) {
        (Some(told), 0, _) => told,
        (Some(told), left, _) => format!("{told}, {left} not by the end"),
        (None, ..) => "not drained by the end".to_owned(),
    }
}
