//! Strategies by name or by rule file, and what a rule file says about the run.

use std::path::Path;

use domain::Timeframe;
use strategy::rules::{MAX_FILE, RuleSettings, Rules};
use strategy::{Description, Values};

use super::backtest::Args;
use crate::failure::Failure;

/// A built-in strategy, or the rules of a file: anything with an ending or a folder in its name is one.
pub fn find(name: &str) -> Result<Description, Failure> {
    if let Some(built_in) = strategy::registry().iter().find(|d| d.name == name) {
        return Ok(built_in.clone());
    }
    let path = Path::new(name);
    if path.extension().is_some() || path.components().count() > 1 {
        return read(path).map(|rules| Description::of_rules(rules.into()));
    }
    let known = strategy::registry().iter().map(|d| &*d.name).collect::<Vec<_>>().join(", ");
    Err(Failure::usage(format!(
        "--strategy: there is no strategy `{name}`; there are {known}, or name a rule file such as my-rules.toml"
    )))
}

/// The rules of a file; what is wrong with them is told with its place.
pub fn read(path: &Path) -> Result<Rules, Failure> {
    let (text, name) = (text(path)?, path.display().to_string());
    Rules::read(&text, &name).map_err(Failure::usage)
}

pub fn text(path: &Path) -> Result<String, Failure> {
    let failed = |why: String| Failure::usage(format!("cannot read {}: {why}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if length > MAX_FILE as u64 {
        return Err(failed(format!("it has {length} bytes, more than a rule file may ({MAX_FILE})")));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| failed("it is not text in UTF-8".to_owned()))
}

/// The flags with what the rules want of their run where no flag says otherwise, and those wishes.
pub fn complete(
    args: &Args,
    strategy: &Description,
    values: &Values,
) -> Result<(Args, RuleSettings), Failure> {
    let mut args = args.clone();
    let Some(rules) = strategy.rules() else { return Ok((args, RuleSettings::default())) };
    let wishes = rules.settings(values).map_err(Failure::usage)?;
    if args.qty.is_none() && args.size.is_none() {
        args.qty = wishes.quantity.map(|quantity| quantity.to_string());
        args.size.clone_from(&wishes.size);
    }
    let fill = |flag: &mut Option<String>, wish: &Option<String>| {
        if flag.is_none() {
            flag.clone_from(wish);
        }
    };
    fill(&mut args.stop, &wishes.stop);
    fill(&mut args.target, &wishes.target);
    fill(&mut args.trail, &wishes.trail);
    fill(&mut args.square_off, &wishes.square_off.map(|time| time.to_string()));
    args.max_trades_per_day = args.max_trades_per_day.or(wishes.max_trades_per_day);
    if !wishes.long {
        // Never entered: said aloud, so that a product that cannot sell short refuses.
        fill(&mut args.side, &Some("short".to_owned()));
    }
    Ok((args, wishes))
}

/// Refuses bars that the longer timeframes of the rules cannot be made of.
pub fn check_timeframes(strategy: &Description, timeframe: Timeframe) -> Result<(), Failure> {
    let longer = strategy.rules().map(Rules::timeframes).unwrap_or_default();
    match longer.into_iter().find(|longer| !longer.is_multiple_of(timeframe)) {
        Some(longer) => Err(Failure::usage(format!(
            "--timeframe: the rules look at {longer} bars, which {timeframe} bars do not make up; use bars that divide \
             {longer}"
        ))),
        None => Ok(()),
    }
}

/// Refuses to sweep what is set up once for the whole run.
pub fn check_swept<'a>(strategy: &Description, swept: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    let Some(rules) = strategy.rules() else { return Ok(()) };
    let fixed = rules.settings_parameters();
    match swept.into_iter().find(|name| fixed.contains(name)) {
        Some(name) => Err(Failure::usage(format!(
            "--param: `{name}` sets a stop, target, trailing stop or size of the whole run, which a sweep keeps; write \
             that distance in rupees, for example stop = \"close * {name} / 100\", and it can be swept"
        ))),
        None => Ok(()),
    }
}
