//! What a strategy is called and takes, wherever it comes from.

use std::borrow::Cow;
use std::sync::Arc;

use crate::rules::Rules;
use crate::{Parameter, ParameterError, Strategy, Text, Values};

/// What a strategy is called, does and takes: one of the built-in ones, or the rules of a file.
#[derive(Clone, Debug)]
pub struct Description {
    pub name: Text,
    /// One or two sentences for a trader.
    pub doc: Text,
    pub parameters: Cow<'static, [Parameter]>,
    build: Build,
}

#[derive(Clone)]
enum Build {
    BuiltIn(fn(&Values) -> Result<Box<dyn Strategy>, ParameterError>),
    Rules(Arc<Rules>),
}

impl Description {
    pub(crate) const fn built_in(
        name: &'static str,
        doc: &'static str,
        parameters: &'static [Parameter],
        build: fn(&Values) -> Result<Box<dyn Strategy>, ParameterError>,
    ) -> Description {
        Description {
            name: Cow::Borrowed(name),
            doc: Cow::Borrowed(doc),
            parameters: Cow::Borrowed(parameters),
            build: Build::BuiltIn(build),
        }
    }

    /// The strategy that a rule file describes.
    pub fn of_rules(rules: Arc<Rules>) -> Description {
        Description {
            name: rules.name().to_owned().into(),
            doc: rules.doc().to_owned().into(),
            parameters: rules.parameters().to_vec().into(),
            build: Build::Rules(rules),
        }
    }

    /// The rules, if it is a rule file's.
    pub fn rules(&self) -> Option<&Rules> {
        match &self.build {
            Build::BuiltIn(_) => None,
            Build::Rules(rules) => Some(rules),
        }
    }

    /// The values of all parameters after the `given` ones are read and checked, alone and together.
    pub fn values(&self, given: &[(String, String)]) -> Result<Values, ParameterError> {
        let values = Values::read(&self.name, &self.parameters, given)?;
        self.build(&values)?;
        Ok(values)
    }

    /// A fresh strategy for one instrument.
    pub fn build(&self, values: &Values) -> Result<Box<dyn Strategy>, ParameterError> {
        match &self.build {
            Build::BuiltIn(build) => build(values),
            Build::Rules(rules) => rules.build(values),
        }
    }
}

impl std::fmt::Debug for Build {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Build::BuiltIn(_) => "BuiltIn",
            Build::Rules(_) => "Rules",
        })
    }
}
