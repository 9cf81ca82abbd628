//! Every flag and default in force, what data was used, and what the reader should doubt.

use ::backtest::{EquityAt, Outcome, TimeExit};
use domain::calendar::Calendar;
use domain::charges::ChargePlan;
use domain::{Money, Price, Product, Timestamp};
use engine::Sizing;
use exchange::Slippage;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use strategy::Value;

use super::judged::JudgedView;
use crate::commands::backtest::{Series, Settings, coverage};
use crate::tables::Tables;
use crate::view::{money, price, text, time};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    pub version: &'static str,
    pub strategy: String,
    /// The rule file, if it is one: without comments, as its rules were understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    pub params: Map<String, Json>,
    pub symbols: Vec<String>,
    pub timeframe: String,
    pub from: Option<String>,
    pub to: Option<String>,
    #[serde(serialize_with = "time")]
    pub first_bar: Timestamp,
    #[serde(serialize_with = "time")]
    pub last_bar: Timestamp,
    #[serde(serialize_with = "money")]
    pub cash: Money,
    pub qty: Option<i64>,
    pub size: Option<String>,
    pub side: &'static str,
    #[serde(serialize_with = "text")]
    pub product: Product,
    pub stop: Option<String>,
    pub target: Option<String>,
    pub trail: Option<String>,
    pub square_off: Option<String>,
    pub slippage: String,
    pub charges: String,
    /// Tables of market facts that have rows of the user's: `calendar`, `charges`, `instruments`.
    own_tables: Vec<&'static str>,
    pub fill: &'static str,
    pub limit_fill: &'static str,
    pub participation: Option<f64>,
    pub margin_pct: f64,
    pub max_trades_per_day: Option<u32>,
    pub max_daily_loss: Option<f64>,
    pub max_position: Option<i64>,
    pub max_open_positions: Option<u32>,
    pub equity: &'static str,
    pub max_missing_pct: f64,
    pub allow_holes: bool,
    pub atr_period: u32,
    pub measures: Measures,
    pub data: Vec<DataView>,
    pub bars: u64,
    pub orders: usize,
    /// What is wrong with the data comes first.
    pub warnings: Vec<String>,
    /// How many of the warnings are about the data.
    #[serde(skip)]
    faults: usize,
}

/// How the ratios are counted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measures {
    basis: &'static str,
    sessions_a_year: u32,
    risk_free_rate: f64,
    cagr_days_a_year: u32,
    buying_power: &'static str,
}

/// One instrument's data and facts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataView {
    symbol: String,
    /// The stored bars that the run's are made of.
    #[serde(serialize_with = "text")]
    source_timeframe: domain::Timeframe,
    bars: usize,
    warm_up_bars: usize,
    #[serde(serialize_with = "time")]
    first: Timestamp,
    #[serde(serialize_with = "time")]
    last: Timestamp,
    #[serde(serialize_with = "time")]
    traded_from: Timestamp,
    #[serde(serialize_with = "price")]
    tick: Price,
    lot: i64,
    freeze_quantity: Option<i64>,
    qty: Option<i64>,
    /// Bars that settle whether stop or target came first.
    settling_timeframe: Option<String>,
    #[serde(flatten)]
    coverage: JudgedView,
}

impl RunView {
    pub fn new(
        settings: &Settings,
        series: &[Series],
        outcome: &Outcome,
        span: (Timestamp, Timestamp),
        tables: &Tables,
    ) -> RunView {
        let fixed = |sizing: Sizing| if let Sizing::Fixed(qty) = sizing { Some(qty.raw()) } else { None };
        let shown = |d: Option<engine::Distance>| d.map(|d| d.to_string());
        let by_rules = |on: bool| on.then(|| "by the rules, at each entry".to_owned());
        let rates = settings.margin;
        let margin = match settings.product {
            Product::Cnc | Product::Mtf => rates.cnc,
            Product::Mis => rates.mis,
            Product::Nrml => rates.nrml,
        };
        let data: Vec<DataView> = series.iter().map(|s| DataView::new(s, settings)).collect();
        RunView {
            version: env!("CARGO_PKG_VERSION"),
            strategy: settings.strategy.name.to_string(),
            rules: settings.strategy.rules().map(strategy::rules::Rules::to_toml),
            params: settings.values.iter().map(|(name, value)| (name.to_owned(), number(value))).collect(),
            symbols: series.iter().map(|s| s.id.to_string()).collect(),
            timeframe: settings.timeframe.to_string(),
            from: settings.from.map(|d| d.to_string()),
            to: settings.to.map(|d| d.to_string()),
            first_bar: span.0,
            last_bar: span.1,
            cash: settings.cash,
            qty: series.first().and_then(|s| fixed(s.sizing(settings))),
            size: settings.sizing.filter(|s| fixed(*s).is_none()).map(|s| s.to_string()),
            side: settings.sides.name(),
            product: settings.product,
            stop: shown(settings.protection.stop).or_else(|| by_rules(settings.stop_at_entry)),
            target: shown(settings.protection.target).or_else(|| by_rules(settings.target_at_entry)),
            trail: shown(settings.protection.trail)
                .or_else(|| settings.trail_at_close.then(|| "by the rules, at each close".to_owned())),
            square_off: square_off(settings, series, span, &tables.calendar),
            slippage: settings.fills.slippage.to_string(),
            charges: settings.charges.to_string(),
            own_tables: tables.own.clone(),
            fill: if settings.fill_at_close { "close" } else { "next-open" },
            limit_fill: if settings.fills.limit_touch { "touch" } else { "through" },
            participation: settings.fills.participation.map(|p| f64::from(p) / 100.0),
            margin_pct: f64::from(margin) / 100.0,
            max_trades_per_day: settings.limits.max_trades_per_day,
            max_daily_loss: settings.limits.max_daily_loss.map(Money::to_f64),
            max_position: settings.limits.max_position.map(domain::Qty::raw),
            max_open_positions: settings.limits.max_open_positions,
            max_missing_pct: settings.max_missing,
            allow_holes: settings.allow_holes,
            equity: if settings.equity == EquityAt::EveryBar { "bar" } else { "session" },
            atr_period: 14,
            measures: Measures {
                basis: "session closes",
                sessions_a_year: 252,
                risk_free_rate: 0.0,
                cagr_days_a_year: 365,
                buying_power: "cash + realised P&L − charges − margin of open positions at their cost",
            },
            faults: data.iter().map(|one| one.coverage.findings.len()).sum(),
            warnings: data.iter().flat_map(DataView::warnings).chain(warnings(settings, series)).collect(),
            data,
            bars: outcome.bars,
            orders: outcome.order_count,
        }
    }

    /// The warnings that a reader must see before any figure, and the others.
    pub fn faults_and_doubts(&self) -> (&[String], &[String]) {
        self.warnings.split_at(self.faults)
    }
}

impl DataView {
    fn new(series: &Series, settings: &Settings) -> DataView {
        let times = series.bars.times();
        let first = series.bars.first_at_or_after(series.start);
        let at = |i: usize| times.get(i).copied().unwrap_or_default();
        let sizing = series.sizing(settings);
        DataView {
            symbol: series.id.to_string(),
            source_timeframe: series.source,
            bars: times.len(),
            warm_up_bars: first,
            first: at(0),
            last: at(times.len().saturating_sub(1)),
            traded_from: at(first),
            tick: series.tick.price(),
            lot: series.instrument.lot.raw(),
            freeze_quantity: series.instrument.freeze.map(domain::Qty::raw),
            qty: if let Sizing::Fixed(qty) = sizing { Some(qty.raw()) } else { None },
            settling_timeframe: series.finer.as_ref().map(|(timeframe, _)| timeframe.to_string()),
            coverage: JudgedView::of(&series.judged, series.source),
        }
    }

    fn warnings(&self) -> impl Iterator<Item = String> {
        self.coverage.findings.iter().map(|finding| format!("{}: {finding}", self.symbol))
    }
}

/// A parameter's value as a JSON number.
pub fn number(value: Value) -> Json {
    match value {
        Value::Integer(n) => Json::from(n),
        Value::Real(x) => Json::from(x),
    }
}

/// The time of day; where the calendar decides and it changed within the run, both ends.
fn square_off(
    settings: &Settings,
    series: &[Series],
    span: (Timestamp, Timestamp),
    calendar: &Calendar,
) -> Option<String> {
    match settings.time_exit {
        TimeExit::Never => None,
        TimeExit::At(minute) => Some(minute.to_string()),
        TimeExit::Calendar => {
            let class = series.first()?.class;
            let on = |at: Timestamp| calendar.square_off(class, at.date());
            let (first, last) = (on(span.0), on(span.1));
            Some(if first == last { first.to_string() } else { format!("{first} to {last}") })
        }
    }
}

fn warnings(settings: &Settings, series: &[Series]) -> Vec<String> {
    let mut warnings: Vec<String> = coverage::survivorship(series).into_iter().collect();
    if settings.fill_at_close {
        warnings.push(
            "orders fill at the very close that decided them, which no one can trade: next-open is honest"
                .to_owned(),
        );
    }
    if settings.charges == ChargePlan::Zero && settings.fills.slippage == Slippage::None {
        warnings.push(
            "no charges and no slippage: live results will be worse; try --charges dhan --slippage ticks=1"
                .to_owned(),
        );
    }
    warnings.extend(series.iter().flat_map(|s| s.warnings.iter().cloned()));
    warnings
}
