//! Splits one line into fields.
//!
//! Every line stands alone: a quote that is never closed spoils its own line, not the rest of the file, and line
//! numbers in messages are those of an editor. (Market data has no line breaks inside quotes.)

/// The fields of one line as ranges into it; the buffer is reused from line to line.
#[derive(Default)]
pub(super) struct Fields {
    ends: Vec<(u32, u32)>,
}

impl Fields {
    /// Splits `line` (at most 4 GiB) at `separator`; blanks around fields and quotes around them are dropped.
    pub(super) fn split(&mut self, line: &[u8], separator: u8) {
        self.ends.clear();
        if line.contains(&b'"') {
            self.split_quoted(line, separator);
            return;
        }
        let mut start = 0;
        for (i, &b) in line.iter().enumerate() {
            if b == separator {
                self.push(line, start, i);
                start = i + 1;
            }
        }
        self.push(line, start, line.len());
    }

    fn split_quoted(&mut self, line: &[u8], separator: u8) {
        let mut start = 0;
        loop {
            let mut at = start;
            while at < line.len() && line[at] == b' ' && separator != b' ' {
                at += 1;
            }
            if line.get(at) != Some(&b'"') {
                let end =
                    line[start..].iter().position(|&b| b == separator).map_or(line.len(), |n| start + n);
                self.push(line, start, end);
                if end == line.len() {
                    return;
                }
                start = end + 1;
                continue;
            }
            let open = at + 1;
            let mut close = open;
            while close < line.len() && (line[close] != b'"' || line.get(close + 1) == Some(&b'"')) {
                close += if line[close] == b'"' { 2 } else { 1 };
            }
            let close = close.min(line.len());
            self.push(line, open, close);
            match line[close..].iter().position(|&b| b == separator) {
                Some(n) => start = close + n + 1,
                None => return,
            }
        }
    }

    fn push(&mut self, line: &[u8], start: usize, end: usize) {
        let field = &line[start..end];
        let left = field.len() - field.trim_ascii_start().len();
        let trimmed = field.trim_ascii();
        self.ends.push(((start + left) as u32, (start + left + trimmed.len()) as u32));
    }

    /// How many fields the line has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many fields there are up to the last one that is not blank.
    pub(super) fn len_without_trailing_blanks(&self) -> usize {
        self.ends.iter().rposition(|(start, end)| start < end).map_or(0, |i| i + 1)
    }

    /// Field `i` of the line that was split, empty if there is none.
    pub(super) fn get<'l>(&self, line: &'l [u8], i: usize) -> &'l [u8] {
        self.ends.get(i).map_or(&[], |&(start, end)| &line[start as usize..end as usize])
    }

    /// All fields as text, for headers.
    pub(super) fn texts(&self, line: &[u8]) -> Vec<String> {
        (0..self.len()).map(|i| String::from_utf8_lossy(self.get(line, i)).into_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(line: &str, separator: u8) -> Vec<String> {
        let mut fields = Fields::default();
        fields.split(line.as_bytes(), separator);
        fields.texts(line.as_bytes())
    }

    #[test]
    fn fields_lose_blanks_and_quotes() {
        assert_eq!(split("a, b ,c", b','), ["a", "b", "c"]);
        assert_eq!(split("a,,", b','), ["a", "", ""]);
        assert_eq!(split("", b','), [""]);
        assert_eq!(split(r#""","SYMBOL", "1,234.50" ,7"#, b','), ["", "SYMBOL", "1,234.50", "7"]);
        assert_eq!(split(r#"a;"b;c";"#, b';'), ["a", "b;c", ""]);
        assert_eq!(split("a\t\tb", b'\t'), ["a", "", "b"]);
    }

    #[test]
    fn an_open_quote_ends_with_its_line() {
        assert_eq!(split(r#"a,"b,c"#, b','), ["a", "b,c"]);
        assert_eq!(split(r#"a,"b""#, b','), ["a", "b"]);
        assert_eq!(split(r#"a,"b""c",d"#, b','), ["a", r#"b""c"#, "d"]);
    }

    #[test]
    fn trailing_blanks_are_seen() {
        let mut fields = Fields::default();
        fields.split(b"a,b, ,", b',');
        assert_eq!((fields.len(), fields.len_without_trailing_blanks()), (4, 2));
    }

    proptest! {
        #[test]
        fn unquoted_lines_split_as_the_standard_library_splits(line in "[a-z0-9,]{0,40}") {
            let expected: Vec<&str> = line.split(',').collect();
            prop_assert_eq!(split(&line, b','), expected);
        }

        #[test]
        fn no_line_panics(line in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b' '), any::<u8>()], 0..60)) {
            let mut fields = Fields::default();
            fields.split(&line, b',');
            for i in 0..=fields.len() {
                fields.get(&line, i);
            }
        }
    }
}
