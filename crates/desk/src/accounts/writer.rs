//! Writes what an account decided and heard to the database, in the order of its journal.
//!
//! Everything of a batch and how far the journal is stored commit in one transaction, so nothing is written twice or
//! left out by a kill. What cannot be reached is tried again for as long as it takes: meanwhile no order leaves.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::time::{Duration, Instant};

use domain::Timestamp;
use domain::order::{OrderId, OrderKey, OrderState};
use engine::{Breach, Lock, LockCause, LockScope};
use serde_json::Value;
use store::books::{ClosedTrade, Position, TradeRecord};
use store::orders::{NewOrder, OrderRecord};
use store::risk::{NewIncident, NewLock, RiskEvent, Scope};
use store::{AccountId, Book, RunId, Store, StoreError, Unit, UserId};
use tokio::sync::mpsc;

use super::message::Message;
use crate::hub::{Hub, Note, Topic};
use crate::path::{Moved, Reason, Refused, Write, figures};

/// What one input of the journal caused to be stored.
pub(super) struct Batch {
    pub place: i64,
    pub at: Timestamp,
    pub writes: Vec<Write>,
    /// The journal as it is now, to be made durable first.
    pub journal: Option<File>,
}

/// Inputs whose writes may share a transaction: it is held shorter than a person notices.
const MOST_TOGETHER: usize = 256;
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

pub(super) struct Writer {
    pub store: Store,
    pub user: UserId,
    pub account: AccountId,
    pub hub: Hub,
    pub stored: i64,
    pub tell: mpsc::UnboundedSender<Message>,
    pub known: Known,
}

/// Rows as they are stored: the writer is the only one to change them.
#[derive(Default)]
pub(super) struct Known {
    orders: HashMap<OrderId, OrderRecord>,
    positions: HashMap<PositionKey, i64>,
}

type PositionKey = (Book, domain::instrument::InstrumentId, domain::Product);

/// What a transaction changed, to be known and published once it has committed.
#[derive(Default)]
struct Changed {
    orders: Vec<OrderRecord>,
    keys: Vec<OrderKey>,
    positions: Vec<(PositionKey, i64)>,
    trades: Vec<ClosedTrade>,
    refused: Vec<Refused>,
    risk: bool,
}

impl Writer {
    /// Writes until the account's task is gone and everything is stored.
    pub async fn run(mut self, mut batches: mpsc::UnboundedReceiver<Batch>) {
        let mut taken = Vec::new();
        while batches.recv_many(&mut taken, MOST_TOGETHER).await > 0 {
            if let Some(journal) = taken.iter().rev().find_map(|batch| batch.journal.as_ref())
                && let Err(why) = journal.sync_data()
            {
                let _ = self.tell.send(Message::JournalLost { why: why.to_string() });
                return;
            }
            self.write(&taken).await;
            taken.clear();
        }
    }

    async fn write(&mut self, batches: &[Batch]) {
        let Some(last) = batches.last() else { return };
        let mut wait = FIRST_WAIT;
        loop {
            let began = Instant::now();
            match self.attempt(batches).await {
                Ok(changed) => {
                    metrics::histogram!("sauda_commit_duration_seconds").record(began.elapsed());
                    self.stored = last.place;
                    self.publish(changed, last.place);
                    return;
                }
                Err(StoreError::Busy | StoreError::Unreachable(_)) => {}
                Err(StoreError::InDoubt(why)) => {
                    tracing::warn!(account.id = %self.account, "a commit is in doubt: {why}");
                    match store::desk_cursor::get(&self.store, self.account).await {
                        // It was committed: what it changed is read again.
                        Ok(place) if place >= last.place => {
                            self.stored = last.place;
                            self.known = Known::default();
                            let changed = self.read_again(batches).await;
                            self.publish(changed, last.place);
                            return;
                        }
                        Ok(_) => {}
                        Err(why) => tracing::warn!(account.id = %self.account, "the database: {why}"),
                    }
                }
                Err(why) if batches.len() > 1 => {
                    // One of them is at fault: they are written one by one.
                    tracing::error!(account.id = %self.account, "writes are refused together: {why}");
                    for batch in batches {
                        Box::pin(self.write(std::slice::from_ref(batch))).await;
                    }
                    return;
                }
                Err(why) => {
                    self.give_up(&batches[0], &why).await;
                    return;
                }
            }
            tracing::warn!(account.id = %self.account, "the database does not answer; writing again in {wait:?}");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// The database refuses something of what one input caused. That is left out, and the rest is stored: a person must
    /// know, and an order that is left out must not leave.
    async fn give_up(&mut self, batch: &Batch, why: &StoreError) {
        tracing::error!(account.id = %self.account, "place {} of the journal cannot be stored whole: {why}", batch.place);
        let mut kept: Vec<&Write> = batch.writes.iter().collect();
        let mut left_out = Vec::new();
        let mut wait = FIRST_WAIT;
        loop {
            self.known = Known::default();
            match self.attempt_without(batch, &kept, &left_out).await {
                Ok(changed) => {
                    self.stored = batch.place;
                    self.publish(changed, batch.place);
                    break;
                }
                Err((_, StoreError::Busy | StoreError::Unreachable(_) | StoreError::InDoubt(_))) => {
                    if store::desk_cursor::get(&self.store, self.account)
                        .await
                        .is_ok_and(|at| at >= batch.place)
                    {
                        self.stored = batch.place;
                        let changed = self.read_again(std::slice::from_ref(batch)).await;
                        self.publish(changed, batch.place);
                        break;
                    }
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                Err((Some(at), why)) => left_out.push((kept.remove(at), why.to_string())),
                Err((None, why)) => {
                    // It is not this batch that is at fault: the next would move the cursor over it, and whoever waits
                    // would be told that it is stored.
                    tracing::error!(
                        account.id = %self.account,
                        "nor can an incident about it: {why}; writing all again in {wait:?}"
                    );
                    (kept, left_out) = (batch.writes.iter().collect(), Vec::new());
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
        for (write, _) in left_out {
            if let Write::NewOrder(_, key) = write {
                let _ = self.tell.send(Message::Unstorable { order: *key });
            }
        }
    }

    /// Stores what is kept of a batch, and an incident about what is not. An error says which write was refused.
    async fn attempt_without(
        &self,
        batch: &Batch,
        kept: &[&Write],
        left_out: &[(&Write, String)],
    ) -> Result<Changed, (Option<usize>, StoreError)> {
        let unit = self.store.begin().await.map_err(|why| (None, why))?;
        let mut changed = Changed::default();
        for (place, write) in kept.iter().enumerate() {
            self.apply(&unit, write, batch.at, &mut changed).await.map_err(|why| (Some(place), why))?;
        }
        let all = async {
            if !left_out.is_empty() {
                let words = left_out.iter().map(|(write, why)| format!("{}: {why}", name_of(write)));
                let incident = NewIncident {
                    account: self.account,
                    kind: "unstorable".to_owned(),
                    subject: format!("place {} of the journal", batch.place),
                    detail: words.collect::<Vec<_>>().join("; "),
                };
                self.apply(&unit, &Write::Incident(incident), batch.at, &mut changed).await?;
            }
            store::desk_cursor::advance(&unit, self.account, self.stored, batch.place).await?;
            unit.commit().await
        };
        all.await.map_err(|why| (None, why))?;
        Ok(changed)
    }

    async fn attempt(&self, batches: &[Batch]) -> Result<Changed, StoreError> {
        let Some(last) = batches.last() else { return Ok(Changed::default()) };
        let unit = self.store.begin().await?;
        let mut changed = Changed::default();
        for batch in batches {
            for write in &batch.writes {
                self.apply(&unit, write, batch.at, &mut changed).await?;
            }
        }
        store::desk_cursor::advance(&unit, self.account, self.stored, last.place).await?;
        unit.commit().await?;
        Ok(changed)
    }

    async fn apply(
        &self,
        unit: &Unit,
        write: &Write,
        at: Timestamp,
        changed: &mut Changed,
    ) -> Result<(), StoreError> {
        match write {
            Write::NewOrder(order, key) => {
                store::orders::insert(unit, self.user, order).await?;
                changed.orders.push(as_stored(self.user, order));
                changed.keys.push(*key);
            }
            Write::Moved(moved) => self.moved(unit, moved, changed).await?,
            Write::Fill(order, fill) => store::orders::record_fill(unit, self.user, *order, fill).await?,
            Write::Position(position) => self.position(unit, position, changed).await?,
            Write::Trade(trade) => {
                store::books::record_trade(unit, self.user, trade).await?;
                changed.trades.push((**trade).clone());
            }
            Write::Refused(refused) => {
                store::risk::record_risk_event(unit, self.user, &refused.event).await?;
                changed.refused.push((**refused).clone());
            }
            Write::Incident(incident) => {
                tracing::error!(account.id = %self.account, kind = incident.kind, "{}", incident.detail);
                store::risk::open_incident(unit, self.user, incident, at).await?;
                changed.risk = true;
            }
            Write::Locked(lock, run, said) => {
                changed.risk = true;
                self.locked(unit, lock, *run, said.as_deref()).await?;
            }
            Write::Unlocked(lock, run) => {
                changed.risk = true;
                self.unlocked(unit, lock, *run, at).await?;
            }
        }
        Ok(())
    }

    async fn moved(&self, unit: &Unit, moved: &Moved, changed: &mut Changed) -> Result<(), StoreError> {
        let here = changed.orders.iter().rev().find(|order| order.id == moved.id);
        let mut order = match here.or_else(|| self.known.orders.get(&moved.id)) {
            Some(order) => order.clone(),
            None => store::orders::get(unit, self.user, moved.id).await?,
        };
        let update = &moved.update;
        store::orders::update(unit, self.user, moved.id, order.version, update).await?;
        order.version += 1;
        order.state = update.state;
        order.filled_quantity = update.filled_quantity;
        order.filled_value = update.filled_value;
        order.updated_at = update.at;
        if let Some(terms) = update.terms {
            (order.quantity, order.limit_price, order.trigger_price) =
                (terms.quantity, terms.limit_price, terms.trigger_price);
        }
        if let Some(broker_id) = &update.broker_order_id {
            order.broker_order_id = Some(broker_id.clone());
        }
        if let Some(because) = &update.because {
            order.because = Some(because.clone());
        }
        changed.orders.push(order);
        Ok(())
    }

    async fn position(&self, unit: &Unit, new: &Position, changed: &mut Changed) -> Result<(), StoreError> {
        let key = (new.book, new.instrument.clone(), new.product);
        let here =
            changed.positions.iter().rev().find(|(saved, _)| *saved == key).map(|(_, version)| *version);
        let mut seen = here.or_else(|| self.known.positions.get(&key).copied());
        if seen.is_none() {
            let (book, instrument, product) = &key;
            let stored =
                store::books::position(unit, self.user, new.account, *book, instrument, *product).await?;
            seen = stored.map(|row| row.version);
        }
        store::books::save_position(unit, self.user, new, seen).await?;
        changed.positions.push((key, seen.map_or(1, |version| version + 1)));
        Ok(())
    }

    /// What batches changed that are stored, though nobody heard so.
    async fn read_again(&self, batches: &[Batch]) -> Changed {
        let mut changed = Changed::default();
        let mut orders = BTreeSet::new();
        for write in batches.iter().flat_map(|batch| &batch.writes) {
            match write {
                Write::NewOrder(order, key) => {
                    changed.keys.push(*key);
                    orders.insert(order.id);
                }
                Write::Moved(moved) => drop(orders.insert(moved.id)),
                Write::Trade(trade) => changed.trades.push((**trade).clone()),
                Write::Refused(refused) => changed.refused.push((**refused).clone()),
                Write::Incident(_) | Write::Locked(..) | Write::Unlocked(..) => changed.risk = true,
                Write::Fill(..) | Write::Position(_) => {}
            }
        }
        for id in orders {
            match store::orders::get(&self.store, self.user, id).await {
                Ok(order) => changed.orders.push(order),
                // Whoever looks reads the table; only the news of it is late.
                Err(why) => tracing::warn!(account.id = %self.account, "order {id}: {why}"),
            }
        }
        changed
    }

    /// A lock of user or everyone is stored once, by whoever made it, not by each account that it holds.
    async fn locked(
        &self,
        unit: &Unit,
        lock: &Lock,
        run: Option<RunId>,
        said: Option<&Reason>,
    ) -> Result<(), StoreError> {
        let Some(scope) = self.scope(lock, run) else { return Ok(()) };
        let (kind, because) = words(lock);
        let passed = match lock.cause {
            LockCause::KillSwitch => None,
            LockCause::DailyLoss { lost, limit } => Some(Breach::LockedForTheDay { lost, limit }),
            LockCause::Drawdown { lost, limit } => Some(Breach::Drawdown { lost, limit }),
        };
        if let Some(breach) = passed {
            // A lock can be released; that the limit was passed stays on record.
            let event = RiskEvent {
                account: self.account,
                run,
                order: None,
                rule: breach.rule().to_owned(),
                instrument: None,
                detail: Value::Object(figures(&breach, &because)).to_string(),
                at: lock.since,
            };
            store::risk::record_risk_event(unit, self.user, &event).await?;
        }
        let because = said.map_or(because, |said| said.because.clone());
        let by = said.map(|said| UserId(said.by));
        // A day's loss is forgotten with its day.
        let until =
            matches!(lock.cause, LockCause::DailyLoss { .. }).then(|| lock.since.day().next().start());
        let new = NewLock { scope, kind: kind.to_owned(), because, by, until };
        store::risk::lock(unit, Some(self.user), &new, lock.since).await.map(drop)
    }

    async fn unlocked(
        &self,
        unit: &Unit,
        lock: &Lock,
        run: Option<RunId>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(scope) = self.scope(lock, run) else { return Ok(()) };
        let (kind, _) = words(lock);
        for stored in store::risk::locks_in_force(&self.store, at).await? {
            if stored.lock.scope == scope && stored.lock.kind == kind {
                match store::risk::release(unit, Some(self.user), stored.id, self.user, at).await {
                    // Released by whoever asked for it, with a name.
                    Ok(()) | Err(StoreError::NotFound { .. }) => {}
                    Err(why) => return Err(why),
                }
            }
        }
        Ok(())
    }

    fn scope(&self, lock: &Lock, run: Option<RunId>) -> Option<Scope> {
        match lock.scope {
            LockScope::Book(_) => Some(run.map_or(Scope::Account(self.account), Scope::Run)),
            LockScope::Account => Some(Scope::Account(self.account)),
            LockScope::User | LockScope::Everyone => None,
        }
    }

    /// What was committed is known from now on, and told to whoever listens.
    fn publish(&mut self, changed: Changed, through: i64) {
        self.known.positions.extend(changed.positions);
        for order in changed.orders {
            let before = self.known.orders.get(&order.id).map(|known| known.state);
            if let Some(outcome) =
                outcome(order.state).filter(|now| before.and_then(self::outcome) != Some(now))
            {
                metrics::counter!("sauda_orders_total", "outcome" => outcome).increment(1);
            }
            if order.state.is_final() {
                self.known.orders.remove(&order.id);
            } else {
                self.known.orders.insert(order.id, order.clone());
            }
            self.hub.publish(&Topic::Orders(self.user), Note::Order(Box::new(order)));
        }
        for trade in changed.trades {
            let record = TradeRecord { id: 0, trade };
            self.hub.publish(&Topic::Trades(self.user), Note::Trade(Box::new(record)));
        }
        for refused in changed.refused {
            self.hub.publish(&Topic::Risk(self.user), Note::Refused(self.account, Box::new(refused)));
        }
        if changed.risk {
            self.hub.publish(&Topic::Risk(self.user), Note::RiskChanged);
        }
        // Last: whoever is answered now finds what the others were told.
        let _ = self.tell.send(Message::Stored { through, orders: changed.keys });
    }
}

/// What is counted of an order's life.
fn outcome(state: OrderState) -> Option<&'static str> {
    match state {
        OrderState::Submitted => Some("sent"),
        OrderState::Filled => Some("filled"),
        OrderState::Rejected => Some("rejected"),
        OrderState::Cancelled { .. } => Some("cancelled"),
        OrderState::Expired { .. } => Some("expired"),
        OrderState::Unknown { .. } => Some("unknown"),
        OrderState::NeverArrived => Some("never_arrived"),
        _ => None,
    }
}

/// What a write is about, for a person.
fn name_of(write: &Write) -> String {
    match write {
        Write::NewOrder(order, _) => format!("order {}", order.id),
        Write::Moved(moved) => format!("order {} is {}", moved.id, moved.update.event),
        Write::Fill(order, fill) => format!("fill {} of order {order}", fill.broker_fill_id),
        Write::Position(position) => format!("position in {}", position.instrument),
        Write::Trade(trade) => format!("trade closed by order {}", trade.closing_order),
        Write::Refused(refused) => format!("refusal by {}", refused.event.rule),
        Write::Incident(incident) => format!("incident {} {}", incident.kind, incident.subject),
        Write::Locked(..) => "lock".to_owned(),
        Write::Unlocked(..) => "release of a lock".to_owned(),
    }
}

fn words(lock: &Lock) -> (&'static str, String) {
    match lock.cause {
        LockCause::KillSwitch => ("kill-switch", "a person threw the switch".to_owned()),
        LockCause::DailyLoss { lost, limit } => {
            ("daily-loss", format!("₹{lost} were lost today, the limit is ₹{limit}"))
        }
        LockCause::Drawdown { lost, limit } => {
            ("drawdown", format!("₹{lost} were lost since the highest equity, the limit is ₹{limit}"))
        }
    }
}

/// A new order as its row says.
fn as_stored(user: UserId, new: &NewOrder) -> OrderRecord {
    OrderRecord {
        id: new.id,
        user,
        account: new.account,
        book: new.book,
        decision: new.decision.clone(),
        parent: new.parent,
        strategy_version: new.strategy_version,
        algo_id: new.algo_id.clone(),
        origin: new.origin,
        instrument: new.instrument.clone(),
        side: new.side,
        order_type: new.order_type,
        product: new.product,
        validity: new.validity,
        quantity: new.quantity,
        disclosed_quantity: new.disclosed_quantity,
        limit_price: new.limit_price,
        trigger_price: new.trigger_price,
        after_market: new.after_market,
        tag: new.tag.clone(),
        state: domain::order::OrderState::Pending,
        filled_quantity: domain::Qty::ZERO,
        filled_value: domain::Money::ZERO,
        broker_order_id: None,
        because: None,
        created_at: new.at,
        updated_at: new.at,
        version: 1,
    }
}
