//! The texts that findings point at.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Which of the files that were read; in the order of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(usize);

/// The files that were read, and texts of the command line.
#[derive(Clone, Debug, Default)]
pub struct Files {
    list: Vec<(String, Arc<str>)>,
}

/// A place as people count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) byte: usize,
}

impl Files {
    /// Adds a text under the name that findings show.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.list.push((name.into(), text.into()));
        FileId(self.list.len() - 1)
    }

    /// Returns the name of a file.
    pub fn name(&self, file: FileId) -> &str {
        &self.list[file.0].0
    }

    /// Returns the text of a file.
    pub fn text(&self, file: FileId) -> &Arc<str> {
        &self.list[file.0].1
    }

    /// Drops the texts of all other files; their names stay.
    pub(super) fn keep_texts(&mut self, shown: &BTreeSet<FileId>) {
        for (index, (_, text)) in self.list.iter_mut().enumerate() {
            if !shown.contains(&FileId(index)) {
                *text = Arc::from("");
            }
        }
    }

    /// Returns where the byte `at` stands.
    pub(super) fn position(&self, file: FileId, at: usize) -> Position {
        let text = self.text(file);
        let at = floor_char(text, at);
        let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: text[..at].matches('\n').count() + 1,
            column: text[line_start..at].chars().count() + 1,
            byte: at,
        }
    }

    /// Returns the bytes of the whole lines that hold `span`, without the last line's end.
    pub(super) fn lines_of(&self, file: FileId, span: &Range<usize>) -> Range<usize> {
        let text = self.text(file);
        let (start, end) = (floor_char(text, span.start), floor_char(text, span.end));
        let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let last = text[end..]
            .find('\n')
            .map_or(text.len(), |newline| end + newline);
        first..last
    }
}

/// Returns the nearest start of a character at or before `at`.
pub(super) fn floor_char(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|byte| text.is_char_boundary(*byte))
        .expect("0 is a boundary")
}
