//! What the summary says of pulls: who served them, what they cost, and whether a replica would be cheaper.

use super::human;
use crate::measure::outcome::{BreakEvenRow, PullRow};

/// Streams of pulls that the summary speaks of.
const SHOWN_STREAMS: usize = 3;

/// The summary asks for replicas that are kept so long; the table and the chart for others too.
const KEPT_MONTHS: u32 = 1;

/// Returns a sentence for each of the first streams of pulls, and one for each answer to the question whether to replicate.
pub fn sentences(pulls: &[PullRow], break_even: &[BreakEvenRow]) -> Vec<String> {
    let streams: Vec<&[PullRow]> = pulls.chunk_by(|a, b| a.stream == b.stream).collect();
    let mut sentences = Vec::new();
    for rows in streams.iter().take(SHOWN_STREAMS) {
        sentences.push(served(rows));
        let mut answers = break_even.iter().filter(|row| row.stream == rows[0].stream);
        let kept = answers.find(|row| row.kept_months == KEPT_MONTHS);
        sentences.extend(kept.map(answer));
    }
    let others = streams.len().saturating_sub(SHOWN_STREAMS);
    if others > 0 {
        let s = if others == 1 { "" } else { "s" };
        sentences.push(format!(
            "… and {others} more stream{s} of pulls in pulls.csv and breakeven.csv"
        ));
    }
    sentences
}

/// Says how many pulls moved how much, and who served them.
fn served(rows: &[PullRow]) -> String {
    let first = &rows[0];
    let pulls = rows.iter().map(|row| row.pulls).sum();
    let bytes: u64 = rows.iter().map(|row| row.bytes).sum();
    let usd: f64 = rows.iter().map(|row| row.usd.0).sum();
    let stale: u64 = rows.iter().map(|row| row.stale).sum();
    let by_nobody = rows.iter().filter(|row| row.from.is_empty());
    let nobody: u64 = by_nobody.map(|row| row.pulls).sum();
    let region = first.to.rsplit('/').next().unwrap_or_default();
    let local = first
        .local_share
        .map(|share| format!(", {} served in {region}", human::share(share.0)));
    let part =
        |count: u64, what: &str| (count > 0).then(|| format!(", {} {what}", human::count(count)));
    let moved = format!(
        "{}: {} pulls, {}, {} USD",
        first.stream,
        human::count(pulls),
        human::bytes(bytes as f64),
        human::usd(usd)
    );
    let parts = [
        local,
        part(stale, "of a stale tag"),
        part(nobody, "of an image that was gone"),
    ];
    moved + &parts.into_iter().flatten().collect::<String>()
}

/// Says from how many pulls per image on a replica is cheaper, and what that means here.
fn answer(row: &BreakEvenRow) -> String {
    let stream = &row.stream;
    let Some(least) = &row.break_even_pulls_per_image else {
        return format!("{stream}: pulling from {} is free", row.from);
    };
    let verdict = match row.cheaper.as_str() {
        "replicate" => "replicate",
        _ => "pull across",
    };
    format!(
        "{stream}: a replica kept for a month is cheaper from {} pulls per image on; here there are {}: {verdict}",
        human::three_digits(least.0),
        human::three_digits(row.pulls_per_image.0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::pulls::{break_even, pulls};

    #[test]
    fn a_stream_is_summed_over_its_registries_and_answered() {
        assert_eq!(
            sentences(&pulls(), &break_even()),
            [
                "tokyo: 1,000 pulls, 75 GB, 0.30 USD, 80 % served in ap-northeast-1, 7 of a stale tag, 3 of an image that was gone",
                "tokyo: a replica kept for a month is cheaper from 24 pulls per image on; here there are 10: pull across",
            ]
        );
    }

    #[test]
    fn no_more_streams_than_there_is_room_for() {
        let stream = |number: u32| PullRow {
            stream: format!("s{number}"),
            ..pulls()[0].clone()
        };
        let rows: Vec<PullRow> = (0..5).map(stream).collect();
        let said = sentences(&rows, &[]);
        assert_eq!(said.len(), 4);
        assert_eq!(
            said[3],
            "… and 2 more streams of pulls in pulls.csv and breakeven.csv"
        );
    }
}
