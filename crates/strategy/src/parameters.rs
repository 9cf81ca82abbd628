//! Typed parameters: range, default, meaning.

use std::borrow::Cow;

use thiserror::Error;

/// A word of a built-in strategy, or one that a rule file brought.
pub type Text = Cow<'static, str>;

/// One parameter of a strategy.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    pub name: Text,
    pub default: Value,
    pub min: Value,
    pub max: Value,
    /// Meaning and unit, one line.
    pub doc: Text,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value {
    Integer(i64),
    Real(f64),
}

/// Values for every parameter of one strategy, each inside its range.
#[derive(Clone, PartialEq, Debug)]
pub struct Values {
    values: Vec<(Text, Value)>,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum ParameterError {
    #[error("strategy `{strategy}` has no parameter `{name}`; it has {known}")]
    Unknown { strategy: Text, name: String, known: String },
    #[error("parameter `{name}` of `{strategy}` must be {wanted}, not `{value}`")]
    NotANumber { strategy: Text, name: Text, wanted: &'static str, value: String },
    #[error("parameter `{name}` of `{strategy}` must be {min} to {max}, not {value}")]
    OutOfRange { strategy: Text, name: Text, min: Value, max: Value, value: Value },
    #[error("parameter `{name}` of `{strategy}` is given twice")]
    Twice { strategy: Text, name: Text },
    #[error("parameters of `{strategy}` do not fit together: {why}")]
    Conflict { strategy: Text, why: String },
}

impl Parameter {
    pub const fn integer(
        name: &'static str,
        default: i64,
        min: i64,
        max: i64,
        doc: &'static str,
    ) -> Parameter {
        let v = Value::Integer;
        let (name, doc) = (Cow::Borrowed(name), Cow::Borrowed(doc));
        Parameter { name, default: v(default), min: v(min), max: v(max), doc }
    }

    pub const fn real(name: &'static str, default: f64, min: f64, max: f64, doc: &'static str) -> Parameter {
        let v = Value::Real;
        let (name, doc) = (Cow::Borrowed(name), Cow::Borrowed(doc));
        Parameter { name, default: v(default), min: v(min), max: v(max), doc }
    }

    fn read(&self, strategy: &Text, text: &str) -> Result<Value, ParameterError> {
        let named = || (strategy.clone(), self.name.clone());
        let bad = |wanted| {
            let (strategy, name) = named();
            ParameterError::NotANumber { strategy, name, wanted, value: text.to_owned() }
        };
        let value = match self.default {
            Value::Integer(_) => Value::Integer(text.parse().map_err(|_| bad("a whole number"))?),
            Value::Real(_) => {
                let x: f64 = text.parse().map_err(|_| bad("a number"))?;
                if !x.is_finite() {
                    return Err(bad("a finite number"));
                }
                Value::Real(x)
            }
        };
        if value.as_f64() < self.min.as_f64() || value.as_f64() > self.max.as_f64() {
            let ((strategy, name), min, max) = (named(), self.min, self.max);
            return Err(ParameterError::OutOfRange { strategy, name, min, max, value });
        }
        Ok(value)
    }
}

impl Value {
    pub fn as_f64(self) -> f64 {
        match self {
            Value::Integer(n) => n as f64,
            Value::Real(x) => x,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Integer(n) => write!(f, "{n}"),
            Value::Real(x) => write!(f, "{x}"),
        }
    }
}

impl Values {
    /// Defaults, overridden by the `given` name–text pairs.
    pub fn read(
        strategy: &Text,
        parameters: &[Parameter],
        given: &[(String, String)],
    ) -> Result<Values, ParameterError> {
        let mut values: Vec<_> = parameters.iter().map(|p| (p.name.clone(), p.default)).collect();
        let mut seen = vec![false; parameters.len()];
        for (name, text) in given {
            let Some(i) = parameters.iter().position(|p| p.name == *name) else {
                let known = if parameters.is_empty() {
                    "none".to_owned()
                } else {
                    parameters.iter().map(|p| &*p.name).collect::<Vec<_>>().join(", ")
                };
                return Err(ParameterError::Unknown {
                    strategy: strategy.clone(),
                    name: name.clone(),
                    known,
                });
            };
            if seen[i] {
                let name = parameters[i].name.clone();
                return Err(ParameterError::Twice { strategy: strategy.clone(), name });
            }
            seen[i] = true;
            values[i].1 = parameters[i].read(strategy, text)?;
        }
        Ok(Values { values })
    }

    /// Values that were checked already.
    pub(crate) fn of(values: Vec<(Text, Value)>) -> Values {
        Values { values }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, Value)> + '_ {
        self.values.iter().map(|(name, value)| (&**name, *value))
    }

    /// A declared parameter.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.values.iter().find(|(n, _)| n == name).map(|(_, value)| *value)
    }

    /// A declared whole-number parameter.
    pub fn integer(&self, name: &str) -> usize {
        self.get(name).map_or(0, |v| v.as_f64() as usize)
    }

    /// A declared real parameter.
    pub fn real(&self, name: &str) -> f64 {
        self.get(name).map_or(0.0, Value::as_f64)
    }
}
