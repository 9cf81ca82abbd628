//! Parameter ranges, and the sets that they span.

use std::fmt::Display;

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
}

/// More could not be told from a mistake.
const MOST_SETS: u64 = 100_000_000;

impl Grid {
    pub fn read(strategy: &Description, params: &[String]) -> Result<Grid, Failure> {
        let mut axes: Vec<Axis> = Vec::with_capacity(params.len());
        for text in params {
            let axis = Axis::read(strategy, text)?;
            if axes.iter().any(|other| other.name == axis.name) {
                return Err(wrong(text, format!("`{}` is given twice", axis.name)));
            }
            axes.push(axis);
        }
        let sets = axes.iter().try_fold(1u64, |n, axis| n.checked_mul(axis.values.len() as u64));
        match sets {
            Some(sets) if sets <= MOST_SETS => Ok(Grid { axes, sets }),
            _ => Err(Failure::usage(format!(
                "--param: these ranges span more than {MOST_SETS} sets; widen the steps"
            ))),
        }
    }

    /// The values that a set gives to the axes, in their order.
    pub fn at(&self, set: u64) -> Vec<Value> {
        let mut rest = set;
        let mut values: Vec<Value> = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let n = axis.values.len() as u64;
            values.push(axis.values[(rest % n) as usize]);
            rest /= n;
        }
        values.reverse();
        values
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
        let known = strategy.parameters.iter().find(|p| p.name == name);
        // An unknown name gets the strategy's own message.
        let Some(parameter) = known else {
            let given = [(name.to_owned(), range.to_owned())];
            return Err(strategy.values(&given).map_or_else(Failure::usage, |_| wrong(text, "is not known")));
        };
        let whole = matches!(parameter.default, Value::Integer(_));
        let number = |part: &str| -> Result<f64, Failure> {
            let x: f64 = part.trim().parse().map_err(|_| wrong(text, format!("`{part}` is not a number")))?;
            if !x.is_finite() || (whole && x.fract() != 0.0) {
                return Err(wrong(
                    text,
                    format!("`{part}` is not a {}number", if whole { "whole " } else { "finite " }),
                ));
            }
            Ok(x)
        };
        let values: Vec<f64> = match range.split_once("..") {
            None => range.split(',').map(number).collect::<Result<_, _>>()?,
            Some((first, rest)) => {
                let (last, step) = rest.split_once(':').unwrap_or((rest, "1"));
                steps(text, number(first)?, number(last)?, number(step)?)?
            }
        };
        let value = |x: f64| if whole { Value::Integer(x as i64) } else { Value::Real(x) };
        let values: Vec<Value> = values.into_iter().map(value).collect();
        let (min, max) = (parameter.min.as_f64(), parameter.max.as_f64());
        if let Some(out) = values.iter().find(|v| v.as_f64() < min || v.as_f64() > max) {
            return Err(wrong(text, format!("{out} is outside {} to {}", parameter.min, parameter.max)));
        }
        Ok(Axis { name: name.to_owned(), values })
    }
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
    if count >= MOST_SETS as f64 {
        return Err(wrong(text, "the step is too small for the range"));
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
    fn wrong_ranges_say_why() {
        for (params, word) in [
            (&["period=10..5"][..], "swap"),
            (&["period=1..x"], "`x`"),
            (&["period=1.5"], "whole"),
            (&["period=10..20:0"], "step"),
            (&["period=10..999999999"], "step"),
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
