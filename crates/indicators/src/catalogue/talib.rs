//! TA-Lib's functions as the catalogue lists and runs them.
//!
//! A column is computed by the library's batch functions, a stream by its streaming ones, which it promises give the
//! same bits. A stream can only be opened on as many bars as its look-back needs, so those are kept until then.

use std::sync::LazyLock;

use ta_lib::Core;
use ta_lib::abstract_api::{FuncId, FuncInfo, InputType, OptInputType, OutputType, ParamHolder, funcs};

use super::bars::{Bar, Columns, Input};
use super::kernels::Kernel;
use super::streams::{self, Stream};
use super::{Indicator, MAX_OUTPUTS, Origin, Parameter, ParameterKind};

static CORE: LazyLock<Core> = LazyLock::new(Core::new);

/// Every function; one whose plain name belongs to an indicator of this crate is listed as `ta_name`.
pub(super) fn indicators(taken: &[Indicator]) -> Vec<Indicator> {
    let listed = |info: &'static FuncInfo| {
        let name = info.name.to_ascii_lowercase();
        let name = if taken.iter().any(|own| own.name == name) { format!("ta_{name}") } else { name };
        let inputs = inputs(info);
        Indicator {
            doc: info.hint,
            group: info.group.as_str(),
            parameters: info.opt_inputs.iter().map(parameter).collect(),
            series: info.inputs.iter().filter(|input| input.kind == InputType::Real).count(),
            outputs: outputs(info, &name),
            origin: Origin::TaLib(info.id),
            inputs,
            name,
        }
    };
    funcs().map(listed).collect()
}

/// The library takes series first and then the parts of the bar, so a source replaces the first inputs.
fn inputs(info: &FuncInfo) -> Vec<Input> {
    let pair = info.inputs.iter().filter(|input| input.kind == InputType::Real).count() > 1;
    let mut series = if pair { [Input::High, Input::Low] } else { [Input::Close; 2] }.into_iter();
    let mut all = Vec::new();
    for input in info.inputs {
        match input.kind {
            InputType::Price => {
                let parts = Input::SERIES.into_iter().enumerate();
                all.extend(parts.filter(|(bit, _)| input.flags.bits() >> bit & 1 == 1).map(|(_, part)| part));
            }
            _ => all.extend(series.next()),
        }
    }
    all
}

fn parameter(info: &'static ta_lib::abstract_api::OptInputInfo) -> Parameter {
    let (kind, default) = match info.kind {
        OptInputType::IntegerRange { min, max, default, .. } => {
            (ParameterKind::Integer { min: f64::from(min), max: f64::from(max) }, f64::from(default))
        }
        OptInputType::RealRange { min, max, default, .. } => (ParameterKind::Real { min, max }, default),
        OptInputType::RealList { default, .. } => {
            (ParameterKind::Real { min: f64::MIN, max: f64::MAX }, default)
        }
        OptInputType::IntegerList { values, default } => (ParameterKind::Choice(values), default as f64),
    };
    let name = snake(info.param_name.strip_prefix("optIn").unwrap_or(info.param_name));
    Parameter { name, doc: info.hint, kind, default }
}

/// `name_output_parameters`, or `name_parameters` for the only output.
fn outputs(info: &FuncInfo, name: &str) -> Vec<String> {
    let described = |output: &str| {
        let output = output.strip_prefix("out").unwrap_or(output);
        let output = output.strip_prefix("Real").or(output.strip_prefix("Integer")).unwrap_or(output);
        let output = snake(output);
        let plain = info.name.to_ascii_lowercase();
        let output = output.strip_prefix(&plain).unwrap_or(&output).trim_matches('_');
        if output.is_empty() || info.outputs.len() == 1 {
            format!("{name}{{*}}")
        } else {
            format!("{name}_{output}{{*}}")
        }
    };
    info.outputs.iter().map(|output| described(output.param_name)).collect()
}

/// `SlowK` to `slow_k`, `MACDSignal` to `macd_signal`.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, &letter) in letters.iter().enumerate() {
        let starts_word = i > 0
            && letter.is_ascii_uppercase()
            && (!letters[i - 1].is_ascii_uppercase()
                || letters.get(i + 1).is_some_and(char::is_ascii_lowercase));
        if starts_word && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn call(function: FuncId, parameters: &[f64]) -> Option<ParamHolder<'static>> {
    let mut call = function.new_call(&CORE);
    for (i, (info, &value)) in function.info().opt_inputs.iter().zip(parameters).enumerate() {
        match info.kind {
            OptInputType::IntegerRange { .. } | OptInputType::IntegerList { .. } => {
                call.set_opt_input(i, value as i32).ok()?;
            }
            _ => {
                call.set_opt_input(i, value).ok()?;
            }
        }
    }
    Some(call)
}

/// Index of the first value, or `None` if the library refuses these parameters together.
pub(super) fn warm_up(function: FuncId, parameters: &[f64]) -> Option<usize> {
    call(function, parameters)?.lookback().ok()
}

#[derive(Clone)]
pub(super) struct TaLib {
    function: FuncId,
    parameters: Vec<f64>,
    inputs: Vec<Input>,
    warm_up: usize,
    state: State,
}

enum State {
    /// The first bars, a column per input.
    Warming(Vec<Vec<f64>>),
    Live(Box<dyn Stream>),
    /// The library refused to open the stream.
    Refused,
}

impl Clone for State {
    fn clone(&self) -> Self {
        match self {
            Self::Warming(history) => Self::Warming(history.clone()),
            Self::Live(stream) => Self::Live(stream.fork()),
            Self::Refused => Self::Refused,
        }
    }
}

impl TaLib {
    pub(super) fn new(function: FuncId, parameters: &[f64], inputs: &[Input]) -> Option<Self> {
        Some(Self {
            function,
            parameters: parameters.to_vec(),
            inputs: inputs.to_vec(),
            warm_up: warm_up(function, parameters)?,
            state: State::Warming(vec![Vec::new(); inputs.len()]),
        })
    }

    /// The library's batch function over clean columns; `None` if it refuses, with the outputs untouched.
    fn batch(&self, columns: &Columns<'_>, out: &mut [&mut [f64]]) -> Option<()> {
        let last = columns.len().checked_sub(1)?;
        let info = self.function.info();
        let mut call = call(self.function, &self.parameters)?;
        let mut series = self.inputs.iter();
        for (slot, input) in info.inputs.iter().enumerate() {
            if input.kind == InputType::Price {
                let c = columns;
                call.set_price_input(
                    slot,
                    Some(c.open),
                    Some(c.high),
                    Some(c.low),
                    Some(c.close),
                    Some(c.volume),
                    None,
                )
                .ok()?;
            } else {
                call.set_input(slot, columns.get(*series.next()?)).ok()?;
            }
        }
        let mut whole: Vec<Vec<i32>> = info
            .outputs
            .iter()
            .map(
                |output| if output.kind == OutputType::Integer { vec![0; columns.len()] } else { Vec::new() },
            )
            .collect();
        let range = {
            for (i, (real, whole)) in out.iter_mut().zip(&mut whole).enumerate() {
                match info.outputs.get(i)?.kind {
                    OutputType::Real => call.set_output(i, real).ok()?,
                    OutputType::Integer => call.set_int_output(i, whole).ok()?,
                };
            }
            call.call(0, last).ok()?
        };
        for (column, whole) in out.iter_mut().zip(whole) {
            for (value, whole) in column.iter_mut().zip(&whole) {
                *value = f64::from(*whole);
            }
            // The library writes its first value at 0, wherever in the input it belongs.
            column.copy_within(..range.count, range.beg_idx);
            column[..range.beg_idx].fill(f64::NAN);
            column[range.beg_idx + range.count..].fill(f64::NAN);
            one_zero(column);
        }
        Some(())
    }
}

/// -0 becomes 0. The two are equal, and of equal numbers the library's batch functions and its streams do not always
/// take the same one as the lowest or highest; a rule that divides by it would see infinities of opposite sign.
fn one_zero(values: &mut [f64]) {
    for value in values {
        *value += 0.0;
    }
}

impl Kernel for TaLib {
    fn next(&mut self, bar: &Bar, out: &mut [f64]) {
        let mut values = [0.0; 8];
        for (value, &input) in values.iter_mut().zip(&self.inputs) {
            *value = bar.get(input);
        }
        match &mut self.state {
            State::Live(stream) => {
                // The library refuses a bar whose intermediate values overflow, and stays as it was.
                if stream.update(&values, out).is_err() {
                    out.fill(f64::NAN);
                }
                one_zero(out);
            }
            State::Refused => out.fill(f64::NAN),
            State::Warming(history) => {
                for (column, value) in history.iter_mut().zip(values) {
                    column.push(value);
                }
                out.fill(f64::NAN);
                if history.first().is_none_or(|column| column.len() <= self.warm_up) {
                    return;
                }
                let columns: Vec<&[f64]> = history.iter().map(Vec::as_slice).collect();
                self.state = match streams::open(self.function, &CORE, &columns, &self.parameters, out) {
                    Some(Ok(stream)) => State::Live(stream),
                    _ => State::Refused,
                };
                one_zero(out);
            }
        }
    }

    fn extend(&mut self, columns: &Columns<'_>, out: &mut [&mut [f64]]) {
        let mut values = [f64::NAN; MAX_OUTPUTS];
        for i in 0..columns.len() {
            if let Some(bar) = columns.bar(i, &[]) {
                self.next(&bar, &mut values[..out.len()]);
            }
            for (column, value) in out.iter_mut().zip(values) {
                column[i] = value;
            }
        }
    }

    fn whole(&mut self, columns: &Columns<'_>, out: &mut [&mut [f64]]) {
        if self.batch(columns, out).is_none() {
            for column in out.iter_mut() {
                column.fill(f64::NAN);
            }
        }
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}
