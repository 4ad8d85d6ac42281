//! From a path to a sweep that can be designed, or to all that is wrong with it.

use std::path::Path as FilePath;

use super::condition::{Condition, Name, Wrong};
use super::level::{Axis, Level, Spread};
use super::opened::Sweep;
use super::types::{Conditions, DesignKind, Scale, StopRule, SweepFile};
use crate::scenario::base::Base;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, FileId, Place};
use crate::scenario::document::{Node, Path, Segment, Value};
use crate::scenario::load::{diagnostics, tree};
use crate::scenario::read::Reader;
use crate::scenario::schema::{Shaped, check_shape, did_you_mean, listed, sweep_schema};

/// Tells whether the file at `path` is a sweep file: it names a scenario, and says what varies.
pub fn is_sweep(path: &FilePath) -> bool {
    let mut reader = Reader::beside(path);
    let Ok(file) = reader.scenario(path) else {
        return false;
    };
    let Ok((root, _)) = tree(&reader, file, path) else {
        return false;
    };
    root.entry("scenario").is_some() || root.entry("vary").is_some()
}

/// Reads and checks the sweep file at `path`; the metrics that runs give are those in `metrics`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(path: &FilePath, metrics: &[String]) -> Result<Sweep, Diagnostics> {
    let mut reader = Reader::beside(path);
    let placeless = |reader, why| diagnostics(reader, vec![Diagnostic::placeless(why)]);
    let file = match reader.scenario(path) {
        Ok(file) => file,
        Err(why) => return Err(placeless(reader, why)),
    };
    let (root, mut found) = match tree(&reader, file, path) {
        Ok(read) => read,
        Err(list) => return Err(diagnostics(reader, list)),
    };
    let Shaped {
        json,
        found: shape,
        broken,
    } = check_shape(&root, sweep_schema());
    found.extend(shape);
    let sweep: SweepFile = match serde_json::from_value(json) {
        Ok(sweep) => sweep,
        Err(error) => {
            found.push(Diagnostic::placeless(format!(
                "the sweep cannot be read: {error}"
            )));
            return Err(diagnostics(reader, found));
        }
    };
    let reading = Reading {
        root: &root,
        file,
        broken,
        found,
    };
    reading.sweep(path, sweep, metrics, reader)
}

/// A sweep file while it is checked.
struct Reading<'a> {
    root: &'a Node,
    file: FileId,
    broken: Vec<Path>,
    found: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn sweep(
        mut self,
        path: &FilePath,
        sweep: SweepFile,
        metrics: &[String],
        reader: Reader,
    ) -> Result<Sweep, Diagnostics> {
        let axes = self.axes(&sweep);
        self.design(&sweep, &axes);
        let conditions = self.conditions(&sweep, &axes);
        if let Some(stop) = &sweep.stop {
            self.stop(stop, sweep.repeats, metrics);
        }
        let scenario = self.scenario(path, &sweep, &reader);
        let file = reader.read[0].clone();
        match scenario {
            Ok(base) if self.found.is_empty() => Ok(Sweep {
                name: stem(path),
                file,
                base,
                repeats: sweep.repeats,
                design: sweep.design.kind,
                points: sweep.design.points,
                axes,
                conditions,
                stop: sweep.stop,
                conditions_place: self.root.place_of(&Path::root().to("where")),
            }),
            Ok(_) => Err(diagnostics(reader, self.found)),
            Err(mut wrong) => {
                wrong.list.extend(self.found);
                wrong.sort();
                Err(wrong)
            }
        }
    }

    /// Opens the scenario. Its files are numbered after the sweep file, so that places in both can be told.
    fn scenario(
        &mut self,
        path: &FilePath,
        sweep: &SweepFile,
        own: &Reader,
    ) -> Result<Base, Diagnostics> {
        let key = Path::root().to("scenario");
        let place = path
            .parent()
            .unwrap_or(FilePath::new(""))
            .join(&sweep.scenario);
        let mut reader = Reader::beside(&place);
        let (name, text) = (own.files.name(self.file), own.files.text(self.file));
        let first = reader.files.add(name, text.clone());
        assert_eq!(
            first, self.file,
            "the sweep file is the first of each reader"
        );
        if self.broken.contains(&key) {
            return Err(diagnostics(reader, Vec::new()));
        }
        match reader.scenario(&place) {
            Ok(file) => Base::read(reader, file, &place),
            Err(why) => {
                let wrong = Diagnostic::error(self.root.place_of(&key), why)
                    .help("the path starts at the sweep file's folder");
                Err(diagnostics(reader, vec![wrong]))
            }
        }
    }

    fn axes(&mut self, sweep: &SweepFile) -> Vec<Axis> {
        let vary = Path::root().to("vary");
        let Some(entries) = self.root.at(&vary) else {
            return Vec::new();
        };
        let Value::Table(entries) = &entries.value else {
            return Vec::new();
        };
        if entries.is_empty() {
            self.error(
                &vary,
                "nothing varies",
                "write a key of the scenario and its values",
            );
        }
        let mut axes: Vec<Axis> = Vec::new();
        for entry in entries {
            let Some(path) = self.path(&entry.key, &entry.key_place) else {
                continue;
            };
            let keys = |path: &[Segment]| -> Vec<String> {
                path.iter().map(|segment| segment.key.clone()).collect()
            };
            if axes.iter().any(|axis| keys(&axis.path) == keys(&path)) {
                let message = format!("`{}` varies twice", entry.key);
                self.found
                    .push(Diagnostic::error(entry.key_place.clone(), message));
            }
            if self.is_broken(&vary.to(&entry.key)) {
                continue;
            }
            let none = Spread::Listed(Vec::new());
            let mut axis = Axis::new(entry.key.clone(), path, entry.key_place.clone(), none);
            if let Some(spread) = self.spread(&axis, &entry.node, sweep) {
                axis.spread = spread;
                axes.push(axis);
            }
        }
        axes
    }

    /// Reads a path; a key in quotes that says what it means is pointed at part by part.
    fn path(&mut self, key: &str, place: &Place) -> Option<Vec<Segment>> {
        let read = Segment::path(self.file, key);
        let inside = place.span.len() == key.len() + 2;
        let shift = |segment: Segment| {
            let span = if inside {
                let start = place.span.start + 1;
                start + segment.place.span.start..start + segment.place.span.end
            } else {
                place.span.clone()
            };
            Segment {
                place: Place {
                    file: place.file,
                    span,
                },
                ..segment
            }
        };
        match read {
            Ok(path) => Some(path.into_iter().map(shift).collect()),
            Err(mut wrong) => {
                wrong.place = Some(place.clone());
                self.found.push(*wrong);
                None
            }
        }
    }

    fn spread(&mut self, axis: &Axis, node: &Node, sweep: &SweepFile) -> Option<Spread> {
        if let Value::Array(items) = &node.value {
            let levels = items.iter().map(|item| axis.level(item.clone()));
            return Some(Spread::Listed(levels.collect()));
        }
        let (from, to) = (node.entry("from")?, node.entry("to")?);
        let scale = match node.entry("scale").map(|entry| entry.node.to_cell()) {
            Some(word) if word == "log" => Scale::Log,
            _ => Scale::Linear,
        };
        let ends = match axis.ends(from.node.clone(), to.node.clone(), scale) {
            Ok(ends) => ends,
            Err(why) => {
                self.wrong_ends(&from.node.place, &to.node.place, why);
                return None;
            }
        };
        let kind = sweep.design.kind;
        match (node.entry("steps"), is_continuous(kind)) {
            (None, true) => Some(ends),
            (Some(steps), false) => match steps.node.value {
                Value::Integer(count) => {
                    Some(Spread::Listed(stepped(axis, &ends, count as u32, kind)))
                }
                _ => None,
            },
            (Some(steps), true) => {
                let message = format!("a range of {} has no steps", word(kind));
                let help = "leave `steps` out: the range is continuous";
                let wrong = Diagnostic::error(steps.key_place.clone(), message).help(help);
                self.found.push(wrong);
                None
            }
            (None, false) => {
                let message = format!("the range of `{}` lacks `steps`", axis.key);
                let help = "add `steps`: the number of values, both ends among them";
                let wrong = Diagnostic::error(axis.key_place.clone(), message).help(help);
                self.found.push(wrong);
                None
            }
        }
    }

    /// Tells that there is nothing between the ends of a range; both are underlined.
    fn wrong_ends(&mut self, from: &Place, to: &Place, why: String) {
        let help = "write both ends alike, as in { from = \"8 s\", to = \"64 s\", steps = 4 }";
        let span = from.span.start.min(to.span.start)..from.span.end.max(to.span.end);
        let place = Place {
            file: self.file,
            span,
        };
        self.found.push(Diagnostic::error(place, why).help(help));
    }

    fn design(&mut self, sweep: &SweepFile, axes: &[Axis]) {
        let kind = sweep.design.kind;
        let path = Path::root().to("design");
        match (is_continuous(kind), sweep.design.points) {
            (true, None) if !self.is_broken(&path.to("points")) => {
                let message = format!("{} lacks `points`", word(kind));
                self.error(
                    &path.to("kind"),
                    &message,
                    "add `points`: how many there are",
                );
            }
            (false, Some(_)) => {
                let message = format!("`points` is not for {}", word(kind));
                let help = "leave it out: the values say how many points there are";
                self.error(&path.to("points"), &message, help);
            }
            _ => {}
        }
        if kind == DesignKind::List {
            self.same_lengths(axes);
        }
    }

    fn same_lengths(&mut self, axes: &[Axis]) {
        let length = |axis: &Axis| match &axis.spread {
            Spread::Listed(levels) => levels.len(),
            Spread::Range(_) => 0,
        };
        let Some(first) = axes.first() else { return };
        for axis in axes.iter().filter(|axis| length(axis) != length(first)) {
            let message = format!(
                "`{}` has {} values, `{}` has {}",
                axis.key,
                length(axis),
                first.key,
                length(first)
            );
            let help = "a list takes the first value of each key, then the second of each: all need as many";
            self.found
                .push(Diagnostic::error(axis.key_place.clone(), message).help(help));
        }
    }

    fn conditions(&mut self, sweep: &SweepFile, axes: &[Axis]) -> Vec<Condition> {
        let top = Path::root().to("where");
        let inner = Path::root().to("design").to("where");
        let mut conditions = Vec::new();
        for (path, written) in [(top, &sweep.conditions), (inner, &sweep.design.conditions)] {
            match written {
                None => {}
                Some(Conditions::One(text)) => conditions.extend(self.condition(&path, text, axes)),
                Some(Conditions::All(texts)) => {
                    for (index, text) in texts.iter().enumerate() {
                        conditions.extend(self.condition(&path.to(index), text, axes));
                    }
                }
            }
        }
        conditions
    }

    fn condition(&mut self, path: &Path, text: &str, axes: &[Axis]) -> Option<Condition> {
        // What is wrong with the values that it compares is told first.
        if !self.found.is_empty() || self.is_broken(path) {
            return None;
        }
        match Condition::parse(text, &names(axes)) {
            Err(wrong) => {
                self.wrong_condition(path, text, wrong, axes);
                None
            }
            Ok(condition) => {
                for axis in condition.axes() {
                    self.has_numbers(&axes[axis]);
                }
                Some(condition)
            }
        }
    }

    /// Tells what is wrong with a condition, at the part of it that is.
    fn wrong_condition(&mut self, path: &Path, text: &str, wrong: Wrong, axes: &[Axis]) {
        let mut place = self.root.place_of(path);
        // Where the text stands in plain quotes, its bytes are the file's.
        if place.span.len() == text.len() + 2 {
            let start = place.span.start + 1;
            place.span = start + wrong.span.start..start + wrong.span.end;
        }
        let names: Vec<&str> = axes.iter().map(Axis::short_name).collect();
        let unknown = text.get(wrong.span.clone()).unwrap_or_default();
        let label = did_you_mean(unknown, names.iter().copied());
        let help = if wrong.help.is_empty() {
            format!("the varied keys are {}", listed(names))
        } else {
            wrong.help
        };
        self.found.push(
            Diagnostic::error(place, wrong.message)
                .label(label)
                .help(help),
        );
    }

    fn has_numbers(&mut self, axis: &Axis) {
        let Spread::Listed(levels) = &axis.spread else {
            return;
        };
        for level in levels.iter().filter(|level| level.number.is_none()) {
            let place = level.place().unwrap_or(&axis.key_place).clone();
            let message = format!("a condition cannot compare `{}`", level.cell);
            let help = "conditions compare numbers, quantities with units, true and false";
            let wrong = Diagnostic::error(place, message).help(help);
            if !self.found.contains(&wrong) {
                self.found.push(wrong);
            }
        }
    }

    fn stop(&mut self, stop: &StopRule, repeats: u32, metrics: &[String]) {
        let path = Path::root().to("stop");
        if self.is_broken(&path) {
            return;
        }
        for (index, metric) in stop.metrics.iter().enumerate() {
            let path = path.to("metrics").to(index);
            if !metrics.contains(metric) && !self.is_broken(&path) {
                let names = || metrics.iter().map(String::as_str);
                let place = self.root.place_of(&path);
                let wrong = Diagnostic::error(place, format!("unknown metric `{metric}`"))
                    .label(did_you_mean(metric, names()))
                    .help("metrics are columns of runs.csv: `replication_latency.p99`, `total_usd.total`");
                self.found.push(wrong);
            }
        }
        if stop.relative_half_width.is_some() == stop.absolute_half_width.is_some()
            && !self.is_broken(&path.to("relative_half_width"))
            && !self.is_broken(&path.to("absolute_half_width"))
        {
            let message = "`stop` needs either `relative_half_width` or `absolute_half_width`";
            self.error(
                &path,
                message,
                "half the width of the 95 % confidence interval, at most",
            );
        }
        if repeats > stop.max_repeats && !self.is_broken(&path.to("max_repeats")) {
            let message = format!(
                "`max_repeats` is less than the {repeats} repeats that every point gets at first"
            );
            self.error(
                &path.to("max_repeats"),
                &message,
                "write more, or fewer `repeats`",
            );
        }
    }

    fn is_broken(&self, path: &Path) -> bool {
        self.broken.iter().any(|broken| path.starts_with(broken))
    }

    fn error(&mut self, path: &Path, message: &str, help: &str) {
        let place = self.root.place_of(path);
        self.found
            .push(Diagnostic::error(place, message).help(help));
    }
}

/// Returns the values of a range with steps. Whole numbers that come out twice count once, but in a list.
fn stepped(axis: &Axis, ends: &Spread, count: u32, kind: DesignKind) -> Vec<Level> {
    let Spread::Range(ends) = ends else {
        unreachable!("a range is given");
    };
    let shares = (0..count).map(|step| f64::from(step) / f64::from(count - 1));
    let mut levels: Vec<Level> = shares.map(|share| axis.at(ends, share)).collect();
    if kind != DesignKind::List {
        levels.dedup_by(|one, other| one.cell == other.cell);
    }
    levels
}

/// Returns what conditions may call the axes.
fn names(axes: &[Axis]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for (index, axis) in axes.iter().enumerate() {
        for text in [axis.key.as_str(), axis.short_name()] {
            match names.iter_mut().find(|name| name.text == text) {
                Some(name) if name.axis == Some(index) => {}
                Some(name) => name.axis = None,
                None => names.push(Name {
                    text: text.to_owned(),
                    axis: Some(index),
                }),
            }
        }
    }
    names
}

fn is_continuous(kind: DesignKind) -> bool {
    matches!(kind, DesignKind::LatinHypercube | DesignKind::Sobol)
}

fn word(kind: DesignKind) -> &'static str {
    match kind {
        DesignKind::Grid => "a grid",
        DesignKind::List => "a list",
        DesignKind::LatinHypercube => "a latin-hypercube design",
        DesignKind::Sobol => "a sobol design",
        DesignKind::OneAtATime => "a one-at-a-time design",
    }
}

fn stem(path: &FilePath) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
