//! Columns of text on a terminal.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::output::Output;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows whose columns are as wide as their widest cell. Cells may hold styles.
pub(super) struct Table<const COLUMNS: usize> {
    align: [Align; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub fn new(align: [Align; COLUMNS]) -> Self {
        Table {
            align,
            rows: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }

    pub fn show(&self, output: &mut Output) -> io::Result<()> {
        let mut widths = [0; COLUMNS];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(self::width(cell));
            }
        }
        for row in &self.rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let fill = " ".repeat(widths[column] - width(cell));
                if column > 0 {
                    line.push_str("  ");
                }
                if self.align[column] == Align::Right {
                    line.push_str(&fill);
                }
                line.push_str(cell);
                if self.align[column] == Align::Left {
                    line.push_str(&fill);
                }
            }
            output.line(line.trim_end())?;
        }
        Ok(())
    }
}

/// Columns that `cell` takes, without its styles.
fn width(cell: &str) -> usize {
    anstream::adapter::strip_str(cell).to_string().width()
}

/// `part` of `whole` in percent, with one decimal.
pub(super) fn percent(part: usize, whole: usize) -> String {
    format!("{:.1}%", part as f64 * 100.0 / whole.max(1) as f64)
}
