//! A small language for bars, wishes and what becomes of them.
//!
//! ```text
//! stop points=5, target points=10
//! 09:15  100 101  99 100 | buy
//! 09:20  102 103  96  97
//! => long 10 @ 102.00 09:20 -> 97.00 09:20 stop
//! ```
//!
//! Bars are `time open high low close [volume]`; after `|` comes what the strategy wants at their close (`buy with stop 5
//! target 10` brings distances of its own); a bar of the
//! next day begins with `d2`, a finer bar with `.`. Every story is run at both paces, which must give the same outcome,
//! and is then told again for the short side, with all prices reflected at 100, unless it says `as told`.

use std::fmt::Write as _;
use std::sync::LazyLock;

use backtest::{Backtest, LaneSpec, Outcome, Pace, TimeExit};
use domain::bars::Bar;
use domain::calendar::{Calendar, TradingClass};
use domain::charges::{ChargePlan, ChargesTable, Schedule};
use domain::instrument::{Instrument, InstrumentTables};
use domain::order::InstrumentKey;
use domain::time::{Date, DayNumber};
use domain::trade::{BookId, Direction};
use domain::{Bars, Money, Price, Product, Qty, Tick, Timeframe, Timestamp};
use engine::{AccountLimits, BookSpec, Contract, MarginRates, Protection, Sides, Sizing};
use exchange::{FillRules, Slippage};
use strategy::{Distances, Entry, EntryPrice, Intent};

use crate::strategies::Scripted;

/// A Monday on which NSE traded from 09:15 to 15:30; so did the four days after it.
pub const FIRST_DAY: Date = jiff::civil::date(2024, 1, 1);

/// Prices of stories are reflected here for the short side.
const MIRROR: Price = Price::rupees(100);

/// The charges of a share under a plan.
pub fn charges(plan: &str, product: Product) -> Schedule {
    static SHARE: LazyLock<Instrument> = LazyLock::new(|| {
        InstrumentTables::builtin().resolve(&"NSE:SBIN-EQ".parse().unwrap(), FIRST_DAY, None).unwrap()
    });
    ChargesTable::builtin().schedule(plan.parse::<ChargePlan>().unwrap(), &SHARE, product)
}

/// A book that trades 10 units with nothing in its way.
pub fn plain_book(instrument: u32) -> BookSpec {
    BookSpec {
        instrument: InstrumentKey(instrument),
        contract: Contract { tick: Tick::DEFAULT, lot: Qty::units(1), freeze: None, strike: None },
        product: Product::Nrml,
        sides: Sides::Both,
        sizing: Sizing::Fixed(Qty::units(10)),
        protection: Protection::default(),
        margin: MarginRates::default(),
        charges: charges("zero", Product::Nrml),
        fill_at_close: false,
        daily_bars: false,
    }
}

/// Tells a story and compares its end; then once more for the short side.
#[track_caller]
pub fn check(text: &str) {
    check_together(&[text]);
}

/// Tells stories of several books of one account, whose settings the first one has. The end of all is told in the
/// first, each line after `b` and the number of its book.
#[track_caller]
pub fn check_together(texts: &[&str]) {
    let stories: Vec<Story> = texts.iter().map(|text| Story::read(text)).collect();
    Story::tell(&stories);
    if !stories[0].as_told {
        Story::tell(&stories.iter().map(Story::mirrored).collect::<Vec<_>>());
    }
}

/// What becomes of a story, for what its end cannot say.
pub fn outcome(text: &str) -> Outcome {
    Story::run(&[Story::read(text)], Pace::Edges)
}

#[derive(Clone)]
struct Story {
    as_told: bool,
    ends_flat: bool,
    cash: Money,
    limits: AccountLimits,
    fills: FillRules,
    book: BookSpec,
    timeframe: Timeframe,
    exit: TimeExit,
    bars: Vec<Bar>,
    finer: Vec<Bar>,
    wishes: Vec<(Timestamp, Option<Intent>)>,
    expected: Vec<String>,
}

impl Story {
    fn read(text: &str) -> Story {
        let mut story = Story {
            as_told: false,
            ends_flat: false,
            cash: Money::rupees(1_000_000),
            limits: AccountLimits::default(),
            fills: FillRules::default(),
            book: plain_book(0),
            timeframe: Timeframe::Minutes(5),
            exit: TimeExit::Never,
            bars: Vec::new(),
            finer: Vec::new(),
            wishes: Vec::new(),
            expected: Vec::new(),
        };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(end) = line.strip_prefix("=>") {
                story.expected.push(end.split_whitespace().collect::<Vec<_>>().join(" "));
            } else if let Some(bar) = line.strip_prefix(". ") {
                story.finer.push(bar_of(bar));
            } else if line.starts_with("d2") || line.starts_with("d3") || line.starts_with(char::is_numeric) {
                let (bar, wish) = line.split_once('|').unwrap_or((line, ""));
                let bar = bar_of(bar);
                story.bars.push(bar);
                story.wishes.push((bar.time, wish_of(wish.trim())));
            } else {
                line.split(',').for_each(|setting| story.set(setting.trim()));
            }
        }
        story.book.protection.limit_touch = story.fills.limit_touch;
        story.book.daily_bars = story.timeframe == Timeframe::Day;
        story
    }

    fn set(&mut self, setting: &str) {
        let (name, value) = setting.split_once(' ').unwrap_or((setting, ""));
        let book = &mut self.book;
        let units = || Some(value.parse::<Qty>().unwrap());
        match name {
            "as" => self.as_told = true,
            "ends" => self.ends_flat = true,
            "cash" => self.cash = value.parse().unwrap(),
            "stop" => book.protection.stop = Some(value.parse().unwrap()),
            "target" => book.protection.target = Some(value.parse().unwrap()),
            "trail" => book.protection.trail = Some(value.parse().unwrap()),
            "slippage" => self.fills.slippage = value.parse::<Slippage>().unwrap(),
            "touch" => self.fills.limit_touch = true,
            "participation" => {
                self.fills.participation = Some(FillRules::parse_participation(value).unwrap());
            }
            "fill" => book.fill_at_close = value == "close",
            "instrument" => book.instrument = InstrumentKey(value.parse().unwrap()),
            "allow-opposite-books" => self.limits.allow_opposite_books = true,
            "max-open-positions" => self.limits.max_open_positions = Some(value.parse().unwrap()),
            "qty" => book.sizing = Sizing::Fixed(units().unwrap()),
            "size" => book.sizing = value.parse().unwrap(),
            "freeze" => book.contract.freeze = units(),
            "lot" => book.contract.lot = units().unwrap(),
            "strike" => book.contract.strike = Some(value.parse().unwrap()),
            "side" => book.sides = value.parse().unwrap(),
            "timeframe" => self.timeframe = value.parse().unwrap(),
            "square-off" => self.exit = TimeExit::At(value.parse().unwrap()),
            "charges" => book.charges = charges(value, book.product),
            "product" => {
                book.product = match value {
                    "CNC" => Product::Cnc,
                    "MIS" => Product::Mis,
                    "NRML" => Product::Nrml,
                    other => panic!("product {other}"),
                }
            }
            "max-position" => self.limits.max_position = units(),
            "max-trades-per-day" => self.limits.max_trades_per_day = Some(value.parse().unwrap()),
            "max-daily-loss" => self.limits.max_daily_loss = Some(value.parse().unwrap()),
            other => panic!("setting {other}"),
        }
    }

    fn mirrored(&self) -> Story {
        let mut story = self.clone();
        for bar in story.bars.iter_mut().chain(&mut story.finer) {
            (bar.open, bar.close) = (reflect(bar.open), reflect(bar.close));
            (bar.high, bar.low) = (reflect(bar.low), reflect(bar.high));
        }
        for (_, wish) in &mut story.wishes {
            if let Some(Intent::Enter(entry)) = wish {
                entry.direction = entry.direction.opposite();
                entry.at = match entry.at {
                    EntryPrice::Market => EntryPrice::Market,
                    EntryPrice::Limit(price) => EntryPrice::Limit(reflect(price)),
                    EntryPrice::Stop(price) => EntryPrice::Stop(reflect(price)),
                };
            }
        }
        story.book.sides = match self.book.sides {
            Sides::Both => Sides::Both,
            Sides::Long => Sides::Short,
            Sides::Short => Sides::Long,
        };
        for line in &mut story.expected {
            let words = line.split(' ').map(|word| match word {
                "long" => "short".to_owned(),
                "short" => "long".to_owned(),
                // Prices are the words with a decimal point.
                _ if word.contains('.') => reflect(word.parse().unwrap()).to_string(),
                _ => word.to_owned(),
            });
            *line = words.collect::<Vec<_>>().join(" ");
        }
        story
    }

    #[track_caller]
    fn tell(stories: &[Story]) {
        let expected = stories[0].expected.join("\n");
        let bars: String = stories.iter().map(Story::bars_told).collect();
        let edges = Story::run(stories, Pace::Edges);
        assert_eq!(told(&edges, stories.len() > 1), expected, "\n{bars}");
        let every_bar = Story::run(stories, Pace::EveryBar);
        assert_eq!(told(&every_bar, stories.len() > 1), expected, "at every bar\n{bars}");
        assert_eq!(edges, every_bar, "both paces give the same");
    }

    fn run(stories: &[Story], pace: Pace) -> Outcome {
        let collect = |bars: &[Bar]| Bars::collect(bars.iter().copied()).unwrap();
        let series: Vec<(Bars, Bars)> =
            stories.iter().map(|story| (collect(&story.bars), collect(&story.finer))).collect();
        let account = &stories[0];
        let mut run = Backtest::new(account.cash, Calendar::builtin());
        (run.limits, run.fills, run.pace, run.keep_orders) = (account.limits, account.fills, pace, true);
        run.ends_flat = account.ends_flat;
        for (story, (bars, finer)) in stories.iter().zip(&series) {
            run.add(LaneSpec {
                book: story.book.clone(),
                strategy: Box::new(Scripted::new(story.wishes.iter().copied())),
                bars,
                timeframe: story.timeframe,
                finer: (!finer.is_empty()).then_some(finer),
                class: TradingClass::Share,
                time_exit: story.exit,
                start: Timestamp::MIN,
            });
        }
        let outcome = run.run(&mut |_| ());
        assert_eq!(outcome.equity.last().map(|e| e.1), Some(outcome.final_equity()), "CASH-1");
        outcome
    }

    fn bars_told(&self) -> String {
        let mut text = String::new();
        for (bar, (_, wish)) in self.bars.iter().zip(&self.wishes) {
            let (o, h, l, c) = (bar.open, bar.high, bar.low, bar.close);
            let _ = writeln!(text, "{} {o} {h} {l} {c} {}", clock(bar.time), wish.map_or("", |_| "|"));
        }
        text
    }
}

fn reflect(price: Price) -> Price {
    MIRROR + MIRROR - price
}

fn bar_of(text: &str) -> Bar {
    let mut words = text.split_whitespace().peekable();
    let day = match words.peek() {
        Some(&"d2") => 1,
        Some(&"d3") => 2,
        _ => 0,
    };
    if day > 0 {
        words.next();
    }
    let day = DayNumber::from_days(DayNumber::of(FIRST_DAY).as_days() + day);
    let time = day.at(words.next().unwrap().parse().unwrap());
    let mut price = || words.next().unwrap().parse::<Price>().unwrap();
    let (open, high, low, close) = (price(), price(), price(), price());
    let volume = words.next().map_or(Qty::ZERO, |v| v.parse().unwrap());
    Bar { time, open, high, low, close, volume }
}

fn wish_of(text: &str) -> Option<Intent> {
    let (text, with) = text.split_once(" with ").unwrap_or((text, ""));
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut distances = Distances::default();
    for pair in with.split_whitespace().collect::<Vec<_>>().chunks(2) {
        let distance = Some(pair[1].parse().unwrap());
        if pair[0] == "stop" { distances.stop = distance } else { distances.target = distance }
    }
    let at = |price: &str| price.parse::<Price>().unwrap();
    let (direction, at) = match words.as_slice() {
        [] => return None,
        ["exit"] => return Some(Intent::Exit),
        [side, rest @ ..] => (
            if *side == "buy" { Direction::Long } else { Direction::Short },
            match rest {
                [] => EntryPrice::Market,
                ["limit", price] => EntryPrice::Limit(at(price)),
                ["stop", price] => EntryPrice::Stop(at(price)),
                other => panic!("wish {other:?}"),
            },
        ),
    };
    Some(Intent::Enter(Entry { direction, at, quantity: None, distances }))
}

/// `09:20`, or `d2 09:20` on the second day.
pub fn clock(at: Timestamp) -> String {
    let day = at.day().as_days() - DayNumber::of(FIRST_DAY).as_days() + 1;
    if day == 1 { at.minute_of_day().to_string() } else { format!("d{day} {}", at.minute_of_day()) }
}

fn side(direction: Direction) -> &'static str {
    if direction == Direction::Long { "long" } else { "short" }
}

/// Trades, open positions and refusals, one a line; with the number of the book if there are several.
fn told(outcome: &Outcome, several: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let who = |book: BookId| if several { format!("b{} ", book.0) } else { String::new() };
    for t in &outcome.trades {
        let (who, d, q) = (who(t.book), side(t.direction), t.quantity);
        let reason = format!("{:?}", t.exit_reason).to_lowercase();
        let (entry, exit) = (clock(t.entry_time), clock(t.exit_time));
        lines.push(format!("{who}{d} {q} @ {} {entry} -> {} {exit} {reason}", t.entry_price, t.exit_price));
    }
    for p in &outcome.open {
        let (who, d, q) = (who(p.book), side(p.direction), p.quantity);
        lines.push(format!("{who}open {d} {q} @ {} {}", p.entry_price, clock(p.entry_time)));
    }
    for r in &outcome.refusals.first {
        lines.push(format!("{}refused {} {} {}", who(r.book), side(r.direction), r.qty, r.breach.rule()));
    }
    if lines.is_empty() {
        lines.push("nothing".to_owned());
    }
    lines.join("\n")
}
