//! The settings of a book.

use std::str::FromStr;

use domain::charges::Schedule;
use domain::order::{InstrumentKey, UnknownWord};
use domain::trade::Direction;
use domain::{Money, Price, Product, Qty, Tick};

use super::Sizing;
use crate::{MarginRates, Protection};

/// Which sides may be entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sides {
    #[default]
    Both,
    Long,
    Short,
}

/// The facts of the instrument that orders obey.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Contract {
    pub tick: Tick,
    pub lot: Qty,
    /// The largest quantity of one order.
    pub freeze: Option<Qty>,
    /// Of an option: the premium is paid in full when bought, the strike carries the margin when sold.
    pub strike: Option<Price>,
}

/// How one book trades.
#[derive(Clone, Debug)]
pub struct BookSpec {
    pub instrument: InstrumentKey,
    pub contract: Contract,
    pub product: Product,
    pub sides: Sides,
    pub sizing: Sizing,
    pub protection: Protection,
    pub margin: MarginRates,
    pub charges: Schedule,
    /// Orders trade at the close that decided them, not at the next open.
    pub fill_at_close: bool,
    /// Bars last a day: an intraday position opens and closes within one bar.
    pub daily_bars: bool,
}

impl Sides {
    #[inline]
    pub const fn allow(self, direction: Direction) -> bool {
        matches!(
            (self, direction),
            (Sides::Both, _) | (Sides::Long, Direction::Long) | (Sides::Short, Direction::Short)
        )
    }

    pub const fn name(self) -> &'static str {
        match self {
            Sides::Both => "both",
            Sides::Long => "long",
            Sides::Short => "short",
        }
    }
}

impl FromStr for Sides {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Sides, UnknownWord> {
        [Sides::Both, Sides::Long, Sides::Short].into_iter().find(|s| s.name() == text).ok_or_else(|| {
            UnknownWord { what: "side", value: text.to_owned(), choices: "both, long or short" }
        })
    }
}

impl BookSpec {
    /// Stands in until the shell has handed in the book's own.
    pub(crate) fn to_come() -> BookSpec {
        BookSpec {
            instrument: InstrumentKey(0),
            contract: Contract { tick: Tick::DEFAULT, lot: Qty::units(1), freeze: None, strike: None },
            product: Product::Mis,
            sides: Sides::Both,
            sizing: Sizing::Fixed(Qty::ZERO),
            protection: Protection::default(),
            margin: MarginRates::default(),
            charges: Schedule::default(),
            fill_at_close: false,
            daily_bars: false,
        }
    }

    /// The margin of a position of `qty` units that cost `value`.
    #[inline]
    pub fn margin(&self, direction: Direction, value: Money, qty: Qty) -> Money {
        let rate = match self.product {
            Product::Cnc | Product::Mtf => self.margin.cnc,
            Product::Mis => self.margin.mis,
            Product::Nrml => self.margin.nrml,
        };
        let (base, rate) = match (self.contract.strike, direction) {
            (Some(_), Direction::Long) => (value, 10_000),
            (Some(strike), Direction::Short) => (Money::from_raw(strike.raw() * qty.raw()), rate),
            (None, _) => (value, rate),
        };
        base.scale(i64::from(rate), 10_000)
    }

    /// Cuts a quantity into orders that the exchange takes.
    pub(crate) fn slice(&self, qty: Qty) -> Qty {
        match self.contract.freeze {
            Some(freeze) if qty > freeze => freeze.floor_to_lot(self.contract.lot).max(self.contract.lot),
            _ => qty,
        }
    }
}
