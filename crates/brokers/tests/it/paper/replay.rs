//! A replay on paper is the backtest: the same bars, told phase by phase, give the same orders and trades.

use std::collections::BTreeMap;

use backtest::{Backtest, LaneSpec, Pace, TimeExit};
use broker::{BrokerTrade, CancelOrder, ChangeOrder, Outcome, PlaceOrder, Request, RequestKind, TradePhase};
use brokers::paper::Phase;
use domain::bars::Bar;
use domain::calendar::{Calendar, TradingClass};
use domain::charges::{ChargePlan, ChargesTable};
use domain::instrument::InstrumentTables;
use domain::order::{InstrumentKey, OrderId, OrderKey, Terms, Timing, TradeNumber};
use domain::trade::{BookId, Trade};
use domain::{Bars, Product, Qty, Side, Tick, Timeframe, Validity};
use engine::{
    AccountLimits, BookSpec, ClosedBar, Contract, Effect, Engine, Event, FillPhase, MarginRates, News,
    Protection, Sides, Sizing,
};
use exchange::{FillRules, Slippage};
use strategy::{Block, Distances, Inputs, SignalBits, Signals, Strategy};

use super::*;
use crate::conformance::{id, order};

const SBIN: &str = "NSE:SBIN-EQ";
const FIRST_DAY: Date = jiff::civil::date(2024, 1, 1);

/// Wishes by the number of the bar alone.
struct ByNumber {
    scanned: usize,
}

fn wishes(bar: usize) -> SignalBits {
    let none = SignalBits::default();
    match bar % 23 {
        2 => SignalBits { enter_long: true, exit_short: true, ..none },
        11 => SignalBits { exit_long: true, exit_short: true, ..none },
        13 => SignalBits { enter_short: true, exit_long: true, ..none },
        _ => none,
    }
}

impl Strategy for ByNumber {
    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        let from = self.scanned;
        out.extend(block.len, |i| wishes(from + i));
        self.scanned += block.len;
    }
}

/// Two sessions of the simulated market's minutes, put into NSE's hours.
fn two_sessions(server: &Server) -> Bars {
    let market = server.market();
    let listing = market.position(&SBIN.parse().unwrap()).unwrap();
    let from = ten_o_clock() - Span::minutes(1_000);
    let (minutes, _) = market.bars(listing, (from, ten_o_clock()), ten_o_clock(), 750);
    let mut bars = Bars::with_capacity(750);
    for (i, bar) in minutes.into_iter().enumerate() {
        let day = DayNumber::of(FIRST_DAY).as_days() + (i / 375) as i32;
        let time = DayNumber::from_days(day).start() + Span::minutes(9 * 60 + 15 + (i % 375) as i64);
        bars.push(Bar { time, ..bar }).unwrap();
    }
    bars
}

fn book(protection: Protection) -> BookSpec {
    let share = InstrumentTables::builtin().resolve(&SBIN.parse().unwrap(), FIRST_DAY, None).unwrap();
    BookSpec {
        instrument: InstrumentKey(0),
        contract: Contract {
            tick: Tick::DEFAULT,
            lot: Qty::units(1),
            freeze: Some(Qty::units(40)),
            strike: None,
        },
        product: Product::Nrml,
        sides: Sides::Both,
        sizing: Sizing::Fixed(Qty::units(100)),
        protection,
        margin: MarginRates::default(),
        charges: ChargesTable::builtin().schedule(
            "dhan".parse::<ChargePlan>().unwrap(),
            &share,
            Product::Nrml,
        ),
        fill_at_close: false,
        daily_bars: false,
    }
}

/// The smallest shell of a replay: one book, one lane.
struct Replay {
    engine: Engine,
    stage: PaperStage,
    effects: Vec<Effect>,
    trades: Vec<Trade>,
    fills: BTreeMap<OrderKey, Vec<(Qty, Price, FillPhase)>>,
}

fn id_of(key: OrderKey) -> OrderId {
    OrderId::new(DayNumber::of(FIRST_DAY), 3, i64::from(key.0) + 1).unwrap()
}

fn key_of(id: OrderId) -> OrderKey {
    OrderKey((id.number() - 1) as u32)
}

impl Replay {
    async fn phase(&mut self, at: Timestamp, phase: Phase) {
        self.stage.paper.tell(0, at, phase).await.unwrap();
        while let Ok(update) = self.stage.updates.try_recv() {
            self.report(at, update);
        }
        self.carry_out(at).await;
    }

    async fn event(&mut self, at: Timestamp, event: Event) {
        self.engine.handle(at, &event, &mut self.effects);
        self.carry_out(at).await;
    }

    fn report(&mut self, at: Timestamp, update: Update) {
        let (id, news) = match update {
            Update::Answer { order, request, outcome: Outcome::Done { .. } } => match request {
                RequestKind::Place => (order, News::Accepted),
                RequestKind::Change { change } => (order, News::Modified { change }),
                RequestKind::Cancel => (order, News::Cancelled),
            },
            Update::Trade(BrokerTrade { order: Some(order), number, qty, price, phase, .. }) => {
                let phase = match phase {
                    TradePhase::AtOpenOrTick => FillPhase::AtOpenOrTick,
                    TradePhase::InsideBar => FillPhase::InsideBar,
                    TradePhase::AtClose => FillPhase::AtClose,
                };
                self.fills.entry(key_of(order)).or_default().push((qty, price, phase));
                (order, News::Filled { qty, price, phase, trade: Some(TradeNumber(number)) })
            }
            Update::Triggered { order } => (order, News::Triggered),
            Update::Quiet => return,
            other => panic!("{other:?}"),
        };
        self.engine.handle(at, &Event::Report { order: key_of(id), news }, &mut self.effects);
    }

    async fn carry_out(&mut self, at: Timestamp) {
        let instrument: InstrumentId = SBIN.parse().unwrap();
        let mut next = 0;
        while next < self.effects.len() {
            let effect = self.effects[next];
            next += 1;
            let request = match effect {
                Effect::Persist(ticket) => {
                    self.engine.handle(at, &Event::Committed { order: ticket.key }, &mut self.effects);
                    continue;
                }
                Effect::Closed(trade) => {
                    self.trades.push(trade);
                    continue;
                }
                Effect::Place(ticket) => Request::Place(PlaceOrder {
                    id: id_of(ticket.key),
                    instrument: instrument.clone(),
                    product: Product::Nrml,
                    side: ticket.side,
                    qty: ticket.qty,
                    terms: ticket.terms,
                    timing: ticket.timing,
                    validity: Validity::Day,
                    disclosed: Qty::ZERO,
                    lane: Some(0),
                }),
                Effect::Modify(ticket) => {
                    let ticket = self.engine.order(ticket.key).ticket();
                    Request::Change(ChangeOrder {
                        id: id_of(ticket.key),
                        instrument: instrument.clone(),
                        broker_id: None,
                        change: ticket.change,
                        qty: ticket.qty + ticket.filled,
                        terms: ticket.terms,
                        timing: ticket.timing,
                    })
                }
                Effect::Cancel { order, .. } => Request::Cancel(CancelOrder {
                    id: id_of(order),
                    instrument: instrument.clone(),
                    broker_id: None,
                }),
                _ => continue,
            };
            self.stage.paper.send(request);
            loop {
                let update = self.stage.updates.recv().await.unwrap();
                if update == Update::Quiet {
                    break;
                }
                self.report(at, update);
            }
        }
        self.effects.clear();
    }

    async fn play(&mut self, bars: &Bars) {
        let book = BookId(0);
        let mut day = None;
        for i in 0..bars.len() {
            let Bar { time, open, high, low, close, volume } = bars.get(i);
            let last_of_day = i + 1 == bars.len() || bars.times()[i + 1].day() != time.day();
            if day != Some(time.day()) {
                day = Some(time.day());
                self.event(time, Event::DayStart { book, square_off: None, hours: None, circuit: None })
                    .await;
            }
            let end = time + Span::minutes(1);
            self.phase(time, Phase::Begin { volume: Some(volume) }).await;
            self.phase(time, Phase::Open { price: open }).await;
            self.event(time, Event::Open { book, price: open }).await;
            self.phase(time, Phase::Between).await;
            self.phase(time, Phase::Range { high, low }).await;
            self.event(time, Event::Range { book, high, low, close }).await;
            self.phase(time, Phase::Between).await;
            self.phase(end, Phase::Close { price: close }).await;
            let bar = ClosedBar {
                opened: time,
                range: Some((high, low)),
                close,
                signals: wishes(i),
                atr: f64::NAN,
                volatility: f64::NAN,
                distances: Distances::default(),
                last_of_day,
            };
            self.event(end, Event::Close { book, bar }).await;
            self.phase(end, Phase::Between).await;
        }
    }
}

async fn compare(protection: Protection, rules: FillRules) -> usize {
    let server = Server::open(Config { rules, ..configured(None) }).unwrap();
    let bars = two_sessions(&server);
    let mut backtest = Backtest::new(Money::rupees(1_000_000), Calendar::builtin());
    backtest.fills = rules;
    backtest.pace = Pace::EveryBar;
    backtest.keep_orders = true;
    backtest.add(LaneSpec {
        book: book(protection),
        strategy: Box::new(ByNumber { scanned: 0 }),
        bars: &bars,
        timeframe: Timeframe::MINUTE,
        finer: None,
        class: TradingClass::Share,
        time_exit: TimeExit::Never,
        start: Timestamp::MIN,
    });
    let tested = backtest.run(&mut |_| ());

    let dialled = server.clone();
    let stage = PaperStage::over(server, in_memory(move || dialled.connect())).await;
    stage.paper.open_lane(0, &SBIN.parse().unwrap(), Tick::DEFAULT).await.unwrap();
    let mut engine = Engine::new(Money::rupees(1_000_000), AccountLimits::default());
    engine.add_book(book(protection), Some(Box::new(ByNumber { scanned: 0 })));
    let mut replay =
        Replay { engine, stage, effects: Vec::new(), trades: Vec::new(), fills: BTreeMap::new() };
    replay.play(&bars).await;

    assert_eq!(replay.trades, tested.trades);
    let told =
        |o: &engine::Order| (o.key, o.side, o.qty, o.terms, o.timing, o.created, o.executed, o.changes);
    assert_eq!(
        replay.engine.orders().iter().map(told).collect::<Vec<_>>(),
        tested.orders.iter().map(told).collect::<Vec<_>>()
    );
    for order in &tested.orders {
        let fills = replay.fills.get(&order.key).map_or(&[][..], |fills| fills);
        let value: Money = fills.iter().map(|(qty, price, _)| price.value(*qty).unwrap()).sum();
        assert_eq!(value, order.executed, "{:?}", order.key);
    }
    replay.trades.len()
}

#[tokio::test(start_paused = true)]
async fn a_replayed_day_is_its_backtest() {
    let points = |text: &str| Some(text.parse().unwrap());
    let plain = Protection::default();
    let bracket = Protection { stop: points("points=1"), target: points("points=1.5"), ..plain };
    let trailing = Protection { stop: points("points=2"), trail: points("points=1"), ..plain };
    let slips = FillRules { slippage: Slippage::Ticks(1), ..FillRules::default() };
    let thin = FillRules { participation: Some(5), ..FillRules::default() };
    for (protection, rules) in
        [(plain, slips), (bracket, slips), (trailing, FillRules::default()), (bracket, thin)]
    {
        let trades = compare(protection, rules).await;
        assert!(trades > 30, "{trades} trades");
    }
}

/// Each lane is a venue of its own, also for one instrument, and the simulated market fills none of them.
#[tokio::test(start_paused = true)]
async fn bars_of_one_lane_fill_no_orders_of_another() {
    let mut stage = PaperStage::in_memory(None).await;
    for lane in [0, 1] {
        stage.paper.open_lane(lane, &SBIN.parse().unwrap(), Tick::DEFAULT).await.unwrap();
        let mut queued = order(
            &stage,
            i64::from(lane) + 1,
            Side::Buy,
            10,
            Terms::Marketable { limit: Price::rupees(900) },
        );
        queued.lane = Some(lane);
        queued.timing = Timing::Next;
        stage.paper.send(Request::Place(queued));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let at = DayNumber::of(FIRST_DAY).start() + Span::minutes(555);
    stage.paper.tell(1, at, Phase::Open { price: Price::rupees(801) }).await.unwrap();
    let mut traded = Vec::new();
    while let Ok(update) = stage.updates.try_recv() {
        if let Update::Trade(trade) = update {
            traded.push((trade.order, trade.price, trade.at, trade.phase));
        }
    }
    assert_eq!(traded, [(Some(id(2)), Price::rupees(801), at, TradePhase::AtOpenOrTick)]);
    let error = stage.paper.tell(7, at, Phase::Between).await.unwrap_err();
    assert!(error.to_string().contains("lane 7 is not open"), "{error}");
}
