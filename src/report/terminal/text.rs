//! The summary for a terminal: what matters most takes the lines that there are.

use anstyle::{AnsiColor, Style};

use super::{MAX_COLUMNS, MAX_LINES, Screen};
use crate::report::human::elided;
use crate::report::view::{NOTHING, View};

/// Narrower than this, numbers no longer fit.
const MIN_COLUMNS: usize = 40;

/// Thresholds shown however many destinations there are.
const SURE_THRESHOLDS: usize = 3;

/// Streams of deployments shown.
const MOST_DEPLOYMENTS: usize = 3;

/// Destinations shown however many thresholds there are.
const SURE_DESTINATIONS: usize = 3;

/// Returns the summary as text.
pub fn render(view: &View, screen: Screen) -> String {
    let columns = screen.columns.unwrap_or(MAX_COLUMNS);
    let page = Page {
        columns: columns.clamp(MIN_COLUMNS, MAX_COLUMNS),
        colour: screen.colour,
    };
    let notes = page.broken(view.notes.iter());
    let cost = page.grid(&view.cost.lines(page.columns));
    let uncertainty = page.broken(view.uncertainty.iter());
    let pulls = page.broken(view.pulls.iter());
    let below_cost = page.below_cost(view);
    let further = pulls.len() + below_cost.len() - 1;
    let taken = notes.len() + uncertainty.len() + further + cost.len();
    let deployments = page.deployments(view, room_for_deployments(view, taken));
    let fixed = notes.len() + uncertainty.len() + further + deployments.len();
    let sure = thresholds_that_fit(view, fixed);
    let thresholds = page.thresholds(view, sure);
    // Title, blanks, failures; and of the latencies header, "more" and all.
    let others = 1 + 3 + 1 + thresholds.len() + cost.len() + fixed;
    let latency = page.latency(view, MAX_LINES.saturating_sub(others));
    let mut lines = vec![
        page.styled(Style::new().bold(), &page.cut(&view.title)),
        String::new(),
    ];
    lines.extend(latency);
    lines.extend(uncertainty);
    lines.extend(deployments);
    lines.push(String::new());
    lines.extend(cost);
    lines.extend(below_cost);
    lines.extend(pulls);
    lines.push(page.cut(&view.failures));
    lines.extend(thresholds);
    lines.extend(notes);
    lines.join("\n") + "\n"
}

/// Says how many lines are left to deployments, where notes, bill and the like have `taken` so many.
fn room_for_deployments(view: &View, taken: usize) -> usize {
    let rows = view.latency.rows.len();
    let wanted = rows.min(SURE_DESTINATIONS);
    // Title, blanks, failures; header, all and "more" of the latencies.
    let latency = 1 + wanted + usize::from(rows > 1) + usize::from(rows > wanted);
    let thresholds = view.thresholds.len().min(SURE_THRESHOLDS);
    MAX_LINES.saturating_sub(1 + 3 + 1 + latency + thresholds + taken)
}

/// Says how many thresholds can be shown, and leaves their lines to them if destinations do not need them.
fn thresholds_that_fit(view: &View, notes: usize) -> usize {
    let rows = view.latency.rows.len();
    let wanted = rows.min(SURE_DESTINATIONS);
    // Of the latencies: header, all and "more".
    let others = 1 + usize::from(rows > 1) + usize::from(rows > wanted);
    // Title, blanks, failures, the latencies' other lines, the bill and its header, and the notes, of which how sure the
    // latencies are is one.
    let fixed = 1 + 3 + 1 + others + view.cost.rows.len() + 1 + notes;
    MAX_LINES
        .saturating_sub(fixed + wanted)
        .max(SURE_THRESHOLDS)
        .min(view.thresholds.len())
}

struct Page {
    columns: usize,
    colour: bool,
}

impl Page {
    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    fn cut(&self, text: &str) -> String {
        elided(text, self.columns)
    }

    /// Returns sentences, broken between words where they are too long.
    fn broken<'a>(&self, sentences: impl Iterator<Item = &'a String>) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for note in sentences {
            lines.push(String::new());
            for word in note.split(' ') {
                let line = lines.last_mut().expect("one was just pushed");
                if line.is_empty() {
                    *line = self.cut(word);
                } else if line.chars().count() + 1 + word.chars().count() <= self.columns {
                    *line = format!("{line} {word}");
                } else {
                    lines.push(self.cut(&format!("  {word}")));
                }
            }
        }
        lines
    }

    /// Returns what is said of orphans, which belongs to the bill; else the blank line below it.
    fn below_cost(&self, view: &View) -> Vec<String> {
        match &view.orphans {
            Some(_) => self.broken(view.orphans.iter()),
            None => vec![String::new()],
        }
    }

    /// Returns a grid's lines, its header set off.
    fn grid(&self, lines: &[String]) -> Vec<String> {
        let header = |line: &String| self.styled(Style::new().bold(), line);
        let first = lines.first().map(header);
        first
            .into_iter()
            .chain(lines.iter().skip(1).cloned())
            .collect()
    }

    /// Returns the deployments, if there are any, as many streams as fit; a blank line before them if there is room.
    fn deployments(&self, view: &View, room: usize) -> Vec<String> {
        let Some(mut grid) = view.deployments.clone() else {
            return Vec::new();
        };
        let all = grid.rows.len();
        let shown = MOST_DEPLOYMENTS.min(room.saturating_sub(1)).clamp(1, all);
        if shown < all {
            grid.rows.truncate(shown);
            grid.header[0] = format!("{}, {shown} of {all}", grid.header[0]);
        }
        let mut lines = vec![String::new(); usize::from(room >= shown + 2)];
        lines.extend(self.grid(&grid.lines(self.columns)));
        lines
    }

    /// Returns the latencies in at most `most` lines: the worst destinations, and all together.
    fn latency(&self, view: &View, most: usize) -> Vec<String> {
        let rows = view.latency.rows.len();
        if rows == 0 {
            return vec![NOTHING.to_owned()];
        }
        let mut grid = view.latency.clone();
        let with_all = if rows > 1 { 2 } else { 1 };
        let shown = if rows + with_all <= most {
            rows
        } else {
            most.saturating_sub(with_all + 1).max(1)
        };
        grid.rows.truncate(shown);
        if rows > 1 {
            grid.rows.push(view.all.clone());
        }
        let mut lines = self.grid(&grid.lines(self.columns));
        if shown < rows {
            let more = format!(
                "… the worst {shown} by p99, and {} more in destinations.csv",
                rows - shown
            );
            lines.insert(
                1 + shown,
                self.styled(Style::new().dimmed(), &self.cut(&more)),
            );
        }
        lines
    }

    /// Returns the thresholds in at most `most` lines, breached ones first.
    fn thresholds(&self, view: &View, most: usize) -> Vec<String> {
        let mut verdicts: Vec<_> = view.thresholds.iter().collect();
        verdicts.sort_by_key(|(held, _)| *held);
        let shown = if verdicts.len() <= most {
            most
        } else {
            most - 1
        };
        let mut lines: Vec<_> = verdicts
            .iter()
            .take(shown)
            .map(|(held, text)| self.threshold(*held, text))
            .collect();
        if shown < verdicts.len() {
            let rest = &verdicts[shown..];
            let held = rest.iter().filter(|(held, _)| *held).count();
            let breached = rest.len() - held;
            lines.push(self.cut(&format!(
                "… and {} more thresholds in summary.json: {held} held, {breached} breached",
                rest.len()
            )));
        }
        lines
    }

    fn threshold(&self, held: bool, text: &str) -> String {
        let (mark, colour) = match held {
            true => ("✓", AnsiColor::Green),
            false => ("✗", AnsiColor::Red),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        let text = elided(text, self.columns - 2);
        format!("{} {text}", self.styled(style, mark))
    }
}
