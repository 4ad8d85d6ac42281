//! A small table as lines of text: names to the left, numbers to the right.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::report::human::elided;
use crate::report::view::Grid;

/// Names are cut no shorter than this; then columns go.
const LEAST_NAME_COLUMNS: usize = 20;

/// Spaces between columns.
const GAP: usize = 2;

impl Grid {
    /// Returns the lines of header and rows, at most `columns` wide as far as the numbers let them.
    pub fn lines(&self, columns: usize) -> Vec<String> {
        let mut grid = self.clone();
        for name in &self.dispensable {
            if grid.numbers_width() + LEAST_NAME_COLUMNS <= columns {
                break;
            }
            grid.leave_out(name);
        }
        let names = columns
            .saturating_sub(grid.numbers_width())
            .max(LEAST_NAME_COLUMNS);
        for row in &mut grid.rows {
            row[0] = elided(&row[0], names);
        }
        grid.aligned()
    }

    fn aligned(&self) -> Vec<String> {
        let mut table = Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(&self.header)
            .add_rows(&self.rows);
        for (place, column) in table.column_iter_mut().enumerate() {
            let (gap, alignment) = match place {
                0 => (0, CellAlignment::Left),
                _ => (GAP, CellAlignment::Right),
            };
            column.set_padding((u16::try_from(gap).unwrap_or(0), 0));
            column.set_cell_alignment(alignment);
        }
        table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// Columns on the screen that the numbers take, with the gaps before them.
    fn numbers_width(&self) -> usize {
        (1..self.header.len())
            .map(|place| {
                let cells = self.rows.iter().chain([&self.header]);
                let widest = cells.map(|row| row[place].chars().count()).max();
                GAP + widest.unwrap_or(0)
            })
            .sum()
    }

    fn leave_out(&mut self, name: &str) {
        if let Some(place) = self.header.iter().position(|header| header == name) {
            for row in self.rows.iter_mut().chain([&mut self.header]) {
                row.remove(place);
            }
        }
    }
}
