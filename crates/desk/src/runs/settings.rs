//! How a run trades, as a person asks for it and as it is stored.

use domain::instrument::{Instrument, InstrumentId, Kind};
use domain::time::{DayNumber, MinuteOfDay};
use domain::{Product, Qty, Tick, Timeframe};
use engine::BookLimits;
use serde::{Deserialize, Serialize};
use store::{AccountId, StrategyId};

use crate::DeskError;
use crate::path::{BookSetup, Facts, SetupError, Size, StrategyChoice};

/// A run to be started.
#[derive(Clone, PartialEq, Debug)]
pub struct StartRun {
    pub strategy: StrategyId,
    /// `None`: the newest.
    pub version: Option<i64>,
    pub account: AccountId,
    pub instruments: Vec<InstrumentId>,
    pub timeframe: Timeframe,
    pub settings: RunSettings,
}

/// How it trades.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunSettings {
    pub product: Product,
    /// `both`, `long` or `short`; `None`: what the strategy and the product allow.
    pub sides: Option<String>,
    /// `None`: one lot of each instrument.
    pub size: Option<Size>,
    pub parameters: Vec<(String, String)>,
    pub stop: Option<String>,
    pub target: Option<String>,
    pub trail: Option<String>,
    pub square_off: Option<MinuteOfDay>,
    pub charges: String,
    pub limits: BookLimits,
}

impl RunSettings {
    /// With what the rules of the strategy want of their run, where nothing else was said: as in a backtest.
    pub(super) fn completed(
        mut self,
        strategy: &StrategyChoice,
        timeframe: Timeframe,
    ) -> Result<RunSettings, SetupError> {
        let description = strategy.describe()?;
        let mut has_stop = false;
        let mut only = (self.product == Product::Cnc).then_some("long");
        if let Some(rules) = description.rules() {
            if let Some(longer) =
                rules.timeframes().into_iter().find(|longer| !longer.is_multiple_of(timeframe))
            {
                let why = format!(
                    "the rules look at {longer} bars, which {timeframe} bars do not make up; use one that divides {longer}"
                );
                return Err(SetupError::new("timeframe", why));
            }
            let wrong = |why| SetupError::new("parameters", why);
            let values = description.values(&self.parameters).map_err(wrong)?;
            let wishes = rules.settings(&values).map_err(wrong)?;
            has_stop = wishes.stop_at_entry || wishes.trail_at_close;
            if !wishes.long {
                only = Some("short");
            }
            let units = wishes.quantity.and_then(|units| i64::try_from(units).ok()).map(Qty::units);
            self.size = self.size.or(units.map(Size::Units)).or(wishes.size.map(Size::Rule));
            self.stop = self.stop.or(wishes.stop);
            self.target = self.target.or(wishes.target);
            self.trail = self.trail.or(wishes.trail);
            self.square_off = self.square_off.or(wishes.square_off);
            self.limits.max_trades_per_day = self.limits.max_trades_per_day.or(wishes.max_trades_per_day);
        }
        self.sides = self.sides.or_else(|| Some(only.unwrap_or("both").to_owned()));
        has_stop |= self.stop.is_some() || self.trail.is_some();
        match &self.size {
            Some(Size::Rule(rule)) if rule.starts_with("risk=") && !has_stop => Err(SetupError::new(
                "sizing.riskPct",
                "it needs a stop to measure the risk by; add stop or trail",
            )),
            _ => Ok(self),
        }
    }

    fn sides(&self) -> &str {
        self.sides.as_deref().unwrap_or("both")
    }

    /// The book of one instrument of the run.
    pub(super) fn book(
        &self,
        run: i64,
        (place, instrument): (usize, &Instrument),
        (version, algo_id): (i64, Option<String>),
        timeframe: Timeframe,
        (strategy, day): (StrategyChoice, DayNumber),
    ) -> BookSetup {
        BookSetup {
            run: Some(run),
            place_in_run: place as u32,
            strategy_version: Some(version),
            algo_id,
            instrument: instrument.id.clone(),
            facts: facts(instrument, day),
            product: self.product,
            sides: self.sides().to_owned(),
            size: self.size.clone().unwrap_or(Size::Units(instrument.lot)),
            stop: self.stop.clone(),
            target: self.target.clone(),
            trail: self.trail.clone(),
            charges: self.charges.clone(),
            square_off: self.square_off,
            timeframe: Some(timeframe),
            strategy: Some(strategy),
            limits: self.limits,
        }
    }

    /// What can be judged before anything is stored.
    pub(super) fn check(&self, instrument: &Instrument) -> Result<(), DeskError> {
        tradable(instrument, self.product)?;
        if self.product == Product::Cnc && self.sides() != "long" {
            let why = format!(
                "`{}` sells what is not held, which CNC cannot; use long, or MIS or NRML",
                self.sides()
            );
            return Err(SetupError::new("side", why).into());
        }
        if let Some(Size::Units(qty)) = self.size
            && (qty <= Qty::ZERO || qty.floor_to_lot(instrument.lot) != qty)
        {
            let why = format!(
                "{qty} is not a positive multiple of the lot of {}, {}",
                instrument.id, instrument.lot
            );
            return Err(SetupError::new("sizing.quantity", why).into());
        }
        Ok(())
    }
}

/// Whether orders in it can be sent at all.
pub(crate) fn tradable(instrument: &Instrument, product: Product) -> Result<(), DeskError> {
    let refuse = |field, why: String| Err(DeskError::invalid(field, why));
    match (instrument.kind, product) {
        (Kind::Index, _) => refuse(
            "instrument",
            format!("{} is an index: it cannot be traded, its future can", instrument.id),
        ),
        (Kind::Equity, Product::Nrml) => refuse(
            "product",
            format!("NRML is for derivatives, {} is a share; use MIS or CNC", instrument.id),
        ),
        (Kind::Future { .. } | Kind::Option { .. }, Product::Cnc) => refuse(
            "product",
            format!("CNC is for shares, {} is a derivative; use MIS or NRML", instrument.id),
        ),
        (_, Product::Mtf) => refuse("product", "MTF is not offered yet; use CNC".to_owned()),
        _ => Ok(()),
    }
}

pub(crate) fn facts(instrument: &Instrument, day: DayNumber) -> Facts {
    let strike = match instrument.kind {
        Kind::Option { strike, .. } => Some(strike),
        _ => None,
    };
    Facts {
        day,
        tick: instrument.tick.unwrap_or(Tick::DEFAULT),
        lot: instrument.lot,
        freeze: instrument.freeze,
        strike,
    }
}
