//! The text that names indicators: `sma(20), bbands(20, 2.5), vwap, ema(50, high)`.
//!
//! Arguments are numbers, in the order of the parameters; words of a choice (`ema` for a kind of average); and sources
//! (`open`, `high`, `low`, `close`, `volume`) for an indicator of a plain series. Nothing nests.

use super::names::{hint, nearest_indicator, nearest_source};
use super::{Input, ParameterKind, Spec, SpecError, find};

/// Long enough for any sensible list, short enough that hostile text costs nothing.
const MAX_TEXT: usize = 8192;
const MAX_SPECS: usize = 64;
const MAX_ARGUMENTS: usize = 16;
const MAX_WORD: usize = 40;

/// Where a text went wrong, in characters from 0, and why.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParseError {
    #[error("unknown indicator `{name}` at {position}{}", hint(.nearest.as_deref()))]
    UnknownIndicator { position: usize, name: String, nearest: Option<String> },
    #[error("unknown word `{word}` at {position}{}", hint(.nearest.as_deref()))]
    UnknownWord { position: usize, word: String, nearest: Option<String> },
    #[error("expected {expected} at {position}, found {found}")]
    Expected { position: usize, expected: &'static str, found: String },
    #[error("{source} (at {position})")]
    Spec { position: usize, source: SpecError },
    #[error("`{spec}` at {position} is given twice")]
    Twice { position: usize, spec: String },
    #[error("{what} at {position}; at most {most} are allowed")]
    TooMany { position: usize, what: &'static str, most: usize },
}

impl ParseError {
    /// Characters from the start of the text.
    pub fn position(&self) -> usize {
        match self {
            Self::UnknownIndicator { position, .. }
            | Self::UnknownWord { position, .. }
            | Self::Expected { position, .. }
            | Self::Spec { position, .. }
            | Self::Twice { position, .. }
            | Self::TooMany { position, .. } => *position,
        }
    }
}

/// Reads a list of indicators, separated by commas.
///
/// # Errors
/// The first thing wrong, with its place; see [`ParseError`].
pub fn parse(text: &str) -> Result<Vec<Spec>, ParseError> {
    let mut reader = Reader::new(text)?;
    let mut specs = Vec::new();
    loop {
        reader.space();
        let position = reader.at;
        if specs.len() == MAX_SPECS {
            return Err(ParseError::TooMany { position, what: "too many indicators", most: MAX_SPECS });
        }
        let spec = reader.spec()?;
        if specs.contains(&spec) {
            return Err(ParseError::Twice { position, spec: spec.to_string() });
        }
        specs.push(spec);
        reader.space();
        match reader.peek() {
            None => return Ok(specs),
            Some(',') => reader.at += 1,
            Some(_) => return Err(reader.expected("`,` or the end")),
        }
    }
}

/// Reads exactly one indicator.
///
/// # Errors
/// The first thing wrong, with its place; see [`ParseError`].
pub fn parse_one(text: &str) -> Result<Spec, ParseError> {
    let mut reader = Reader::new(text)?;
    reader.space();
    let spec = reader.spec()?;
    reader.space();
    if reader.peek().is_some() { Err(reader.expected("the end")) } else { Ok(spec) }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
}

impl Reader {
    fn new(text: &str) -> Result<Self, ParseError> {
        let letters: Vec<char> = text.chars().take(MAX_TEXT + 1).collect();
        if letters.len() > MAX_TEXT {
            return Err(ParseError::TooMany {
                position: MAX_TEXT,
                what: "too many characters",
                most: MAX_TEXT,
            });
        }
        Ok(Self { letters, at: 0 })
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn expected(&self, expected: &'static str) -> ParseError {
        let found = self.peek().map_or("the end".into(), |letter| format!("`{letter}`"));
        ParseError::Expected { position: self.at, expected, found }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> Result<String, ParseError> {
        let from = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        if self.at - from > MAX_WORD {
            let what = "too many characters in a word";
            return Err(ParseError::TooMany { position: from, what, most: MAX_WORD });
        }
        Ok(self.letters[from..self.at].iter().collect())
    }

    fn word(&mut self) -> Result<String, ParseError> {
        self.take(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    }

    fn spec(&mut self) -> Result<Spec, ParseError> {
        let position = self.at;
        let name = self.word()?;
        if name.is_empty() {
            return Err(self.expected("an indicator"));
        }
        let Some(indicator) = find(&name) else {
            let nearest = nearest_indicator(&name).map(str::to_owned);
            return Err(ParseError::UnknownIndicator { position, name, nearest });
        };
        let (mut parameters, mut sources, mut places) = (Vec::new(), Vec::new(), Vec::new());
        self.space();
        if self.peek() == Some('(') {
            self.at += 1;
            self.space();
            if self.peek() == Some(')') {
                self.at += 1;
            } else {
                loop {
                    self.space();
                    let place = self.at;
                    if places.len() == MAX_ARGUMENTS {
                        let what = "too many arguments";
                        return Err(ParseError::TooMany { position: place, what, most: MAX_ARGUMENTS });
                    }
                    let choices = match indicator.parameters.get(parameters.len()).map(|p| p.kind) {
                        Some(ParameterKind::Choice(values)) => values,
                        _ => &[],
                    };
                    match self.argument(choices)? {
                        Argument::Number(value) => {
                            parameters.push(value);
                            // A wrong value is reported at its own place rather than at the name.
                            if let Some(parameter) = indicator.parameters.get(parameters.len() - 1) {
                                let at_place = |source| ParseError::Spec { position: place, source };
                                parameter.check(indicator, value).map_err(at_place)?;
                            }
                        }
                        Argument::Source(source) => sources.push(source),
                    }
                    places.push(place);
                    self.space();
                    match self.peek() {
                        Some(',') => self.at += 1,
                        Some(')') => {
                            self.at += 1;
                            break;
                        }
                        _ => return Err(self.expected("`,` or `)`")),
                    }
                }
            }
        }
        Spec::new(&name, &parameters, &sources).map_err(|source| ParseError::Spec { position, source })
    }

    fn argument(&mut self, choices: &[(i64, &str)]) -> Result<Argument, ParseError> {
        let position = self.at;
        if self.peek().is_some_and(|letter| letter.is_ascii_alphabetic()) {
            let word = self.word()?;
            let lower = word.to_ascii_lowercase();
            if let Some((number, _)) = choices.iter().find(|(_, choice)| choice.eq_ignore_ascii_case(&lower))
            {
                return Ok(Argument::Number(*number as f64));
            }
            let source = Input::SERIES.into_iter().find(|source| source.name() == lower);
            let nearest = nearest_source(&lower).map(str::to_owned);
            return source.map(Argument::Source).ok_or(ParseError::UnknownWord { position, word, nearest });
        }
        let digits = self.take(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))?;
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Argument::Number(value)),
            _ if digits.is_empty() => Err(self.expected("a number or a source")),
            _ => {
                let found = format!("`{digits}`");
                Err(ParseError::Expected { position, expected: "a number", found })
            }
        }
    }
}

enum Argument {
    Number(f64),
    Source(Input),
}
