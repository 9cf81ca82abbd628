//! Strategies of users: what can be written down as one, and their versions.
//!
//! Nothing is stored that could not be built. A version is never changed.

use store::strategies::{StrategyKind, StrategyRecord, VersionRecord};
use store::{StrategyId, UserId};
use strategy::rules::Rules;

use crate::path::{StrategyChoice, StrategySource};
use crate::{Desk, DeskError};

/// Characters of a name.
const LONGEST_NAME: usize = 64;

/// What a strategy is, before it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Definition {
    /// Its name in the registry.
    BuiltIn(String),
    /// The text of a rule file.
    Rules(String),
}

impl Definition {
    pub fn kind(&self) -> StrategyKind {
        match self {
            Definition::BuiltIn(_) => StrategyKind::BuiltIn,
            Definition::Rules(_) => StrategyKind::Rules,
        }
    }

    fn text(&self) -> &str {
        match self {
            Definition::BuiltIn(text) | Definition::Rules(text) => text,
        }
    }

    /// Whether it can be built with the parameters that it comes with.
    fn check(&self) -> Result<(), DeskError> {
        let source = match self {
            Definition::BuiltIn(name) => StrategySource::BuiltIn(name.clone()),
            Definition::Rules(text) => {
                // The first mistake, in one line: `validate` shows them all in their places.
                if let Err(errors) = Rules::read(text, "definition") {
                    let found = errors.errors().len();
                    let why = errors.errors().first().map_or_else(String::new, |error| {
                        format!("line {} column {}: {}", error.line, error.column, error.reason)
                    });
                    let more = if found > 1 { format!(" (and {} more)", found - 1) } else { String::new() };
                    return Err(DeskError::invalid("definition", format!("{why}{more}")));
                }
                StrategySource::Rules { text: text.clone(), name: "definition".to_owned() }
            }
        };
        let choice = StrategyChoice { source, parameters: Vec::new() };
        choice.build().map(drop).map_err(|why| DeskError::invalid("definition", why.why))
    }
}

impl Desk {
    /// Stores a strategy with its first version.
    pub async fn add_strategy(
        &self,
        user: UserId,
        name: &str,
        definition: &Definition,
    ) -> Result<(StrategyRecord, VersionRecord), DeskError> {
        let name = name.trim();
        let length = name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length) || name.chars().any(char::is_control) {
            let why = format!("a name of {length} characters cannot be; use 1 to {LONGEST_NAME} visible");
            return Err(DeskError::invalid("name", why));
        }
        definition.check()?;
        let now = self.now();
        let unit = self.inner.store.begin().await?;
        let id = store::strategies::create(&unit, user, name, definition.kind(), now).await?;
        let version = store::strategies::add_version(&unit, user, id, definition.text(), None, now).await?;
        let record = store::strategies::get(&unit, user, id).await?;
        unit.commit().await?;
        Ok((record, version))
    }

    /// Adds a version; runs go on with the one that they began with.
    pub async fn add_version(
        &self,
        user: UserId,
        id: StrategyId,
        definition: &Definition,
    ) -> Result<VersionRecord, DeskError> {
        let strategy = store::strategies::get(&self.inner.store, user, id).await?;
        if strategy.kind != definition.kind() {
            let why = "a strategy stays built-in or a rule file; make another strategy for the other kind";
            return Err(DeskError::invalid("definition", why));
        }
        definition.check()?;
        let unit = self.inner.store.begin().await?;
        let version =
            store::strategies::add_version(&unit, user, id, definition.text(), None, self.now()).await?;
        unit.commit().await?;
        Ok(version)
    }
}
