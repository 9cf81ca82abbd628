//! Questions to the broker's book.
//!
//! An order is missing only from a reading that began after it was asked for: one that was on its way already may have
//! been made before the order arrived.

use std::collections::BTreeSet;

use domain::order::OrderKey;

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Readings {
    /// Asked for since the last reading began.
    asked: BTreeSet<OrderKey>,
    /// The reading on its way, and what it answers for.
    under_way: Option<(u64, BTreeSet<OrderKey>)>,
    /// Read all the same, whatever is asked: the link was down.
    wanted: bool,
    last: u64,
}

impl Readings {
    pub fn ask(&mut self, order: OrderKey) {
        self.asked.insert(order);
    }

    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// Whoever was to answer is gone.
    pub fn forget(&mut self) {
        self.under_way = None;
    }

    /// The number of a reading that should begin now.
    pub fn begin(&mut self) -> Option<u64> {
        if self.under_way.is_some() || self.asked.is_empty() && !self.wanted {
            return None;
        }
        self.last += 1;
        self.wanted = false;
        self.under_way = Some((self.last, std::mem::take(&mut self.asked)));
        Some(self.last)
    }

    /// The reading of that number has come, or failed: what it answers for. `None` if nobody waits for it.
    pub fn end(&mut self, number: u64) -> Option<BTreeSet<OrderKey>> {
        let (_, asked) = self.under_way.take_if(|(under_way, _)| *under_way == number)?;
        Some(asked)
    }
}
