//! What the broker says, as the engine hears it.

use std::collections::BTreeSet;

use broker::{
    BookReading, BrokerTrade, Failure, OrderRow, Outcome, RefusedCause, RequestKind, RowStatus, TradePhase,
    Update,
};
use domain::order::{OrderKey, OrderState, TradeNumber};
use engine::{Conduct, Event, FillPhase, News, RejectCause, Seen, SeenStatus};
use store::risk::NewIncident;

use super::rows::Shadow;
use super::{Act, OrderPath, Write};

impl OrderPath {
    pub(super) fn hear(&mut self, update: &Update, acts: &mut Vec<Act>) {
        match update {
            Update::Answer { order, request, outcome } => {
                let Some(key) = self.ids.key(*order) else {
                    acts.push(Act::Write(self.foreign(
                        "unknownOrder",
                        &order.to_string(),
                        "an answer to an order that is not known here",
                    )));
                    return;
                };
                if let Outcome::Done { broker_id: Some(broker_id) } = outcome {
                    self.ids.learn(key, broker_id);
                }
                if let Outcome::Failed(failure) = outcome {
                    self.because.insert(key, failure.to_string());
                }
                self.report(key, answered(*request, outcome), acts);
            }
            Update::Trade(trade) => self.traded(trade, acts),
            Update::Triggered { order } => {
                if let Some(key) = self.ids.key(*order) {
                    self.report(key, News::Triggered, acts);
                }
            }
            Update::Row(row) => {
                // A row that still works may be older than what is known; one that has ended is final.
                if let Some(key) = row.id.and_then(|id| self.ids.key(id)) {
                    self.ids.learn(key, &row.broker_id);
                    if row.status != RowStatus::Working {
                        self.because.extend(row.because.clone().map(|words| (key, words)));
                        self.report(key, seen(row), acts);
                    }
                }
            }
            Update::Book { number, reading } => {
                if let Some(asked) = self.readings.end(*number)
                    && let Ok(reading) = reading
                {
                    self.read(&asked, reading, acts);
                }
            }
            Update::Connected => {
                self.readings.want();
                // One that answers at once and in order cannot differ.
                if self.conduct == Conduct::Broker {
                    self.holdings.connected(self.now);
                }
                self.tell(&Event::Connected, acts);
            }
            Update::Positions { number, reading } => {
                self.hear_holdings(*number, reading.as_deref().ok(), acts);
            }
            Update::Disconnected { .. } => self.holdings.disconnected(),
            Update::Funds { .. } | Update::Quiet => {}
        }
    }

    fn report(&mut self, order: OrderKey, news: News, acts: &mut Vec<Act>) {
        let before = Shadow::fresh(self.engine.order(order));
        self.tell(&Event::Report { order, news }, acts);
        // What is told again changes nothing, and is not written again.
        if Shadow::fresh(self.engine.order(order)) != before {
            self.touched.insert(order);
        }
    }

    fn traded(&mut self, trade: &BrokerTrade, acts: &mut Vec<Act>) {
        let Some(key) = trade.order.and_then(|id| self.ids.key(id)) else {
            let whose = trade.order.map_or_else(|| format!("trade {}", trade.number), |id| id.to_string());
            let words = format!(
                "a trade of {} {} at {} that no order of ours asked for",
                trade.qty, trade.instrument, trade.price
            );
            acts.push(Act::Write(self.foreign("foreignTrade", &whose, &words)));
            return;
        };
        let phase = match trade.phase {
            TradePhase::AtOpenOrTick => FillPhase::AtOpenOrTick,
            TradePhase::InsideBar => FillPhase::InsideBar,
            TradePhase::AtClose => FillPhase::AtClose,
        };
        let fill = store::orders::Fill {
            broker_fill_id: trade.number.to_string(),
            quantity: trade.qty,
            price: trade.price,
            charges: domain::Money::ZERO,
            at: trade.at,
        };
        self.fill(key, fill, phase, TradeNumber(trade.number), acts);
    }

    /// Tells a trade, and writes it down if it counted: the engine knows those it has heard before.
    fn fill(
        &mut self,
        order: OrderKey,
        mut fill: store::orders::Fill,
        phase: FillPhase,
        number: TradeNumber,
        acts: &mut Vec<Act>,
    ) {
        let before = self.engine.order(order).executed;
        let charged = self.charges_so_far(order);
        let news = News::Filled { qty: fill.quantity, price: fill.price, phase, trade: Some(number) };
        let place = acts.len();
        self.filling = self.ids.id(order);
        self.report(order, news, acts);
        self.filling = None;
        if self.engine.order(order).executed != before
            && let Some(id) = self.ids.id(order)
        {
            fill.charges = self.charges_so_far(order) - charged;
            // Before what follows from it.
            acts.insert(place, Act::Write(Write::Fill(id, fill)));
        }
    }

    fn read(&mut self, asked: &BTreeSet<OrderKey>, reading: &BookReading, acts: &mut Vec<Act>) {
        for trade in &reading.trades {
            if trade.order.is_some_and(|id| self.ids.key(id).is_some()) {
                self.traded(trade, acts);
            }
        }
        let mut shown = BTreeSet::new();
        for row in &reading.orders {
            let Some(key) = row.id.and_then(|id| self.ids.key(id)) else { continue };
            self.ids.learn(key, &row.broker_id);
            shown.insert(key);
            let ended = row.status != RowStatus::Working && !self.engine.order(key).state.is_final();
            if asked.contains(&key) || ended {
                self.because.extend(row.because.clone().map(|words| (key, words)));
                self.report(key, seen(row), acts);
            }
            // Told while nobody listened: from here on it is chased like any order at the market.
            let rests = matches!(self.engine.order(key).state, OrderState::Open);
            if row.triggered && row.status == RowStatus::Working && rests {
                self.report(key, News::Triggered, acts);
            }
        }
        // One that ended while the reading was on its way may be forgotten by now.
        for &key in asked.difference(&shown).filter(|key| self.engine.knows(**key)).collect::<Vec<_>>() {
            self.report(key, News::Missing, acts);
        }
    }

    /// Something at the broker that no order of ours explains.
    fn foreign(&self, kind: &str, subject: &str, detail: &str) -> Write {
        Write::Incident(NewIncident {
            account: self.account,
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        })
    }
}

fn answered(request: RequestKind, outcome: &Outcome) -> News {
    let failure = match (request, outcome) {
        (RequestKind::Place, Outcome::Done { .. }) => return News::Accepted,
        (RequestKind::Change { change }, Outcome::Done { .. }) => return News::Modified { change },
        (RequestKind::Cancel, Outcome::Done { .. }) => return News::Cancelled,
        (_, Outcome::Failed(failure)) => failure,
    };
    // It may have been carried out, or may yet be.
    let in_doubt = matches!(failure, Failure::Unknown(_) | Failure::Garbled(_));
    // The order stands as it was, and what did not leave is still wished: asked for again once the book shows it.
    let stands = request != RequestKind::Place && matches!(failure, Failure::NotSent(_));
    if in_doubt || stands {
        return News::TimedOut;
    }
    match request {
        RequestKind::Place => News::Rejected(cause(failure)),
        RequestKind::Change { change } => News::ModifyRejected { change },
        RequestKind::Cancel => News::CancelRejected,
    }
}

fn cause(failure: &Failure) -> RejectCause {
    match failure {
        Failure::Refused { cause, .. } => match cause {
            RefusedCause::PriceBand => RejectCause::PriceBand,
            RefusedCause::Throttled => RejectCause::Throttled,
            RefusedCause::Busy => RejectCause::Busy,
            RefusedCause::TriggerCrossed => RejectCause::TriggerCrossed,
            RefusedCause::Margin => RejectCause::Margin,
            RefusedCause::NotWorking | RefusedCause::Other => RejectCause::Other,
        },
        Failure::Throttled { .. } => RejectCause::Throttled,
        Failure::NotSent(_) => RejectCause::NotSent,
        Failure::SessionExpired | Failure::Unknown(_) | Failure::Garbled(_) => RejectCause::Other,
    }
}

fn seen(row: &OrderRow) -> News {
    let status = match row.status {
        RowStatus::Working => SeenStatus::Working,
        RowStatus::Filled => SeenStatus::Filled,
        RowStatus::Cancelled => SeenStatus::Cancelled,
        RowStatus::Rejected => SeenStatus::Rejected,
        RowStatus::Expired => SeenStatus::Expired,
    };
    News::Seen(Seen { status, qty: row.qty, filled: row.filled, terms: row.terms })
}
