//! The flags of a sweep: those of a backtest, and what is searched.

use std::path::PathBuf;

use super::ranges::MOST_SETS;
use crate::commands::backtest;
use crate::failure::Failure;
use crate::outside;

const EXAMPLES: &str = "\
Example:
  sauda sweep --strategy sma_cross --param fast=5..54 --param slow=60..255:5 \\
    --symbol NSE:NIFTY50-INDEX --timeframe 1m --product NRML --slippage ticks=1 --charges dhan \\
    --rank sharpe --top 20 --json sweep.json

A range is FIRST..LAST or FIRST..LAST:STEP, a list is 1,2,4. All other flags are those of `sauda backtest`; every row is
the single backtest with its parameters, to the paisa. Ctrl-C writes what is done; --resume goes on from there and ends
as if it had not been interrupted. A grid too large to try whole: --adaptive 2000 climbs towards its best sets, --random
2000 draws from it.";

/// More threads than any machine has cores for.
const MOST_THREADS: usize = 1_024;

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
    /// Try at most N sets, steering towards those that are best by --rank
    #[arg(long, value_name = "N", conflicts_with = "random")]
    pub adaptive: Option<u64>,
    /// Seed of --random, --adaptive and of the verdict's resampling
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// Go on from the rows of an earlier, unfinished JSON of the same sweep
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

impl Args {
    /// What can be wrong with the flags before anything is read.
    pub fn check(&self) -> Result<(), Failure> {
        let usage = |words: &str| Err(Failure::usage(words));
        if self.backtest.trades.is_some() {
            return usage("--trades: a sweep keeps no trades; run the set you like with `sauda backtest`");
        }
        if self.backtest.equity != "session" {
            return usage("--equity: a sweep knows equity at session closes only; leave the flag out");
        }
        if self.top == 0 {
            return usage("--top: 0 rows cannot be shown; use 1 or more");
        }
        for (flag, n) in [("--random", self.random), ("--adaptive", self.adaptive)] {
            if let Some(n) = n.filter(|n| !(1..=MOST_SETS).contains(n)) {
                return Err(Failure::usage(format!(
                    "{flag}: {n} sets cannot be tried; use 1 to {MOST_SETS}"
                )));
            }
        }
        if let Some(n) = self.threads.filter(|n| !(1..=MOST_THREADS).contains(n)) {
            return Err(Failure::usage(format!("--threads: {n} is not possible; use 1 to {MOST_THREADS}")));
        }
        let (json, report) = (&self.backtest.json, &self.backtest.report);
        if report.is_some() && json == report {
            return usage("--json and --report name the same file; give the page another one");
        }
        if report.is_some() && self.resume == *report {
            return usage("--report would overwrite the file that --resume reads; give the page another one");
        }
        Ok(())
    }

    /// Finds out before hours of work whether their result can be written.
    pub fn check_outputs(&self) -> Result<(), Failure> {
        for (flag, path) in [("--json", &self.backtest.json), ("--report", &self.backtest.report)] {
            if let Some(path) = path {
                outside::check_writable(path).map_err(|why| Failure::usage(format!("{flag}: {why}")))?;
            }
        }
        Ok(())
    }
}
