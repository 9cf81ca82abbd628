//! What a rule file asks for, or what is wrong with it.

use std::fmt::Write as _;

use serde::Serialize;
use strategy::rules::{RuleErrors, RuleSettings, Rules};
use strategy::{Description, Inputs, ParameterError};

use super::catalogue::{StrategyView, strategies_json, strategies_text};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused<'a> {
    ok: bool,
    file: &'a str,
    errors: Vec<MistakeView<'a>>,
}

/// One mistake; line and column are counted from 1, column and length in characters.
#[derive(Serialize)]
struct MistakeView<'a> {
    line: usize,
    column: usize,
    length: usize,
    reason: &'a str,
}

impl Refused<'_> {
    pub fn new(errors: &RuleErrors) -> Refused<'_> {
        let view = |e: &'_ strategy::rules::RuleError| (e.line, e.column, e.length);
        let errors_of = errors.errors().iter().map(|e| {
            let (line, column, length) = view(e);
            MistakeView { line, column, length, reason: &e.reason }
        });
        Refused { ok: false, file: errors.file(), errors: errors_of.collect() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary<'a> {
    ok: bool,
    file: &'a str,
    #[serde(flatten)]
    strategy: StrategyView<'a>,
    /// Sides that are ever entered.
    sides: Vec<&'static str>,
    /// What the run is asked for, as the flags of `backtest` say it.
    settings: SettingsView,
    /// Columns of the bars that are read.
    columns: Vec<&'static str>,
    warm_up: Vec<WarmUpView>,
    #[serde(skip)]
    description: &'a Description,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SettingsView {
    qty: Option<u64>,
    size: Option<String>,
    stop: Option<String>,
    target: Option<String>,
    trail: Option<String>,
    square_off: Option<String>,
    max_trades_per_day: Option<u32>,
}

/// Bars before the longest chain of indicators has a value, parameters at their defaults.
#[derive(Serialize)]
struct WarmUpView {
    /// `None`: the run's own.
    timeframe: Option<String>,
    bars: u64,
}

const AT_ENTRY: &str = "by the rules, at each entry";
const AT_CLOSE: &str = "by the rules, at each close";

impl SettingsView {
    fn new(wishes: &RuleSettings) -> SettingsView {
        let or_at_entry = |constant: &Option<String>, at_entry: bool| {
            constant.clone().or_else(|| at_entry.then(|| AT_ENTRY.to_owned()))
        };
        SettingsView {
            qty: wishes.quantity,
            size: wishes.size.clone(),
            stop: or_at_entry(&wishes.stop, wishes.stop_at_entry),
            target: or_at_entry(&wishes.target, wishes.target_at_entry),
            trail: wishes.trail.clone().or_else(|| wishes.trail_at_close.then(|| AT_CLOSE.to_owned())),
            square_off: wishes.square_off.map(|time| time.to_string()),
            max_trades_per_day: wishes.max_trades_per_day,
        }
    }
}

impl<'a> Summary<'a> {
    pub fn new(file: &'a str, description: &'a Description) -> Result<Summary<'a>, ParameterError> {
        let values = description.values(&[])?;
        let wishes = match description.rules() {
            Some(rules) => rules.settings(&values)?,
            None => RuleSettings::default(),
        };
        let sides = [("long", wishes.long), ("short", wishes.short)];
        let warm_up = description.rules().map(Rules::warm_up).unwrap_or_default();
        let inputs = description.build(&values)?.inputs();
        Ok(Summary {
            ok: true,
            file,
            strategy: strategies_json(std::slice::from_ref(description)).remove(0),
            sides: sides.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect(),
            settings: SettingsView::new(&wishes),
            columns: columns(inputs),
            warm_up: warm_up
                .into_iter()
                .map(|(timeframe, bars)| WarmUpView { timeframe: timeframe.map(|t| t.to_string()), bars })
                .collect(),
            description,
        })
    }

    pub fn text(&self) -> String {
        let mut text = strategies_text(std::slice::from_ref(self.description));
        let mut line = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {name:<12}{value}");
        };
        line("sides", &self.sides.join(" and "));
        line("reads", &self.columns.join(" "));
        let bars = |w: &WarmUpView| match &w.timeframe {
            Some(timeframe) => format!("{} bars of {timeframe}", w.bars),
            None => format!("{} bars", w.bars),
        };
        line("warms up in", &self.warm_up.iter().map(bars).collect::<Vec<_>>().join(", "));
        let s = &self.settings;
        let settings = [
            ("qty", s.qty.map(|n| n.to_string())),
            ("size", s.size.clone()),
            ("stop", s.stop.clone()),
            ("target", s.target.clone()),
            ("trail", s.trail.clone()),
            ("square-off", s.square_off.clone()),
            ("entries", s.max_trades_per_day.map(|n| format!("at most {n} a day"))),
        ];
        for (name, value) in settings {
            if let Some(value) = value {
                line(name, &value);
            }
        }
        let _ = writeln!(text, "{}: good", self.file);
        text
    }
}

fn columns(inputs: Inputs) -> Vec<&'static str> {
    let all = [
        ("open", inputs.open),
        ("high", inputs.high),
        ("low", inputs.low),
        ("close", inputs.close),
        ("volume", inputs.volume),
    ];
    all.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
}
