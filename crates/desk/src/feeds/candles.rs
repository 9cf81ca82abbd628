//! Candles of any time, for charts: what is kept, and what is fetched where that does not reach back far enough.

use domain::instrument::InstrumentId;
use domain::time::Span;
use domain::{Bars, Timeframe, Timestamp};

use crate::{Desk, DeskError};

/// Longer ones are asked for in parts.
const LONGEST: Span = Span::minutes(100 * 1_440);

impl Desk {
    /// Bars with `from` ≤ open time < `to`, the one that is on among them.
    pub async fn candles(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Bars, DeskError> {
        let market = self.market();
        market.find(id)?;
        if to <= from {
            return Err(DeskError::invalid("to", format!("{to} is not after {from}; give a later time")));
        }
        let span = to.as_micros().checked_sub(from.as_micros());
        if span.is_none_or(|span| span > LONGEST.as_micros()) {
            let why = format!("{from} is more than 100 days before {to}; ask for a shorter time, in parts");
            return Err(DeskError::invalid("from", why));
        }
        // A bar is made of all of its minutes, or it is another bar.
        let first = from.day().start();
        let kept = market.candles(id, Timeframe::MINUTE, first);
        let minutes = match market.oldest_minute(id) {
            Some(oldest) if oldest <= first => kept,
            oldest => {
                let until = oldest.unwrap_or_else(|| self.now()).min(to);
                let older = self.inner.history.minutes(id, first, until).await;
                let older = older.map_err(|why| {
                    DeskError::Unavailable(format!("the feed's history of {id} cannot be had: {why}"))
                })?;
                joined(&older, &kept)
            }
        };
        let bars = market.resampled(id, &minutes, timeframe);
        Ok(bars.slice(bars.first_at_or_after(from)..bars.first_at_or_after(to)))
    }
}

/// The older bars, then those of the newer that begin after them.
fn joined(older: &Bars, newer: &Bars) -> Bars {
    let last = older.times().last().copied();
    let rest = newer.iter().filter(|bar| last.is_none_or(|last| bar.time > last));
    // Both are in order, and so is the one after the other.
    Bars::collect(older.iter().chain(rest)).unwrap_or_default()
}
