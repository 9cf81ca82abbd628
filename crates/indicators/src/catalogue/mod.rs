//! Every indicator by name: what there is, what it takes, and how to run what a text names.
//!
//! A [`Spec`] is an indicator with its parameters settled; it can only be made if the parameters are right, so running
//! one cannot fail. [`compute`] runs it over columns, [`Spec::start`] bar by bar or block by block, with the same bits.
//!
//! A bar that lacks a number in a column the indicator reads (NaN, infinite, or of a size that nothing traded has: above
//! 10¹⁵, or not 0 and below 10⁻¹²) is stepped over: the outputs are NaN there and the state does not move, as if the bar
//! were absent.

mod bars;
mod compute;
mod kernels;
mod names;
mod own;
mod parse;
mod streams;
mod talib;

use std::fmt;
use std::sync::{Arc, LazyLock};

use ta_lib::abstract_api::FuncId;

pub use bars::{Bar, Columns, Input};
pub use compute::{Column, Instance, compute, compute_all};
use kernels::Kernel;
pub use names::column_names;
pub use parse::{ParseError, parse, parse_one};

/// The most columns one indicator has (central pivot range).
pub const MAX_OUTPUTS: usize = 9;

/// What the catalogue says about one indicator.
#[derive(Debug, Clone)]
pub struct Indicator {
    pub name: String,
    pub doc: &'static str,
    pub group: &'static str,
    pub parameters: Vec<Parameter>,
    /// The columns it reads.
    pub inputs: Vec<Input>,
    /// How many of the first inputs are plain series, which sources such as `high` may replace.
    pub series: usize,
    /// Column names; `{0}` stands for the first parameter, `{*}` for all of them.
    pub outputs: Vec<String>,
    origin: Origin,
}

/// One parameter of an indicator.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub doc: &'static str,
    pub kind: ParameterKind,
    pub default: f64,
}

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParameterKind {
    Integer {
        min: f64,
        max: f64,
    },
    Real {
        min: f64,
        max: f64,
    },
    /// One of these numbers, or its word.
    Choice(&'static [(i64, &'static str)]),
}

#[derive(Clone, Copy)]
enum Origin {
    Own(own::Start),
    TaLib(FuncId),
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(_) => f.write_str("Own"),
            Self::TaLib(function) => write!(f, "TaLib({})", function.name()),
        }
    }
}

impl Indicator {
    /// Where the code and the definition come from: `sauda` or `ta-lib`.
    pub fn source(&self) -> &'static str {
        match self.origin {
            Origin::Own(_) => "sauda",
            Origin::TaLib(_) => "ta-lib",
        }
    }

    /// Index of the first value with these parameters (of the session's, where it starts anew each session).
    fn warm_up(&self, parameters: &[f64]) -> Option<usize> {
        match self.origin {
            Origin::Own(start) => Some((start.warm_up)(parameters)),
            Origin::TaLib(function) => talib::warm_up(function, parameters),
        }
    }

    /// [`Spec::warm_up`] with every parameter left at its default.
    pub fn default_warm_up(&self) -> usize {
        let defaults: Vec<f64> = self.parameters.iter().map(|parameter| parameter.default).collect();
        self.warm_up(&defaults).unwrap_or(0)
    }
}

static CATALOGUE: LazyLock<Vec<Indicator>> = LazyLock::new(|| {
    let mut all = own::indicators();
    all.extend(talib::indicators(&all));
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
});

/// Every indicator, by name.
pub fn catalogue() -> &'static [Indicator] {
    &CATALOGUE
}

/// The indicator of this name; letter case does not matter.
pub fn find(name: &str) -> Option<&'static Indicator> {
    let name = name.to_ascii_lowercase();
    let at = CATALOGUE.binary_search_by(|indicator| indicator.name.as_str().cmp(&name)).ok()?;
    CATALOGUE.get(at)
}

/// Why there is no [`Spec`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpecError {
    #[error("unknown indicator `{name}`{}", names::hint(.nearest.as_deref()))]
    Unknown { name: String, nearest: Option<String> },
    #[error("`{indicator}` takes {}, not {given}", names::up_to(*.most))]
    TooMany { indicator: String, most: usize, given: usize },
    #[error("`{indicator}` reads {reads}; it takes {}, not {given}", names::sources(*.most))]
    TooManySources { indicator: String, reads: String, most: usize, given: usize },
    #[error("{parameter} of `{indicator}` must be a whole number, not {value}")]
    NotWhole { indicator: String, parameter: String, value: f64 },
    #[error("{parameter} {value} of `{indicator}` is out of range; use {min} to {max}")]
    OutOfRange { indicator: String, parameter: String, value: f64, min: f64, max: f64 },
    #[error("{parameter} {value} of `{indicator}` is not known; use {choices}")]
    NotAChoice { indicator: String, parameter: String, value: f64, choices: String },
    #[error("`{indicator}` cannot work with these parameters together: {parameters}")]
    Refused { indicator: String, parameters: String },
}

impl SpecError {
    fn unknown(name: &str) -> Self {
        Self::Unknown { name: name.into(), nearest: names::nearest_indicator(name).map(str::to_owned) }
    }
}

/// An indicator with its parameters, ready to run.
#[derive(Clone)]
pub struct Spec {
    indicator: &'static Indicator,
    parameters: Vec<f64>,
    inputs: Vec<Input>,
    warm_up: usize,
    /// Proof that the parameters are right; every run starts as a copy of it.
    fresh: Arc<dyn Kernel>,
}

impl Spec {
    /// Parameters left out take their defaults; sources (`high`, `volume`, …) replace the series it reads, in order.
    ///
    /// # Errors
    /// See [`SpecError`].
    pub fn new(name: &str, parameters: &[f64], sources: &[Input]) -> Result<Self, SpecError> {
        let indicator = find(name).ok_or_else(|| SpecError::unknown(name))?;
        let named = || indicator.name.clone();
        if parameters.len() > indicator.parameters.len() {
            let (most, given) = (indicator.parameters.len(), parameters.len());
            return Err(SpecError::TooMany { indicator: named(), most, given });
        }
        if sources.len() > indicator.series {
            let (most, given) = (indicator.series, sources.len());
            let reads = names::list(indicator.inputs.iter().map(|input| input.name()));
            return Err(SpecError::TooManySources { indicator: named(), reads, most, given });
        }
        let mut settled = Vec::with_capacity(indicator.parameters.len());
        for (i, parameter) in indicator.parameters.iter().enumerate() {
            let value = parameters.get(i).copied().unwrap_or(parameter.default);
            parameter.check(indicator, value)?;
            settled.push(value);
        }
        let mut inputs = indicator.inputs.clone();
        for (input, &source) in inputs.iter_mut().zip(sources) {
            *input = source;
        }
        let refused = || SpecError::Refused {
            indicator: named(),
            parameters: names::list(settled.iter().map(|&value| names::number(value))),
        };
        let warm_up = indicator.warm_up(&settled).ok_or_else(refused)?;
        let fresh: Box<dyn Kernel> = match indicator.origin {
            Origin::Own(start) => (start.kernel)(&settled, inputs.first().copied().unwrap_or(Input::Close))
                .map_err(|_| refused())?,
            Origin::TaLib(function) => {
                Box::new(talib::TaLib::new(function, &settled, &inputs).ok_or_else(refused)?)
            }
        };
        Ok(Self { indicator, parameters: settled, inputs, warm_up, fresh: fresh.into() })
    }

    pub fn indicator(&self) -> &'static Indicator {
        self.indicator
    }

    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// The columns it reads.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Index of the first value (of the session's, where it starts anew each session).
    pub fn warm_up(&self) -> usize {
        self.warm_up
    }

    /// Names of its columns, in the order of the outputs.
    pub fn columns(&self) -> Vec<String> {
        names::columns(self)
    }

    /// A run of its own, from the first bar.
    pub fn start(&self) -> Instance {
        Instance::new(self)
    }
}

impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.indicator.name == other.indicator.name
            && self.parameters == other.parameters
            && self.inputs == other.inputs
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spec({self})")
    }
}

/// The text that [`parse`] reads as this spec, with every parameter written out.
impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters = self.parameters.iter().map(|&value| names::number(value));
        let sources = self.inputs[..self.indicator.series].iter().map(|input| input.name().to_owned());
        let default = self.inputs == self.indicator.inputs;
        let arguments: Vec<String> = parameters.chain(sources.filter(|_| !default)).collect();
        write!(f, "{}({})", self.indicator.name, arguments.join(","))
    }
}

impl Parameter {
    fn check(&self, indicator: &Indicator, value: f64) -> Result<(), SpecError> {
        let named = || (indicator.name.clone(), self.name.clone());
        if let ParameterKind::Choice(values) = self.kind {
            if values.iter().any(|(number, _)| *number as f64 == value) {
                return Ok(());
            }
            let choices = names::list(values.iter().map(|(number, word)| format!("{number} ({word})")));
            let (indicator, parameter) = named();
            return Err(SpecError::NotAChoice { indicator, parameter, value, choices });
        }
        let (ParameterKind::Integer { min, max } | ParameterKind::Real { min, max }) = self.kind else {
            return Ok(());
        };
        if !(min..=max).contains(&value) {
            let (indicator, parameter) = named();
            return Err(SpecError::OutOfRange { indicator, parameter, value, min, max });
        }
        if matches!(self.kind, ParameterKind::Integer { .. }) && value.fract() != 0.0 {
            let (indicator, parameter) = named();
            return Err(SpecError::NotWhole { indicator, parameter, value });
        }
        Ok(())
    }
}
