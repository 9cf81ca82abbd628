//! What a book trades and how, as it is written down: text that is read again whenever the account comes back.

use std::sync::Arc;

use domain::charges::{ChargePlan, ChargesTable, Schedule};
use domain::instrument::{InstrumentId, InstrumentTables};
use domain::order::InstrumentKey;
use domain::time::{DayNumber, MinuteOfDay};
use domain::{Price, Product, Qty, Tick, Timeframe};
use engine::{BookLimits, BookSpec, Contract, Distance, MarginRates, Protection, Sides, Sizing};
use serde::{Deserialize, Serialize};
use store::{Book, RunId};
use strategy::{Description, Strategy, rules::Rules};
use thiserror::Error;

/// A book, before it trades. Everything in it was checked when it was made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BookSetup {
    /// `None`: the person's own.
    pub run: Option<i64>,
    /// Which of the run's books this is, from 0.
    pub place_in_run: u32,
    pub strategy_version: Option<i64>,
    pub algo_id: Option<String>,
    pub instrument: InstrumentId,
    /// As they were on the day it began: they hold while it trades.
    pub facts: Facts,
    pub product: Product,
    /// `both`, `long` or `short`.
    pub sides: String,
    pub size: Size,
    /// `pct=1`, `points=20`, `atr=3`.
    pub stop: Option<String>,
    pub target: Option<String>,
    pub trail: Option<String>,
    /// `zero`, `pct=0.03`, `dhan`, `fyers`, `kotak-neo`.
    pub charges: String,
    /// When it must be flat each day.
    pub square_off: Option<MinuteOfDay>,
    pub timeframe: Option<Timeframe>,
    pub strategy: Option<StrategyChoice>,
    /// Beside the account's.
    pub limits: BookLimits,
}

/// The facts of the contract that orders obey.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Facts {
    pub day: DayNumber,
    pub tick: Tick,
    pub lot: Qty,
    pub freeze: Option<Qty>,
    pub strike: Option<Price>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Size {
    Units(Qty),
    /// `percent=50`, `risk=1`, `vol=20`.
    Rule(String),
}

/// A strategy and the values of its parameters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StrategyChoice {
    pub source: StrategySource,
    pub parameters: Vec<(String, String)>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum StrategySource {
    BuiltIn(String),
    /// The text of a rule file, and its name for errors.
    Rules {
        text: String,
        name: String,
    },
}

impl Facts {
    pub fn contract(&self) -> Contract {
        Contract { tick: self.tick, lot: self.lot, freeze: self.freeze, strike: self.strike }
    }
}

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {why}")]
pub struct SetupError {
    pub field: &'static str,
    pub why: String,
}

impl SetupError {
    pub fn new(field: &'static str, why: impl std::fmt::Display) -> SetupError {
        SetupError { field, why: why.to_string() }
    }
}

impl StrategyChoice {
    pub fn describe(&self) -> Result<Description, SetupError> {
        match &self.source {
            StrategySource::BuiltIn(name) => strategy::registry()
                .iter()
                .find(|description| description.name == name.as_str())
                .cloned()
                .ok_or_else(|| {
                    let names: Vec<_> = strategy::registry().iter().map(|d| d.name.to_string()).collect();
                    SetupError::new("strategy", format!("`{name}` is not known; use {}", names.join(", ")))
                }),
            StrategySource::Rules { text, name } => Rules::read(text, name)
                .map(|rules| Description::of_rules(Arc::new(rules)))
                .map_err(|errors| SetupError::new("definition", errors)),
        }
    }

    /// A fresh strategy for one instrument.
    pub fn build(&self) -> Result<Box<dyn Strategy>, SetupError> {
        let description = self.describe()?;
        let values =
            description.values(&self.parameters).map_err(|why| SetupError::new("parameters", why))?;
        description.build(&values).map_err(|why| SetupError::new("parameters", why))
    }
}

impl BookSetup {
    pub fn book(&self) -> Book {
        self.run.map_or(Book::Manual, |run| Book::Run(RunId(run)))
    }

    /// What the engine is given.
    pub fn build(&self, key: InstrumentKey) -> Result<(BookSpec, Option<Box<dyn Strategy>>), SetupError> {
        let spec = BookSpec {
            instrument: key,
            contract: self.facts.contract(),
            product: self.product,
            sides: self.sides.parse::<Sides>().map_err(|why| SetupError::new("side", why))?,
            sizing: match &self.size {
                Size::Units(qty) => Sizing::Fixed(*qty),
                Size::Rule(text) => text.parse().map_err(|why| SetupError::new("sizing", why))?,
            },
            protection: Protection {
                stop: distance("stop", self.stop.as_deref())?,
                target: distance("target", self.target.as_deref())?,
                trail: distance("trail", self.trail.as_deref())?,
                limit_touch: false,
            },
            margin: MarginRates::default(),
            charges: self.schedule()?,
            fill_at_close: false,
            daily_bars: self.timeframe.is_some_and(|timeframe| !timeframe.is_intraday()),
        };
        let strategy = self.strategy.as_ref().map(StrategyChoice::build).transpose()?;
        Ok((spec, strategy))
    }

    fn schedule(&self) -> Result<Schedule, SetupError> {
        let plan: ChargePlan = self.charges.parse().map_err(|why| SetupError::new("charges", why))?;
        let instrument = InstrumentTables::builtin()
            .resolve(&self.instrument, self.facts.day.date(), None)
            .map_err(|why| SetupError::new("instrument", why))?;
        Ok(ChargesTable::builtin().schedule(plan, &instrument, self.product))
    }
}

fn distance(field: &'static str, text: Option<&str>) -> Result<Option<Distance>, SetupError> {
    text.map(|text| text.parse().map_err(|why| SetupError::new(field, why))).transpose()
}
