//! Columns of text for a terminal.

use std::fmt::Write as _;

/// Where a column's text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Lines of columns, two blanks apart; the first row is the heading.
pub fn lines(align: &[Align], rows: &[Vec<String>]) -> String {
    let mut widths = vec![0; align.len()];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for ((cell, &width), &align) in row.iter().zip(&widths).zip(align) {
            // Writing to a string cannot fail.
            let _ = match align {
                Align::Left => write!(line, "{cell:<width$}  "),
                Align::Right => write!(line, "{cell:>width$}  "),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Bytes in the largest unit that leaves a whole number before the point.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// `1 bar`, `2 bars`.
pub fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        let text = lines(&[Align::Left, Align::Right], &[row("name", "n"), row("a", "1000"), row("é", "2")]);
        assert_eq!(text, "name     n\na     1000\né        2\n");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(
            (size(999), size(1_500), size(2_345_678)),
            ("999 B".into(), "1.5 kB".into(), "2.3 MB".into())
        );
    }
}
