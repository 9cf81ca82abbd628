//! What a rule file says about the run itself: sizing, protection, limits. The words are those of the command line, so
//! that a flag and a file are read by the same code.

use domain::time::MinuteOfDay;

use super::lower::Lowering;
use super::mistake::Mistake;
use super::tree::{Distance, Expr, File, Size};
use crate::Values;

/// What the rules want of their run; whoever starts the run may want otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleSettings {
    /// Units.
    pub quantity: Option<u64>,
    /// `percent=50`, `risk=1` or `vol=20`.
    pub size: Option<String>,
    /// `pct=1`, `points=50` or `atr=2`; also none if the rules find it anew at each entry.
    pub stop: Option<String>,
    pub target: Option<String>,
    pub trail: Option<String>,
    /// The rules give each entry its own distance.
    pub stop_at_entry: bool,
    pub target_at_entry: bool,
    /// The rules reckon the distance of the trailing stop at each close.
    pub trail_at_close: bool,
    pub max_trades_per_day: Option<u32>,
    pub square_off: Option<MinuteOfDay>,
    /// The sides that are ever entered.
    pub long: bool,
    pub short: bool,
}

pub(super) fn check(file: &File, values: &Values, mistakes: &mut Vec<Mistake>) {
    of(file, values, mistakes);
}

pub(super) fn of(file: &File, values: &Values, mistakes: &mut Vec<Mistake>) -> RuleSettings {
    let mut lowering = Lowering::new(file, values);
    let mut settings = RuleSettings {
        max_trades_per_day: file.entries.max_a_day,
        square_off: file.square_off,
        long: file.long.enter.is_some(),
        short: file.short.enter.is_some(),
        ..RuleSettings::default()
    };
    let mut keep = |result: Result<Option<String>, Mistake>| {
        result.unwrap_or_else(|mistake| {
            mistakes.push(mistake);
            None
        })
    };
    settings.stop = keep(constant_distance(&mut lowering, file.stop.as_ref(), "a stop"));
    settings.target = keep(constant_distance(&mut lowering, file.target.as_ref(), "a target"));
    settings.trail = keep(constant_distance(&mut lowering, file.trail.as_ref(), "a trailing stop"));
    let anew = |distance: &Option<Distance>, constant: &Option<String>| {
        matches!(distance, Some(Distance::Rupees(_))) && constant.is_none()
    };
    settings.stop_at_entry = anew(&file.stop, &settings.stop);
    settings.target_at_entry = anew(&file.target, &settings.target);
    settings.trail_at_close = anew(&file.trail, &settings.trail);
    if let Some(size) = &file.size {
        match sized(&mut lowering, size) {
            Ok((quantity, rule)) => (settings.quantity, settings.size) = (quantity, rule),
            Err(mistake) => mistakes.push(mistake),
        }
        if let (Size::Risk(expr), None, None) = (size, &file.stop, &file.trail) {
            let reason = "risk needs a stop to measure it by; add `stop` or `trail` to [protect]";
            mistakes.push(Mistake::new(expr.at, reason));
        }
    }
    settings
}

/// The parameters behind the constants of a file's settings.
pub(super) fn parameters<'f>(file: &'f File, values: &Values) -> Vec<&'f str> {
    let settings = of(file, values, &mut Vec::new());
    let distances = [
        (&file.stop, settings.stop_at_entry),
        (&file.target, settings.target_at_entry),
        (&file.trail, settings.trail_at_close),
    ];
    let mut names = Vec::new();
    let constants = distances.into_iter().filter(|(_, at_entry)| !at_entry).filter_map(|(d, _)| d.as_ref());
    for expr in constants.map(Distance::expr).chain(file.size.as_ref().map(|size| size.key_and_expr().1)) {
        expr.names(&mut names);
    }
    // Names may stand for expressions, which name more. Those stand above, so one pass upwards finds all.
    for (word, expr) in file.lets.iter().rev() {
        if names.contains(&word.text.as_str()) {
            expr.names(&mut names);
        }
    }
    let known = file.parameters.iter().map(|p| p.name.text.as_str());
    known.filter(|name| names.contains(name)).collect()
}

/// `None` for a distance that is found anew at each entry.
fn constant_distance(
    lowering: &mut Lowering<'_>,
    distance: Option<&Distance>,
    what: &str,
) -> Result<Option<String>, Mistake> {
    let Some(distance) = distance else { return Ok(None) };
    let (unit, expr, most) = match distance {
        Distance::Percent(expr) => ("pct", expr, 99.9999),
        Distance::Points(expr) => ("points", expr, 10_000_000.0),
        Distance::Atr(expr) => ("atr", expr, 1_000.0),
        Distance::Rupees(expr) => {
            if !lowering.is_constant(expr)? {
                return Ok(None);
            }
            ("points", expr, 10_000_000.0)
        }
    };
    let x = within(lowering, expr, what, most)?;
    Ok(Some(format!("{unit}={x}")))
}

fn sized(lowering: &mut Lowering<'_>, size: &Size) -> Result<(Option<u64>, Option<String>), Mistake> {
    let (flag, expr, most) = match size {
        Size::Quantity(expr) => {
            let x = lowering.constant(expr, "a quantity")?;
            if x.fract() != 0.0 || !(1.0..=1e9).contains(&x) {
                return Err(Mistake::new(
                    expr.at,
                    format!("{x} is not a quantity; use a whole number from 1"),
                ));
            }
            return Ok((Some(x as u64), None));
        }
        Size::Percent(expr) => ("percent", expr, 2_000.0),
        Size::Risk(expr) => ("risk", expr, 100.0),
        Size::Volatility(expr) => ("vol", expr, 1_000.0),
    };
    let x = within(lowering, expr, "a size", most)?;
    Ok((None, Some(format!("{flag}={x}"))))
}

/// A constant above 0 with at most four decimals, as the settings hold it.
fn within(lowering: &mut Lowering<'_>, expr: &Expr, what: &str, most: f64) -> Result<String, Mistake> {
    let x = lowering.constant(expr, what)?;
    let text = format!("{x:.4}");
    if !(0.0001..=most).contains(&text.parse().unwrap_or(0.0)) {
        return Err(Mistake::new(expr.at, format!("{what} of {x} cannot be; use 0.0001 to {most}")));
    }
    Ok(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}
