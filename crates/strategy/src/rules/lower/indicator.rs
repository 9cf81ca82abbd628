//! Calls of the catalogue's indicators, over the bar's columns or over anything computed.
//!
//! `ema(close, 9)`, `ema(9)` and `ema(9, close)` are the same: what is the same at every bar is a parameter, in the
//! order of the catalogue; what is not is a series, in the order in which the indicator reads them.

use indicators::catalogue::{Indicator, Input, ParameterKind, find};
use indicators::{Spec, SpecError};

use super::{At, Lower, Lowered, Lowering};
use crate::rules::mistake::{Mistake, Span};
use crate::rules::names::did_you_mean;
use crate::rules::program::{Op, Operand};
use crate::rules::tree::{Argument, Expr, Kind};

/// An indicator by its name. TA-Lib's functions whose plain names the language uses itself (`max`) are `ta_max`.
fn indicator(name: &str) -> Option<&'static Indicator> {
    let exact = |name: &str| find(name).filter(|indicator| indicator.name == name);
    exact(name)
        .or_else(|| exact(name.strip_prefix("ta_")?).filter(|indicator| indicator.source() == "ta-lib"))
}

/// The short names of an indicator's values: of `macd_signal_{2}` it is `signal`.
pub(in crate::rules) fn value_names(indicator: &Indicator) -> Vec<String> {
    let words = |template: &String| {
        let mut plain = String::new();
        let mut inside = false;
        for letter in template.chars() {
            match letter {
                '{' => inside = true,
                '}' => {
                    inside = false;
                    plain.push('_');
                }
                _ if !inside => plain.push(letter),
                _ => {}
            }
        }
        plain.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<String>>()
    };
    let all: Vec<Vec<String>> = indicator.outputs.iter().map(words).collect();
    let mut common = 0;
    while let Some(word) = all.first().and_then(|first| first.get(common))
        && all.iter().all(|one| one.get(common) == Some(word))
    {
        common += 1;
    }
    let name = |words: &Vec<String>| match &words[common..] {
        // The line that gives the indicator its name.
        [] => "line".to_owned(),
        rest => rest.join("_"),
    };
    all.iter().map(name).collect()
}

impl Lowering<'_> {
    pub(super) fn indicator(
        &mut self,
        name: &str,
        arguments: &[Argument],
        span: Span,
        at: At,
    ) -> Lower<Lowered> {
        let Some(indicator) = indicator(name) else {
            return Err(match self.name(name, span, at) {
                Ok(_) => {
                    Mistake::new(span, format!("`{name}` takes no arguments; leave the parentheses out"))
                }
                Err(_) => self.unknown(name, span),
            });
        };
        let mut parameters: Vec<Option<(f64, Span)>> = vec![None; indicator.parameters.len()];
        let mut series: Vec<(Operand, Span)> = Vec::new();
        let mut next = 0;
        for argument in arguments {
            let place = match &argument.name {
                Some(word) => named(indicator, word, argument.value.at)?,
                None => next,
            };
            let kind = indicator.parameters.get(place).map(|p| p.kind);
            let word = kind.and_then(|kind| choice(kind, &argument.value));
            let value = match word {
                Some(number) => Operand::Constant(number),
                None => self.number(&argument.value, at)?,
            };
            let Operand::Constant(x) = value else {
                if argument.name.is_some() {
                    let reason = "a parameter of an indicator must be the same at every bar";
                    return Err(Mistake::new(argument.value.at, reason));
                }
                series.push((value, argument.value.at));
                continue;
            };
            match parameters.get_mut(place) {
                Some(slot @ None) => *slot = Some((x, argument.value.at)),
                Some(_) => return Err(Mistake::new(argument.value.at, "this parameter is given twice")),
                None => {
                    let most = indicator.parameters.len();
                    let reason = format!(
                        "`{name}` takes at most {most} parameter{}",
                        if most == 1 { "" } else { "s" }
                    );
                    return Err(Mistake::new(argument.value.at, reason));
                }
            }
            if argument.name.is_none() {
                next += 1;
            }
        }
        if series.len() > indicator.series {
            let at = series[indicator.series].1;
            let own: Vec<&str> = indicator.inputs.iter().map(|input| input.name()).collect();
            let reason = match indicator.series {
                0 => format!(
                    "`{name}` reads {} of the bars themselves; it is not computed over another series",
                    own.join(", ")
                ),
                most => format!("`{name}` is computed over {most} series, not more"),
            };
            return Err(Mistake::new(at, reason));
        }
        self.run_over(indicator, &parameters, &series, span, at)
    }

    fn run_over(
        &mut self,
        indicator: &'static Indicator,
        parameters: &[Option<(f64, Span)>],
        series: &[(Operand, Span)],
        span: Span,
        at: At,
    ) -> Lower<Lowered> {
        let (sources, feeds) = places(indicator, series).ok_or_else(|| {
            Mistake::new(span, format!("`{}` cannot be computed over these series", indicator.name))
        })?;
        let settled: Vec<f64> = parameters
            .iter()
            .zip(&indicator.parameters)
            .map(|(given, parameter)| given.map_or(parameter.default, |(x, _)| x))
            .collect();
        let spec = Spec::new(&indicator.name, &settled, &sources).map_err(|error| {
            let place = match &error {
                SpecError::NotWhole { parameter, .. }
                | SpecError::OutOfRange { parameter, .. }
                | SpecError::NotAChoice { parameter, .. } => {
                    let i = indicator.parameters.iter().position(|p| p.name == *parameter);
                    i.and_then(|i| parameters[i]).map(|(_, at)| at)
                }
                _ => None,
            };
            Mistake::new(place.unwrap_or(span), error.to_string())
        })?;
        let fed = feeds.iter().flatten().map(|&feed| self.stages[at].warm_up_of(feed)).max().unwrap_or(0);
        let warm = spec.warm_up() as u64 + fed;
        let first = self.push_registers(at, Op::Indicator { spec, feeds }, warm, span)?;
        let names = value_names(indicator);
        if names.len() == 1 {
            return Ok(Lowered::Number(Operand::Register(first)));
        }
        let values = (first..).map(Operand::Register);
        Ok(Lowered::Several { of: indicator.name.clone(), values: names.into_iter().zip(values).collect() })
    }

    /// The highest or lowest of the last bars, this one included: the edge of a Donchian channel of the series.
    pub(super) fn extreme(
        &mut self,
        high: bool,
        x: &Expr,
        bars: &Expr,
        span: Span,
        at: At,
    ) -> Lower<Lowered> {
        let series = self.number(x, at)?;
        if let Operand::Constant(_) = series {
            return Err(Mistake::new(x.at, "this is the same at every bar; use a series such as close"));
        }
        let bars_at = bars.at;
        let Operand::Constant(bars) = self.number(bars, at)? else {
            return Err(Mistake::new(bars_at, "the number of bars must be the same at every bar"));
        };
        let spec =
            Spec::new("donchian", &[bars], &[]).map_err(|error| Mistake::new(bars_at, error.to_string()))?;
        let warm = spec.warm_up() as u64 + self.stages[at].warm_up_of(series);
        let feeds = [None, Some(series), Some(series), None, None];
        let first = self.push_registers(at, Op::Indicator { spec, feeds }, warm, span)?;
        Ok(Lowered::Number(Operand::Register(first + u32::from(!high))))
    }
}

/// The place of a parameter that is called by its name.
fn named(indicator: &Indicator, word: &str, at: Span) -> Lower<usize> {
    indicator.parameters.iter().position(|p| p.name == word).ok_or_else(|| {
        let names: Vec<&str> = indicator.parameters.iter().map(|p| p.name.as_str()).collect();
        let hint = match did_you_mean(word, names.iter().copied()) {
            hint if !hint.is_empty() => hint,
            _ if names.is_empty() => "; it takes none".to_owned(),
            _ => format!("; it has {}", names.join(", ")),
        };
        Mistake::new(at, format!("`{}` has no parameter `{word}`{hint}", indicator.name))
    })
}

/// The number of a word such as `ema` where a kind of average is asked for.
fn choice(kind: ParameterKind, value: &Expr) -> Option<f64> {
    let (ParameterKind::Choice(choices), Kind::Name(word)) = (kind, &value.kind) else { return None };
    choices.iter().find(|(_, choice)| choice.eq_ignore_ascii_case(word)).map(|(number, _)| *number as f64)
}

type Feeds = [Option<Operand>; 5];

/// Which columns the series take the places of. The bar's own columns are named as they are; anything computed stands in
/// for a column that the indicator does not read otherwise.
fn places(indicator: &Indicator, series: &[(Operand, Span)]) -> Option<(Vec<Input>, Feeds)> {
    let mut feeds: Feeds = [None; 5];
    let columns: Option<Vec<Input>> = series
        .iter()
        .map(|(operand, _)| if let Operand::Column(input) = operand { Some(*input) } else { None })
        .collect();
    if let Some(columns) = columns {
        return Some((columns, feeds));
    }
    let mut free = [Input::Close, Input::Open, Input::High, Input::Low, Input::Volume]
        .into_iter()
        .filter(|input| !indicator.inputs[series.len()..].contains(input));
    let mut sources = Vec::new();
    for (operand, _) in series {
        let input = free.next()?;
        let slot = Input::SERIES.iter().position(|known| *known == input)?;
        feeds[slot] = Some(*operand);
        sources.push(input);
    }
    Some((sources, feeds))
}
