//! The flags, read: every value checked, every default filled in.

use std::fmt::Display;
use std::str::FromStr;

use ::backtest::{EquityAt, TimeExit};
use domain::charges::ChargePlan;
use domain::instrument::InstrumentId;
use domain::time::MinuteOfDay;
use domain::{Date, Money, Price, Product, Qty, Tick, Timeframe};
use engine::{AccountLimits, Distance, MarginRates, Protection, Sides, Sizing};
use exchange::{FillRules, Slippage};
use strategy::{Description, Values};

use super::Args;
use crate::commands::rules_file;
use crate::failure::Failure;

/// What a backtest is told to do.
pub struct Settings {
    pub strategy: Description,
    pub values: Values,
    pub symbols: Vec<InstrumentId>,
    pub timeframe: Timeframe,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub cash: Money,
    /// `None`: one lot of each instrument.
    pub sizing: Option<Sizing>,
    pub sides: Sides,
    pub product: Product,
    pub protection: Protection,
    /// The strategy's own stop and target, where `protection` has none.
    pub stop_at_entry: bool,
    pub target_at_entry: bool,
    pub trail_at_close: bool,
    pub time_exit: TimeExit,
    pub fills: FillRules,
    pub fill_at_close: bool,
    pub charges: ChargePlan,
    pub margin: MarginRates,
    pub limits: AccountLimits,
    pub tick: Option<Tick>,
    pub equity: EquityAt,
    /// Percent of the trading days, and of the bars of the days present, that may be missing.
    pub max_missing: f64,
    /// Whether more than that only warns.
    pub allow_holes: bool,
}

impl Settings {
    pub fn read(args: &Args) -> Result<Settings, Failure> {
        Settings::with_parameters(args, &args.params)
    }

    /// The flags without the parameters: the strategy's defaults stand in.
    pub fn without_parameters(args: &Args) -> Result<Settings, Failure> {
        Settings::with_parameters(args, &[])
    }

    fn with_parameters(args: &Args, params: &[String]) -> Result<Settings, Failure> {
        let strategy = rules_file::find(&args.strategy)?;
        let given = params.iter().map(|p| split_parameter(p)).collect::<Result<Vec<_>, _>>()?;
        let values = strategy.values(&given).map_err(Failure::usage)?;
        let (args, wishes) = &rules_file::complete(args, &strategy, &values)?;
        let timeframe: Timeframe = read("timeframe", &args.timeframe)?;
        rules_file::check_timeframes(&strategy, timeframe)?;
        let from = args.from.as_deref().map(|d| read_date("from", d)).transpose()?;
        let to = args.to.as_deref().map(|d| read_date("to", d)).transpose()?;
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(Failure::usage(format!("--from {from} is after --to {to}; swap them")));
        }
        let product = product(args, timeframe)?;
        let limit_touch = choose("limit-fill", &args.limit_fill, [("through", false), ("touch", true)])?;
        let protection = Protection {
            stop: distance("stop", args.stop.as_deref())?,
            target: distance("target", args.target.as_deref())?,
            trail: distance("trail", args.trail.as_deref())?,
            limit_touch,
        };
        let time_exit = match &args.square_off {
            Some(text) => TimeExit::At(read::<MinuteOfDay>("square-off", text)?),
            None if product == Product::Mis => TimeExit::Calendar,
            None => TimeExit::Never,
        };
        let participation = args.participation.as_deref().map(FillRules::parse_participation).transpose();
        Ok(Settings {
            strategy,
            values,
            symbols: symbols(&args.symbol)?,
            timeframe,
            from,
            to,
            cash: positive_money("cash", &args.cash)?,
            sizing: sizing(
                args,
                protection.stop.or(protection.trail).is_some()
                    || wishes.stop_at_entry
                    || wishes.trail_at_close,
            )?,
            sides: sides(args, product)?,
            product,
            protection,
            stop_at_entry: wishes.stop_at_entry && protection.stop.is_none(),
            target_at_entry: wishes.target_at_entry && protection.target.is_none(),
            trail_at_close: wishes.trail_at_close && protection.trail.is_none(),
            time_exit,
            fills: FillRules {
                slippage: read::<Slippage>("slippage", &args.slippage)?,
                limit_touch,
                participation: participation.map_err(|e| usage("participation", e))?,
                ..FillRules::default()
            },
            fill_at_close: choose("fill", &args.fill, [("next-open", false), ("close", true)])?,
            charges: read("charges", &args.charges)?,
            margin: margin(args.margin.as_deref(), product)?,
            limits: limits(args)?,
            tick: args.tick.as_deref().map(tick).transpose()?,
            equity: choose(
                "equity",
                &args.equity,
                [("session", EquityAt::SessionClose), ("bar", EquityAt::EveryBar)],
            )?,
            max_missing: max_missing(&args.max_missing)?,
            allow_holes: args.allow_holes,
        })
    }
}

fn usage(flag: &str, error: impl Display) -> Failure {
    Failure::usage(format!("--{flag}: {error}"))
}

fn read<T: FromStr>(flag: &str, text: &str) -> Result<T, Failure>
where
    T::Err: Display,
{
    text.parse().map_err(|error| usage(flag, error))
}

fn read_date(flag: &str, text: &str) -> Result<Date, Failure> {
    let strict = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    text.parse()
        .ok()
        .filter(|_| strict)
        .ok_or_else(|| usage(flag, format!("`{text}` is not a date; write it as 2024-01-31")))
}

fn choose<T, const N: usize>(flag: &str, text: &str, choices: [(&str, T); N]) -> Result<T, Failure> {
    let names = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" or ");
    choices
        .into_iter()
        .find(|(name, _)| *name == text)
        .map(|(_, value)| value)
        .ok_or_else(|| usage(flag, format!("`{text}` is not known; use {names}")))
}

fn split_parameter(text: &str) -> Result<(String, String), Failure> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| usage("param", format!("`{text}` is not NAME=VALUE, for example fast=10")))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn symbols(texts: &[String]) -> Result<Vec<InstrumentId>, Failure> {
    let mut symbols: Vec<InstrumentId> = Vec::with_capacity(texts.len());
    for text in texts {
        let id: InstrumentId = read("symbol", text)?;
        if symbols.contains(&id) {
            return Err(usage("symbol", format!("{id} is named twice")));
        }
        symbols.push(id);
    }
    Ok(symbols)
}

fn product(args: &Args, timeframe: Timeframe) -> Result<Product, Failure> {
    match &args.product {
        Some(text) => match read("product", text)? {
            Product::Mtf => {
                Err(usage("product", "MTF cannot be backtested: its interest is not modelled; use CNC"))
            }
            product => Ok(product),
        },
        None if timeframe.is_intraday() => Ok(Product::Mis),
        None => Ok(Product::Nrml),
    }
}

fn sides(args: &Args, product: Product) -> Result<Sides, Failure> {
    let Some(text) = &args.side else {
        return Ok(if product == Product::Cnc { Sides::Long } else { Sides::Both });
    };
    let sides = read("side", text)?;
    if product == Product::Cnc && sides != Sides::Long {
        return Err(usage(
            "side",
            format!("`{text}` sells what is not held, which CNC cannot; use --side long, or MIS or NRML"),
        ));
    }
    Ok(sides)
}

fn sizing(args: &Args, has_stop: bool) -> Result<Option<Sizing>, Failure> {
    if let Some(text) = &args.qty {
        let qty: Qty = read("qty", text)?;
        if qty <= Qty::ZERO {
            return Err(usage("qty", format!("{qty} is not above 0")));
        }
        return Ok(Some(Sizing::Fixed(qty)));
    }
    let Some(text) = &args.size else { return Ok(None) };
    let sizing = read("size", text)?;
    if matches!(sizing, Sizing::Risk(_)) && !has_stop {
        return Err(usage("size", "risk= needs a stop to measure the risk by; add --stop or --trail"));
    }
    Ok(Some(sizing))
}

fn distance(flag: &str, text: Option<&str>) -> Result<Option<Distance>, Failure> {
    text.map(|t| read(flag, t)).transpose()
}

fn positive_money(flag: &str, text: &str) -> Result<Money, Failure> {
    // 1e8 is how people write ten crore.
    let money = match text.parse::<Money>() {
        Err(_) if text.contains(['e', 'E']) => text.parse().ok().and_then(|x| Money::from_f64(x).ok()),
        other => Some(other.map_err(|error| usage(flag, error))?),
    };
    let money = money.ok_or_else(|| usage(flag, format!("`{text}` is not an amount of rupees")))?;
    if money <= Money::ZERO {
        return Err(usage(flag, format!("{money} is not above 0")));
    }
    if money > Money::rupees(100_000_000_000) {
        return Err(usage(flag, format!("{money} is more than ten thousand crore rupees")));
    }
    Ok(money)
}

fn margin(text: Option<&str>, product: Product) -> Result<MarginRates, Failure> {
    let mut rates = MarginRates::default();
    let Some(text) = text else { return Ok(rates) };
    let percent: Price = read("margin", text.strip_suffix('%').unwrap_or(text))?;
    if percent <= Price::ZERO || percent > Price::rupees(100) || percent.raw() % 100 != 0 {
        return Err(usage(
            "margin",
            format!("`{text}` is not a percentage; use 0.01 to 100, for example 20"),
        ));
    }
    let rate = (percent.raw() / 100) as u32;
    match product {
        Product::Cnc | Product::Mtf => rates.cnc = rate,
        Product::Mis => rates.mis = rate,
        Product::Nrml => rates.nrml = rate,
    }
    Ok(rates)
}

fn max_missing(text: &str) -> Result<f64, Failure> {
    let percent = text.strip_suffix('%').unwrap_or(text).trim_end().parse().ok();
    percent.filter(|percent| (0.0..=100.0).contains(percent)).ok_or_else(|| {
        usage("max-missing", format!("`{text}` is not a percentage; use 0 to 100, for example 10"))
    })
}

fn limits(args: &Args) -> Result<AccountLimits, Failure> {
    let max_position = args.max_position.as_deref().map(|t| read::<Qty>("max-position", t)).transpose()?;
    if max_position.is_some_and(|q| q <= Qty::ZERO) {
        return Err(usage("max-position", "the limit must be above 0"));
    }
    Ok(AccountLimits {
        max_daily_loss: args
            .max_daily_loss
            .as_deref()
            .map(|t| positive_money("max-daily-loss", t))
            .transpose()?,
        max_position,
        max_open_positions: args.max_open_positions,
        max_trades_per_day: args.max_trades_per_day,
        allow_opposite_books: false,
        ..AccountLimits::default()
    })
}

fn tick(text: &str) -> Result<Tick, Failure> {
    let step: Price = read("tick", text)?;
    Tick::new(step)
        .filter(|_| step <= Price::rupees(1_000))
        .ok_or_else(|| usage("tick", format!("{step} is not a tick size; use for example 0.05")))
}
