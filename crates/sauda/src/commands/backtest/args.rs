//! The flags.

use std::path::PathBuf;

const EXAMPLES: &str = "\
Example:
  sauda backtest --strategy sma_cross --param fast=10 --param slow=30 \\
    --symbol NSE:NIFTY50-INDEX --timeframe 5m --from 2024-01-01 --to 2024-05-31 \\
    --product NRML --qty 50 --stop pct=1 --slippage ticks=1 --charges dhan --json out.json

A decision is made at a bar's close and trades at the next bar's open. Every setting in force, given or default, is in
`run` of the JSON.";

/// Run a strategy over stored history
#[derive(Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Strategy of `sauda strategies`, or a rule file such as my-rules.toml; flags go before what the file says
    #[arg(long, value_name = "NAME|FILE")]
    pub strategy: String,
    /// A parameter of the strategy; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// Instruments, separated by commas: one cash account, a book each
    #[arg(long, value_name = "SYMBOL[,…]", value_delimiter = ',', required = true)]
    pub symbol: Vec<String>,
    /// Bar length: 1m to 240m, 1h, 1d; resampled if the store lacks it
    #[arg(long, value_name = "TIMEFRAME")]
    pub timeframe: String,
    /// First day that may trade; earlier bars warm indicators up [default: the first stored]
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last day, inclusive [default: the last stored]
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Rupees in the account
    #[arg(long, value_name = "RUPEES", default_value = "1000000")]
    pub cash: String,
    /// Units an entry is for [default: one lot]
    #[arg(long, value_name = "UNITS", conflicts_with = "size")]
    pub qty: Option<String>,
    /// Sizing instead of --qty: percent=50 (of equity), risk=1 (percent of equity lost at the stop), vol=20 (target
    /// annual volatility in percent)
    #[arg(long, value_name = "RULE")]
    pub size: Option<String>,
    /// both, long or short [default: both; long for CNC]
    #[arg(long, value_name = "SIDE")]
    pub side: Option<String>,
    /// MIS, CNC or NRML [default: MIS for intraday bars, NRML for daily ones]
    #[arg(long, value_name = "PRODUCT")]
    pub product: Option<String>,
    /// Stop: pct=1, points=50 or atr=2 away from the average entry
    #[arg(long, value_name = "DISTANCE")]
    pub stop: Option<String>,
    /// Target: pct=2, points=120 or atr=4 away from the average entry
    #[arg(long, value_name = "DISTANCE")]
    pub target: Option<String>,
    /// Trailing stop: pct=1, points=50 or atr=3 away from each bar's high (low for shorts)
    #[arg(long, value_name = "DISTANCE")]
    pub trail: Option<String>,
    /// Be flat from this time on each day [default for MIS: 15:10 at NSE and BSE, 15 minutes before the close elsewhere]
    #[arg(long, value_name = "HH:MM")]
    pub square_off: Option<String>,
    /// Cost of market orders and triggered stops: ticks=1, bps=2 or 0
    #[arg(long, value_name = "RULE", default_value = "0")]
    pub slippage: String,
    /// zero, pct=0.03, dhan, fyers or kotak-neo
    #[arg(long, value_name = "PLAN", default_value = "zero")]
    pub charges: String,
    /// next-open or close
    #[arg(long, value_name = "MOMENT", default_value = "next-open")]
    pub fill: String,
    /// When a limit fills: through (the price trades a tick beyond it) or touch
    #[arg(long, value_name = "RULE", default_value = "through")]
    pub limit_fill: String,
    /// At most this share of a bar's volume, for example 10% [default: no cap]
    #[arg(long, value_name = "PERCENT")]
    pub participation: Option<String>,
    /// Margin in percent of a position's value [default: CNC 100, MIS 20, NRML 15]
    #[arg(long, value_name = "PERCENT")]
    pub margin: Option<String>,
    /// Entries a day, for each symbol [default: no limit]
    #[arg(long, value_name = "N")]
    pub max_trades_per_day: Option<u32>,
    /// Rupees lost in a day, realised and not, at which MIS and NRML positions are closed until the next day
    #[arg(long, value_name = "RUPEES")]
    pub max_daily_loss: Option<String>,
    /// Units held in one symbol [default: no limit]
    #[arg(long, value_name = "UNITS")]
    pub max_position: Option<String>,
    /// Symbols held at one time [default: no limit]
    #[arg(long, value_name = "N")]
    pub max_open_positions: Option<u32>,
    /// Tick size, where it must differ from the instrument data [default there: 0.05]
    #[arg(long, value_name = "RUPEES")]
    pub tick: Option<String>,
    /// Trading days, or bars of the days present, that the data may lack before the run is refused; bars that a share
    /// lacks because it trades rarely do not count, nor do runs of fewer than ten days
    #[arg(long, value_name = "PERCENT", default_value = "10")]
    pub max_missing: String,
    /// Run over data with more holes than --max-missing; the result says so
    #[arg(long)]
    pub allow_holes: bool,
    /// Equity at each session's close, or at each bar: session or bar
    #[arg(long, value_name = "WHEN", default_value = "session")]
    pub equity: String,
    /// Write the whole result as JSON: to FILE, or to standard output without one
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub json: Option<PathBuf>,
    /// Write one HTML page with charts, figures and trades, readable anywhere without a network; of a sweep with its
    /// verdict, a map of the parameters and the best run
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write the trades as CSV
    #[arg(long, value_name = "FILE")]
    pub trades: Option<PathBuf>,
}
