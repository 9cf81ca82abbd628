//! What a shell must not leave out of a book's bars.

use domain::Price;
use domain::trade::{BookId, Direction};
use strategy::SignalBits;

use super::Engine;
use crate::Distance;
use crate::portfolio::Book;

/// What must not be skipped in a book's bars; between these nothing can happen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Watch {
    /// A low at or below this.
    pub below: Price,
    /// A high at or above this.
    pub above: Price,
    /// A close with one of these marks.
    pub signals: SignalBits,
    /// Every close.
    pub every_close: bool,
    /// The start of the next day: an entry that rests ends with its own.
    pub day_start: bool,
    /// A close that pulls a trailing stop whose distance changes from bar to bar.
    pub pull: Option<Pull>,
}

/// A trailing stop that follows at a multiple of the average true range.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pull {
    pub direction: Direction,
    pub stop: Price,
    pub multiple: f64,
}

impl Pull {
    /// Whether a bar that reached `extreme` (its high for a long position, its low for a short one) could move the stop.
    /// May say yes where rounding says no, never the other way.
    #[inline]
    pub fn may_move(&self, extreme: Price, atr: f64) -> bool {
        // The distance is rounded to 1/10,000 rupee before it is taken from the extreme.
        let room = self.direction.sign() * (extreme.raw() - self.stop.raw());
        room as f64 + 1.0 > atr * self.multiple * 10_000.0
    }
}

impl Engine {
    /// What the shell must not skip for this book, as things stand.
    pub fn watch(&self, id: BookId) -> Watch {
        let book = self.book(id);
        let mut watch = Watch {
            below: Price::ZERO,
            above: Price::from_raw(i64::MAX),
            signals: book.wanted(),
            // An entry that rests is guarded by the range that is known when it fills.
            every_close: book.entered_inside
                || book.spec.protection.needs_atr() && !book.entries.is_empty()
                // What a target leaves over becomes a stop again at the close.
                || book.stop.is_some() && !book.exits.is_empty()
                || self.judges_losses() && !book.position().is_zero(),
            day_start: !book.entries.is_empty(),
            pull: None,
        };
        let Some(direction) = Direction::of(book.position()) else { return watch };
        if let Some(target) = book.target {
            watch.raise_or_lower(direction, target);
        }
        let protection = &book.spec.protection;
        match (protection.trail, book.stop) {
            // What the strategy reckons anew at each close.
            (None, _) => watch.every_close |= book.distances.trail.is_some(),
            (Some(_), None) => watch.every_close = true,
            (Some(Distance::Atr(multiple)), Some(stop)) => {
                watch.pull = Some(Pull { direction, stop, multiple });
            }
            (Some(_), Some(stop)) => match protection.trail_wake(direction, stop, book.spec.contract.tick) {
                Some(price) => watch.raise_or_lower(direction, price),
                None => watch.every_close = true,
            },
        }
        watch
    }
}

impl Watch {
    fn raise_or_lower(&mut self, direction: Direction, price: Price) {
        match direction {
            Direction::Long => self.above = self.above.min(price),
            Direction::Short => self.below = self.below.max(price),
        }
    }
}

impl Book {
    /// The marks that matter to a book as it stands.
    #[inline]
    pub(super) fn wanted(&self) -> SignalBits {
        let (long, short) = (self.spec.sides.allow(Direction::Long), self.spec.sides.allow(Direction::Short));
        match self.position().signum() {
            1 => SignalBits { exit_long: true, enter_short: short, ..SignalBits::default() },
            -1 => SignalBits { exit_short: true, enter_long: long, ..SignalBits::default() },
            _ => SignalBits { enter_long: long, enter_short: short, ..SignalBits::default() },
        }
    }
}
