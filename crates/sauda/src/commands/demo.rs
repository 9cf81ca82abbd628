//! A first look without any data: a made-up year of a made-up market, and a backtest on it.
//!
//! The data is synthetic, says so wherever it is listed, and its symbols are none that trade. The backtest is the same
//! command that the person would type, which is printed.

use std::path::Path;

use clap::Parser;
use domain::calendar::{Calendar, TradingClass, TradingDay};
use domain::instrument::InstrumentId;
use domain::time::DayNumber;
use domain::{Bars, Date, Price, Qty, Tick, Timeframe};
use history::store::Store;
use history::synthetic::{Market, SymbolSpec};
use jiff::civil::date;

use super::backtest;
use crate::failure::Failure;
use crate::outside;
use crate::progress::Progress;

/// Make a synthetic year of market data on first use, and run a backtest on it
#[derive(clap::Args)]
#[command(after_help = "Example:\n  sauda demo --data-dir /tmp/sauda")]
pub struct Args {
    /// Print the result of the backtest as JSON, and nothing else
    #[arg(long)]
    json: bool,
}

/// The market's seed: with it, everyone's demo is the same.
const SEED: u64 = 2025;
const FIRST_DAY: Date = date(2025, 1, 1);
const LAST_DAY: Date = date(2025, 12, 31);
const SOURCE: &str = "synthetic: made by `sauda demo`, seed 2025; not real prices";
const TRADED: &str = "NSE:DEMOBANK-EQ";

/// Symbol, price in rupees, volatility a year, beta, units a day.
const SYMBOLS: [(&str, i64, f64, f64, i64); 4] = [
    ("NSE:DEMO50-INDEX", 22_000, 0.14, 1.0, 0),
    (TRADED, 800, 0.28, 1.3, 12_000_000),
    ("NSE:DEMOTECH-EQ", 3_400, 0.22, 0.7, 2_500_000),
    ("NSE:DEMOAUTO-EQ", 11_500, 0.26, 1.0, 450_000),
];

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let made = prepare(&Store::open(data_dir)?)?;
    let line = backtest_line();
    if args.json {
        return play(&[&line[..], &["--json".to_owned()]].concat(), data_dir);
    }
    let sauda = invocation(data_dir);
    outside::say(&introduction(made, data_dir))?;
    outside::say(&format!("\n$ {sauda} {}\n\n", line.join(" ")))?;
    play(&line, data_dir)?;
    outside::say(&next_steps(&sauda))
}

/// Makes sure that the market is in the store; says whether it had to be made.
fn prepare(store: &Store) -> Result<bool, Failure> {
    let specs = specs()?;
    let stored = store.list()?;
    let has = |id: &InstrumentId| stored.iter().any(|s| s.id == *id && s.timeframe == Timeframe::MINUTE);
    if specs.iter().all(|spec| has(&spec.id)) {
        return Ok(false);
    }
    let days = trading_days(Calendar::builtin());
    let mut progress = Progress::new("making a synthetic year", specs.len() as u64 + 1);
    let mut series: Vec<(InstrumentId, Timeframe, Bars)> = Vec::with_capacity(specs.len());
    for spec in specs {
        // One at a time, for the bar's sake: a symbol's bars do not depend on which others are made.
        let market = Market::new(SEED, vec![spec]).map_err(Failure::failed)?;
        series.extend(market.bars(&days).into_iter().map(|(id, bars)| (id, Timeframe::MINUTE, bars)));
        progress.reach(series.len() as u64);
    }
    store.merge_from(SOURCE, series)?;
    Ok(true)
}

fn specs() -> Result<Vec<SymbolSpec>, Failure> {
    let spec = |&(id, price, annual_vol, beta, volume): &(&str, i64, f64, f64, i64)| {
        Ok(SymbolSpec {
            id: id.parse().map_err(Failure::failed)?,
            start_price: Price::rupees(price),
            annual_vol,
            beta,
            tick: Tick::DEFAULT,
            base_volume: Qty::units(volume),
        })
    };
    SYMBOLS.iter().map(spec).collect()
}

fn trading_days(calendar: &Calendar) -> Vec<(Date, TradingDay)> {
    let (first, last) = (DayNumber::of(FIRST_DAY), DayNumber::of(LAST_DAY));
    (first.as_days()..=last.as_days())
        .map(|day| DayNumber::from_days(day).date())
        .map(|date| (date, calendar.day(TradingClass::Share, date)))
        .filter(|(_, day)| day.is_open())
        .collect()
}

fn backtest_line() -> Vec<String> {
    let words = "backtest --strategy sma_cross --param fast=10 --param slow=30 --timeframe 5m --product MIS --qty 100 \
                 --stop pct=1 --slippage ticks=1 --charges dhan --symbol";
    words.split_whitespace().chain([TRADED]).map(str::to_owned).collect()
}

/// The arguments of a backtest, read as the command line reads them.
#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: backtest::Args,
}

fn play(line: &[String], data_dir: &Path) -> Result<(), Failure> {
    let parsed = Line::try_parse_from(line).map_err(Failure::failed)?;
    backtest::run(&parsed.args, data_dir)
}

fn introduction(made: bool, data_dir: &Path) -> String {
    let symbols: Vec<&str> = SYMBOLS.iter().map(|(id, ..)| *id).collect();
    let verb = if made { "made" } else { "found" };
    format!(
        "{verb} a synthetic year of 1-minute bars, {FIRST_DAY} to {LAST_DAY}, in {}\n\
         {}: symbols that do not exist, prices that never were\n",
        data_dir.display(),
        symbols.join(", ")
    )
}

/// How the person called us, so that the lines that we print can be pasted.
fn invocation(data_dir: &Path) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "sauda".to_owned());
    let is_default = std::env::var_os("SAUDA_DATA_DIR").is_none()
        && outside::data_dir().is_ok_and(|default| default == data_dir);
    if is_default {
        return quoted(&program);
    }
    format!("{} --data-dir {}", quoted(&program), quoted(&data_dir.display().to_string()))
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:=@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn next_steps(sauda: &str) -> String {
    format!(
        "\nwhat to try next:\n  \
         {sauda} data list\n  \
         {sauda} strategies\n  \
         {sauda} data verify {TRADED}\n  \
         {sauda} backtest --strategy supertrend --symbol NSE:DEMOTECH-EQ --timeframe 15m --qty 50 --report report.html\n  \
         {sauda} backtest --strategy rsi_reversion --symbol {TRADED},NSE:DEMOAUTO-EQ --timeframe 5m --qty 10 --target pct=2\n  \
         {sauda} sweep --strategy sma_cross --param fast=5..20:5 --param slow=30..90:10 --symbol {TRADED} --timeframe 5m --charges dhan\n  \
         {sauda} walk-forward --strategy sma_cross --param fast=5..20:5 --param slow=30..90:10 --train 4mo --test 1mo --symbol {TRADED} --timeframe 15m\n  \
         {sauda} indicators --symbol {TRADED} --timeframe 5m --with \"ema(20),rsi(14),vwap()\" --from 2025-12-31\n  \
         {sauda} import FILE.csv --symbol NSE:SBIN-EQ --timeframe 1m     # your own data\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("/tmp/sauda"), "/tmp/sauda");
        assert_eq!(quoted("my data"), "'my data'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn a_year_has_its_trading_days() {
        let days = trading_days(Calendar::builtin());
        // 248 ordinary days, the Saturday of the Budget and Diwali's evening.
        assert!((245..=252).contains(&days.len()), "{}", days.len());
    }
}
