//! Buys once and stays long.
//!
//! Marks every bar, so that it buys at the first close that may trade, wherever that lies in the bars scanned (those
//! before a run's first day only warm up). Once it has entered it never enters again: a stop, target or square-off of
//! the run ends it.

use super::Description;
use crate::{Block, Inputs, Intent, Moment, Signals, Strategy};

pub(super) const DESCRIPTION: Description = Description::built_in(
    "buy_and_hold",
    "Buys at the first close and holds: the yardstick for every other strategy.",
    &[],
    |_| Ok(Box::new(BuyAndHold)),
);

/// Always long.
pub struct BuyAndHold;

impl Strategy for BuyAndHold {
    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        out.extend_reversing(block.len, |_| true, |_| false);
    }

    fn decide(&self, moment: &Moment) -> Intent {
        if moment.entries == 0 { moment.default_intent() } else { Intent::Hold }
    }
}
