//! The flags of a walk-forward: those of a backtest, what is searched, and how the days are cut.

use crate::commands::backtest;

const EXAMPLES: &str = "\
Example:
  sauda walk-forward --strategy sma_cross --param fast=5..20:5 --param slow=30..90:20 \\
    --symbol NSE:NIFTY50-INDEX --timeframe 5m --product MIS --slippage ticks=1 --charges dhan \\
    --train 3mo --test 1mo --report wf.html --json wf.json

The days from --from to --to are cut into folds: training days, and the test days right after them. In each fold every
set is swept over the training days, the best by --rank is chosen, and that set trades the test days. The tests together
are one account: cash runs on, and a position that is open at the end of a test is closed at its last close, with
slippage and charges. A fold whose sets never traded in training stays flat. The last test may be shorter.

Lengths are calendar time from the first day on: 12mo, 1y, 6w, 90d. Ranges are those of `sauda sweep`; without any, one
set is tested. All other flags are those of `sauda backtest`. Lot, tick and hours of an instrument are those of its first
day. Ctrl-C stops and writes nothing.";

/// Choose parameters on some days, trade the choice on the days after them, and judge all those tests together
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
// Two groups may not have one name, and the backtest's flags are a group called `Args` too.
#[group(id = "walk-forward")]
pub struct Args {
    #[command(flatten)]
    pub backtest: backtest::Args,
    /// Length of the days that parameters are chosen on: 12mo, 1y, 6w or 90d
    #[arg(long, value_name = "LENGTH")]
    pub train: String,
    /// Length of the days after them on which the choice trades
    #[arg(long, value_name = "LENGTH")]
    pub test: String,
    /// The training days move on by the length of a test [default]
    #[arg(long)]
    pub rolling: bool,
    /// The training days always begin at the first day
    #[arg(long, conflicts_with = "rolling")]
    pub anchored: bool,
    /// What the best is: sharpe, sortino, calmar, cagr, net, profit-factor or drawdown
    #[arg(long, value_name = "FIGURE", default_value = "sharpe")]
    pub rank: String,
    /// Try N sets drawn by chance instead of all, the same in every fold
    #[arg(long, value_name = "N")]
    pub random: Option<u64>,
    /// Seed of the draw, and of the verdict's resampling
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}
