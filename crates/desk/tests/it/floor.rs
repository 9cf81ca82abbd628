//! An exchange that does what a case tells it, at once: prices, refusals, silence. It outlives the desk.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use broker::{
    BookReading, Broker, BrokerPosition, BrokerTrade, Failure, OrderRow, Outcome, RefusedCause, Request,
    RequestKind, RowStatus, Sink, TradePhase, Update,
};
use desk::Clock;
use domain::instrument::InstrumentId;
use domain::order::{OrderId, Terms};
use domain::{Price, Product, Qty, Side};

#[derive(Clone)]
pub struct Floor(Arc<Mutex<State>>);

struct State {
    clock: Clock,
    prices: HashMap<InstrumentId, Price>,
    orders: Vec<Row>,
    trades: Vec<BrokerTrade>,
    listeners: HashMap<i64, Sink>,
    /// How often each id was placed.
    placed: BTreeMap<OrderId, u32>,
    asked: Vec<broker::PlaceOrder>,
    /// What the next orders are refused for.
    refusals: VecDeque<RefusedCause>,
    /// Whether requests are carried out, and nothing is said of it.
    silent: bool,
    /// The most that one order trades at one price.
    share: Option<Qty>,
    most_stops: usize,
}

#[derive(Clone)]
struct Row {
    row: OrderRow,
    account: i64,
}

impl Floor {
    pub fn new(clock: Clock) -> Floor {
        Floor(Arc::new(Mutex::new(State {
            clock,
            prices: HashMap::new(),
            orders: Vec::new(),
            trades: Vec::new(),
            listeners: HashMap::new(),
            placed: BTreeMap::new(),
            asked: Vec::new(),
            refusals: VecDeque::new(),
            silent: false,
            share: None,
            most_stops: 0,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// An account's link; whoever was linked before hears nothing more.
    pub fn link(&self, account: i64, sink: Sink) -> Arc<dyn Broker> {
        sink(Update::Connected);
        self.state().listeners.insert(account, sink);
        Arc::new(Line { floor: self.clone(), account })
    }

    /// The desk is gone: nobody hears what happens.
    pub fn hang_up(&self) {
        self.state().listeners.clear();
    }

    pub fn price(&self, instrument: &InstrumentId, price: Price) {
        let mut state = self.state();
        state.prices.insert(instrument.clone(), price);
        state.match_all();
    }

    pub fn silent(&self, silent: bool) {
        self.state().silent = silent;
    }

    pub fn refuse(&self, cause: RefusedCause) {
        self.state().refusals.push_back(cause);
    }

    pub fn share(&self, most: Option<Qty>) {
        self.state().share = most;
    }

    /// The account's net holding by all its trades.
    pub fn held(&self, account: i64) -> i64 {
        let state = self.state();
        let own = state.trades.iter().filter(|t| t.order.is_some_and(|id| id.account() == account));
        own.map(|t| t.qty.raw() * t.side.sign()).sum()
    }

    pub fn working(&self, account: i64) -> Vec<OrderRow> {
        let state = self.state();
        let rows = state.orders.iter().filter(|row| row.account == account);
        rows.map(|row| row.row.clone()).filter(|row| row.status == RowStatus::Working).collect()
    }

    /// The owner trades in another window.
    pub fn trade_elsewhere(&self, account: i64, instrument: &str, side: Side, qty: Qty) {
        let row = OrderRow {
            id: None,
            broker_id: "ELSEWHERE".to_owned(),
            instrument: instrument.parse().unwrap(),
            product: Product::Mis,
            side,
            qty,
            filled: qty,
            terms: Terms::Limit { price: Price::rupees(100) },
            triggered: false,
            status: RowStatus::Filled,
            because: None,
        };
        self.state().orders.push(Row { row, account });
    }

    /// Orders that ever arrived.
    pub fn arrived(&self) -> usize {
        self.state().orders.len()
    }

    pub fn trades(&self) -> Vec<BrokerTrade> {
        self.state().trades.clone()
    }

    /// The order as it was placed.
    pub fn asked(&self, id: OrderId) -> broker::PlaceOrder {
        self.state().asked.iter().find(|order| order.id == id).unwrap().clone()
    }

    /// Ids that were placed more than once: there must be none.
    pub fn placed_twice(&self) -> Vec<OrderId> {
        self.state().placed.iter().filter(|(_, times)| **times > 1).map(|(id, _)| *id).collect()
    }

    /// The most stops that ever worked at once for one holding.
    pub fn most_exits_at_once(&self) -> usize {
        self.state().most_stops
    }
}

impl State {
    fn say(&self, account: i64, update: Update) {
        if !self.silent
            && let Some(sink) = self.listeners.get(&account)
        {
            sink(update);
        }
    }

    fn match_all(&mut self) {
        for place in 0..self.orders.len() {
            self.match_one(place);
        }
    }

    fn count_stops(&mut self) {
        let stops = |account: i64| {
            let own = self.orders.iter().filter(move |row| row.account == account);
            own.filter(|r| r.row.status == RowStatus::Working && matches!(r.row.terms, Terms::Stop { .. }))
                .count()
        };
        let most = self.orders.iter().map(|row| stops(row.account)).max().unwrap_or(0);
        self.most_stops = self.most_stops.max(most);
    }

    fn match_one(&mut self, place: usize) {
        let Row { row, account } = self.orders[place].clone();
        let Some(&last) = self.prices.get(&row.instrument) else { return };
        if row.status != RowStatus::Working {
            return;
        }
        let buys = row.side == Side::Buy;
        let (trigger, limit) = row.terms.on_the_wire();
        if let Some(trigger) = trigger.filter(|_| !row.triggered) {
            if if buys { last < trigger } else { last > trigger } {
                return;
            }
            self.orders[place].row.triggered = true;
            if let Some(order) = row.id {
                self.say(account, Update::Triggered { order });
            }
        }
        if if buys { last > limit } else { last < limit } {
            return;
        }
        let left = row.qty - row.filled;
        let qty = self.share.map_or(left, |share| share.min(left));
        let trade = BrokerTrade {
            order: row.id,
            number: self.trades.len() as u64 + 1,
            instrument: row.instrument.clone(),
            side: row.side,
            qty,
            price: last,
            at: self.clock.now(),
            phase: TradePhase::AtOpenOrTick,
        };
        self.trades.push(trade.clone());
        let now = &mut self.orders[place].row;
        now.filled += qty;
        if now.filled == now.qty {
            now.status = RowStatus::Filled;
        }
        self.say(account, Update::Trade(trade));
    }

    fn answer(&self, account: i64, order: OrderId, request: RequestKind, refused: Option<RefusedCause>) {
        let outcome = match (refused, self.silent) {
            (_, true) => Outcome::Failed(Failure::Unknown("no answer".to_owned())),
            (None, _) => Outcome::Done { broker_id: Some(format!("B{order}")) },
            (Some(cause), _) => {
                let (code, words) = ("17070".to_owned(), "it is refused".to_owned());
                Outcome::Failed(Failure::Refused { cause, code, words })
            }
        };
        if let Some(sink) = self.listeners.get(&account) {
            sink(Update::Answer { order, request, outcome });
        }
    }

    fn place(&mut self, account: i64, order: &broker::PlaceOrder) {
        *self.placed.entry(order.id).or_default() += 1;
        self.asked.push(order.clone());
        let refused = self.refusals.pop_front();
        let status = if refused.is_some() { RowStatus::Rejected } else { RowStatus::Working };
        let row = OrderRow {
            id: Some(order.id),
            broker_id: format!("B{}", order.id),
            instrument: order.instrument.clone(),
            product: order.product,
            side: order.side,
            qty: order.qty,
            filled: Qty::ZERO,
            terms: order.terms,
            triggered: false,
            status,
            because: None,
        };
        self.orders.push(Row { row, account });
        self.answer(account, order.id, RequestKind::Place, refused);
        self.match_one(self.orders.len() - 1);
        self.count_stops();
    }

    /// What an account holds by all its trades.
    fn positions(&self, account: i64) -> Vec<BrokerPosition> {
        let own = self.orders.iter().filter(|row| row.account == account);
        let filled = own.map(|Row { row, .. }| BrokerPosition {
            instrument: row.instrument.clone(),
            product: row.product,
            qty: Qty::from_raw(row.filled.raw() * row.side.sign()),
            average_price: Price::ZERO,
        });
        filled.collect()
    }

    fn find(&mut self, id: OrderId) -> Option<usize> {
        let found = self.orders.iter().position(|row| row.row.id == Some(id))?;
        (self.orders[found].row.status == RowStatus::Working).then_some(found)
    }
}

struct Line {
    floor: Floor,
    account: i64,
}

impl Broker for Line {
    fn send(&self, request: Request) {
        let mut state = self.floor.state();
        let account = self.account;
        match request {
            Request::Place(order) => state.place(account, &order),
            Request::Change(change) => {
                let kind = RequestKind::Change { change: change.change };
                let Some(place) = state.find(change.id) else {
                    return state.answer(account, change.id, kind, Some(RefusedCause::NotWorking));
                };
                let row = &mut state.orders[place];
                (row.row.qty, row.row.terms) = (change.qty, change.terms);
                state.answer(account, change.id, kind, None);
                state.match_one(place);
            }
            Request::Cancel(cancel) => {
                let Some(place) = state.find(cancel.id) else {
                    return state.answer(
                        account,
                        cancel.id,
                        RequestKind::Cancel,
                        Some(RefusedCause::NotWorking),
                    );
                };
                state.orders[place].row.status = RowStatus::Cancelled;
                state.answer(account, cancel.id, RequestKind::Cancel, None);
            }
            Request::ReadBook { number } => {
                let own = state.orders.iter().filter(|row| row.account == account);
                let orders = own.map(|row| row.row.clone()).collect();
                let mine = |t: &&BrokerTrade| t.order.is_some_and(|id| id.account() == account);
                let trades = state.trades.iter().filter(mine).cloned().collect();
                let reading = if state.silent {
                    Err(Failure::Unknown("no answer".to_owned()))
                } else {
                    Ok(BookReading { orders, trades })
                };
                if let Some(sink) = state.listeners.get(&account) {
                    sink(Update::Book { number, reading });
                }
            }
            Request::ReadPositions { number } => {
                let reading = Ok(state.positions(account));
                if let Some(sink) = state.listeners.get(&account) {
                    sink(Update::Positions { number, reading });
                }
            }
            Request::ReadFunds { .. } => {}
        }
    }

    fn outstanding(&self) -> usize {
        0
    }
}
