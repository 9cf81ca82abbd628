//! All that the server knows, behind one lock: the market's clockwork, the accounts, the journal, the connections.
//!
//! Every way in ends in [`Floor::settle`]: what changed is written to the journal, then lines are handed out, in order.

use std::collections::BTreeMap;
use std::collections::HashMap;

use bytes::Bytes;
use domain::instrument::InstrumentId;
use domain::time::Span;
use domain::{Money, Qty, Tick, Timestamp};
use exchange::{Faults, FillRules};
use std::sync::Arc;
use tokio::sync::mpsc;

use super::OpenError;
use super::account::{Account, ConnectionId, Line, Remembered};
use super::faults;
use super::journal::{Entry, Journal};
use super::market::{Cursor, Market};
use super::wire::{
    Ask, BestText, Listed, Phase, PhaseText, Refused, Reply, Request, Say, Text, TickText, With,
};

/// Lines that may wait for one slow reader; then it loses ticks, and at an order's line the connection.
pub(super) const MOST_WAITING: usize = 65_536;
/// How far behind the clock the market may be and still tell every tick: beyond it the process was asleep.
const MOST_BEHIND: Span = Span::minutes(1);
const MOST_ACCOUNTS: usize = 1_000;
/// Bars of one answer.
pub(super) const MOST_BARS: usize = 10_000;
/// 1990 to 2099, in microseconds since 1970: every instant that a client may name.
const YEARS: std::ops::Range<i64> = 631_152_000_000_000..4_102_444_800_000_000;

#[derive(Debug)]
pub(super) struct Floor {
    market: Arc<Market>,
    cursors: Vec<Cursor>,
    /// The number of the last tick that was told.
    told: i64,
    accounts: Vec<Account>,
    by_name: BTreeMap<String, usize>,
    connections: HashMap<ConnectionId, Connection>,
    came: ConnectionId,
    journal: Option<Journal>,
    rules: FillRules,
    faults: Faults,
    seed: u64,
    /// Why nothing is answered any more: what cannot be stored must not be told.
    pub broken: Option<String>,
}

#[derive(Debug)]
struct Connection {
    lines: mpsc::Sender<Bytes>,
    account: Option<usize>,
    subscribed: Vec<bool>,
}

/// Work that an answer waits for, too long to be done under the lock.
#[derive(Debug)]
pub(super) struct HistoryWanted {
    pub n: u64,
    pub listing: usize,
    pub span: (Timestamp, Timestamp),
}

impl Floor {
    pub fn new(
        market: Arc<Market>,
        (rules, faults, seed): (FillRules, Faults, u64),
        log: Option<(Journal, Vec<Entry>)>,
        now: Timestamp,
    ) -> Result<Floor, OpenError> {
        let mut floor = Floor {
            cursors: (0..market.listings().len()).map(|i| market.cursor(i)).collect(),
            told: market.tick_at(now),
            market,
            accounts: Vec::new(),
            by_name: BTreeMap::new(),
            connections: HashMap::new(),
            came: 0,
            journal: None,
            rules,
            faults,
            seed,
            broken: None,
        };
        if let Some((journal, entries)) = log {
            floor.restore(now, entries)?;
            floor.journal = Some(journal);
        }
        Ok(floor)
    }

    fn restore(&mut self, now: Timestamp, entries: Vec<Entry>) -> Result<(), OpenError> {
        let mut remembered: Vec<Remembered> = Vec::new();
        for (i, entry) in entries.into_iter().enumerate() {
            let wrong = |what| OpenError::Contradiction { line: i + 1, what };
            let name = match &entry {
                Entry::Account { account, .. }
                | Entry::Lane { account, .. }
                | Entry::SentTwice { account, .. } => account,
                Entry::Order(order) => &order.account,
                Entry::Trade(trade) => &trade.account,
            };
            let known = self.by_name.get(name).copied();
            if let Entry::Account { account, cash } = entry {
                if known.is_none() {
                    self.open_account(account, cash.0);
                    remembered.push(Remembered::default());
                }
                continue;
            }
            let index = known.ok_or(wrong("the account was not opened"))?;
            let books = &mut remembered[index];
            match entry {
                Entry::Account { .. } => {}
                Entry::Lane { lane, instrument, tick, .. } => {
                    let tick = Tick::new(tick.0).ok_or(wrong("a tick is not positive"))?;
                    self.accounts[index].restore_lane(lane, &instrument, tick);
                }
                Entry::Order(order) => books.order(order).map_err(|c| wrong(c.0))?,
                Entry::Trade(trade) => books.trade(trade).map_err(|c| wrong(c.0))?,
                Entry::SentTwice { tag, .. } => books.sent_twice.push(tag),
            }
        }
        for (account, books) in self.accounts.iter_mut().zip(remembered) {
            account.restore(now, books).map_err(|c| OpenError::Contradiction { line: 0, what: c.0 })?;
        }
        Ok(())
    }

    fn open_account(&mut self, name: String, cash: Money) -> usize {
        let account = Account::new(name.clone(), cash, &self.market, self.rules, self.faults, self.seed);
        self.accounts.push(account);
        self.by_name.insert(name, self.accounts.len() - 1);
        self.accounts.len() - 1
    }

    pub fn connect(&mut self, lines: mpsc::Sender<Bytes>) -> ConnectionId {
        self.came += 1;
        let subscribed = vec![false; self.market.listings().len()];
        if self.broken.is_none() {
            self.connections.insert(self.came, Connection { lines, account: None, subscribed });
        }
        self.came
    }

    pub fn disconnect(&mut self, id: ConnectionId) {
        if let Some(account) = self.connections.remove(&id).and_then(|c| c.account) {
            self.accounts[account].forget(id);
        }
    }

    /// Lets go of everything: lines still waiting are written, then the connections end.
    pub fn stop(&mut self, because: String) {
        self.connections.clear();
        self.journal = None;
        self.broken.get_or_insert(because);
    }

    pub fn account(&self, name: &str) -> Option<&Account> {
        self.by_name.get(name).map(|i| &self.accounts[*i])
    }

    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
        for account in &mut self.accounts {
            account.set_faults(faults);
        }
    }

    /// When the clockwork must be wound again.
    pub fn next_due(&self) -> Timestamp {
        let tick = Timestamp::from_micros((self.told + 1) * self.market.interval().as_micros());
        self.accounts.iter().filter_map(Account::next_due).fold(tick, Timestamp::min)
    }

    /// Tells what is due by `now`: prices, and what was on its way.
    pub fn step(&mut self, now: Timestamp) {
        if self.broken.is_some() {
            return;
        }
        let latest = self.market.tick_at(now);
        if latest - self.told > MOST_BEHIND.as_micros() / self.market.interval().as_micros() {
            self.told = latest - 1;
        }
        for account in 0..self.accounts.len() {
            self.accounts[account].begin_day(now);
        }
        for number in self.told + 1..=latest {
            for listing in 0..self.cursors.len() {
                self.tick(listing, number);
            }
            self.told = number;
        }
        for account in 0..self.accounts.len() {
            self.settle(account, now);
        }
    }

    fn tick(&mut self, listing: usize, number: i64) {
        let print = self.market.print(&mut self.cursors[listing], number);
        for account in 0..self.accounts.len() {
            self.accounts[account].tick(print.at, listing, print.price);
            self.settle(account, print.at);
        }
        if self.connections.values().any(|c| c.subscribed[listing]) {
            let listed = &self.market.listings()[listing];
            let best = print.bid.map(|bid| {
                let [bid_qty, ask_qty] = self.market.resting(listing, number).map(Qty::raw);
                BestText { bid: Text(bid), bid_qty, ask: Text(bid + listed.tick.price()), ask_qty }
            });
            let line = bytes(&Say::Tick(TickText {
                instrument: listed.id.to_string(),
                at: print.at.as_micros(),
                price: Text(print.price),
                volume: print.volume.raw(),
                best,
            }));
            for connection in self.connections.values().filter(|c| c.subscribed[listing]) {
                // A reader too slow for prices misses some; it must not miss what became of its orders.
                if connection.lines.capacity() > MOST_WAITING / 2 {
                    let _ = connection.lines.try_send(line.clone());
                }
            }
        }
    }

    /// Answers one line of a connection.
    pub fn hear(&mut self, from: ConnectionId, line: &[u8], now: Timestamp) -> Option<HistoryWanted> {
        if self.broken.is_some() || !self.connections.contains_key(&from) {
            return None;
        }
        let Request { n, ask } = match serde_json::from_slice(line) {
            Ok(request) => request,
            Err(error) => {
                let words = format!("the line is not a request: {error}");
                self.send(from, &Say::Error { n: number_of(line), code: "LINE", words });
                return None;
            }
        };
        match self.answer(from, n, ask, now) {
            Ok(wanted) => wanted,
            Err(Refused { code, words }) => {
                self.send(from, &Say::Error { n: Some(n), code, words });
                None
            }
        }
    }

    fn answer(
        &mut self,
        from: ConnectionId,
        n: u64,
        ask: Ask,
        now: Timestamp,
    ) -> Result<Option<HistoryWanted>, Refused> {
        let with = match ask {
            Ask::Hello { account, cash } => self.hello(from, account, cash.map(|c| c.0), now)?,
            Ask::Subscribe { instruments } => self.subscribe(from, &instruments, true)?,
            Ask::Unsubscribe { instruments } => self.subscribe(from, &instruments, false)?,
            Ask::Instruments => With::Instruments(self.listed()),
            Ask::History { instrument, from, to } => {
                let listing = self.listing(&instrument)?;
                if !YEARS.contains(&from) || !YEARS.contains(&to) {
                    return Err(Refused {
                        code: "SPAN",
                        words: "from and to must lie in 1990 to 2099".to_owned(),
                    });
                }
                let span = (Timestamp::from_micros(from), Timestamp::from_micros(to));
                return Ok(Some(HistoryWanted { n, listing, span }));
            }
            Ask::Faults { set } => {
                let faults = if set.is_empty() { Ok(Faults::default()) } else { faults::parse(&set) };
                let faults = faults.map_err(|error| Refused { code: "FAULTS", words: error.to_string() })?;
                self.set_faults(faults);
                With::Ok {}
            }
            of_account => return self.of_account(from, n, of_account, now).map(|()| None),
        };
        self.send(from, &Say::Reply(Reply { n, with }));
        Ok(None)
    }

    fn of_account(&mut self, from: ConnectionId, n: u64, ask: Ask, now: Timestamp) -> Result<(), Refused> {
        let known = self.connections.get(&from).and_then(|c| c.account);
        let index = known.ok_or_else(|| Refused {
            code: "HELLO",
            words: "no account is named; begin with hello".to_owned(),
        })?;
        let account = &mut self.accounts[index];
        let asked = (from, n);
        let with = match ask {
            Ask::Place(place) => {
                let placed = account.place(now, &self.market, &place, asked);
                self.requested(index, asked, placed, now);
                return Ok(());
            }
            Ask::Change { order, change, qty, terms, timing } => {
                let changed = account.change(now, &self.market, &order, (change, qty, terms, timing), asked);
                self.requested(index, asked, changed, now);
                return Ok(());
            }
            Ask::Cancel { order } => {
                let cancelled = account.cancel(now, &order, asked);
                self.requested(index, asked, cancelled, now);
                return Ok(());
            }
            Ask::Lane { lane, instrument, tick } => {
                let bad = |words: String| Refused { code: "LANE", words };
                let id: InstrumentId = instrument.parse().map_err(|e| bad(format!("{e}")))?;
                let tick = Tick::new(tick.0).ok_or_else(|| bad("tick must be positive".to_owned()))?;
                account.open_lane(lane, id.as_str(), tick)?;
                self.settle(index, now);
                With::Ok {}
            }
            Ask::Phase(phase) => {
                sound(&phase)?;
                account.tell(now, phase.lane, Timestamp::from_micros(phase.at), phase.part)?;
                self.settle(index, now);
                With::Ok {}
            }
            Ask::Book if account.reading_fails() => {
                return Err(Refused { code: "UNREADABLE", words: "the book cannot be read now".to_owned() });
            }
            Ask::Book => {
                let (orders, trades) = account.read(now);
                With::Book { orders, trades }
            }
            Ask::Positions => With::Positions(account.positions()),
            Ask::Funds => {
                let (cash, margin_used) = account.funds();
                With::Funds { cash: Text(cash), margin_used: Text(margin_used) }
            }
            _ => {
                let (orders, trades) = account.counts();
                With::Status { orders, trades, sent_twice: account.sent_twice().to_vec() }
            }
        };
        self.send(from, &Say::Reply(Reply { n, with }));
        Ok(())
    }

    /// After a request of an order: what it caused at once, then that this was all.
    fn requested(
        &mut self,
        account: usize,
        (from, n): (ConnectionId, u64),
        refused: Result<(), Refused>,
        now: Timestamp,
    ) {
        self.settle(account, now);
        if let Err(refused) = refused {
            let answer = super::wire::Answer { n, broker_id: None, refused: Some(refused) };
            self.send(from, &Say::Answer(answer));
        }
        self.send(from, &Say::Done { n });
    }

    fn hello(
        &mut self,
        from: ConnectionId,
        name: String,
        cash: Option<Money>,
        now: Timestamp,
    ) -> Result<With, Refused> {
        let bad = |words: String| Refused { code: "HELLO", words };
        if name.is_empty() || name.len() > 40 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        {
            return Err(bad("account must be 1 to 40 letters, digits and dashes".to_owned()));
        }
        let index = match self.by_name.get(&name) {
            Some(index) => *index,
            None if self.accounts.len() >= MOST_ACCOUNTS => {
                return Err(bad(format!("there are {MOST_ACCOUNTS} accounts already")));
            }
            None => {
                let cash = cash.unwrap_or(Money::rupees(1_000_000));
                let index = self.open_account(name, cash);
                self.accounts[index].begins();
                self.accounts[index].begin_day(now);
                self.settle(index, now);
                index
            }
        };
        if let Some(connection) = self.connections.get_mut(&from) {
            connection.account = Some(index);
        }
        Ok(With::Welcome { now: now.as_micros(), tick_micros: self.market.interval().as_micros() })
    }

    fn subscribe(
        &mut self,
        from: ConnectionId,
        instruments: &[String],
        wanted: bool,
    ) -> Result<With, Refused> {
        let listings: Vec<usize> = instruments.iter().map(|i| self.listing(i)).collect::<Result<_, _>>()?;
        if let Some(connection) = self.connections.get_mut(&from) {
            for listing in listings {
                connection.subscribed[listing] = wanted;
            }
        }
        Ok(With::Ok {})
    }

    fn listing(&self, instrument: &str) -> Result<usize, Refused> {
        let unknown =
            || Refused { code: "UNKNOWN_INSTRUMENT", words: format!("{instrument:?} is not listed here") };
        let found = self.market.listings().iter().position(|l| l.id.as_str() == instrument);
        found.ok_or_else(unknown)
    }

    fn listed(&self) -> Vec<Listed> {
        let listed = |l: &super::Listing| Listed {
            instrument: l.id.to_string(),
            tick: Text(l.tick),
            lot: l.lot.raw(),
            freeze: l.freeze.map(Qty::raw),
            tradable: l.tradable,
        };
        self.market.listings().iter().map(listed).collect()
    }

    /// Writes what an account's books changed, then hands its lines out.
    fn settle(&mut self, index: usize, now: Timestamp) {
        let (mut lines, mut entries) = (Vec::new(), Vec::new());
        self.accounts[index].settle(now, &mut lines, &mut entries);
        if let Some(Err(error)) = self.journal.as_mut().map(|journal| journal.append(&entries)) {
            self.stop(error.to_string());
            return;
        }
        for line in lines {
            match line {
                Line::To(connection, say) => self.send(connection, &say),
                Line::All(say) => {
                    let line = bytes(&say);
                    let listening = self.connections.iter().filter(|(_, c)| c.account == Some(index));
                    let listening: Vec<ConnectionId> = listening.map(|(id, _)| *id).collect();
                    for connection in listening {
                        self.send_line(connection, line.clone());
                    }
                }
            }
        }
    }

    pub fn send(&mut self, to: ConnectionId, say: &Say) {
        self.send_line(to, bytes(say));
    }

    fn send_line(&mut self, to: ConnectionId, line: Bytes) {
        let full = self.connections.get(&to).is_some_and(|c| c.lines.try_send(line).is_err());
        if full {
            self.disconnect(to);
        }
    }
}

/// Figures of a phase that a bar can have.
fn sound(phase: &Phase) -> Result<(), Refused> {
    let positive = |price: domain::Price| price > domain::Price::ZERO;
    let sound = match phase.part {
        PhaseText::Begin { volume } => volume.is_none_or(|v| (0..=1_000_000_000_000_000).contains(&v)),
        PhaseText::Open { price } | PhaseText::Close { price } => positive(price.0),
        PhaseText::Range { high, low } => positive(low.0) && low.0 <= high.0,
        PhaseText::Between => true,
    };
    let rule = "prices must be positive, low at most high, volume not negative, at in 1990 to 2099";
    let wrong = || Refused { code: "PHASE", words: rule.to_owned() };
    (sound && YEARS.contains(&phase.at)).then_some(()).ok_or_else(wrong)
}

/// The number of a request that could not be read otherwise, so that its sender need not wait.
fn number_of(line: &[u8]) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Numbered {
        n: u64,
    }
    serde_json::from_slice::<Numbered>(line).ok().map(|numbered| numbered.n)
}

fn bytes(say: &Say) -> Bytes {
    // Writing to memory cannot fail, and these types have text keys only.
    let mut line = serde_json::to_vec(say).unwrap_or_default();
    line.push(b'\n');
    line.into()
}

#[cfg(test)]
mod tests;
