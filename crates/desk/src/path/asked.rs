//! What a person's order says beside what the engine decides on: it goes with the order to the database and the broker.

use std::collections::BTreeMap;

use domain::order::OrderKey;
use domain::{Qty, Validity};
use engine::{Command, Event, Maker, ManualOrder, Purpose};
use serde::{Deserialize, Serialize};
use store::orders::Origin;

use super::{Act, OrderPath};

/// The door by which a person's order came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Door {
    #[default]
    Manual,
    Batch,
    Schedule,
    Webhook,
}

impl From<Door> for Origin {
    fn from(door: Door) -> Origin {
        match door {
            Door::Manual => Origin::Manual,
            Door::Batch => Origin::Batch,
            Door::Schedule => Origin::Schedule,
            Door::Webhook => Origin::Webhook,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Particulars {
    pub door: Door,
    pub validity: Validity,
    /// Units shown to the market of each order; zero shows all.
    pub disclosed: Qty,
    /// The person's own word for it.
    pub tag: Option<String>,
}

impl Default for Particulars {
    fn default() -> Particulars {
        Particulars { door: Door::Manual, validity: Validity::Day, disclosed: Qty::ZERO, tag: None }
    }
}

/// A person's order with all that it says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub order: ManualOrder,
    pub particulars: Particulars,
}

/// What was said of the orders that are not placed yet.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Sayings {
    /// By book, the newest: an entry may wait before it becomes an order, and be placed again if it is rejected.
    newest: BTreeMap<u32, Particulars>,
    by_order: BTreeMap<OrderKey, Particulars>,
    /// The order of this book is just being taken.
    #[serde(skip)]
    taking: Option<u32>,
}

impl Sayings {
    pub fn of(&self, order: OrderKey) -> Particulars {
        self.by_order.get(&order).cloned().unwrap_or_default()
    }

    pub fn forget(&mut self, order: OrderKey) {
        self.by_order.remove(&order);
    }
}

impl OrderPath {
    pub(super) fn take_order(&mut self, asked: &Asked, acts: &mut Vec<Act>) {
        let book = asked.order.book.0;
        self.sayings.newest.insert(book, asked.particulars.clone());
        self.sayings.taking = Some(book);
        self.tell(&Event::Command(Command::Order(asked.order)), acts);
        self.sayings.taking = None;
    }

    /// Notes what was said of an order that has just been decided.
    pub(super) fn note_saying(&mut self, key: OrderKey) {
        let order = self.engine.order(key);
        let book = order.book.0;
        // An exit that no order asked for is a person's too: a panic, a closed position.
        let enters = matches!(order.purpose, Purpose::Entry | Purpose::Reverse);
        if order.origin.maker == Maker::Person
            && (enters || self.sayings.taking == Some(book))
            && let Some(said) = self.sayings.newest.get(&book)
            && *said != Particulars::default()
        {
            self.sayings.by_order.insert(key, said.clone());
        }
    }
}
