//! Our order ids: drawn from blocks that were reserved beforehand, in the order in which the engine decides orders.

use std::collections::{BTreeMap, VecDeque};

use domain::order::{OrderId, OrderKey, Ticket};
use domain::time::DayNumber;
use store::AccountId;

/// With fewer than this in stock another block should be reserved: more than one decision of many slices.
pub const LOW: usize = 64;

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Ids {
    free: VecDeque<OrderId>,
    by_key: BTreeMap<OrderKey, OrderId>,
    by_id: BTreeMap<OrderId, OrderKey>,
    broker: BTreeMap<OrderKey, String>,
    /// Decided while none was in stock.
    waiting: Vec<Ticket>,
}

impl Ids {
    /// Takes a block. What is left of another day's is dropped: an id says on which day it was drawn.
    pub fn stock(&mut self, day: DayNumber, account: AccountId, first: i64, count: i64) {
        self.free.retain(|id| id.day() == day);
        self.free
            .extend((first..first + count).filter_map(|number| OrderId::new(day, account.0, number).ok()));
    }

    /// Forgets the orders before `oldest`; the ids of those in `parents` stay known, nothing is heard of them any more.
    pub fn forget_before(&mut self, oldest: OrderKey, parents: &[OrderKey]) {
        self.by_key.retain(|key, _| *key >= oldest || parents.contains(key));
        self.by_id.retain(|_, key| *key >= oldest);
        self.broker.retain(|key, _| *key >= oldest);
    }

    pub fn left(&self) -> usize {
        self.free.len()
    }

    pub fn draw(&mut self, key: OrderKey) -> Option<OrderId> {
        let id = self.free.pop_front()?;
        self.by_key.insert(key, id);
        self.by_id.insert(id, key);
        Some(id)
    }

    pub fn wait(&mut self, ticket: Ticket) {
        self.waiting.push(ticket);
    }

    pub fn take_waiting(&mut self) -> Vec<Ticket> {
        std::mem::take(&mut self.waiting)
    }

    pub fn id(&self, key: OrderKey) -> Option<OrderId> {
        self.by_key.get(&key).copied()
    }

    pub fn key(&self, id: OrderId) -> Option<OrderKey> {
        self.by_id.get(&id).copied()
    }

    pub fn learn(&mut self, key: OrderKey, broker_id: &str) {
        self.broker.insert(key, broker_id.to_owned());
    }

    pub fn broker_id(&self, key: OrderKey) -> Option<&String> {
        self.broker.get(&key)
    }
}
