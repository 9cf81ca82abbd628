//! The books: what each holds (positions) and the round trips that it closed (trades).

mod positions;
mod trades;

pub use positions::{Position, PositionRecord, position, positions, save_position};
pub use trades::{ClosedTrade, TradeFilter, TradeRecord, record_trade, trades, trades_where};
