//! The same through the platform.

use std::sync::atomic::AtomicBool;

use backtest::sweep::{Sweep, SweepSeries};
use backtest::{Backtest, LaneSpec, Outcome, TimeExit};
use domain::calendar::{Calendar, TradingClass};
use domain::charges::{ChargesTable, Schedule};
use domain::instrument::InstrumentTables;
use domain::order::InstrumentKey;
use domain::time::Span;
use domain::trade::BookId;
use domain::{Bars, Money, Product, Qty, Side, Tick, Timeframe, Timestamp};
use engine::{
    AccountLimits, BookSpec, Contract, Effect, Engine, Event, FillPhase, MarginRates, Protection, Sides,
    Sizing,
};
use exchange::{Exchange, FillRules, News, Quote, Slippage};

use crate::by_hand::CASH;

fn charges(plan: &str) -> Schedule {
    let id = "NSE:SBIN-EQ".parse().expect("a symbol");
    let day = jiff::civil::date(2024, 1, 1);
    let share = InstrumentTables::builtin().resolve(&id, day, None).expect("a share");
    ChargesTable::builtin().schedule(plan.parse().expect("a plan"), &share, Product::Nrml)
}

fn book(key: u32, sides: Sides, qty: i64, plan: &str) -> BookSpec {
    BookSpec {
        instrument: InstrumentKey(key),
        contract: Contract { tick: Tick::DEFAULT, lot: Qty::units(1), freeze: None, strike: None },
        product: Product::Nrml,
        sides,
        sizing: Sizing::Fixed(Qty::units(qty)),
        protection: Protection::default(),
        margin: MarginRates::default(),
        charges: charges(plan),
        fill_at_close: false,
        daily_bars: false,
    }
}

pub fn crossover(all: &[Bars], sides: Sides, threads: usize) -> Outcome {
    let strategy = strategy::registry().iter().find(|d| d.name == "sma_cross").expect("a built-in");
    let values = strategy.values(&[]).expect("defaults");
    let mut test = Backtest::new(Money::rupees(CASH), Calendar::builtin());
    test.threads = threads;
    test.fills.slippage = Slippage::Ticks(1);
    for (i, bars) in all.iter().enumerate() {
        test.add(LaneSpec {
            book: book(i as u32, sides, 100, "pct=0.03"),
            strategy: strategy.build(&values).expect("defaults"),
            bars,
            timeframe: Timeframe::MINUTE,
            finer: None,
            class: TradingClass::Share,
            time_exit: TimeExit::Never,
            start: Timestamp::MIN,
        });
    }
    test.run(&mut |_| ())
}

/// The final equity of each pair.
pub fn sweep(bars: &Bars, pairs: &[(i64, i64)], threads: usize) -> Vec<Money> {
    let strategy = strategy::registry().iter().find(|d| d.name == "sma_cross").expect("a built-in");
    let sweep = Sweep {
        cash: Money::rupees(CASH),
        limits: AccountLimits::default(),
        fills: FillRules { slippage: Slippage::Ticks(1), ..FillRules::default() },
        calendar: Calendar::builtin(),
        series: vec![SweepSeries {
            book: book(0, Sides::Long, 100, "pct=0.03"),
            bars,
            timeframe: Timeframe::MINUTE,
            finer: None,
            class: TradingClass::Share,
            time_exit: TimeExit::Never,
            start: Timestamp::MIN,
        }],
        threads,
        cache_bytes: 48 << 20,
    };
    let build = |set: u64| {
        let (fast, slow) = pairs[set as usize];
        let given = [("fast".to_owned(), fast.to_string()), ("slow".to_owned(), slow.to_string())];
        strategy.values(&given).and_then(|values| strategy.build(&values)).expect("a pair that fits")
    };
    let wanted: Vec<u64> = (0..pairs.len() as u64).collect();
    let mut equities = Vec::with_capacity(pairs.len());
    sweep.run(&wanted, build, &AtomicBool::new(false), |row, _| equities.push(row.final_equity));
    equities
}

/// Each quote goes to the exchange and, as a price, to the engine; each hundredth brings a person's order.
pub fn every_hundredth(quotes: &[(Timestamp, Quote)]) -> (u64, Money) {
    let mut engine = Engine::new(Money::rupees(CASH), AccountLimits::default());
    let book = engine.add_book(book(0, Sides::Both, 1, "zero"), None);
    let mut exchange = Exchange::new(FillRules { latency: Span::micros(1), ..FillRules::default() });
    let instrument = exchange.list(Tick::DEFAULT);
    let (mut effects, mut reports) = (Vec::new(), Vec::new());
    let (mut fills, mut orders) = (0, 0u64);
    for (i, &(at, quote)) in quotes.iter().enumerate() {
        exchange.quote(at, instrument, quote, &mut reports);
        for report in reports.drain(..) {
            fills += u64::from(tell(&mut engine, at, report, &mut effects));
        }
        engine.handle(at, &Event::Tick { book, price: quote.bid }, &mut effects);
        if (i + 1) % 100 == 0 {
            orders += 1;
            let side = if orders % 2 == 1 { Side::Buy } else { Side::Sell };
            let wish = engine::Command::Order(engine::ManualOrder::market(book, side, Qty::units(1)));
            engine.handle(at, &Event::Command(wish), &mut effects);
        }
        let mut next = 0;
        while next < effects.len() {
            match effects[next] {
                Effect::Persist(ticket) => {
                    engine.handle(at, &Event::Committed { order: ticket.key }, &mut effects);
                }
                Effect::Place(ticket) => {
                    exchange.submit(at, &ticket, &mut reports);
                    for report in reports.drain(..) {
                        fills += u64::from(tell(&mut engine, at, report, &mut effects));
                    }
                }
                _ => {}
            }
            next += 1;
        }
        effects.clear();
    }
    let last = quotes[quotes.len() - 1].1.bid;
    engine.handle(Timestamp::MAX, &Event::Mark { book: BookId(0), price: last }, &mut effects);
    (fills, engine.account().equity() - Money::rupees(CASH))
}

/// Passes a report on; true if it was a fill.
fn tell(engine: &mut Engine, at: Timestamp, report: exchange::Report, effects: &mut Vec<Effect>) -> bool {
    let news = match report.news {
        News::Accepted => engine::News::Accepted,
        News::Filled { qty, price } => {
            engine::News::Filled { qty, price, phase: FillPhase::AtOpenOrTick, trade: None }
        }
        _ => return false,
    };
    engine.handle(at, &Event::Report { order: report.key, news }, effects);
    matches!(report.news, News::Filled { .. })
}
