//! The result of a backtest, as documented in docs/data.md.

mod judged;
mod metrics;
mod run;
mod trades;

use ::backtest::Outcome;
use ::backtest::metrics::Metrics;
use domain::trade::{BookId, Trade};
use domain::{Money, Timeframe, Timestamp};
use engine::{OpenPosition, Refusal};
use serde::{Serialize, Serializer};

use crate::commands::backtest::Series;
pub use metrics::MetricsView;
pub use run::{RunView, number};
pub use trades::{OpenView, RefusedView, TradeView, write_trades_csv};

/// The whole document. Trades are shaped one at a time while they are written: there may be a hundred thousand.
#[derive(Serialize)]
pub struct Report<'a> {
    pub run: RunView,
    pub metrics: MetricsView,
    pub trades: Rows<'a, Trade>,
    pub open: Rows<'a, OpenPosition>,
    /// The first thousand; `metrics.refusedOrders` counts them all.
    pub refused: Rows<'a, Refusal>,
    #[serde(serialize_with = "equity")]
    pub equity: &'a [(Timestamp, Money)],
}

/// Rows of the outcome with the names that turn them into views.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub all: &'a [T],
    series: &'a [Series],
    timeframe: Timeframe,
}

impl<'a> Report<'a> {
    pub fn new(
        run: RunView,
        metrics: Metrics,
        outcome: &'a Outcome,
        series: &'a [Series],
        timeframe: Timeframe,
    ) -> Report<'a> {
        Report {
            run,
            metrics: MetricsView::from(metrics),
            trades: Rows { all: &outcome.trades, series, timeframe },
            open: Rows { all: &outcome.open, series, timeframe },
            refused: Rows { all: &outcome.refusals.first, series, timeframe },
            equity: &outcome.equity,
        }
    }
}

impl<'a, T> Rows<'a, T> {
    fn name(&self, book: BookId) -> &'a str {
        self.series[book.0 as usize].id.as_str()
    }
}

impl<'a> Rows<'a, Trade> {
    pub fn views(self) -> impl Iterator<Item = TradeView<'a>> {
        let numbered = self.all.iter().enumerate();
        numbered.map(move |(i, trade)| TradeView::new(i + 1, trade, self.name(trade.book), self.timeframe))
    }
}

impl Serialize for Rows<'_, Trade> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.views())
    }
}

impl Serialize for Rows<'_, OpenPosition> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.all.iter().map(|p| OpenView::new(p, self.name(p.book), self.timeframe)))
    }
}

impl Serialize for Rows<'_, Refusal> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.all.iter().map(|r| RefusedView::new(r, self.name(r.book))))
    }
}

fn equity<S: Serializer>(points: &&[(Timestamp, Money)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(points.iter().map(|(time, equity)| (TimeText(*time), equity.to_f64())))
}

struct TimeText(Timestamp);

impl Serialize for TimeText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}
