//! Findings as text for people: the place underlined, and a line that says what to write instead.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::source::floor_char;
use super::{Diagnostic, Diagnostics, Files, Place, Severity};

/// At most so many findings are shown; the rest is counted.
const MOST_SHOWN: usize = 100;

/// Nothing is wrapped or trimmed: logs and editors do that better.
const WIDTH: usize = 100_000;

impl Diagnostics {
    /// Returns errors and warnings as text, a blank line between them, coloured by escape codes if `colour`.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let renderer = renderer.term_width(WIDTH);
        let told = self.list.iter().filter(|of| of.severity != Severity::Note);
        let mut parts: Vec<String> = told
            .clone()
            .take(MOST_SHOWN)
            .map(|found| renderer.render(&[group(&self.files, found)]))
            .collect();
        let rest = told.count().saturating_sub(MOST_SHOWN);
        if rest > 0 {
            let title = Level::NOTE.primary_title(format!("{rest} more findings are not shown"));
            parts.push(renderer.render(&[Group::with_title(title)]));
        }
        let mut text = parts.join("\n\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// Returns the notes as text, a line each.
    pub fn render_notes(&self) -> String {
        let notes = self.list.iter().filter(|of| of.severity == Severity::Note);
        let line = |found: &Diagnostic| {
            let lint = found.lint.unwrap_or_default();
            let place = found.place.as_ref().map_or_else(String::new, |place| {
                let at = self.files.position(place.file, place.span.start);
                format!("{}:{}: ", self.files.name(place.file), at.line)
            });
            format!("  note[{lint}]: {place}{}\n", found.message)
        };
        notes.map(line).collect()
    }
}

fn group<'a>(files: &'a Files, found: &'a Diagnostic) -> Group<'a> {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(found.message.as_str());
    if let Some(lint) = found.lint {
        title = title.id(lint);
    }
    let mut group = Group::with_title(title);
    if let Some(place) = &found.place {
        group = group.element(snippet(files, place, &found.label));
    }
    if !found.help.is_empty() {
        group = group.element(Level::HELP.message(found.help.as_str()));
    }
    group
}

/// Shows only the lines of the place, so that a finding in a large file costs no more than in a small one.
fn snippet<'a>(
    files: &'a Files,
    place: &Place,
    label: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let text = files.text(place.file);
    let lines = files.lines_of(place.file, &place.span);
    let start = floor_char(text, place.span.start) - lines.start;
    let end = floor_char(text, place.span.end) - lines.start;
    let mut mark = AnnotationKind::Primary.span(start..end.max(start));
    if !label.is_empty() {
        mark = mark.label(label);
    }
    Snippet::source(&text[lines])
        .path(files.name(place.file))
        .line_start(files.position(place.file, place.span.start).line)
        .annotation(mark)
}
