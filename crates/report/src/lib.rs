//! A result as one HTML page that works from disk, without a network, years from now.
//!
//! Takes what `sauda backtest --json` writes ([`ResultDocument`]), candles, and the curve of buy and hold; gives a
//! document with script, style and data inside. The page itself lives in `web/report` and is compiled in by `build.rs`.
//!
//! Promises: the document loads nothing, and its content policy forbids it to. Nothing that comes from data (a symbol, a
//! file name, a warning) can become markup or script. Rupees travel as integers of 1/10,000 rupee and are only formatted
//! by the page. The same input gives the same bytes.
//! Never: reads files or clocks, knows strategies, engine or store, decides what a good result is.

mod candles;
mod column;
mod curve;
mod digest;
mod document;
mod result;
mod study;

pub use candles::{Chart, MOST_CANDLES};
pub use document::{Page, RunPage, write};
pub use result::{NotAResult, OpenRow, ResultDocument, TradeRow};
pub use study::{Court, Figure, Fold, Heatmap, Study, WalkForward};
