//! One account at the paper exchange: its orders, trades and positions, and what its listeners are told.
//!
//! Matching is `exchange::FaultyExchange`; here its keys get names, its news become lines, and every change becomes an
//! entry of the journal before any line is handed out ([`Account::settle`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::order::{InstrumentKey, OrderKey, Terms, Ticket, Timing};
use domain::time::{DayNumber, Span};
use domain::{Money, Price, Product, Qty, Side, Tick, Timestamp};
use exchange::{Exchange, Fate, Faults, FaultyExchange, FillRules, Row, RowStatus, Said, TradeRow};

use super::journal::{Entry, OrderEntry, TradeEntry};
use super::market::Market;
use super::wire::{
    Answer, Deal, Named, PhaseText, Place, PlaceInBar, Position, Refused, Row as RowLine, Say, SideText,
    StatusText, TermsText, Text, TimingText, ValidityText,
};

mod books;
mod news;
mod restore;
mod rules;
mod text;

use books::Held;
pub(super) use restore::Remembered;

/// A connection, by the order in which it came.
pub(super) type ConnectionId = u64;

/// Lanes that an account may open: no replay has as many books.
const MOST_LANES: usize = 10_000;
/// A replay says nothing of lots.
const LOT_OF_A_LANE: Qty = Qty::units(1);

#[derive(Debug)]
pub(super) struct Account {
    pub name: String,
    pub cash: Money,
    exchange: FaultyExchange,
    /// By instrument key: the simulated instruments in the market's order, then what was opened since.
    venues: Vec<Venue>,
    by_name: BTreeMap<(String, Option<u32>), InstrumentKey>,
    lanes: BTreeMap<u32, InstrumentKey>,
    /// By order key.
    orders: Vec<Facts>,
    by_tag: HashMap<String, OrderKey>,
    /// Beside the exchange's trades: when, and where in a bar.
    stamps: Vec<(Timestamp, PlaceInBar)>,
    /// Numbers of trades that nobody has been told of.
    untold: BTreeSet<u64>,
    sent_twice: Vec<String>,
    waiting: HashMap<(OrderKey, Asked), (ConnectionId, u64)>,
    positions: BTreeMap<(String, Product), Held>,
    /// Orders that are taken back if their first price does not fill them.
    immediate: Vec<OrderKey>,
    /// The longest that an order can take to reach the book.
    way: Span,
    latency: Span,
    day: DayNumber,
    /// The last day on which the owner read the book, and the one before it.
    read_on: DayNumber,
    read_before: DayNumber,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Venue {
    instrument: String,
    lane: Option<u32>,
    tick: Tick,
    /// Of a lane: the bar's own time, and where in it.
    told: (Timestamp, PlaceInBar),
    /// Of a lane: where prices are on that its orders can have had.
    priced: Option<PlaceInBar>,
}

/// What the exchange does not keep of an order.
#[derive(Clone, Debug)]
struct Facts {
    tag: String,
    venue: InstrumentKey,
    product: Product,
    side: Side,
    validity: ValidityText,
    placed_at: Timestamp,
    /// When its row became what it is.
    changed_at: Timestamp,
    triggered: bool,
    expired: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Asked {
    Place,
    Change(u8),
    Cancel,
}

/// Lines for one connection, or for all that listen to the account.
#[derive(Debug)]
pub(super) enum Line {
    To(ConnectionId, Say),
    All(Say),
}

impl Account {
    pub fn new(
        name: String,
        cash: Money,
        market: &Market,
        rules: FillRules,
        faults: Faults,
        seed: u64,
    ) -> Account {
        // Each account has chances of its own.
        let seed = name.bytes().fold(seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        let mut account = Account {
            name,
            cash,
            exchange: FaultyExchange::new(Exchange::new(rules), faults, seed),
            venues: Vec::new(),
            by_name: BTreeMap::new(),
            lanes: BTreeMap::new(),
            orders: Vec::new(),
            by_tag: HashMap::new(),
            stamps: Vec::new(),
            untold: BTreeSet::new(),
            sent_twice: Vec::new(),
            waiting: HashMap::new(),
            positions: BTreeMap::new(),
            immediate: Vec::new(),
            way: longest(rules.latency, &faults),
            latency: rules.latency,
            day: DayNumber::default(),
            read_on: DayNumber::default(),
            read_before: DayNumber::default(),
            entries: Vec::new(),
        };
        for listing in market.listings() {
            account.venue(listing.id.as_str(), None, listing.tick, listing.lot);
        }
        account
    }

    /// The entry that begins the account in the journal.
    pub fn begins(&mut self) {
        self.entries.push(Entry::Account { account: self.name.clone(), cash: Text(self.cash) });
    }

    pub fn set_faults(&mut self, faults: Faults) {
        self.way = longest(self.latency, &faults);
        self.exchange.set_faults(faults);
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.exchange.next_due()
    }

    /// The listener is gone: nobody waits for its answers.
    pub fn forget(&mut self, connection: ConnectionId) {
        self.waiting.retain(|_, (waiting, _)| *waiting != connection);
    }

    pub fn sent_twice(&self) -> &[String] {
        &self.sent_twice
    }

    pub fn counts(&self) -> (usize, usize) {
        (self.exchange.rows().len(), self.exchange.trades().len())
    }

    pub fn reading_fails(&mut self) -> bool {
        self.exchange.reading_fails()
    }

    fn venue(&mut self, instrument: &str, lane: Option<u32>, tick: Tick, lot: Qty) -> InstrumentKey {
        let name = (instrument.to_owned(), lane);
        if let Some(key) = self.by_name.get(&name) {
            return *key;
        }
        let key = self.exchange.list_in_lots(tick, lot);
        self.venues.push(Venue {
            instrument: instrument.to_owned(),
            lane,
            tick,
            told: (Timestamp::MIN, PlaceInBar::Open),
            priced: None,
        });
        self.by_name.insert(name, key);
        if let Some(lane) = lane {
            self.lanes.insert(lane, key);
        }
        key
    }

    /// Opens a lane; the same again changes nothing.
    pub fn open_lane(&mut self, lane: u32, instrument: &str, tick: Tick) -> Result<(), Refused> {
        if let Some(key) = self.lanes.get(&lane) {
            let known = &self.venues[key.0 as usize];
            if known.instrument == instrument && known.tick == tick {
                return Ok(());
            }
            let words = format!("lane {lane} is {} already; choose another number", known.instrument);
            return Err(Refused { code: "LANE", words });
        }
        if self.lanes.len() >= MOST_LANES {
            return Err(Refused {
                code: "LANE",
                words: format!("an account has at most {MOST_LANES} lanes"),
            });
        }
        self.venue(instrument, Some(lane), tick, LOT_OF_A_LANE);
        let (account, instrument, tick) = (self.name.clone(), instrument.to_owned(), Text(tick.price()));
        self.entries.push(Entry::Lane { account, lane, instrument, tick });
        Ok(())
    }

    /// One phase of a lane's bar; what it fills is told by [`Account::settle`].
    pub fn tell(
        &mut self,
        now: Timestamp,
        lane: u32,
        at: Timestamp,
        phase: PhaseText,
    ) -> Result<(), Refused> {
        let Some(&key) = self.lanes.get(&lane) else {
            return Err(Refused { code: "LANE", words: format!("lane {lane} is not open; open it first") });
        };
        let venue = &mut self.venues[key.0 as usize];
        let told = &mut venue.told;
        told.0 = at;
        venue.priced = match phase {
            PhaseText::Open { .. } => Some(PlaceInBar::Open),
            PhaseText::Range { .. } => Some(PlaceInBar::Inside),
            // At a close only what was sent for it trades.
            PhaseText::Begin { .. } | PhaseText::Close { .. } | PhaseText::Between => None,
        };
        match phase {
            PhaseText::Begin { volume } => {
                told.1 = PlaceInBar::Open;
                self.exchange.begin(key, volume.map(Qty::units));
            }
            PhaseText::Open { price } => {
                told.1 = PlaceInBar::Open;
                self.exchange.open_within(now, key, price.0);
            }
            PhaseText::Range { high, low } => {
                told.1 = PlaceInBar::Inside;
                self.exchange.range(now, key, high.0, low.0);
            }
            PhaseText::Close { price } => {
                told.1 = PlaceInBar::Close;
                self.exchange.close(key, price.0);
            }
            PhaseText::Between => {
                told.1 = PlaceInBar::Open;
                self.exchange.between(key);
            }
        }
        Ok(())
    }

    /// A trade of others in the simulated instrument of that number.
    pub fn tick(&mut self, at: Timestamp, instrument: usize, price: Price) {
        let key = InstrumentKey(instrument as u32);
        if !self.exchange.is_resting(key) {
            return;
        }
        self.exchange.tick(at, key, price);
        let met = |order: &OrderKey| {
            let facts = &self.orders[order.0 as usize];
            facts.venue == key && facts.placed_at + self.way <= at
        };
        let ended: Vec<OrderKey> = self.immediate.iter().copied().filter(met).collect();
        for order in ended {
            self.immediate.retain(|other| *other != order);
            self.exchange.withdraw(at, order);
        }
    }

    /// At the end of a day its orders expire, but for those that are good till triggered and those of a replay.
    pub fn begin_day(&mut self, at: Timestamp) {
        let day = at.day();
        if day == self.day {
            return;
        }
        self.day = day;
        for order in 0..self.orders.len() {
            let facts = &self.orders[order];
            let ends = facts.validity != ValidityText::Gtt
                && facts.placed_at.day() < day
                && self.venues[facts.venue.0 as usize].lane.is_none();
            if ends && self.exchange.withdraw(at, OrderKey(order as u32)) {
                self.orders[order].expired = true;
            }
        }
    }

    /// Takes an order as it comes; `market` knows the rules of its instruments.
    pub fn place(
        &mut self,
        now: Timestamp,
        market: &Market,
        place: &Place,
        asked: (ConnectionId, u64),
    ) -> Result<(), Refused> {
        let (venue, product, terms) = self.judge(market, place)?;
        if self.by_tag.contains_key(&place.tag) {
            self.sent_twice.push(place.tag.clone());
            self.entries.push(Entry::SentTwice { account: self.name.clone(), tag: place.tag.clone() });
        }
        let key = OrderKey(self.orders.len() as u32);
        let side = place.side.into();
        self.orders.push(Facts {
            tag: place.tag.clone(),
            venue,
            product,
            side,
            validity: place.validity,
            placed_at: now,
            changed_at: now,
            triggered: false,
            expired: false,
        });
        self.by_tag.insert(place.tag.clone(), key);
        if place.validity == ValidityText::Ioc {
            self.immediate.push(key);
        }
        let ticket = Ticket {
            key,
            instrument: venue,
            side,
            qty: Qty::units(place.qty),
            filled: Qty::ZERO,
            terms,
            timing: place.timing.into(),
            change: 0,
        };
        let fate = self.exchange.submit(now, &ticket);
        self.await_answer(key, Asked::Place, fate, asked);
        Ok(())
    }

    pub fn change(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: &Named,
        (change, qty, terms, timing): (u8, i64, TermsText, TimingText),
        asked: (ConnectionId, u64),
    ) -> Result<(), Refused> {
        let key = self.find(order)?;
        let (qty, terms) = (text::quantity(qty)?, text::terms(terms)?);
        let facts = &self.orders[key.0 as usize];
        self.hold_to_rules(market, facts.venue, qty, terms)?;
        let ticket = Ticket {
            key,
            instrument: facts.venue,
            side: facts.side,
            qty,
            filled: Qty::ZERO,
            terms,
            timing: timing.into(),
            change,
        };
        let fate = self.exchange.modify(now, &ticket);
        self.await_answer(key, Asked::Change(change), fate, asked);
        Ok(())
    }

    pub fn cancel(
        &mut self,
        now: Timestamp,
        order: &Named,
        asked: (ConnectionId, u64),
    ) -> Result<(), Refused> {
        let key = self.find(order)?;
        let fate = self.exchange.cancel(now, self.orders[key.0 as usize].venue, key);
        self.await_answer(key, Asked::Cancel, fate, asked);
        Ok(())
    }

    fn await_answer(&mut self, key: OrderKey, what: Asked, fate: Fate, asked: (ConnectionId, u64)) {
        if fate == Fate::Answered {
            self.waiting.insert((key, what), asked);
        } else {
            self.waiting.remove(&(key, what));
        }
    }

    fn find(&self, order: &Named) -> Result<OrderKey, Refused> {
        let (found, named) = match order {
            Named::Tag(tag) => (self.by_tag.get(tag).copied(), tag),
            Named::BrokerId(id) => (self.key_of(id), id),
        };
        found.ok_or_else(|| Refused {
            code: "NOT_WORKING",
            words: format!("no order `{named}` is in the book"),
        })
    }
}

fn longest(latency: Span, faults: &Faults) -> Span {
    Span::micros(latency.as_micros() + faults.delay.as_micros())
}
