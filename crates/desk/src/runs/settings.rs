//! How a run trades, as a person asks for it and as it is stored.

use domain::instrument::{Instrument, InstrumentId, Kind};
use domain::time::{DayNumber, MinuteOfDay};
use domain::{Product, Tick, Timeframe};
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
    /// `both`, `long` or `short`.
    pub sides: String,
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
            sides: self.sides.clone(),
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
        if self.product == Product::Cnc && self.sides != "long" {
            let why = format!(
                "`{}` sells what is not held, which CNC cannot; use long, or MIS or NRML",
                self.sides
            );
            return Err(SetupError::new("side", why).into());
        }
        if let Some(Size::Units(qty)) = self.size
            && (qty <= domain::Qty::ZERO || qty.floor_to_lot(instrument.lot) != qty)
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
