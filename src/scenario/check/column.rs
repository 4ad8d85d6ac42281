//! One column of numbers of a CSV file, every wrong cell told with its line.

use csv::StringRecord;

use super::Context;
use crate::scenario::diagnostic::{Diagnostic, FileId, Place};
use crate::scenario::document::Path;

/// Of a file with more wrong cells, the first are enough to see what is wrong with all.
const MOST_WRONG: usize = 50;

/// Returns the numbers of a column; `path` is the distribution that asks for it.
pub(super) fn read(cx: &mut Context<'_>, path: &Path, file: FileId, column: &str) -> Vec<f64> {
    let text = cx.reader.files.text(file).clone();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().cloned().unwrap_or_default();
    let Some(place) = header.iter().position(|name| name.trim() == column) else {
        let known: Vec<&str> = header.iter().map(str::trim).collect();
        cx.unknown(cx.place(&path.to("column")), "column", column, &known);
        return Vec::new();
    };
    let mut numbers = Vec::new();
    let mut wrong = 0;
    for record in table.records() {
        let cell = record.as_ref().ok().and_then(|record| record.get(place));
        let number = cell.and_then(|cell| cell.trim().parse().ok());
        match number.filter(|number: &f64| number.is_finite() && *number >= 0.0) {
            Some(number) => numbers.push(number),
            None => {
                wrong += 1;
                let at = line(&text, &record);
                let message = format!("`{column}` must be a number of at least 0");
                cx.tell(Diagnostic::error(Place { file, span: at }, message));
            }
        }
        if wrong == MOST_WRONG {
            break;
        }
    }
    if numbers.is_empty() && wrong == 0 {
        cx.error(
            &path.to("file"),
            format!("the column `{column}` has no values"),
            "",
        );
    }
    numbers
}

fn line(text: &str, record: &csv::Result<StringRecord>) -> std::ops::Range<usize> {
    let position = match record {
        Ok(record) => record.position(),
        Err(error) => error.position(),
    };
    let start = position
        .map_or(0, |position| position.byte() as usize)
        .min(text.len());
    let start =
        start + (text[start..].len() - text[start..].trim_start_matches(['\r', '\n']).len());
    start..start + text[start..].lines().next().map_or(0, str::len)
}
