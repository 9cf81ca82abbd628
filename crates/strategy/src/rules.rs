//! Strategies without code: rule files.
//!
//! A file names parameters, expressions, and when to enter and leave; `docs/rules.md` is its reference. [`Rules::read`]
//! checks everything that can be wrong and says where; what it gives builds strategies that cannot fail. Text form (TOML)
//! and tree form (JSON) hold the same.
//!
//! No text makes the reader panic, loop or take more than a bounded time: lengths, depths and counts are limited.

mod document;
mod json;
mod json_tree;
mod kernels;
mod lexer;
mod longer;
mod lower;
mod mistake;
mod names;
mod parse;
mod print;
mod program;
mod read;
mod run;
mod settings;
mod share;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use domain::Timeframe;

use lower::Lowering;
use mistake::Mistake;
use program::Program;
use run::RuleStrategy;
use tree::File;

pub use mistake::{RuleError, RuleErrors, Span};
pub use settings::RuleSettings;

use crate::{Inputs, Parameter, ParameterError, Strategy, Text, Value, Values};

/// Larger files are refused.
pub const MAX_FILE: usize = 256 * 1024;

/// A rule file that is right.
#[derive(Clone, PartialEq, Debug)]
pub struct Rules {
    file: File,
    parameters: Vec<Parameter>,
}

impl Rules {
    /// Reads a file: JSON if it starts with `{`, else TOML. `file_name` is for the messages.
    ///
    /// # Errors
    /// Everything that is wrong, with its place.
    pub fn read(text: &str, file_name: &str) -> Result<Rules, RuleErrors> {
        Rules::understand(text).map_err(|mistakes| RuleErrors::new(file_name, text, mistakes))
    }

    fn understand(text: &str) -> Result<Rules, Vec<Mistake>> {
        if text.len() > MAX_FILE {
            let reason = format!("this file has {} bytes, more than {MAX_FILE}", text.len());
            return Err(vec![Mistake::new(Span::new(0, 1), reason)]);
        }
        let json = text.trim_start().starts_with('{');
        let root = if json { json::json(text) } else { document::toml(text) };
        let root = root.map_err(|mistake| vec![mistake])?;
        let mut mistakes = Vec::new();
        let file = read::file(&root, &mut mistakes);
        let rules = Rules::of(file);
        if mistakes.is_empty() {
            rules.check(&mut mistakes);
        }
        if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
    }

    fn of(file: File) -> Rules {
        let parameter = |line: &tree::ParameterLine| Parameter {
            name: Text::Owned(line.name.text.clone()),
            default: line.default,
            min: line.min,
            max: line.max,
            doc: Text::Owned(line.doc.clone()),
        };
        Rules { parameters: file.parameters.iter().map(parameter).collect(), file }
    }

    /// What a file can say and not mean: names, types, ranges.
    fn check(&self, mistakes: &mut Vec<Mistake>) {
        let file = &self.file;
        for (i, (word, _)) in file.lets.iter().enumerate() {
            let named = |name: &tree::Word| name == word;
            if file.lets[..i].iter().any(|(name, _)| named(name))
                || file.parameters.iter().any(|p| named(&p.name))
            {
                mistakes.push(Mistake::new(word.at, format!("`{}` names something else already", word.text)));
            }
        }
        if file.long.enter.is_none() && file.short.enter.is_none() {
            let reason = "these rules never enter; write [long] or [short] with `enter`";
            mistakes.push(Mistake::new(Span::new(0, 1), reason));
        }
        if !mistakes.is_empty() {
            return;
        }
        let defaults = self.values_with(None);
        let mut unmet = false;
        for expr in &file.require {
            match Lowering::new(file, &defaults).holds(expr) {
                Ok(true) => {}
                Ok(false) => {
                    unmet = true;
                    mistakes.push(Mistake::new(expr.at, "the defaults do not meet this"));
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if let Err(more) = Lowering::new(file, &defaults).program() {
            mistakes.extend(more);
        }
        settings::check(file, &defaults, mistakes);
        if unmet || !mistakes.is_empty() {
            return;
        }
        // The ends of each range: a sweep should not find out.
        for (i, parameter) in self.parameters.iter().enumerate() {
            for (end, value) in [("min", parameter.min), ("max", parameter.max)] {
                let values = self.values_with(Some((i, value)));
                if self.required(&values).is_err() {
                    continue;
                }
                let mut more = Lowering::new(file, &values).program().err().unwrap_or_default();
                settings::check(file, &values, &mut more);
                mistakes.extend(more.into_iter().map(|mistake| Mistake {
                    reason: format!("{} (where `{}` is {value}, its {end})", mistake.reason, parameter.name),
                    ..mistake
                }));
            }
        }
    }

    fn values_with(&self, other: Option<(usize, Value)>) -> Values {
        let value = |(i, p): (usize, &Parameter)| {
            let value = other.filter(|(at, _)| *at == i).map_or(p.default, |(_, value)| value);
            (p.name.clone(), value)
        };
        Values::of(self.parameters.iter().enumerate().map(value).collect())
    }

    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// One or two sentences for a trader; may be empty.
    pub fn doc(&self) -> &str {
        &self.file.doc
    }

    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// A fresh strategy for one instrument.
    ///
    /// # Errors
    /// If the values do not fit together.
    pub fn build(&self, values: &Values) -> Result<Box<dyn Strategy>, ParameterError> {
        Ok(Box::new(RuleStrategy::new(self.program(values)?)))
    }

    fn program(&self, values: &Values) -> Result<Program, ParameterError> {
        self.required(values)?;
        Lowering::new(&self.file, values).program().map_err(|mistakes| self.conflict(mistakes.first()))
    }

    fn required(&self, values: &Values) -> Result<(), ParameterError> {
        for expr in &self.file.require {
            match Lowering::new(&self.file, values).holds(expr) {
                Ok(true) => {}
                Ok(false) => {
                    let given: Vec<String> =
                        values.iter().map(|(name, value)| format!("{name} {value}")).collect();
                    let why = format!("`{expr}` does not hold for {}", given.join(", "));
                    return Err(ParameterError::Conflict { strategy: self.text_name(), why });
                }
                Err(mistake) => return Err(self.conflict(Some(&mistake))),
            }
        }
        Ok(())
    }

    fn conflict(&self, mistake: Option<&Mistake>) -> ParameterError {
        let why = mistake.map_or_else(String::new, |mistake| mistake.reason.clone());
        ParameterError::Conflict { strategy: self.text_name(), why }
    }

    fn text_name(&self) -> Text {
        Text::Owned(self.file.name.clone())
    }

    /// How the rules want their run to be set up.
    ///
    /// # Errors
    /// If the values do not fit together.
    pub fn settings(&self, values: &Values) -> Result<RuleSettings, ParameterError> {
        let mut mistakes = Vec::new();
        let settings = settings::of(&self.file, values, &mut mistakes);
        match mistakes.first() {
            Some(mistake) => Err(self.conflict(Some(mistake))),
            None => Ok(settings),
        }
    }

    /// Parameters that [`Rules::settings`] depend on: what is set up once for a run cannot change within a sweep.
    pub fn settings_parameters(&self) -> Vec<&str> {
        settings::parameters(&self.file, &self.values_with(None))
    }

    /// The longer timeframes that they look at; a run's own must divide them.
    pub fn timeframes(&self) -> Vec<Timeframe> {
        let Ok(program) = self.program(&self.values_with(None)) else { return Vec::new() };
        (0..program.longer.len()).filter(|&i| program.samples(i)).map(|i| program.longer[i].0).collect()
    }

    /// The columns of the bars that they read.
    pub fn inputs(&self) -> Inputs {
        self.program(&self.values_with(None)).map_or(Inputs::NONE, |program| program.inputs())
    }

    /// Bars that the longest chain of indicators takes before its first value: of the run's own timeframe (`None`) and
    /// of each longer one, with every parameter at its default.
    pub fn warm_up(&self) -> Vec<(Option<Timeframe>, u64)> {
        let Ok(program) = self.program(&self.values_with(None)) else { return Vec::new() };
        let longer = program.longer.iter().map(|(timeframe, stage)| (Some(*timeframe), stage.warm_up()));
        let seen = longer.enumerate().filter(|(i, _)| program.samples(*i)).map(|(_, one)| one);
        std::iter::once((None, program.base.warm_up())).chain(seen).collect()
    }

    /// The file as TOML, expressions as text. Comments are not kept.
    pub fn to_toml(&self) -> String {
        write::toml(&self.file)
    }

    /// The file as JSON, expressions as trees.
    pub fn to_json(&self) -> String {
        // A tree of plain values is always written.
        serde_json::to_string_pretty(&write::json(&self.file)).unwrap_or_default()
    }
}
