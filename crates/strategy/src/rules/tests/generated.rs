//! Files made by chance: what holds for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::Timeframe;
use domain::time::MinuteOfDay;
use proptest::prelude::*;

use super::market::{market, scan, steps};
use crate::rules::Rules;
use crate::rules::mistake::Span;
use crate::rules::tree::{
    Argument, Distance, Entries, Expr, File, Kind, MAX_HEIGHT, Operator, ParameterLine, Side, Size, Word,
};
use crate::{ColumnKey, Known, SharedColumns, Signals, StepColumns, StepKey, Value};

/// Makes things from bytes; of no more bytes, the plainest.
pub(super) struct Dice<'a>(pub(super) &'a [u8]);

fn expr(kind: Kind) -> Expr {
    Expr::new(kind, Span::default())
}

fn boxed(kind: Expr) -> Box<Expr> {
    Box::new(kind)
}

fn name(text: &str) -> Expr {
    expr(Kind::Name(text.to_owned()))
}

fn call(function: &str, arguments: Vec<Expr>) -> Expr {
    let arguments = arguments.into_iter().map(|value| Argument { name: None, value }).collect();
    expr(Kind::Call { name: function.to_owned(), arguments })
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(first) % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }

    fn period(&mut self) -> Expr {
        match self.roll(4) {
            0 => name("n"),
            1 => expr(Kind::Binary {
                operator: Operator::Add,
                left: boxed(name("n")),
                right: boxed(expr(Kind::Number(3.0))),
            }),
            _ => expr(Kind::Number((2 + self.roll(12)) as f64)),
        }
    }

    fn time(&mut self) -> MinuteOfDay {
        MinuteOfDay::from_minutes((555 + 5 * self.roll(80)) as u16).expect("within a day")
    }

    /// An expression that is a number, of the named expressions that stand before it.
    fn number(&mut self, depth: usize, lets: usize, nested: bool) -> Expr {
        let kinds = if depth == 0 { 4 } else { 20 };
        let deeper = |dice: &mut Self| dice.number(depth - 1, lets, nested);
        match self.roll(kinds) {
            0 => name(self.pick(&["close", "open", "high", "low", "volume", "hlc3", "ohlc4"])),
            1 => name(self.pick(&[
                "day_open",
                "day_high",
                "day_low",
                "prev_close",
                "prev_high",
                "gap",
                "minute",
                "start_minute",
            ])),
            2 => expr(Kind::Number(self.pick(&[0.0, 1.0, 0.05, 100.0, 2.5e-7, 1e20]))),
            3 if lets > 0 => name(&format!("number_{}", self.roll(lets))),
            3 => name(self.pick(&["n", "x"])),
            4..=6 => {
                let operator =
                    self.pick(&[Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide]);
                let (left, right) = (boxed(deeper(self)), boxed(deeper(self)));
                expr(Kind::Binary { operator, left, right })
            }
            7 => expr(Kind::Negative(boxed(deeper(self)))),
            8 => call(self.pick(&["max", "min"]), vec![deeper(self), deeper(self)]),
            9 => call("abs", vec![deeper(self)]),
            10 => {
                let period = self.period();
                call(self.pick(&["sma", "ema", "rsi"]), vec![name("close"), period])
            }
            11 => {
                let period = self.period();
                // A product of a column is a series whatever stands beside it.
                let series = expr(Kind::Binary {
                    operator: Operator::Multiply,
                    left: boxed(name("close")),
                    right: boxed(deeper(self)),
                });
                call(
                    self.pick(&["sma", "ta_sma", "highest", "lowest", "wma", "ta_max"]),
                    vec![series, period],
                )
            }
            12 => {
                let of = call("bbands", vec![self.period(), expr(Kind::Number(2.0))]);
                let output = self.pick(&["upper", "mid", "lower"]).to_owned();
                expr(Kind::Output { of: boxed(of), output })
            }
            13 => call(self.pick(&["atr", "adx", "ta_atr", "mfi"]), vec![self.period()]),
            14 => {
                let bars = expr(Kind::Number(self.pick(&[0.0, 1.0, 2.0, 5.0, 70.0])));
                expr(Kind::Previous { of: boxed(deeper(self)), bars: boxed(bars) })
            }
            15 => {
                let condition = self.truth(depth - 1, lets, nested);
                call(
                    "if",
                    vec![
                        condition,
                        self.number(depth - 1, lets, nested),
                        self.number(depth - 1, lets, nested),
                    ],
                )
            }
            16 => {
                let condition = self.truth(depth - 1, lets, nested);
                if self.roll(2) == 0 {
                    call("bars_since", vec![condition])
                } else {
                    call("value_when", vec![condition, self.number(depth - 1, lets, nested)])
                }
            }
            17 => name(self.pick(&["vwap", "cdldoji", "obv", "tr"])),
            18 => {
                let of = call("opening_range", vec![expr(Kind::Number(15.0))]);
                expr(Kind::Output { of: boxed(of), output: self.pick(&["high", "low"]).to_owned() })
            }
            _ if !nested => {
                let timeframe = expr(Kind::Timeframe(self.pick(&[
                    Timeframe::Minutes(15),
                    Timeframe::Minutes(60),
                    Timeframe::Day,
                ])));
                call("tf", vec![timeframe, self.number(depth - 1, 0, true)])
            }
            _ => name("close"),
        }
    }

    /// An expression that is a condition.
    fn truth(&mut self, depth: usize, lets: usize, nested: bool) -> Expr {
        let operators = [
            Operator::Above,
            Operator::Below,
            Operator::AtLeast,
            Operator::AtMost,
            Operator::Equal,
            Operator::Differs,
        ];
        let below = depth.saturating_sub(1);
        match self.roll(if depth == 0 { 5 } else { 14 }) {
            0..=2 => {
                let operator = self.pick(&operators);
                let (left, right) = (self.number(below, lets, nested), self.number(below, lets, nested));
                expr(Kind::Binary { operator, left: boxed(left), right: boxed(right) })
            }
            3 => {
                let operator = self.pick(&operators);
                let right = expr(Kind::Time(self.time()));
                expr(Kind::Binary { operator, left: boxed(name("time")), right: boxed(right) })
            }
            4 if lets > 0 => name(&format!("truth_{}", self.roll(lets))),
            4 => expr(Kind::Binary {
                operator: Operator::Differs,
                left: boxed(name("weekday")),
                right: boxed(name(self.pick(&["mon", "tue", "fri"]))),
            }),
            kind @ (5..=8) => {
                let parts = (0..2 + self.roll(2)).map(|_| self.truth(below, lets, nested)).collect();
                expr(if kind < 7 { Kind::All(parts) } else { Kind::Any(parts) })
            }
            9 | 10 => expr(Kind::Not(boxed(self.truth(below, lets, nested)))),
            11 => {
                let arguments = vec![self.number(below, lets, nested), self.number(below, lets, nested)];
                call(self.pick(&["crosses_above", "crosses_below"]), arguments)
            }
            12 => {
                let bars = expr(Kind::Number(self.pick(&[1.0, 2.0, 65.0])));
                expr(Kind::Previous { of: boxed(self.truth(below, lets, nested)), bars: boxed(bars) })
            }
            _ if !nested => {
                let timeframe = expr(Kind::Timeframe(Timeframe::Minutes(self.pick(&[15, 30]))));
                call("tf", vec![timeframe, self.truth(below, 0, true)])
            }
            _ => expr(Kind::Truth(true)),
        }
    }

    fn text(&mut self) -> String {
        let letters = ['a', 'Z', ' ', '"', '\\', '\'', 'é', '₹', '#', '=', '{', '9'];
        (0..=self.roll(12)).map(|_| self.pick(&letters)).collect()
    }

    /// A file that is right.
    pub(super) fn file(&mut self) -> File {
        let word = |text: &str| Word { text: text.to_owned(), at: Span::default() };
        let mut file = File { name: format!("x{}", self.text()), doc: self.text(), ..File::default() };
        if self.roll(2) == 0 {
            file.doc.push_str("\n\t\u{1}");
        }
        let line =
            |name: &str, default, min, max, doc| ParameterLine { name: word(name), default, min, max, doc };
        let v = Value::Integer;
        file.parameters.push(line("n", v(5), v(2), v(30), self.text()));
        let r = Value::Real;
        file.parameters.push(line("x", r(30.0), r(-1e-7), r(1e18), String::new()));
        let numbers = self.roll(4);
        for i in 0..numbers {
            file.lets.push((word(&format!("number_{i}")), self.number(3, i, false)));
            file.lets.push((word(&format!("truth_{i}")), self.truth(2, i, false)));
        }
        let side = |dice: &mut Self| Side {
            enter: Some(dice.truth(4, numbers, false)),
            exit: (dice.roll(2) == 0).then(|| dice.truth(3, numbers, false)),
        };
        file.long = side(self);
        if self.roll(3) > 0 {
            file.short = side(self);
        }
        let number = |x: f64| expr(Kind::Number(x));
        file.stop = match self.roll(4) {
            0 => None,
            1 => Some(Distance::Percent(number(1.5))),
            2 => Some(Distance::Atr(name("n"))),
            _ => Some(Distance::Rupees(self.number(2, numbers, false))),
        };
        file.target = match self.roll(3) {
            0 => None,
            1 => Some(Distance::Points(number(20.0))),
            _ => Some(Distance::Rupees(call("atr", vec![self.period()]))),
        };
        file.trail = match self.roll(4) {
            0 => Some(Distance::Atr(number(3.0))),
            1 => Some(Distance::Rupees(self.number(2, numbers, false))),
            _ => None,
        };
        file.size = match self.roll(4) {
            0 => None,
            1 => Some(Size::Quantity(number(75.0))),
            2 => Some(Size::Percent(name("n"))),
            _ => Some(Size::Volatility(number(12.5))),
        };
        let (from, to) = (self.time(), self.time());
        file.entries = Entries {
            times: if self.roll(2) == 0 { Vec::new() } else { vec![(from.min(to), from.max(to))] },
            days: self.pick(&[&[][..], &[0, 1, 3], &[4]]).to_vec(),
            max_a_day: (self.roll(2) == 0).then_some(3),
            minutes_after_loss: (self.roll(2) == 0).then_some(45),
        };
        file.require = (0..self.roll(2))
            .map(|_| {
                expr(Kind::Binary {
                    operator: Operator::Below,
                    left: boxed(name("n")),
                    right: boxed(number(100.0)),
                })
            })
            .collect();
        file.square_off = (self.roll(2) == 0).then(|| self.time());
        file
    }
}

pub(super) fn bytes() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..160)
}

/// The file as rules; `None` if chance made a distance that is a constant out of range.
pub(super) fn understood(file: &File) -> Option<Rules> {
    match Rules::read(&Rules::of(file.clone()).to_toml(), "made") {
        Ok(rules) => Some(rules),
        Err(errors) => {
            let fine = errors
                .errors()
                .iter()
                .all(|e| e.reason.contains("a stop") || e.reason.contains("a trailing stop"));
            assert!(fine, "{errors}");
            None
        }
    }
}

/// Keeps every column it is asked for.
#[derive(Default)]
struct Shared {
    bars: usize,
    columns: BTreeMap<ColumnKey, Arc<[f64]>>,
    steps: BTreeMap<StepKey, Arc<StepColumns>>,
    missed: BTreeSet<StepKey>,
    found: usize,
}

impl SharedColumns for Shared {
    fn column(&mut self, key: ColumnKey, make: &mut dyn FnMut(&mut [f64])) -> Arc<[f64]> {
        let bars = self.bars;
        let made = self.columns.entry(key).or_insert_with(|| {
            let mut column = vec![f64::NAN; bars];
            make(&mut column);
            column.into()
        });
        made.clone()
    }

    fn step(&mut self, key: StepKey) -> Known {
        match self.steps.get(&key) {
            Some(columns) => {
                self.found += 1;
                Known::Here(columns.clone())
            }
            None => Known::Missing { keep: !self.missed.insert(key) },
        }
    }

    fn keep(&mut self, key: StepKey, columns: StepColumns) {
        self.steps.insert(key, columns.into());
    }
}

#[test]
fn what_does_not_depend_on_the_swept_is_done_once() {
    let rules = super::market::rules(include_str!("../../../../../docs/rules/05-squeeze.toml"));
    let market = super::market::walk(2_000, 5);
    let mut shared = Shared { bars: market.len(), ..Shared::default() };
    let mut found = Vec::new();
    for patience in [3, 4, 5] {
        let at = rules.parameters.iter().position(|p| p.name == "patience").expect("a parameter");
        let values = rules.values_with(Some((at, Value::Integer(patience))));
        let mut signals = Signals::default();
        let mut strategy = rules.build(&values).expect("good values");
        strategy.scan_whole(&market.block(0, market.len()), &mut shared, &mut signals);
        found.push(shared.found);
    }
    // Where prices cross the bands, and how long it has been quiet, on both sides.
    assert!(found[0] == 0 && found[1] == 0 && found[2] >= 3, "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn text_and_tree_hold_the_same(bytes in bytes()) {
        let file = Dice(&bytes).file();
        prop_assert!(file.long.enter.as_ref().is_some_and(|e| e.height <= MAX_HEIGHT));
        let Some(from_text) = understood(&file) else { return Ok(()) };
        prop_assert_eq!(&from_text.file, &file, "{}", from_text.to_toml());
        let json = from_text.to_json();
        let from_tree = Rules::read(&json, "made.json").map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&from_tree, &from_text, "{}", json);
        prop_assert_eq!(from_tree.to_toml(), from_text.to_toml());
        prop_assert_eq!(from_tree.to_json(), json);
    }

    #[test]
    fn any_cut_into_blocks_gives_the_same(
        bytes in bytes(),
        steps in steps(300),
        minutes in prop::sample::select(vec![1u32, 5, 15]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let Some(rules) = understood(&Dice(&bytes).file()) else { return Ok(()) };
        let market = market(&steps, minutes);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(market.len() + 1)).collect();
        cuts.sort_unstable();
        let whole = scan(&rules, &market, &[]);
        prop_assert_eq!(whole.start(), market.len());
        let one_by_one: Vec<usize> = (1..market.len()).collect();
        for cuts in [&cuts, &one_by_one] {
            let parts = scan(&rules, &market, cuts);
            for i in 0..market.len() {
                prop_assert_eq!(whole.at(i), parts.at(i), "bar {} cut at {:?}\n{}", i, cuts, rules.to_toml());
                prop_assert_eq!(whole.distances(i), parts.distances(i), "bar {}", i);
            }
        }
    }

    #[test]
    fn shared_columns_change_nothing(one in bytes(), other in bytes(), steps in steps(200)) {
        let market = market(&steps, 5);
        let mut shared = Shared { bars: market.len(), ..Shared::default() };
        // Missed, then kept, then found; in part by others.
        for bytes in [&one, &other, &one, &other, &one] {
            let Some(rules) = understood(&Dice(bytes).file()) else { continue };
            let mut strategy = rules.build(&rules.values_with(None)).expect("defaults");
            let mut signals = Signals::default();
            strategy.scan_whole(&market.block(0, market.len()), &mut shared, &mut signals);
            prop_assert_eq!(&signals, &scan(&rules, &market, &[]));
        }
    }

    #[test]
    fn later_bars_change_nothing(
        bytes in bytes(),
        past in steps(200),
        one in steps(60),
        other in steps(60),
    ) {
        let Some(rules) = understood(&Dice(&bytes).file()) else { return Ok(()) };
        let (one, other) = ([&past[..], &one].concat(), [&past[..], &other].concat());
        let (one, other) = (scan(&rules, &market(&one, 5), &[]), scan(&rules, &market(&other, 5), &[]));
        for i in 0..past.len() {
            prop_assert_eq!(one.at(i), other.at(i), "bar {}\n{}", i, rules.to_toml());
            prop_assert_eq!(one.distances(i), other.distances(i), "bar {}", i);
        }
    }

    #[test]
    fn marks_do_not_contradict_each_other(bytes in bytes(), steps in steps(200)) {
        let Some(rules) = understood(&Dice(&bytes).file()) else { return Ok(()) };
        let signals = scan(&rules, &market(&steps, 5), &[]);
        for i in 0..signals.start() {
            let bits = signals.at(i);
            prop_assert!(!(bits.enter_long && bits.enter_short));
            prop_assert!(!(bits.enter_long && bits.exit_long));
            prop_assert!(!(bits.enter_short && bits.exit_short));
            prop_assert!((!bits.enter_long || bits.exit_short) && (!bits.enter_short || bits.exit_long));
        }
    }
}
