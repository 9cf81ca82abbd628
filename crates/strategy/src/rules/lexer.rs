//! Words, numbers and signs of an expression.

use domain::Timeframe;
use domain::time::MinuteOfDay;

use super::mistake::{Mistake, Span};
use super::tree::Operator;

/// Where the characters of a string stand in its file, escapes undone.
#[derive(Clone, Debug)]
pub(super) enum Offsets {
    /// One after the other from here.
    From(usize),
    /// One for each byte of the string, and one for its end.
    Each(Vec<u32>),
}

impl Offsets {
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        match self {
            Offsets::From(base) => Span::new(base + start, base + end),
            Offsets::Each(at) => {
                let find = |i: usize| at.get(i).or(at.last()).copied().unwrap_or(0) as usize;
                Span::new(find(start), find(end))
            }
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Token {
    Number(f64),
    Time(MinuteOfDay),
    Timeframe(Timeframe),
    Word(String),
    Operator(Operator),
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    Assign,
    End,
}

impl Token {
    /// As a message shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Token::Number(x) => format!("`{x}`"),
            Token::Time(t) => format!("`{t}`"),
            Token::Timeframe(t) => format!("`{t}`"),
            Token::Word(word) => format!("`{word}`"),
            Token::Operator(operator) => format!("`{}`", operator.sign()),
            Token::Open => "`(`".into(),
            Token::Close => "`)`".into(),
            Token::OpenBracket => "`[`".into(),
            Token::CloseBracket => "`]`".into(),
            Token::Comma => "`,`".into(),
            Token::Dot => "`.`".into(),
            Token::Assign => "`=`".into(),
            Token::End => "the end".into(),
        }
    }
}

pub(super) const MAX_WORD: usize = 40;

/// Cuts a text into tokens, the last of which is [`Token::End`].
pub(super) fn tokens(text: &str, offsets: &Offsets) -> Result<Vec<(Token, Span)>, Mistake> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let from = at;
        at += letter.len_utf8();
        let next = bytes.get(at).copied();
        let mut double = |second: u8, long: Token, short: Option<Token>| {
            if next == Some(second) {
                at += 1;
                Some(long)
            } else {
                short
            }
        };
        let operator = |operator| Some(Token::Operator(operator));
        let token = match letter {
            _ if letter.is_whitespace() => continue,
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            '[' => Some(Token::OpenBracket),
            ']' => Some(Token::CloseBracket),
            ',' => Some(Token::Comma),
            '.' if !next.is_some_and(|n| n.is_ascii_digit()) => Some(Token::Dot),
            '+' => operator(Operator::Add),
            '-' => operator(Operator::Subtract),
            '*' => operator(Operator::Multiply),
            '/' => operator(Operator::Divide),
            '>' => double(b'=', Token::Operator(Operator::AtLeast), operator(Operator::Above)),
            '<' => double(b'=', Token::Operator(Operator::AtMost), operator(Operator::Below)),
            '=' => double(b'=', Token::Operator(Operator::Equal), Some(Token::Assign)),
            '!' => double(b'=', Token::Operator(Operator::Differs), None),
            _ if letter.is_ascii_alphabetic() || letter == '_' => {
                let word = take(&text[from..], |c| c.is_ascii_alphanumeric() || c == '_');
                at = from + word.len();
                if word.len() > MAX_WORD {
                    let reason = format!("this word has more than {MAX_WORD} letters");
                    return Err(Mistake::new(offsets.span(from, at), reason));
                }
                Some(Token::Word(word.to_owned()))
            }
            _ if letter.is_ascii_digit() || letter == '.' => {
                let (token, length) = number(&text[from..])
                    .map_err(|(length, reason)| Mistake::new(offsets.span(from, from + length), reason))?;
                at = from + length;
                Some(token)
            }
            _ => None,
        };
        let span = offsets.span(from, at);
        all.push((token.ok_or_else(|| Mistake::new(span, stray(letter)))?, span));
    }
    all.push((Token::End, offsets.span(text.len(), text.len())));
    Ok(all)
}

fn stray(letter: char) -> String {
    let cure = match letter {
        '&' => "; write `and`",
        '|' => "; write `or`",
        '!' => "; write `not`, or `!=` for what differs",
        '%' => "; write a percentage as a factor, for example `close * 1.01`",
        '^' => "; multiply instead",
        '"' | '\'' => "; names, times and timeframes stand without quotes",
        _ => "",
    };
    format!("`{}` has no meaning in an expression{cure}", letter.escape_debug())
}

fn take(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())]
}

/// A number, a time of day (`09:30`) or a timeframe (`15m`), and its length in bytes.
fn number(text: &str) -> Result<(Token, usize), (usize, String)> {
    let digits = take(text, |c| c.is_ascii_digit());
    if let Some(rest) = text[digits.len()..].strip_prefix(':') {
        let minutes = take(rest, |c| c.is_ascii_alphanumeric() || c == ':' || c == '.');
        let length = digits.len() + 1 + minutes.len();
        let sound = digits.len() == 2 && minutes.len() == 2;
        let time = text[..length].parse::<MinuteOfDay>().ok().filter(|_| sound);
        let reason = || format!("`{}` is not a time of day; write it as 09:30", &text[..length]);
        return time.map(|t| (Token::Time(t), length)).ok_or_else(|| (length, reason()));
    }
    let word = take(text, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    if let Ok(timeframe) = word.parse::<Timeframe>()
        && word.bytes().all(|b| !b.is_ascii_uppercase())
    {
        return Ok((Token::Timeframe(timeframe), word.len()));
    }
    // 1e-6: the sign belongs to the number.
    let mut length = word.len();
    if word.ends_with(['e', 'E']) && text[length..].starts_with(['+', '-']) {
        let exponent = take(&text[length + 1..], |c| c.is_ascii_alphanumeric() || c == '.');
        length += 1 + exponent.len();
    }
    let word = &text[..length];
    let plain = word.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b)) && !word.ends_with('.');
    match word.parse::<f64>() {
        Ok(x) if x.is_finite() && plain => Ok((Token::Number(x), length)),
        Ok(_) if plain => Err((length, format!("{word} is too large a number"))),
        _ if word.ends_with(|c: char| c.is_ascii_alphabetic()) => Err((
            length,
            format!("`{word}` is neither a number nor a timeframe; use for example 15, 15m, 1h or 1d"),
        )),
        _ => Err((length, format!("`{word}` is not a number"))),
    }
}
