//! The check every indicator makes on its parameters before it holds any state.

/// TA-Lib's own bound; it also bounds the memory a window may take.
pub const MAX_PERIOD: usize = 100_000;

/// A parameter outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{name} {value} is out of range; use {min} to {max}")]
pub struct ParameterError {
    pub name: &'static str,
    pub value: f64,
    pub min: f64,
    pub max: f64,
}

pub(crate) fn period(name: &'static str, value: usize, min: usize) -> Result<usize, ParameterError> {
    if (min..=MAX_PERIOD).contains(&value) {
        Ok(value)
    } else {
        Err(ParameterError { name, value: value as f64, min: min as f64, max: MAX_PERIOD as f64 })
    }
}

pub(crate) fn factor(name: &'static str, value: f64, max: f64) -> Result<f64, ParameterError> {
    if (0.0..=max).contains(&value) { Ok(value) } else { Err(ParameterError { name, value, min: 0.0, max }) }
}
