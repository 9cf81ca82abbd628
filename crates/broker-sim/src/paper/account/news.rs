//! What the exchange says of orders, turned into lines: the journal first, then whoever asked, else all who listen.

use super::{
    Account, Answer, Asked, Entry, Line, OrderKey, PlaceInBar, Refused, RowStatus, Said, Say, Terms, Text,
    Timestamp, TradeEntry, TradeRow, text,
};

impl Account {
    /// Lets what is due arrive, and gives what the journal must hold before the lines are handed out.
    pub fn settle(&mut self, now: Timestamp, lines: &mut Vec<Line>, entries: &mut Vec<Entry>) {
        let mut said = Vec::new();
        loop {
            while let Some(answer) = self.exchange.next_answer(now) {
                if answer.said == Said::Triggered {
                    self.orders[answer.key.0 as usize].triggered = true;
                    self.push_order(now, answer.key);
                }
                said.push(answer);
            }
            if !self.end_immediate(now) {
                break;
            }
        }
        // Orders before trades: a write may be torn between any two lines, and an order whose trade nobody was told of
        // is one that has not traded, while a trade without its order would be nobody's.
        let mut changed = self.exchange.take_changed();
        changed.sort_unstable();
        changed.dedup();
        for key in changed {
            self.push_order(now, key);
        }
        for i in self.stamps.len()..self.exchange.trades().len() {
            let trade = self.exchange.trades()[i];
            self.book(now, &trade);
        }
        entries.append(&mut self.entries);
        for answer in said {
            self.say(answer.key, answer.said, lines);
        }
    }

    /// Takes back immediate orders of a replay that are in the book, and whose prices are on, and that did not trade.
    /// True if there were any.
    fn end_immediate(&mut self, now: Timestamp) -> bool {
        let met = |key: &OrderKey| {
            let Some(row) = self.exchange.rows().get(key) else { return false };
            match (self.venues[row.instrument.0 as usize].priced, row.terms) {
                // Inside a bar a market order has no price: the next open is its first.
                (None, _) | (Some(PlaceInBar::Inside | PlaceInBar::Close), Terms::Marketable { .. }) => false,
                (Some(_), _) => true,
            }
        };
        let ended: Vec<OrderKey> = self.immediate.iter().copied().filter(met).collect();
        self.immediate.retain(|key| !ended.contains(key));
        for key in &ended {
            self.exchange.withdraw(now, *key);
        }
        !ended.is_empty()
    }

    /// Takes a new trade into the books.
    fn book(&mut self, now: Timestamp, trade: &TradeRow) {
        let venue = &self.venues[self.orders[trade.order.0 as usize].venue.0 as usize];
        let (at, place) = if venue.lane.is_some() { venue.told } else { (now, PlaceInBar::Open) };
        self.entries.push(Entry::Trade(TradeEntry {
            account: self.name.clone(),
            key: trade.order.0,
            number: trade.number.0,
            qty: trade.qty.raw(),
            price: Text(trade.price),
            at: at.as_micros(),
            place,
        }));
        self.untold.insert(trade.number.0);
        self.hold(trade, (at, place));
    }

    fn say(&mut self, key: OrderKey, said: Said, lines: &mut Vec<Line>) {
        match said {
            Said::Accepted => self.answer(key, Asked::Place, None, lines),
            Said::Rejected => self.answer(key, Asked::Place, Some(text::rejected()), lines),
            Said::Modified { change } => self.answer(key, Asked::Change(change), None, lines),
            Said::ModifyRejected { change } => {
                let why = self.why_not(key);
                self.answer(key, Asked::Change(change), Some(why), lines);
            }
            Said::CancelRejected => {
                let why = self.why_not(key);
                self.answer(key, Asked::Cancel, Some(why), lines);
            }
            Said::Triggered => {
                let (tag, broker_id) = (self.orders[key.0 as usize].tag.clone(), text::broker_id(key));
                lines.push(Line::All(Say::Triggered { tag, broker_id }));
            }
            Said::Traded(trade) => {
                self.untold.remove(&trade.number.0);
                lines.push(Line::All(Say::Trade(self.deal(&trade))));
            }
            Said::Row(_) => {
                self.explain(key, lines);
                self.answer(key, Asked::Cancel, None, lines);
            }
            Said::TimedOut | Said::Missing => {}
        }
    }

    /// Answers whoever asked; where nobody waits (any more), the row is told to all.
    fn answer(&mut self, key: OrderKey, what: Asked, refused: Option<Refused>, lines: &mut Vec<Line>) {
        if let Some((connection, n)) = self.waiting.remove(&(key, what)) {
            let broker_id = refused.is_none().then(|| text::broker_id(key));
            lines.push(Line::To(connection, Say::Answer(Answer { n, broker_id, refused })));
        } else if let Some(row) = self.row(key) {
            self.explain(key, lines);
            lines.push(Line::All(Say::Row(row)));
        }
    }

    /// Tells the trades that a row counts and nobody knows of.
    fn explain(&mut self, key: OrderKey, lines: &mut Vec<Line>) {
        if self.untold.is_empty() {
            return;
        }
        let trades = self.exchange.trades();
        let of_order: Vec<TradeRow> = self
            .untold
            .iter()
            .filter_map(|number| trades.get(*number as usize - 1))
            .filter(|trade| trade.order == key)
            .copied()
            .collect();
        for trade in of_order {
            self.untold.remove(&trade.number.0);
            lines.push(Line::All(Say::Trade(self.deal(&trade))));
        }
    }

    /// As the order stands when it is told: one that works must not be taken for gone.
    fn why_not(&self, key: OrderKey) -> Refused {
        match self.exchange.rows().get(&key) {
            Some(row) if row.status == RowStatus::Working => {
                Refused { code: "BUSY", words: "the exchange refused; the order works on".to_owned() }
            }
            _ => Refused { code: "NOT_WORKING", words: "the order is not in the book any more".to_owned() },
        }
    }
}
