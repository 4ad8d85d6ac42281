//! HTML by hand: every text passes through an escape, so that no name becomes markup.

use crate::report::charts::escaped;
use crate::report::view::Grid;

/// A page in the making.
#[derive(Default)]
pub struct Html(String);

impl Html {
    /// Returns the markup.
    pub fn into_text(self) -> String {
        self.0
    }

    /// Appends markup as it is.
    pub fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends an element with `text` in it; `tag` may carry attributes.
    pub fn element(&mut self, tag: &str, text: &str) -> &mut Self {
        let name = tag.split(' ').next().unwrap_or(tag);
        self.raw(&format!("<{tag}>{}</{name}>\n", escaped(text)))
    }

    /// Appends a table; its rows from `sums` on are sums.
    pub fn grid(&mut self, grid: &Grid, sums: usize) -> &mut Self {
        self.raw("<div class=\"wide\"><table>\n<thead><tr>");
        for name in &grid.header {
            self.raw(&format!("<th>{}</th>", escaped(name)));
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for (place, row) in grid.rows.iter().enumerate() {
            self.raw(if place >= sums {
                "<tr class=\"sum\">"
            } else {
                "<tr>"
            });
            for cell in row {
                self.raw(&format!("<td>{}</td>", escaped(cell)));
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody></table></div>\n")
    }

    /// Appends a list of names and what they are.
    pub fn facts<'a>(&mut self, facts: impl IntoIterator<Item = (&'a str, String)>) -> &mut Self {
        self.raw("<dl>\n");
        for (name, value) in facts {
            self.element("dt", name).element("dd", &value);
        }
        self.raw("</dl>\n")
    }
}
