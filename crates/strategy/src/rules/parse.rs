//! The text form of an expression.
//!
//! From loosest to tightest: `or` · `and` · `not` · comparison (one) · `+ -` · `* /` · minus · `x[1]`, `x.name`.

use super::lexer::{Offsets, Token, tokens};
use super::mistake::{Mistake, Span};
use super::tree::{Argument, Distance, Expr, Kind, MAX_HEIGHT, Operator};

/// Longer expressions are refused: use `[let]`.
const MAX_TEXT: usize = 4_096;
const MAX_ARGUMENTS: usize = 32;

type Parsed = Result<Expr, Mistake>;

/// Reads one expression.
pub(super) fn expression(text: &str, offsets: &Offsets) -> Parsed {
    let mut parser = Parser::new(text, offsets)?;
    let expr = parser.any()?;
    parser.end()?;
    Ok(expr)
}

/// Reads a distance: `pct = 1`, `points = 50`, `atr = 2`, or rupees as any expression.
pub(super) fn distance(text: &str, offsets: &Offsets) -> Result<Distance, Mistake> {
    let mut parser = Parser::new(text, offsets)?;
    let make = match (&parser.tokens[0].0, parser.tokens.get(1).map(|t| &t.0)) {
        (Token::Word(word), Some(Token::Assign)) => match word.as_str() {
            "pct" => Distance::Percent,
            "points" => Distance::Points,
            "atr" => Distance::Atr,
            _ => {
                let reason = format!("`{word}` is not a unit of distance; use pct, points or atr");
                return Err(Mistake::new(parser.tokens[0].1, reason));
            }
        },
        _ => Distance::Rupees,
    };
    if parser.tokens.get(1).is_some_and(|t| t.0 == Token::Assign) {
        parser.at = 2;
    }
    let expr = parser.any()?;
    parser.end()?;
    Ok(make(expr))
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: u16,
}

impl Parser {
    fn new(text: &str, offsets: &Offsets) -> Result<Parser, Mistake> {
        if text.len() > MAX_TEXT {
            let reason =
                format!("this expression has more than {MAX_TEXT} characters; name its parts in [let]");
            return Err(Mistake::new(offsets.span(0, text.len()), reason));
        }
        if text.trim().is_empty() {
            let reason = "there is no expression here; write one, or leave the key out";
            return Err(Mistake::new(offsets.span(0, text.len().max(1)), reason));
        }
        Ok(Parser { tokens: tokens(text, offsets)?, at: 0, depth: 0 })
    }

    fn peek(&self) -> &Token {
        // The last token is the end, and is never passed.
        &self.tokens[self.at.min(self.tokens.len() - 1)].0
    }

    fn here(&self) -> Span {
        self.tokens[self.at.min(self.tokens.len() - 1)].1
    }

    fn before(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].1
    }

    fn takes(&mut self, token: &Token) -> bool {
        let there = self.peek() == token;
        self.at += usize::from(there);
        there
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let there = matches!(self.peek(), Token::Word(w) if w == word);
        self.at += usize::from(there);
        there
    }

    fn needs(&mut self, token: &Token) -> Result<(), Mistake> {
        if self.takes(token) { Ok(()) } else { Err(self.expected(&token.shown())) }
    }

    fn expected(&self, what: &str) -> Mistake {
        Mistake::new(self.here(), format!("expected {what}, found {}", self.peek().shown()))
    }

    fn end(&self) -> Result<(), Mistake> {
        match self.peek() {
            Token::End => Ok(()),
            Token::Close => Err(Mistake::new(self.here(), "this `)` closes nothing")),
            Token::Assign => Err(Mistake::new(self.here(), "`=` compares nothing; write `==`")),
            Token::Word(word) if word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or") => {
                let reason = format!("write `{}` in small letters", word.to_ascii_lowercase());
                Err(Mistake::new(self.here(), reason))
            }
            _ => Err(self.expected("an operator or the end")),
        }
    }

    /// Checks the depth of what was put together.
    fn made(&self, kind: Kind, from: Span) -> Parsed {
        let expr = Expr::new(kind, from.to(self.before()));
        if expr.height > MAX_HEIGHT {
            return Err(Mistake::new(expr.at, too_deep()));
        }
        Ok(expr)
    }

    fn any(&mut self) -> Parsed {
        // Parentheses and minus signs recurse here before anything is put together.
        self.depth += 1;
        if self.depth > MAX_HEIGHT {
            return Err(Mistake::new(self.here(), too_deep()));
        }
        let from = self.here();
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        self.joined(parts, Kind::Any, from)
    }

    fn all(&mut self) -> Parsed {
        let from = self.here();
        let mut parts = vec![self.not()?];
        while self.takes_word("and") {
            parts.push(self.not()?);
        }
        self.joined(parts, Kind::All, from)
    }

    fn joined(&self, mut parts: Vec<Expr>, kind: impl Fn(Vec<Expr>) -> Kind, from: Span) -> Parsed {
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            Some(last) => {
                parts.push(last);
                self.made(kind(parts), from)
            }
            None => Err(self.expected("a condition")),
        }
    }

    fn not(&mut self) -> Parsed {
        let from = self.here();
        let mut times = 0;
        while self.takes_word("not") {
            times += 1;
            if times > MAX_HEIGHT {
                return Err(Mistake::new(from.to(self.here()), too_deep()));
            }
        }
        let mut expr = self.comparison()?;
        for _ in 0..times {
            expr = self.made(Kind::Not(Box::new(expr)), from)?;
        }
        Ok(expr)
    }

    fn comparison(&mut self) -> Parsed {
        let from = self.here();
        let left = self.sum()?;
        let Token::Operator(operator) = *self.peek() else { return Ok(left) };
        if !operator.compares() {
            return Ok(left);
        }
        self.at += 1;
        let right = self.sum()?;
        if matches!(self.peek(), Token::Operator(next) if next.compares()) {
            let reason = "comparisons do not chain; write `a < b and b < c`";
            return Err(Mistake::new(self.here(), reason));
        }
        self.made(Kind::Binary { operator, left: Box::new(left), right: Box::new(right) }, from)
    }

    fn sum(&mut self) -> Parsed {
        self.chain(&[Operator::Add, Operator::Subtract], Parser::product)
    }

    fn product(&mut self) -> Parsed {
        self.chain(&[Operator::Multiply, Operator::Divide], Parser::negative)
    }

    fn chain(&mut self, operators: &[Operator], part: fn(&mut Parser) -> Parsed) -> Parsed {
        let from = self.here();
        let mut left = part(self)?;
        loop {
            let Token::Operator(operator) = *self.peek() else { return Ok(left) };
            if !operators.contains(&operator) {
                return Ok(left);
            }
            self.at += 1;
            let right = part(self)?;
            left =
                self.made(Kind::Binary { operator, left: Box::new(left), right: Box::new(right) }, from)?;
        }
    }

    fn negative(&mut self) -> Parsed {
        let from = self.here();
        let mut times = 0;
        while self.takes(&Token::Operator(Operator::Subtract)) {
            times += 1;
            if times > MAX_HEIGHT {
                return Err(Mistake::new(from.to(self.here()), too_deep()));
            }
        }
        let mut expr = self.postfix()?;
        for _ in 0..times {
            expr = self.made(Kind::Negative(Box::new(expr)), from)?;
        }
        Ok(expr)
    }

    fn postfix(&mut self) -> Parsed {
        let from = self.here();
        let mut expr = self.primary()?;
        loop {
            if self.takes(&Token::OpenBracket) {
                let bars = self.any()?;
                self.needs(&Token::CloseBracket)?;
                expr = self.made(Kind::Previous { of: Box::new(expr), bars: Box::new(bars) }, from)?;
            } else if self.takes(&Token::Dot) {
                let Token::Word(output) = self.peek().clone() else {
                    return Err(self.expected("the name of a value, as in `macd(12, 26, 9).signal`"));
                };
                self.at += 1;
                expr = self.made(Kind::Output { of: Box::new(expr), output }, from)?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let from = self.here();
        let token = self.peek().clone();
        let kind = match token {
            Token::Number(x) => Kind::Number(x),
            Token::Time(time) => Kind::Time(time),
            Token::Timeframe(timeframe) => Kind::Timeframe(timeframe),
            Token::Open => {
                self.at += 1;
                let inner = self.any()?;
                if !self.takes(&Token::Close) {
                    let reason = format!("this `(` is not closed; found {}", self.peek().shown());
                    return Err(Mistake::new(
                        if *self.peek() == Token::End { from } else { self.here() },
                        reason,
                    ));
                }
                return Ok(Expr { at: from.to(self.before()), ..inner });
            }
            Token::Word(word) => match word.as_str() {
                "true" => Kind::Truth(true),
                "false" => Kind::Truth(false),
                "and" | "or" | "not" => {
                    let found =
                        if word == "not" { "`not`; put it in parentheses" } else { &*format!("`{word}`") };
                    return Err(Mistake::new(from, format!("expected a value, found {found}")));
                }
                _ => {
                    self.at += 1;
                    if !self.takes(&Token::Open) {
                        return self.made(Kind::Name(word), from);
                    }
                    let arguments = self.arguments(from)?;
                    return self.made(Kind::Call { name: word, arguments }, from);
                }
            },
            Token::End => return Err(self.expected("a value: a number, a name or `(`")),
            _ => return Err(self.expected("a value")),
        };
        self.at += 1;
        self.made(kind, from)
    }

    fn arguments(&mut self, call: Span) -> Result<Vec<Argument>, Mistake> {
        let mut arguments = Vec::new();
        if self.takes(&Token::Close) {
            return Ok(arguments);
        }
        loop {
            if arguments.len() == MAX_ARGUMENTS {
                return Err(Mistake::new(self.here(), format!("more than {MAX_ARGUMENTS} arguments")));
            }
            let name = match (self.peek(), self.tokens.get(self.at + 1).map(|t| &t.0)) {
                (Token::Word(name), Some(Token::Assign)) => Some(name.clone()),
                _ => None,
            };
            self.at += if name.is_some() { 2 } else { 0 };
            arguments.push(Argument { name, value: self.any()? });
            if self.takes(&Token::Close) {
                return Ok(arguments);
            }
            if !self.takes(&Token::Comma) {
                if *self.peek() == Token::End {
                    return Err(Mistake::new(call, "this call is not closed; a `)` is missing"));
                }
                return Err(self.expected("`,` or `)`"));
            }
        }
    }
}

pub(super) fn too_deep() -> String {
    format!("this expression nests deeper than {MAX_HEIGHT}; name its parts in [let]")
}
