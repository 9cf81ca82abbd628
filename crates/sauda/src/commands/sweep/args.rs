//! The flags of a sweep: those of a backtest, and what is searched.

use std::path::PathBuf;

use crate::commands::backtest;

const EXAMPLES: &str = "\
Example:
  sauda sweep --strategy sma_cross --param fast=5..54 --param slow=60..255:5 \\
    --symbol NSE:NIFTY50-INDEX --timeframe 1m --product NRML --slippage ticks=1 --charges dhan \\
    --rank sharpe --top 20 --json sweep.json

A range is FIRST..LAST or FIRST..LAST:STEP, a list is 1,2,4. All other flags are those of `sauda backtest`; every row is
the single backtest with its parameters, to the paisa. Ctrl-C writes what is done; --resume goes on from there.";

/// Run a strategy with every set of parameters in a range
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
// Two groups may not have one name, and the backtest's flags are a group called `Args` too.
#[group(id = "sweep")]
pub struct Args {
    #[command(flatten)]
    pub backtest: backtest::Args,
    /// What the best is: sharpe, sortino, calmar, cagr, net, profit-factor or drawdown
    #[arg(long, value_name = "FIGURE", default_value = "sharpe")]
    pub rank: String,
    /// How many of the best are shown
    #[arg(long, value_name = "N", default_value = "20")]
    pub top: usize,
    /// Try N sets drawn by chance instead of all
    #[arg(long, value_name = "N")]
    pub random: Option<u64>,
    /// Seed of the draw
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// Go on from the rows of an earlier, unfinished JSON of the same sweep
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}
