//! Reading JSON into a tree of placed values. The usual libraries do not say where a value stood.

use super::document::{Data, MAX_DEPTH, Node};
use super::lexer::Offsets;
use super::mistake::{Mistake, Span};
use super::tree::Word;

/// Reads a JSON document.
pub(super) fn json(text: &str) -> Result<Node, Mistake> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let node = reader.value()?;
    reader.space();
    if reader.at < text.len() { Err(reader.expected("the end")) } else { Ok(node) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|b| b" \t\r\n".contains(&b)) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> Mistake {
        let found = self.text[self.at..].chars().next();
        let length = found.map_or(1, char::len_utf8);
        let found = found.map_or("the end".to_owned(), |c| format!("`{}`", c.escape_debug()));
        Mistake::new(Span::new(self.at, self.at + length), format!("expected {what}, found {found}"))
    }

    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self) -> Result<Node, Mistake> {
        self.space();
        let from = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Mistake::new(
                Span::new(from, from + 1),
                format!("this file nests deeper than {MAX_DEPTH}"),
            ));
        }
        let data = match self.peek() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.list()?,
            Some(b'"') => {
                let (text, offsets) = self.string()?;
                Data::Text(text, offsets)
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z') => self.word()?,
            _ => return Err(self.expected("a value")),
        };
        self.depth -= 1;
        Ok(Node { at: Span::new(from, self.at), data })
    }

    fn object(&mut self) -> Result<Data, Mistake> {
        self.at += 1;
        let mut entries: Vec<(Word, Node)> = Vec::new();
        if self.takes(b'}') {
            return Ok(Data::Table(entries));
        }
        loop {
            self.space();
            let from = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in quotes"));
            }
            let word = Word { text: self.string()?.0, at: Span::new(from, self.at) };
            if entries.iter().any(|(known, _)| *known == word) {
                return Err(Mistake::new(word.at, format!("`{}` is given twice", word.text.escape_debug())));
            }
            if !self.takes(b':') {
                return Err(self.expected("`:`"));
            }
            let value = self.value()?;
            entries.push((word, value));
            if self.takes(b'}') {
                return Ok(Data::Table(entries));
            }
            if !self.takes(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn list(&mut self) -> Result<Data, Mistake> {
        self.at += 1;
        let mut items = Vec::new();
        if self.takes(b']') {
            return Ok(Data::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.takes(b']') {
                return Ok(Data::List(items));
            }
            if !self.takes(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn number(&mut self) -> Result<Data, Mistake> {
        let from = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) {
            self.at += 1;
        }
        let word = &self.text[from..self.at];
        let whole = word.strip_prefix('-').unwrap_or(word);
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (head, exponent) = whole.split_once(['e', 'E']).map_or((whole, None), |(h, e)| (h, Some(e)));
        let (head, fraction) = head.split_once('.').map_or((head, None), |(h, f)| (h, Some(f)));
        let sound = digits(head)
            && (head == "0" || !head.starts_with('0'))
            && fraction.is_none_or(digits)
            && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
        let number = if fraction.is_none() && exponent.is_none() {
            word.parse().map(Data::Integer).ok()
        } else {
            word.parse().ok().filter(|x: &f64| x.is_finite()).map(Data::Real)
        };
        number.filter(|_| sound).ok_or_else(|| {
            Mistake::new(
                Span::new(from, self.at),
                format!("`{word}` is not a number that JSON and 64 bits know"),
            )
        })
    }

    fn word(&mut self) -> Result<Data, Mistake> {
        let from = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        match &self.text[from..self.at] {
            "true" => Ok(Data::Truth(true)),
            "false" => Ok(Data::Truth(false)),
            "null" => Ok(Data::Other("null; leave the key out")),
            word => Err(Mistake::new(Span::new(from, self.at), format!("`{word}` is not a JSON value"))),
        }
    }

    fn string(&mut self) -> Result<(String, Offsets), Mistake> {
        let from = self.at;
        self.at += 1;
        let (mut content, mut each) = (String::new(), Vec::new());
        let mut escaped = false;
        loop {
            let start = self.at;
            let letter = self.text[self.at..].chars().next();
            let Some(letter) = letter.filter(|c| !c.is_control()) else {
                return Err(Mistake::new(Span::new(from, from + 1), "this text is not closed on its line"));
            };
            self.at += letter.len_utf8();
            let letter = match letter {
                '"' => {
                    each.push(start as u32);
                    let offsets = if escaped { Offsets::Each(each) } else { Offsets::From(from + 1) };
                    return Ok((content, offsets));
                }
                '\\' => {
                    escaped = true;
                    self.escape().ok_or_else(|| {
                        Mistake::new(
                            Span::new(start, self.at.max(start + 2)),
                            "this escape is not known to JSON",
                        )
                    })?
                }
                letter => letter,
            };
            content.push(letter);
            each.extend(std::iter::repeat_n(start as u32, letter.len_utf8()));
        }
    }

    fn escape(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += usize::from(letter.is_ascii());
        Some(match letter {
            b'"' | b'\\' | b'/' => letter as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                if (0xd800..0xdc00).contains(&first) {
                    // The second half of a pair.
                    self.text[self.at..].starts_with("\\u").then(|| self.at += 2)?;
                    let second = self.hex().filter(|x| (0xdc00..0xe000).contains(x))?;
                    return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                }
                char::from_u32(first)?
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node) -> String {
        match &node.data {
            Data::Table(entries) => {
                let all: Vec<_> = entries.iter().map(|(k, v)| format!("{}:{}", k.text, shown(v))).collect();
                format!("{{{}}}", all.join(","))
            }
            Data::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
            Data::Text(text, _) => format!("'{text}'"),
            Data::Integer(n) => format!("{n}i"),
            Data::Real(x) => format!("{x}r"),
            Data::Truth(t) => t.to_string(),
            Data::Other(what) => (*what).to_owned(),
        }
    }

    #[test]
    fn documents_are_read() {
        for (text, is) in [
            (r#" {"a": [1, -2.50, true], "b":{}} "#, "{a:[1i,-2.5r,true],b:{}}"),
            (r#""a\"\\\u0041\ud83d\ude00\n""#, "'a\"\\A😀\n'"),
            ("1e3", "1000r"),
            ("[]", "[]"),
        ] {
            assert_eq!(json(text).map(|n| shown(&n)), Ok(is.to_owned()), "{text}");
        }
    }

    #[test]
    fn wrong_documents_are_refused_where_they_go_wrong() {
        for (text, start, words) in [
            ("", 0, "found the end"),
            ("{\"a\" 1}", 5, "`:`"),
            ("{\"a\": 1, \"a\": 2}", 9, "twice"),
            ("[1, 01]", 4, "not a number"),
            ("[1 2]", 3, "`,` or `]`"),
            ("nul", 0, "not a JSON value"),
            ("\"\\x\"", 1, "escape"),
            ("\"abc", 0, "not closed"),
            ("1 2", 2, "the end"),
            ("99999999999999999999", 0, "64 bits"),
            ("\"\\ud800\"", 1, "escape"),
        ] {
            let mistake = json(text).err().expect(text);
            assert_eq!(mistake.at.start, start, "{text}: {mistake:?}");
            assert!(mistake.reason.contains(words), "{text}: {mistake:?}");
        }
        assert!(json(&"[".repeat(100_000)).err().expect("deep").reason.contains("deeper"));
    }
}
