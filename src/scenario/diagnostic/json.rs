//! Findings as JSON in the shape of Terraform's `validate -json`, which editors and checks already read.
//!
//! Shape: "Command: validate, JSON Output Format", format version 1.0, page of HashiCorp's Terraform documentation.

use serde_json::{Value, json};

use super::source::Position;
use super::{Diagnostic, Diagnostics, Files, Place, Severity};

/// Returns the findings of several files as one JSON value.
pub fn validation_json(all: &[&Diagnostics]) -> Value {
    let count = |severity| all.iter().map(|found| found.count(severity)).sum::<usize>();
    let errors = count(Severity::Error);
    let diagnostics: Vec<Value> = all
        .iter()
        .flat_map(|found| found.list.iter().map(|one| diagnostic(&found.files, one)))
        .collect();
    json!({
        "format_version": "1.0",
        "valid": errors == 0,
        "error_count": errors,
        "warning_count": count(Severity::Warning),
        "diagnostics": diagnostics,
    })
}

fn diagnostic(files: &Files, found: &Diagnostic) -> Value {
    let detail: Vec<&str> = [found.label.as_str(), found.help.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let mut value = json!({
        "severity": match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "summary": found.message,
        "detail": detail.join("; "),
    });
    if let Some(lint) = found.lint {
        value["lint"] = json!(lint);
    }
    if let Some(place) = &found.place {
        value["range"] = range(files, place);
        value["snippet"] = snippet(files, place);
    }
    value
}

fn range(files: &Files, place: &Place) -> Value {
    json!({
        "filename": files.name(place.file),
        "start": position(files.position(place.file, place.span.start)),
        "end": position(files.position(place.file, place.span.end)),
    })
}

fn position(at: Position) -> Value {
    json!({ "line": at.line, "column": at.column, "byte": at.byte })
}

fn snippet(files: &Files, place: &Place) -> Value {
    let lines = files.lines_of(place.file, &place.span);
    let start = files.position(place.file, place.span.start);
    let end = files.position(place.file, place.span.end);
    json!({
        "context": null,
        "code": &files.text(place.file)[lines.clone()],
        "start_line": start.line,
        "highlight_start_offset": start.byte - lines.start,
        "highlight_end_offset": end.byte - lines.start,
        "values": [],
    })
}
