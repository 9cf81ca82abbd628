//! Random markets and random books, small enough that a failing one can be read.

use backtest::{Backtest, EquityAt, LaneSpec, Outcome, Pace, TimeExit};
use domain::bars::{Bar, resample};
use domain::calendar::{Calendar, TradingClass};
use domain::order::InstrumentKey;
use domain::time::{DayNumber, MinuteOfDay, Span};
use domain::trade::Direction;
use domain::{Bars, Money, Price, Product, Qty, Tick, Timeframe, Timestamp};
use engine::{AccountLimits, BookSpec, Contract, Distance, MarginRates, Protection, Sides, Sizing};
use exchange::{FillRules, Slippage};
use proptest::prelude::*;
use strategy::{Entry, EntryPrice, Intent};

use crate::story::{FIRST_DAY, charges};
use crate::strategies::Scripted;

/// One minute of a random walk, in ticks.
#[derive(Clone, Copy)]
pub struct Minute {
    gap: i64,
    up: i64,
    down: i64,
    /// Where between low and high the close is, in percent.
    close: i64,
    volume: i64,
}

/// Short, so that a failing run fits a screen.
impl std::fmt::Debug for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Minute { gap, up, down, close, volume } = self;
        write!(f, "{gap} +{up} -{down} {close}% v{volume}")
    }
}

#[derive(Clone, Debug)]
pub struct Book {
    instrument: usize,
    five_minutes: bool,
    finer: bool,
    product: Product,
    sides: Sides,
    sizing: Sizing,
    protection: Protection,
    /// What is wished at each bar, over and over.
    wishes: Vec<u8>,
    time_exit: TimeExit,
    fill_at_close: bool,
    freeze: Option<i64>,
    lot: i64,
    charges: &'static str,
}

#[derive(Clone, Debug)]
pub struct Run {
    /// One walk per instrument.
    pub walks: Vec<Vec<Minute>>,
    pub minutes_a_day: usize,
    pub books: Vec<Book>,
    pub cash: i64,
    pub limits: AccountLimits,
    pub fills: FillRules,
}

/// How a run is carried out.
#[derive(Clone, Copy)]
pub struct How {
    pub pace: Pace,
    pub threads: usize,
    pub equity: EquityAt,
}

impl Default for How {
    fn default() -> How {
        How { pace: Pace::Edges, threads: 1, equity: EquityAt::SessionClose }
    }
}

pub fn walk(minutes: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Minute>> {
    let gap = prop_oneof![12 => Just(0i64), 6 => -4i64..=4, 1 => -60i64..=60];
    let reach = || prop_oneof![8 => 0i64..8, 1 => 0i64..60];
    let volume = prop_oneof![1 => Just(0i64), 6 => 1i64..2_000];
    let minute = (gap, reach(), reach(), 0i64..=100, volume);
    prop::collection::vec(
        minute.prop_map(|(gap, up, down, close, volume)| Minute { gap, up, down, close, volume }),
        minutes,
    )
}

fn distance() -> impl Strategy<Value = Option<Distance>> {
    prop_oneof![
        3 => Just(None),
        3 => (1i64..60).prop_map(|ticks| Some(Distance::Points(Price::ZERO.offset(ticks, Tick::DEFAULT)))),
        2 => (1_000i64..40_000).prop_map(|parts| Some(Distance::Percent(parts))),
        1 => (1u8..5).prop_map(|n| Some(Distance::Atr(f64::from(n) / 2.0))),
    ]
}

fn book(instruments: usize) -> impl Strategy<Value = Book> {
    let place = (0..instruments, any::<bool>(), any::<bool>());
    let product = prop_oneof![2 => Just(Product::Mis), 2 => Just(Product::Nrml), 1 => Just(Product::Cnc)];
    let sides = prop_oneof![3 => Just(Sides::Both), 1 => Just(Sides::Long), 1 => Just(Sides::Short)];
    let sizing = prop_oneof![
        3 => (1i64..300).prop_map(|n| Sizing::Fixed(Qty::units(n))),
        1 => (10_000i64..2_000_000).prop_map(Sizing::PercentOfEquity),
        1 => (100i64..50_000).prop_map(Sizing::Risk),
    ];
    let protection = (distance(), distance(), distance()).prop_map(|(stop, target, trail)| Protection {
        stop,
        target,
        trail,
        limit_touch: false,
    });
    let exit = prop_oneof![1 => Just(None), 2 => (5u16..60).prop_map(Some)];
    let contract = (
        prop_oneof![3 => Just(None), 1 => (20i64..100).prop_map(Some)],
        prop_oneof![4 => Just(1i64), 1 => Just(5)],
    );
    let plan = prop_oneof![Just("zero"), Just("pct=0.03"), Just("dhan")];
    let wishes = prop::collection::vec(0u8..24, 1..50);
    (place, product, sides, sizing, protection, wishes, exit, prop::bool::weighted(0.2), contract, plan)
        .prop_map(
            |(place, product, sides, sizing, protection, wishes, exit, fill_at_close, contract, charges)| {
                Book {
                    instrument: place.0,
                    five_minutes: place.1,
                    finer: place.2,
                    product,
                    sides: if product == Product::Cnc { Sides::Long } else { sides },
                    sizing,
                    protection,
                    wishes,
                    time_exit: match exit {
                        // An intraday book always has a time to be flat at.
                        None if product == Product::Mis => TimeExit::Calendar,
                        None => TimeExit::Never,
                        Some(after_open) => {
                            TimeExit::At(MinuteOfDay::from_minutes(555 + after_open).unwrap())
                        }
                    },
                    fill_at_close,
                    // A share of equity may be a large quantity: its slices are to be dozens, not lakhs.
                    freeze: contract.0.map(|units| if sizing.needs_equity() { units * 500 } else { units }),
                    lot: contract.1,
                    charges,
                }
            },
        )
}

fn limits() -> impl Strategy<Value = AccountLimits> {
    let some = |range: std::ops::Range<i64>| prop_oneof![2 => Just(None), 1 => range.prop_map(Some)];
    (some(10..5_000), some(50..400), some(1..4), some(1..6), any::<bool>()).prop_map(
        |(loss, position, open, trades, allow_opposite_books)| AccountLimits {
            max_daily_loss: loss.map(Money::rupees),

            max_position: position.map(Qty::units),
            max_open_positions: open.map(|n| n as u32),
            max_trades_per_day: trades.map(|n| n as u32),
            allow_opposite_books,
            ..AccountLimits::default()
        },
    )
}

fn fills() -> impl Strategy<Value = FillRules> {
    let slippage = prop_oneof![
        Just(Slippage::None),
        (1u16..4).prop_map(Slippage::Ticks),
        (1u32..500).prop_map(Slippage::BasisPoints)
    ];
    let participation = prop_oneof![2 => Just(None), 1 => (100u32..5_000).prop_map(Some)];
    (slippage, any::<bool>(), participation).prop_map(|(slippage, limit_touch, participation)| FillRules {
        slippage,
        limit_touch,
        participation,
        latency: Span::ZERO,
    })
}

/// Cases enough for every run of the tests; `PROPTEST_CASES` asks for more.
pub fn cases(usual: u32) -> ProptestConfig {
    let given = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig::default();
    if given { config } else { ProptestConfig { cases: usual, ..config } }
}

/// One to four books in two instruments, a few days of up to forty minutes.
pub fn run() -> impl Strategy<Value = Run> {
    let books = prop::collection::vec(book(2), 1..=4);
    let cash = prop_oneof![1 => 1_000i64..50_000, 1 => Just(10_000_000)];
    (walk(20..120), walk(20..120), 10usize..40, books, cash, limits(), fills()).prop_map(
        |(one, two, minutes_a_day, books, cash, limits, fills)| Run {
            walks: vec![one, two],
            minutes_a_day,
            books,
            cash,
            limits,
            fills,
        },
    )
}

/// The bars of a walk, minutes from 09:15 on consecutive days.
pub fn bars(walk: &[Minute], minutes_a_day: usize) -> Bars {
    let tick = Tick::DEFAULT;
    let first = DayNumber::of(FIRST_DAY).as_days();
    let mut last = Price::rupees(100);
    let floor = Price::rupees(20);
    let bars = walk.iter().enumerate().map(|(i, m)| {
        let day = DayNumber::from_days(first + (i / minutes_a_day) as i32);
        let minute = MinuteOfDay::from_minutes(555 + (i % minutes_a_day) as u16).unwrap();
        let open = last.offset(m.gap, tick).max(floor);
        let (high, low) = (open.offset(m.up, tick), open.offset(-m.down, tick).max(floor));
        let close = low.offset((high - low).raw() / tick.price().raw() * m.close / 100, tick);
        last = close;
        Bar { time: day.at(minute), open, high, low, close, volume: Qty::units(m.volume) }
    });
    Bars::collect(bars).unwrap()
}

impl Run {
    pub fn carry_out(&self, how: How) -> Outcome {
        let minutes: Vec<Bars> = self.walks.iter().map(|w| bars(w, self.minutes_a_day)).collect();
        self.on(&minutes, how)
    }

    /// The same run on other prices.
    pub fn on(&self, minutes: &[Bars], how: How) -> Outcome {
        let calendar = Calendar::builtin();
        let five = |bars: &Bars| resample(bars, Timeframe::Minutes(5), calendar, TradingClass::Share);
        let fives: Vec<Bars> = minutes.iter().map(five).collect();
        let mut run = Backtest::new(Money::rupees(self.cash), calendar);
        (run.limits, run.fills, run.pace) = (self.limits, self.fills, how.pace);
        (run.threads, run.equity, run.keep_orders) = (how.threads, how.equity, true);
        for book in &self.books {
            let (minute, five) = (&minutes[book.instrument], &fives[book.instrument]);
            let bars = if book.five_minutes { five } else { minute };
            run.add(LaneSpec {
                book: book.spec(self.fills.limit_touch),
                strategy: Box::new(Scripted::new(book.wishes_for(bars))),
                bars,
                timeframe: Timeframe::Minutes(if book.five_minutes { 5 } else { 1 }),
                finer: (book.finer && book.five_minutes).then_some(minute),
                class: TradingClass::Share,
                time_exit: book.time_exit,
                start: Timestamp::MIN,
            });
        }
        run.run(&mut |_| ())
    }
}

impl Book {
    pub fn needs_equity(&self) -> bool {
        self.sizing.needs_equity()
    }

    fn spec(&self, limit_touch: bool) -> BookSpec {
        BookSpec {
            instrument: InstrumentKey(self.instrument as u32),
            contract: Contract {
                tick: Tick::DEFAULT,
                lot: Qty::units(self.lot),
                freeze: self.freeze.map(Qty::units),
                strike: None,
            },
            product: self.product,
            sides: self.sides,
            sizing: self.sizing,
            protection: Protection { limit_touch, ..self.protection },
            margin: MarginRates::default(),
            charges: charges(self.charges, self.product),
            fill_at_close: self.fill_at_close,
            daily_bars: false,
        }
    }

    /// Limits and stops are counted from the close of the bar that decides.
    fn wishes_for<'a>(&'a self, bars: &'a Bars) -> impl Iterator<Item = (Timestamp, Option<Intent>)> + 'a {
        bars.iter().enumerate().map(|(i, bar)| {
            let away = |ticks| bar.close.offset(ticks, Tick::DEFAULT);
            let enter = |direction, at| Some(Intent::Enter(Entry { at, ..Entry::market(direction) }));
            let (long, short) = (Direction::Long, Direction::Short);
            let wish = match self.wishes[i % self.wishes.len()] {
                0 | 1 => enter(long, EntryPrice::Market),
                2 | 3 => enter(short, EntryPrice::Market),
                4 | 5 => Some(Intent::Exit),
                6 => enter(long, EntryPrice::Limit(away(-4))),
                7 => enter(short, EntryPrice::Limit(away(4))),
                8 => enter(long, EntryPrice::Stop(away(4))),
                9 => enter(short, EntryPrice::Stop(away(-4))),
                _ => None,
            };
            (bar.time, wish)
        })
    }
}
