//! What a strategy is called and takes, wherever it comes from.

use std::borrow::Cow;

use crate::{Parameter, ParameterError, Strategy, Text, Values};

/// What a strategy is called, does and takes.
#[derive(Clone, Debug)]
pub struct Description {
    pub name: Text,
    /// One or two sentences for a trader.
    pub doc: Text,
    pub parameters: Cow<'static, [Parameter]>,
    build: Build,
}

type Build = fn(&Values) -> Result<Box<dyn Strategy>, ParameterError>;

impl Description {
    pub(crate) const fn built_in(
        name: &'static str,
        doc: &'static str,
        parameters: &'static [Parameter],
        build: Build,
    ) -> Description {
        Description {
            name: Cow::Borrowed(name),
            doc: Cow::Borrowed(doc),
            parameters: Cow::Borrowed(parameters),
            build,
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
        (self.build)(values)
    }
}
