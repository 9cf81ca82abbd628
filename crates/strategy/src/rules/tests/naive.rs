//! Expressions worked out straight from what the words mean, whole columns at a time, to be held against the program.

use domain::Timeframe;
use indicators::catalogue::{Columns, Input};
use indicators::{Spec, compute};
use proptest::prelude::*;

use super::generated::{Dice, bytes, understood};
use super::market::{Market, market, scan, steps};
use crate::rules::tree::{Distance, Expr, File, Kind, Operator};
use crate::{SignalBits, UNKNOWN_CLOSE};

/// What is the same whatever the bars are, even where there is none.
#[derive(Clone, Copy, Debug)]
enum Settled {
    Number(f64),
    Truth(bool),
}

#[derive(Clone, Debug)]
enum Column {
    Numbers(Vec<f64>),
    Truths(Vec<Option<bool>>),
}

struct World<'a> {
    file: &'a File,
    market: &'a Market,
}

fn apart(a: f64, b: f64) -> Option<i32> {
    let d = a - b;
    if d.is_nan() { None } else { Some(i32::from(d > 1e-6) - i32::from(d < -1e-6)) }
}

/// Undefined if either is.
fn greater(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

fn holds(operator: Operator, side: i32) -> bool {
    match operator {
        Operator::Above => side > 0,
        Operator::Below => side < 0,
        Operator::AtLeast => side >= 0,
        Operator::AtMost => side <= 0,
        Operator::Equal => side == 0,
        _ => side != 0,
    }
}

impl World<'_> {
    fn bars(&self) -> usize {
        self.market.len()
    }

    fn each(&self, f: impl Fn(usize) -> f64) -> Column {
        Column::Numbers((0..self.bars()).map(f).collect())
    }

    fn numbers(&self, expr: &Expr) -> Vec<f64> {
        match self.column(expr) {
            Column::Numbers(x) => x,
            Column::Truths(_) => panic!("not a number: {expr}"),
        }
    }

    fn truths(&self, expr: &Expr) -> Vec<Option<bool>> {
        match self.column(expr) {
            Column::Truths(x) => x,
            Column::Numbers(_) => panic!("not a condition: {expr}"),
        }
    }

    fn constant(expr: &Expr) -> Option<f64> {
        match &expr.kind {
            Kind::Number(x) => Some(*x),
            Kind::Name(name) if name == "n" => Some(5.0),
            Kind::Name(name) if name == "x" => Some(30.0),
            Kind::Binary { operator: Operator::Add, left, right } => {
                Some(Self::constant(left)? + Self::constant(right)?)
            }
            _ => None,
        }
    }

    fn settled(&self, expr: &Expr) -> Option<Settled> {
        let number = |expr: &Expr| match self.settled(expr) {
            Some(Settled::Number(x)) => Some(x),
            _ => None,
        };
        let truth = |expr: &Expr| match self.settled(expr) {
            Some(Settled::Truth(x)) => Some(x),
            _ => None,
        };
        match &expr.kind {
            Kind::Number(x) => Some(Settled::Number(*x)),
            Kind::Time(time) => Some(Settled::Number(f64::from(time.minutes()))),
            Kind::Truth(x) => Some(Settled::Truth(*x)),
            Kind::Name(name) => match self.file.lets.iter().find(|(word, _)| word.text == *name) {
                Some((_, expr)) => self.settled(expr),
                None => match name.as_str() {
                    "n" => Some(Settled::Number(5.0)),
                    "x" => Some(Settled::Number(30.0)),
                    _ => None,
                },
            },
            Kind::Previous { of, .. } => self.settled(of),
            Kind::Negative(of) => number(of).map(|x| Settled::Number(-x)),
            Kind::Not(of) => truth(of).map(|x| Settled::Truth(!x)),
            Kind::Binary { operator, left, right } => {
                let (a, b) = (number(left)?, number(right)?);
                match operator {
                    Operator::Add => Some(Settled::Number(a + b)),
                    Operator::Subtract => Some(Settled::Number(a - b)),
                    Operator::Multiply => Some(Settled::Number(a * b)),
                    Operator::Divide => Some(Settled::Number(if b == 0.0 { f64::NAN } else { a / b })),
                    _ => Some(Settled::Truth(holds(*operator, apart(a, b)?))),
                }
            }
            Kind::All(parts) | Kind::Any(parts) => {
                let settles = matches!(expr.kind, Kind::Any(_));
                let parts: Vec<Option<bool>> = parts.iter().map(truth).collect();
                if parts.contains(&Some(settles)) {
                    return Some(Settled::Truth(settles));
                }
                (!parts.contains(&None)).then_some(Settled::Truth(!settles))
            }
            Kind::Call { name, arguments } => {
                let of = |i: usize| &arguments[i].value;
                match name.as_str() {
                    "max" => Some(Settled::Number(greater(number(of(0))?, number(of(1))?))),
                    "min" => Some(Settled::Number(-greater(-number(of(0))?, -number(of(1))?))),
                    "abs" => Some(Settled::Number(number(of(0))?.abs())),
                    "if" => self.settled(of(if truth(of(0))? { 1 } else { 2 })),
                    "tf" => self.settled(of(1)),
                    // What never moves crosses nothing.
                    "crosses_above" | "crosses_below" => {
                        apart(number(of(0))?, number(of(1))?).map(|_| Settled::Truth(false))
                    }
                    _ => None,
                }
            }
            Kind::Output { .. } | Kind::Timeframe(_) => None,
        }
    }

    fn column(&self, expr: &Expr) -> Column {
        match self.settled(expr) {
            Some(Settled::Number(x)) => self.each(|_| x),
            Some(Settled::Truth(x)) => Column::Truths(vec![Some(x); self.bars()]),
            None => self.moving(expr),
        }
    }

    fn moving(&self, expr: &Expr) -> Column {
        let n = self.bars();
        match &expr.kind {
            Kind::Number(x) => self.each(|_| *x),
            Kind::Time(time) => self.each(|_| f64::from(time.minutes())),
            Kind::Truth(truth) => Column::Truths(vec![Some(*truth); n]),
            Kind::Timeframe(_) => panic!("alone"),
            Kind::Name(name) => self.named(name),
            Kind::Call { name, arguments } => {
                let arguments: Vec<&Expr> = arguments.iter().map(|a| &a.value).collect();
                self.called(name, &arguments)
            }
            Kind::Output { of, output } => {
                let Kind::Call { name, arguments } = &of.kind else { panic!("output") };
                let parameters: Vec<f64> =
                    arguments.iter().filter_map(|a| Self::constant(&a.value)).collect();
                let place = match (name.as_str(), output.as_str()) {
                    ("bbands", "upper") | ("opening_range", "high") => 0,
                    ("bbands", "mid") | ("opening_range", "low") => 1,
                    _ => 2,
                };
                Column::Numbers(self.indicator(name, &parameters, None).swap_remove(place))
            }
            Kind::Previous { of, bars } => {
                let ago = Self::constant(bars).expect("constant") as usize;
                match self.column(of) {
                    Column::Numbers(x) => self.each(|i| if i < ago { f64::NAN } else { x[i - ago] }),
                    Column::Truths(x) => {
                        Column::Truths((0..n).map(|i| if i < ago { None } else { x[i - ago] }).collect())
                    }
                }
            }
            Kind::Negative(of) => {
                let x = self.numbers(of);
                self.each(|i| -x[i])
            }
            Kind::Not(of) => Column::Truths(self.truths(of).into_iter().map(|x| x.map(|x| !x)).collect()),
            Kind::Binary { operator, left, right } => {
                let (a, b) = (self.numbers(left), self.numbers(right));
                match operator {
                    Operator::Add => self.each(|i| a[i] + b[i]),
                    Operator::Subtract => self.each(|i| a[i] - b[i]),
                    Operator::Multiply => self.each(|i| a[i] * b[i]),
                    Operator::Divide => self.each(|i| if b[i] == 0.0 { f64::NAN } else { a[i] / b[i] }),
                    _ => Column::Truths(
                        (0..n).map(|i| apart(a[i], b[i]).map(|side| holds(*operator, side))).collect(),
                    ),
                }
            }
            Kind::All(parts) => self.joined(parts, false),
            Kind::Any(parts) => self.joined(parts, true),
        }
    }

    /// Settled by one part that is `settles`; else undefined if any part is.
    fn joined(&self, parts: &[Expr], settles: bool) -> Column {
        let parts: Vec<_> = parts.iter().map(|part| self.truths(part)).collect();
        let at = |i: usize| {
            if parts.iter().any(|part| part[i] == Some(settles)) {
                Some(settles)
            } else if parts.iter().any(|part| part[i].is_none()) {
                None
            } else {
                Some(!settles)
            }
        };
        Column::Truths((0..self.bars()).map(at).collect())
    }

    fn named(&self, name: &str) -> Column {
        let m = self.market;
        if let Some((_, expr)) = self.file.lets.iter().find(|(word, _)| word.text == name) {
            return self.column(expr);
        }
        let first_of_day =
            |i: usize| (0..=i).rev().take_while(|&k| m.session[k] == m.session[i]).last().unwrap_or(i);
        let today = |i: usize| first_of_day(i)..i + 1;
        let yesterday = |i: usize| first_of_day(i).checked_sub(1).map(|last| first_of_day(last)..last + 1);
        let most = |x: &[f64]| x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = |x: &[f64]| x.iter().copied().fold(f64::INFINITY, f64::min);
        match name {
            "n" => self.each(|_| 5.0),
            "x" => self.each(|_| 30.0),
            "open" => Column::Numbers(m.open.clone()),
            "high" => Column::Numbers(m.high.clone()),
            "low" => Column::Numbers(m.low.clone()),
            "close" => Column::Numbers(m.close.clone()),
            "volume" => Column::Numbers(m.volume.clone()),
            "hlc3" => self.each(|i| (m.high[i] + m.low[i] + m.close[i]) / 3.0),
            "ohlc4" => self.each(|i| (m.open[i] + m.high[i] + m.low[i] + m.close[i]) / 4.0),
            "day_open" => self.each(|i| m.open[first_of_day(i)]),
            "day_high" => self.each(|i| most(&m.high[today(i)])),
            "day_low" => self.each(|i| least(&m.low[today(i)])),
            "prev_close" => self.each(|i| yesterday(i).map_or(f64::NAN, |day| m.close[day.end - 1])),
            "prev_high" => self.each(|i| yesterday(i).map_or(f64::NAN, |day| most(&m.high[day]))),
            "gap" => {
                self.each(|i| yesterday(i).map_or(f64::NAN, |day| m.open[day.end] - m.close[day.end - 1]))
            }
            "minute" => self.each(|i| f64::from(m.end[i])),
            "start_minute" => self.each(|i| f64::from(m.minute[i])),
            "time" => self.each(|i| f64::from(m.time[i])),
            "weekday" => self.each(|i| f64::from(m.weekday[i])),
            "mon" => self.each(|_| 0.0),
            "tue" => self.each(|_| 1.0),
            "fri" => self.each(|_| 4.0),
            _ => Column::Numbers(self.indicator(name, &[], None).swap_remove(0)),
        }
    }

    fn indicator(&self, name: &str, parameters: &[f64], series: Option<&[f64]>) -> Vec<Vec<f64>> {
        let m = self.market;
        let columns = Columns {
            open: &m.open,
            high: &m.high,
            low: &m.low,
            close: series.unwrap_or(&m.close),
            volume: &m.volume,
            session: &m.session,
            minute: &m.minute,
        };
        let spec = Spec::new(name, parameters, &[]).expect("a good indicator");
        assert!(series.is_none() || spec.inputs() == [Input::Close]);
        compute(&spec, &columns).into_iter().map(|column| column.values).collect()
    }

    fn called(&self, name: &str, arguments: &[&Expr]) -> Column {
        let n = self.bars();
        match name {
            "max" | "min" => {
                let (a, b) = (self.numbers(arguments[0]), self.numbers(arguments[1]));
                let sign = if name == "max" { 1.0 } else { -1.0 };
                self.each(|i| sign * greater(sign * a[i], sign * b[i]))
            }
            "abs" => {
                let x = self.numbers(arguments[0]);
                self.each(|i| x[i].abs())
            }
            "if" => {
                let condition = self.truths(arguments[0]);
                let (a, b) = (self.numbers(arguments[1]), self.numbers(arguments[2]));
                self.each(|i| condition[i].map_or(f64::NAN, |yes| if yes { a[i] } else { b[i] }))
            }
            "bars_since" => {
                let condition = self.truths(arguments[0]);
                let last = |i: usize| (0..=i).rev().find(|&k| condition[k] == Some(true));
                self.each(|i| last(i).map_or(f64::NAN, |k| (i - k) as f64))
            }
            "value_when" => {
                let (condition, x) = (self.truths(arguments[0]), self.numbers(arguments[1]));
                let last = |i: usize| (0..=i).rev().find(|&k| condition[k] == Some(true));
                self.each(|i| last(i).map_or(f64::NAN, |k| x[k]))
            }
            "crosses_above" | "crosses_below" => {
                let (a, b) = (self.numbers(arguments[0]), self.numbers(arguments[1]));
                let sign = if name == "crosses_above" { 1 } else { -1 };
                let beyond = |i: usize| apart(a[i], b[i]).map(|side| side * sign > 0);
                let at = |i: usize| match (beyond(i), i.checked_sub(1).and_then(beyond)) {
                    (Some(true), Some(false)) => Some(true),
                    (Some(false), _) | (_, Some(true)) => Some(false),
                    _ => None,
                };
                Column::Truths((0..n).map(at).collect())
            }
            "tf" => {
                let Kind::Timeframe(timeframe) = arguments[0].kind else { panic!("timeframe") };
                self.longer(timeframe, arguments[1])
            }
            "highest" | "lowest" => {
                let x = self.numbers(arguments[0]);
                let period = Self::constant(arguments[1]).expect("constant") as usize;
                // The catalogue's indicators step over what is not a number.
                let there: Vec<usize> =
                    (0..n).filter(|&i| x[i] == 0.0 || (1e-12..=1e15).contains(&x[i].abs())).collect();
                let mut out = vec![f64::NAN; n];
                for (k, &i) in there.iter().enumerate().skip(period - 1) {
                    let window = there[k + 1 - period..=k].iter().map(|&i| x[i]);
                    out[i] = if name == "highest" {
                        window.fold(f64::NEG_INFINITY, f64::max)
                    } else {
                        window.fold(f64::INFINITY, f64::min)
                    };
                }
                Column::Numbers(out)
            }
            _ => {
                let parameters: Vec<f64> = arguments.iter().filter_map(|a| Self::constant(a)).collect();
                let series = arguments.iter().find(|a| Self::constant(a).is_none()).map(|a| self.numbers(a));
                let name = if name == "ta_max" { "max" } else { name };
                Column::Numbers(self.indicator(name, &parameters, series.as_deref()).swap_remove(0))
            }
        }
    }

    /// The whole longer series is built first, then looked up by when each of its bars could be known.
    fn longer(&self, timeframe: Timeframe, of: &Expr) -> Column {
        let m = self.market;
        let bin = |i: usize| match timeframe {
            Timeframe::Minutes(length) => (m.session[i], m.minute[i] / u32::from(length)),
            Timeframe::Day => (m.session[i], 0),
        };
        let mut built = Market::default();
        let mut known_at = Vec::new();
        let mut i = 0;
        while i < m.len() {
            let to = (i..m.len()).find(|&k| bin(k) != bin(i)).unwrap_or(m.len());
            let last = to - 1;
            let over = match timeframe {
                Timeframe::Minutes(length) => m.end[last] >= (bin(i).1 + 1) * u32::from(length),
                Timeframe::Day => false,
            };
            let over = over || (m.left[last] == 0 && m.left[last] != UNKNOWN_CLOSE);
            known_at.push(if over { last } else { to });
            built.open.push(m.open[i]);
            built.high.push(m.high[i..to].iter().copied().fold(f64::NEG_INFINITY, f64::max));
            built.low.push(m.low[i..to].iter().copied().fold(f64::INFINITY, f64::min));
            built.close.push(m.close[last]);
            built.volume.push(m.volume[i..to].iter().sum());
            built.session.push(m.session[i]);
            built.minute.push(m.minute[i]);
            built.end.push(m.end[last]);
            built.left.push(m.left[last]);
            built.time.push(m.time[last]);
            built.weekday.push(m.weekday[last]);
            i = to;
        }
        let longer = World { file: self.file, market: &built };
        let newest = |i: usize| known_at.iter().rposition(|&known| known <= i);
        match longer.column(of) {
            Column::Numbers(x) => self.each(|i| newest(i).map_or(f64::NAN, |k| x[k])),
            Column::Truths(x) => Column::Truths((0..m.len()).map(|i| newest(i).and_then(|k| x[k])).collect()),
        }
    }

    fn marks(&self) -> Vec<SignalBits> {
        let f = self.file;
        let column = |expr: &Option<Expr>| match expr {
            Some(expr) => self.truths(expr),
            None => vec![Some(false); self.bars()],
        };
        let (el, xl) = (column(&f.long.enter), column(&f.long.exit));
        let (es, xs) = (column(&f.short.enter), column(&f.short.exit));
        let distances: Vec<Vec<f64>> = [&f.stop, &f.target, &f.trail]
            .into_iter()
            .filter_map(|d| match d {
                Some(Distance::Rupees(expr)) if self.settled(expr).is_none() => Some(self.numbers(expr)),
                _ => None,
            })
            .collect();
        let entries = &f.entries;
        let may_enter = |i: usize| {
            let minute = self.market.time[i];
            let in_time = entries.times.is_empty()
                || entries
                    .times
                    .iter()
                    .any(|(a, b)| (u32::from(a.minutes())..=u32::from(b.minutes())).contains(&minute));
            let on_day = entries.days.is_empty()
                || entries.days.iter().any(|&d| u32::from(d) == self.market.weekday[i]);
            in_time
                && on_day
                && distances
                    .iter()
                    .all(|d| apart(d[i], 0.0001) >= Some(0) && apart(d[i], 1e7) <= Some(0) && !d[i].is_nan())
        };
        let at = |i: usize| {
            let yes = |column: &[Option<bool>]| column[i] == Some(true);
            let long = yes(&el) && may_enter(i) && !yes(&xl);
            let short = yes(&es) && may_enter(i) && !yes(&xs);
            let (long, short) = (long && !short, short && !long);
            SignalBits {
                enter_long: long,
                exit_long: yes(&xl) || short,
                enter_short: short,
                exit_short: yes(&xs) || long,
            }
        };
        (0..self.bars()).map(at).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn programs_do_what_the_words_mean(
        bytes in bytes(),
        steps in steps(160),
        minutes in prop::sample::select(vec![1u32, 5, 15]),
    ) {
        let Some(rules) = understood(&Dice(&bytes).file()) else { return Ok(()) };
        let market = market(&steps, minutes);
        let expected = World { file: &rules.file, market: &market }.marks();
        let found = scan(&rules, &market, &[]);
        for (i, expected) in expected.into_iter().enumerate() {
            prop_assert_eq!(found.at(i), expected, "bar {}\n{}", i, rules.to_toml());
        }
    }
}
