//! The words that stand in the database for enums, and how they are read back.

use domain::instrument::InstrumentId;
use domain::order::{OrderId, OrderState};
use domain::trade::{Direction, ExitReason};
use domain::{OrderType, Product, Qty, Side, Timeframe, Validity};

use crate::{RunId, StoreError};

/// An enum with one word for each of its values.
pub(crate) trait Word: Copy + PartialEq + Sized + 'static {
    const ALL: &'static [(Self, &'static str)];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(value, _)| *value == self).map_or("", |(_, word)| word)
    }

    fn read(table: &'static str, column: &'static str, word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.iter().find(|(_, known)| *known == word);
        found.map(|(value, _)| *value).ok_or_else(|| damaged(table, column, word))
    }
}

pub(crate) fn damaged(table: &'static str, column: &'static str, value: &str) -> StoreError {
    StoreError::Damaged { table, column, value: value.chars().take(80).collect() }
}

/// What reads itself from text.
pub(crate) fn parse<T: std::str::FromStr>(
    table: &'static str,
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    text.parse().map_err(|_| damaged(table, column, text))
}

pub(crate) fn instrument(table: &'static str, text: &str) -> Result<InstrumentId, StoreError> {
    parse(table, "instrument", text)
}

pub(crate) fn order_id(table: &'static str, text: &str) -> Result<OrderId, StoreError> {
    parse(table, "order_id", text)
}

pub(crate) fn timeframe(table: &'static str, text: &str) -> Result<Timeframe, StoreError> {
    parse(table, "timeframe", text)
}

macro_rules! words {
    ($($type:ty { $($value:path => $word:literal,)* })*) => {$(
        impl $crate::words::Word for $type {
            const ALL: &'static [($type, &'static str)] = &[$(($value, $word),)*];
        }
    )*};
}
pub(crate) use words;

words! {
    Side { Side::Buy => "BUY", Side::Sell => "SELL", }
    OrderType {
        OrderType::Market => "MARKET",
        OrderType::Limit => "LIMIT",
        OrderType::StopLimit => "SL",
        OrderType::StopMarket => "SL-M",
    }
    Product {
        Product::Cnc => "CNC",
        Product::Mis => "MIS",
        Product::Nrml => "NRML",
        Product::Mtf => "MTF",
    }
    Validity { Validity::Day => "DAY", Validity::Ioc => "IOC", Validity::Gtt => "GTT", }
    Direction { Direction::Long => "LONG", Direction::Short => "SHORT", }
    ExitReason {
        ExitReason::Signal => "signal",
        ExitReason::Stop => "stop",
        ExitReason::Target => "target",
        ExitReason::TrailingStop => "trailing-stop",
        ExitReason::SquareOff => "square-off",
        ExitReason::SpanEnd => "span-end",
        ExitReason::Risk => "risk",
        ExitReason::Manual => "manual",
    }
}

/// The word of an order's state; what it has filled is a column of its own.
pub(crate) fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Pending => "pending",
        OrderState::Submitted => "submitted",
        OrderState::Open => "open",
        OrderState::Triggered { .. } => "triggered",
        OrderState::PartiallyFilled { .. } => "partially-filled",
        OrderState::PendingModify { .. } => "pending-modify",
        OrderState::PendingCancel { .. } => "pending-cancel",
        OrderState::Unknown { .. } => "unknown",
        OrderState::Filled => "filled",
        OrderState::Rejected => "rejected",
        OrderState::Cancelled { .. } => "cancelled",
        OrderState::Expired { .. } => "expired",
        OrderState::NeverArrived => "never-arrived",
    }
}

pub(crate) fn state(table: &'static str, word: &str, filled: Qty) -> Result<OrderState, StoreError> {
    Ok(match word {
        "pending" => OrderState::Pending,
        "submitted" => OrderState::Submitted,
        "open" => OrderState::Open,
        "triggered" => OrderState::Triggered { filled },
        "partially-filled" => OrderState::PartiallyFilled { filled },
        "pending-modify" => OrderState::PendingModify { filled },
        "pending-cancel" => OrderState::PendingCancel { filled },
        "unknown" => OrderState::Unknown { filled },
        "filled" => OrderState::Filled,
        "rejected" => OrderState::Rejected,
        "cancelled" => OrderState::Cancelled { filled },
        "expired" => OrderState::Expired { filled },
        "never-arrived" => OrderState::NeverArrived,
        _ => return Err(damaged(table, "state", word)),
    })
}

/// Whose position an order moves: each run has a book, the person trading by hand has one, and what the owner holds
/// elsewhere is one that is never touched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Book {
    Run(RunId),
    Manual,
    Outside,
}

impl Book {
    pub(crate) fn word(self) -> String {
        match self {
            Book::Run(run) => format!("run-{run}"),
            Book::Manual => "manual".to_owned(),
            Book::Outside => "outside".to_owned(),
        }
    }

    pub(crate) fn read(table: &'static str, word: &str) -> Result<Book, StoreError> {
        match word {
            "manual" => Ok(Book::Manual),
            "outside" => Ok(Book::Outside),
            _ => word
                .strip_prefix("run-")
                .and_then(|id| id.parse().ok())
                .map(|id| Book::Run(RunId(id)))
                .ok_or_else(|| damaged(table, "book", word)),
        }
    }

    /// The run that owns it.
    pub fn run(self) -> Option<RunId> {
        match self {
            Book::Run(run) => Some(run),
            Book::Manual | Book::Outside => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_reads_back<T: Word + std::fmt::Debug>() {
        for (value, word) in T::ALL {
            assert_eq!((T::read("t", "c", word).unwrap(), value.word()), (*value, *word));
        }
        assert!(T::read("t", "c", "?").is_err());
    }

    #[test]
    fn words_read_back() {
        each_reads_back::<Side>();
        each_reads_back::<OrderType>();
        each_reads_back::<Product>();
        each_reads_back::<Validity>();
        each_reads_back::<Direction>();
        each_reads_back::<ExitReason>();
        for book in [Book::Manual, Book::Outside, Book::Run(RunId(12))] {
            assert_eq!(Book::read("t", &book.word()).unwrap(), book);
        }
    }

    #[test]
    fn states_read_back() {
        let filled = Qty::units(5);
        for s in [
            OrderState::Pending,
            OrderState::Submitted,
            OrderState::Open,
            OrderState::Triggered { filled },
            OrderState::PartiallyFilled { filled },
            OrderState::PendingModify { filled },
            OrderState::PendingCancel { filled },
            OrderState::Unknown { filled },
            OrderState::Filled,
            OrderState::Rejected,
            OrderState::Cancelled { filled },
            OrderState::Expired { filled },
            OrderState::NeverArrived,
        ] {
            assert_eq!(state("t", state_word(s), filled).unwrap(), s);
        }
    }
}
