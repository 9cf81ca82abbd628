//! Whether the broker holds what the books hold (contracts §9). A difference is never absorbed: a person is told.

use std::collections::BTreeMap;

use broker::{BrokerPosition, Request};
use domain::instrument::InstrumentId;
use domain::time::Span;
use domain::{Product, Qty, Timestamp};
use serde::{Deserialize, Serialize};
use store::risk::NewIncident;

use super::{Act, OrderPath, Write};

/// Between two readings that agree with the books.
const EVERY: Span = Span::minutes(1);
/// After the link came up, and between two readings that differ: what was on its way has come by then.
const SOON: Span = Span::micros(10_000_000);

type Holding = (InstrumentId, Product);

/// Of each holding that differs, what the books hold and what the broker does.
type Differences = BTreeMap<Holding, (Qty, Qty)>;

/// Readings of the broker's positions.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Holdings {
    last: u64,
    under_way: bool,
    due: Option<Timestamp>,
    /// What the last reading showed.
    seen: Differences,
    /// What a person was told, for as long as it lasts.
    told: Differences,
}

impl Holdings {
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due
    }

    pub fn connected(&mut self, at: Timestamp) {
        (self.due, self.under_way) = (Some(at + SOON), false);
    }

    pub fn disconnected(&mut self) {
        (self.due, self.under_way) = (None, false);
        self.seen.clear();
    }

    /// The number of a reading that should begin now.
    fn begin(&mut self, at: Timestamp) -> Option<u64> {
        self.due.take_if(|due| *due <= at)?;
        self.last += 1;
        self.under_way = true;
        Some(self.last)
    }

    /// Whether somebody waits for the reading of that number.
    fn end(&mut self, number: u64) -> bool {
        number == self.last && std::mem::take(&mut self.under_way)
    }

    /// Takes what differs now; gives back what did just so the last time, and was not told.
    fn judge(&mut self, at: Timestamp, now: Differences) -> Vec<(Holding, (Qty, Qty))> {
        self.due = Some(at + if now.is_empty() { EVERY } else { SOON });
        self.told.retain(|holding, _| now.contains_key(holding));
        let lasting = now.iter().filter(|(holding, figures)| {
            self.seen.get(holding) == Some(figures) && self.told.get(holding) != Some(figures)
        });
        let fresh: Vec<_> = lasting.map(|(holding, figures)| (holding.clone(), *figures)).collect();
        self.told.extend(fresh.iter().cloned());
        self.seen = now;
        fresh
    }
}

impl OrderPath {
    pub(super) fn read_holdings(&mut self, acts: &mut Vec<Act>) {
        if let Some(number) = self.holdings.begin(self.now) {
            acts.push(Act::Send(Request::ReadPositions { number }));
        }
    }

    /// The broker's positions, or that they could not be read.
    pub(super) fn hear_holdings(
        &mut self,
        number: u64,
        positions: Option<&[BrokerPosition]>,
        acts: &mut Vec<Act>,
    ) {
        if !self.holdings.end(number) {
            return;
        }
        // Of what is in doubt nobody can say whether it has traded.
        let (Some(positions), None) = (positions, self.engine.in_doubt().next()) else {
            self.holdings.due = Some(self.now + SOON);
            return;
        };
        let differences = self.differences(positions);
        if !differences.is_empty() {
            // A trade may have been missed: the book shows it before the next look.
            self.readings.want();
        }
        for ((instrument, product), (ours, theirs)) in self.holdings.judge(self.now, differences) {
            acts.push(Act::Write(Write::Incident(NewIncident {
                account: self.account,
                kind: "positionDiffers".to_owned(),
                subject: format!("{instrument} {product}"),
                detail: format!(
                    "the books hold {ours} {instrument} ({product}), the broker says {theirs}; nothing was changed: \
                     find out who traded, and close the difference where it is"
                ),
            })));
        }
    }

    fn differences(&self, positions: &[BrokerPosition]) -> Differences {
        let mut both = Differences::new();
        for (id, setup) in self.books() {
            let holding = (setup.instrument.clone(), setup.product);
            both.entry(holding).or_default().0 += self.engine.book(id).position();
        }
        for position in positions {
            both.entry((position.instrument.clone(), position.product)).or_default().1 += position.qty;
        }
        both.retain(|_, (ours, theirs)| ours != theirs);
        both
    }
}
