//! Books put back from the journal after a restart.

use domain::order::TradeNumber;

use super::{
    Account, Facts, LOT_OF_A_LANE, OrderEntry, OrderKey, Product, Qty, Row, RowStatus, StatusText, Tick,
    Timestamp, TradeEntry, TradeRow, ValidityText,
};

/// Why an entry, though sound as a line, cannot be.
#[derive(Debug)]
pub(crate) struct Contradiction(pub &'static str);

/// An account's entries, put together: the last row of each order, all trades.
#[derive(Default, Debug)]
pub(crate) struct Remembered {
    pub orders: Vec<Option<OrderEntry>>,
    pub trades: Vec<TradeEntry>,
    pub sent_twice: Vec<String>,
}

impl Remembered {
    pub fn order(&mut self, entry: OrderEntry) -> Result<(), Contradiction> {
        let key = entry.key as usize;
        // Orders that were lost on the way leave holes, but no journal jumps by thousands.
        if key > self.orders.len() + 100_000 {
            return Err(Contradiction("an order's key jumps"));
        }
        if self.orders.len() <= key {
            self.orders.resize(key + 1, None);
        }
        self.orders[key] = Some(entry);
        Ok(())
    }

    pub fn trade(&mut self, entry: TradeEntry) -> Result<(), Contradiction> {
        if entry.number != self.trades.len() as u64 + 1 {
            return Err(Contradiction("a trade's number is not the next"));
        }
        self.trades.push(entry);
        Ok(())
    }
}

impl Account {
    pub(crate) fn restore_lane(&mut self, lane: u32, instrument: &str, tick: Tick) {
        self.venue(instrument, Some(lane), tick, LOT_OF_A_LANE);
    }

    /// Once, before anything else happens.
    pub(crate) fn restore(&mut self, now: Timestamp, remembered: Remembered) -> Result<(), Contradiction> {
        self.day = now.day();
        self.sent_twice = remembered.sent_twice;
        let mut filled = vec![Qty::ZERO; remembered.orders.len()];
        for trade in &remembered.trades {
            *filled.get_mut(trade.key as usize).ok_or(Contradiction("a trade has no order"))? +=
                Qty::units(trade.qty);
        }
        let mut first_day = self.day;
        for (i, entry) in remembered.orders.into_iter().enumerate() {
            let key = OrderKey(i as u32);
            let Some(entry) = entry else {
                // It never arrived: its number is not given again.
                self.orders.push(Facts::lost());
                continue;
            };
            let placed_at = Timestamp::from_micros(entry.placed_at);
            let changed_at = entry.changed_at.map_or(placed_at, Timestamp::from_micros);
            // Who placed an order was here, and had read the book before.
            if placed_at.day() < now.day() {
                self.read_on = self.read_on.max(placed_at.day());
            }
            let venue = self.venue(&entry.instrument, entry.lane, Tick::DEFAULT, LOT_OF_A_LANE);
            let product =
                entry.product.parse::<Product>().map_err(|_| Contradiction("an order's product"))?;
            let side = entry.side.into();
            let (qty, filled) = (Qty::units(entry.qty), filled[i]);
            let status = match entry.status {
                _ if filled >= qty => RowStatus::Filled,
                StatusText::Working | StatusText::Filled => RowStatus::Working,
                StatusText::Cancelled | StatusText::Expired => RowStatus::Cancelled,
                StatusText::Rejected => RowStatus::Rejected,
            };
            if status == RowStatus::Working {
                first_day = first_day.min(placed_at.day());
            }
            self.by_tag.insert(entry.tag.clone(), key);
            self.orders.push(Facts {
                tag: entry.tag,
                venue,
                product,
                side,
                validity: entry.validity,
                placed_at,
                changed_at,
                triggered: entry.triggered,
                expired: entry.status == StatusText::Expired,
            });
            if status == RowStatus::Working && entry.validity == ValidityText::Ioc {
                self.immediate.push(key);
            }
            let row = Row { instrument: venue, side, qty, filled, terms: entry.terms.into(), status };
            self.exchange.restore_row(now, key, row, entry.triggered, entry.lane.is_some());
        }
        for trade in remembered.trades {
            let side = self.orders[trade.key as usize].side;
            let row = TradeRow {
                number: TradeNumber(trade.number),
                order: OrderKey(trade.key),
                side,
                qty: Qty::units(trade.qty),
                price: trade.price.0,
            };
            self.exchange.restore_trade(row);
            self.hold(&row, (Timestamp::from_micros(trade.at), trade.place));
        }
        // Orders of days that ended while nobody was here expire at the first price.
        self.day = first_day;
        Ok(())
    }
}

impl Facts {
    fn lost() -> Facts {
        Facts {
            tag: String::new(),
            venue: domain::order::InstrumentKey(0),
            product: Product::Mis,
            side: domain::Side::Buy,
            validity: ValidityText::Day,
            placed_at: Timestamp::MIN,
            changed_at: Timestamp::MIN,
            triggered: false,
            expired: false,
        }
    }
}
