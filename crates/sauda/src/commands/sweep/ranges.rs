//! Parameter ranges, and the sets that they span.

use std::fmt::Display;

use ::backtest::search::Space;
use strategy::{Description, Value, Values};

use crate::failure::Failure;

/// One parameter and the values it takes.
pub struct Axis {
    pub name: String,
    pub values: Vec<Value>,
}

/// The product of all axes: set 0 has every first value, the last axis turns fastest.
pub struct Grid {
    pub axes: Vec<Axis>,
    pub sets: u64,
    space: Space,
}

/// Sets that are tried one and all: their rows take a gigabyte and a half. More could not be told from a mistake.
pub const MOST_SETS: u64 = 10_000_000;
/// Sets that a search may pick from: every number is exact in JSON up to here.
pub const MOST_SEARCHED: u64 = 1 << 53;
/// Values on one axis.
const MOST_VALUES: f64 = 1e6;

impl Grid {
    /// A grid that can be tried whole.
    pub fn read(strategy: &Description, params: &[String]) -> Result<Grid, Failure> {
        Grid::read_up_to(MOST_SETS, strategy, params)
    }

    /// A grid of at most so many sets.
    pub fn read_up_to(most: u64, strategy: &Description, params: &[String]) -> Result<Grid, Failure> {
        let mut axes: Vec<Axis> = Vec::with_capacity(params.len());
        for text in params {
            let axis = Axis::read(strategy, text)?;
            if axes.iter().any(|other| other.name == axis.name) {
                return Err(wrong(text, format!("`{}` is given twice", axis.name)));
            }
            axes.push(axis);
        }
        let space = Space::new(axes.iter().map(|axis| axis.values.len()).collect());
        let cure = if most < MOST_SEARCHED { ", or try some of them with --adaptive N" } else { "" };
        space
            .filter(|space| space.sets() <= most)
            .map(|space| Grid { axes, sets: space.sets(), space })
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--param: these ranges span more than {most} sets; widen the steps{cure}"
                ))
            })
    }

    /// The same without names and values.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The values that a set gives to the axes, in their order.
    pub fn at(&self, set: u64) -> Vec<Value> {
        self.axes.iter().zip(self.space.places(set)).map(|(axis, place)| axis.values[place]).collect()
    }

    /// All parameters of a set; an error where they do not fit together, as fast ≥ slow.
    pub fn values(&self, strategy: &Description, set: u64) -> Result<Values, strategy::ParameterError> {
        let given: Vec<(String, String)> = self
            .axes
            .iter()
            .zip(self.at(set))
            .map(|(axis, value)| (axis.name.clone(), value.to_string()))
            .collect();
        strategy.values(&given)
    }
}

impl Axis {
    /// `fast=5..54`, `slow=60..255:5`, `k=1,2,4` or one value.
    fn read(strategy: &Description, text: &str) -> Result<Axis, Failure> {
        let (name, range) = text
            .split_once('=')
            .ok_or_else(|| wrong(text, "write NAME=FIRST..LAST or NAME=FIRST..LAST:STEP"))?;
        let name = name.trim();
        let known = strategy.parameters.iter().find(|p| p.name == name);
        // An unknown name gets the strategy's own message.
        let Some(parameter) = known else {
            let given = [(name.to_owned(), range.to_owned())];
            return Err(strategy.values(&given).map_or_else(Failure::usage, |_| wrong(text, "is not known")));
        };
        let whole = matches!(parameter.default, Value::Integer(_));
        let number = |part: &str| number(text, part.trim(), whole);
        let (min, max) = (parameter.min.as_f64(), parameter.max.as_f64());
        let inside = |x: f64| {
            if x < min || x > max {
                let (min, max) = (parameter.min, parameter.max);
                return Err(wrong(text, format!("{x} is outside {min} to {max}, which `{name}` may be")));
            }
            Ok(x)
        };
        let mut values: Vec<f64> = match range.split_once("..") {
            None => range.split(',').map(|part| number(part).and_then(inside)).collect::<Result<_, _>>()?,
            Some((first, rest)) => {
                let (last, step) = rest.split_once(':').unwrap_or((rest, "1"));
                let (first, last, step) = (number(first)?, number(last)?, number(step)?);
                steps(text, inside(first)?, inside(last)?, step)?
            }
        };
        // The sets next to one another are those with the next values.
        values.sort_unstable_by(f64::total_cmp);
        if let Some([twice, ..]) = values.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(wrong(text, format!("{twice} is in it twice")));
        }
        let value = |x: f64| if whole { Value::Integer(x as i64) } else { Value::Real(x) };
        Ok(Axis { name: name.to_owned(), values: values.into_iter().map(value).collect() })
    }
}

fn number(text: &str, part: &str, whole: bool) -> Result<f64, Failure> {
    if part.is_empty() {
        return Err(wrong(text, "a number is missing; write NAME=FIRST..LAST:STEP or NAME=1,2,4"));
    }
    let x: f64 = part.parse().map_err(|_| wrong(text, format!("`{part}` is not a number")))?;
    if !x.is_finite() || (whole && x.fract() != 0.0) {
        let kind = if whole { "whole" } else { "finite" };
        return Err(wrong(text, format!("`{part}` is not a {kind} number")));
    }
    Ok(x)
}

/// `first`, `first + step`, … up to `last`, which belongs to it if a step meets it.
fn steps(text: &str, first: f64, last: f64, step: f64) -> Result<Vec<f64>, Failure> {
    if step <= 0.0 {
        return Err(wrong(text, "the step must be above 0"));
    }
    if last < first {
        return Err(wrong(text, "the range is empty: its end lies before its start; swap them"));
    }
    // A hair of slack: 0.1 added ten times is not 1.
    let count = ((last - first) / step + 1e-9).floor();
    if count >= MOST_VALUES {
        return Err(wrong(
            text,
            format!("the step is too small for the range: more than {MOST_VALUES} values"),
        ));
    }
    // Rounded where binary fractions would show: 0.30000000000000004.
    Ok((0..=count as u64).map(|i| ((first + i as f64 * step) * 1e9).round() / 1e9).collect())
}

fn wrong(text: &str, why: impl Display) -> Failure {
    Failure::usage(format!("--param `{text}`: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(params: &[&str]) -> Result<Grid, Failure> {
        let strategy = strategy::registry().iter().find(|d| d.name == "bollinger_breakout").unwrap();
        Grid::read(strategy, &params.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_last_axis_turns_fastest() {
        let grid = grid(&["period=10..20:5", "deviations=1..2:0.5"]).unwrap_or_else(|_| panic!("a grid"));
        assert_eq!(grid.sets, 9);
        let shown = |set| grid.at(set).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(
            (shown(0), shown(1), shown(3), shown(8)),
            ("10 1".into(), "10 1.5".into(), "15 1".into(), "20 2".into())
        );
    }

    #[test]
    fn a_list_is_put_in_order() {
        let grid = grid(&["period=20,10,15"]).unwrap_or_else(|_| panic!("a grid"));
        assert_eq!(grid.axes[0].values, [10, 15, 20].map(Value::Integer));
    }

    #[test]
    fn a_grid_too_large_to_try_can_be_searched() {
        let strategy = strategy::registry().iter().find(|d| d.name == "bollinger_breakout").unwrap();
        let params = ["period=3..500".to_owned(), "deviations=0.1..9.9:0.0001".to_owned()];
        assert!(
            matches!(Grid::read(strategy, &params), Err(Failure::Usage(words)) if words.contains("--adaptive"))
        );
        let grid = Grid::read_up_to(MOST_SEARCHED, strategy, &params).unwrap_or_else(|_| panic!("a grid"));
        assert_eq!(grid.sets, 498 * 98_001);
    }

    #[test]
    fn wrong_ranges_say_why() {
        for (params, word) in [
            (&["period=10..5"][..], "swap"),
            (&["period=1..x"], "`x`"),
            (&["period=1.5"], "whole"),
            (&["period=10..20:0"], "step"),
            (&["period=10..999999999"], "outside"),
            (&["deviations=1..2:0.0000001"], "step"),
            (&["period="], "missing"),
            (&["period=5.."], "missing"),
            (&["period=5,,7"], "missing"),
            (&["period=7,5,7"], "7 is in it twice"),
            (&["period=inf"], "whole"),
            (&["deviations=1..NaN"], "finite"),
            (&["period=10..200000:1000"], "outside"),
            (&["period=10", "period=11"], "twice"),
            (&["length=10"], "length"),
            (&["period"], "NAME=FIRST..LAST"),
            (&["deviations=NaN"], "finite"),
        ] {
            match grid(params) {
                Err(Failure::Usage(words)) => assert!(words.contains(word), "{words}"),
                _ => panic!("{params:?} was taken"),
            }
        }
    }
}
