//! A desk of one book that does nothing by itself: every commit, answer and fill is a line of the test.
//!
//! ```text
//! stop points=5
//! close 100 buy       => persist 0 buy 10 market
//! commit 0            => place 0 buy 10 market
//! accept 0
//! fill 0 10 100       => persist 1 sell 10 stop 95.00     | +10
//! ```
//!
//! After `|` comes the position. With `auto`, wishes are committed, sent and accepted (changed, cancelled) at once.

use domain::charges::{ChargesTable, Schedule};
use domain::instrument::InstrumentTables;
use domain::order::{InstrumentKey, OrderKey, OrderState, Terms, Ticket, TradeNumber};
use domain::time::{DayNumber, Span};
use domain::trade::BookId;
use domain::{Money, Price, Product, Qty, Side, Tick, Timestamp};
use strategy::{Block, Inputs, SignalBits, Signals, Strategy};

use crate::{
    AccountLimits, BookSpec, Change, ClosedBar, Command, Conduct, Contract, Effect, Engine, Event, FillPhase,
    Level, LockScope, ManualKind, ManualOrder, MarginRates, News, Protection, RejectCause, RiskPolicy, Seen,
    SeenStatus, Sides, Sizing,
};

/// Follows the marks that it is given.
pub(super) struct Marks;

impl Strategy for Marks {
    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn scan(&mut self, _: &Block<'_>, _: &mut Signals) {}
}

pub(super) const BOOK: BookId = BookId(0);

pub(super) fn no_charges() -> Schedule {
    let id = "NSE:SBIN-EQ".parse().unwrap();
    let share = InstrumentTables::builtin().resolve(&id, DayNumber::from_days(19_723).date(), None).unwrap();
    ChargesTable::builtin().schedule("zero".parse().unwrap(), &share, Product::Nrml)
}

pub(super) fn plain_book() -> BookSpec {
    BookSpec {
        instrument: InstrumentKey(0),
        contract: Contract { tick: Tick::DEFAULT, lot: Qty::units(1), freeze: None, strike: None },
        product: Product::Nrml,
        sides: Sides::Both,
        sizing: Sizing::Fixed(Qty::units(10)),
        protection: Protection::default(),
        margin: MarginRates::default(),
        charges: no_charges(),
        fill_at_close: false,
        daily_bars: false,
    }
}

/// The engine of a desk with one book.
pub(super) fn engine_of(book: BookSpec, limits: AccountLimits) -> Engine {
    let mut engine = Engine::new(Money::rupees(1_000_000), limits);
    engine.add_book(book, Some(Box::new(Marks)));
    engine
}

pub(super) struct Desk {
    pub engine: Engine,
    auto: bool,
    now: Timestamp,
}

/// Runs a table and compares each line's effects and position.
#[track_caller]
pub(super) fn check(table: &str) -> Desk {
    let mut book = plain_book();
    let mut limits = AccountLimits::default();
    let mut auto = false;
    let mut policy = RiskPolicy::default();
    let mut conduct = Conduct::Simulated;
    let mut desk: Option<Desk> = None;
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line == "broker" {
            conduct = Conduct::Broker;
            continue;
        }
        if desk.is_none() && (judges(line, &mut policy) || set(line, &mut book, &mut limits, &mut auto)) {
            continue;
        }
        let desk = desk.get_or_insert_with(|| Desk {
            engine: {
                let mut engine = engine_of(book.clone(), limits).conduct(conduct);
                engine.set_policy(policy.clone());
                engine
            },
            auto,
            now: DayNumber::from_days(20_000).start() + Span::minutes(600),
        });
        let (rest, position) = line.split_once('|').unwrap_or((line, ""));
        let (event, expected) = rest.split_once("=>").unwrap_or((rest, ""));
        let did = desk.tell(event.trim());
        let expected: Vec<String> =
            expected.split(',').map(|e| e.trim().to_owned()).filter(|e| !e.is_empty()).collect();
        assert_eq!(did, expected, "\nafter `{}` of{table}", event.trim());
        if !position.trim().is_empty() {
            let units: i64 = position.trim().parse().unwrap();
            assert_eq!(
                desk.engine.book(BOOK).position(),
                Qty::units(units),
                "after `{}` of{table}",
                event.trim()
            );
        }
    }
    desk.expect("a table has events")
}

/// Settings of the policy, on a line of their own: `judged band 100`.
fn judges(line: &str, policy: &mut RiskPolicy) -> bool {
    match *line.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["judged", "hours"] => policy.market_hours = true,
        ["judged", "only", n] => policy.allowed = Some(vec![InstrumentKey(n.parse().unwrap())]),
        ["judged", "band", n] => policy.price_band = Some(n.parse().unwrap()),
        ["judged", "duplicates", minutes] => {
            policy.duplicate_within = Some(Span::minutes(minutes.parse().unwrap()));
        }
        ["judged", "per-second", n] => policy.orders_per_second = Some(n.parse().unwrap()),
        ["judged", "first", ref names @ ..] => *policy = policy.clone().in_order(names).unwrap(),
        _ => return false,
    }
    true
}

fn set(line: &str, book: &mut BookSpec, limits: &mut AccountLimits, auto: &mut bool) -> bool {
    for setting in line.split(',') {
        match *setting.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["auto"] => *auto = true,
            ["delivery"] => book.sides = Sides::Long,
            ["lot", n] => book.contract.lot = n.parse().unwrap(),
            ["stop", d] => book.protection.stop = Some(d.parse().unwrap()),
            ["target", d] => book.protection.target = Some(d.parse().unwrap()),
            ["trail", d] => book.protection.trail = Some(d.parse().unwrap()),
            ["freeze", n] => book.contract.freeze = Some(n.parse().unwrap()),
            ["qty", n] => book.sizing = Sizing::Fixed(n.parse().unwrap()),
            ["max-order-qty", n] => limits.max_order_qty = Some(n.parse().unwrap()),
            ["max-order-value", n] => limits.max_order_value = Some(n.parse().unwrap()),
            ["max-capital", n] => limits.max_capital = Some(n.parse().unwrap()),
            ["max-book-capital", n] => limits.max_capital_per_book = Some(n.parse().unwrap()),
            ["max-drawdown", n] => limits.max_drawdown = Some(n.parse().unwrap()),
            ["max-daily-loss", n] => limits.max_daily_loss = Some(n.parse().unwrap()),
            ["max-position", n] => limits.max_position = Some(n.parse().unwrap()),
            _ => return false,
        }
    }
    true
}

/// `order buy 10 limit 99.5 stop 95 target points=5`, `change 0 qty 5 price 99`, `protect stop 95`.
fn by_hand(verb: &str, words: &[&str]) -> Command {
    let price = |text: &str| text.parse::<Price>().unwrap();
    let level = |text: &str| text.parse().map_or_else(|_| Level::Away(text.parse().unwrap()), Level::At);
    if verb == "protect" {
        let of = |name: &str| (words[0] == name).then(|| level(words[1]));
        return Command::Protect { book: BOOK, stop: of("stop"), target: of("target") };
    }
    if verb == "change" {
        let order = OrderKey(words[0].parse().unwrap());
        let mut change = Change { order, qty: None, price: None, trigger: None };
        for pair in words[1..].chunks(2) {
            match *pair {
                ["qty", n] => change.qty = Some(n.parse().unwrap()),
                ["price", at] => change.price = Some(price(at)),
                ["trigger", at] => change.trigger = Some(price(at)),
                _ => panic!("{pair:?}"),
            }
        }
        return Command::Change(change);
    }
    let side = if words[0] == "buy" { Side::Buy } else { Side::Sell };
    let mut order = ManualOrder::market(BOOK, side, words[1].parse().unwrap());
    for pair in words[2..].chunks(2) {
        match *pair {
            ["limit", at] => order.kind = ManualKind::Limit(price(at)),
            ["trigger", at] => order.kind = ManualKind::StopMarket { trigger: price(at) },
            ["sl", trigger_and_limit] => {
                let (trigger, limit) = trigger_and_limit.split_once('/').unwrap();
                order.kind = ManualKind::StopLimit { trigger: price(trigger), limit: price(limit) };
            }
            ["stop", at] => order.stop = Some(level(at)),
            ["target", at] => order.target = Some(level(at)),
            _ => panic!("{pair:?}"),
        }
    }
    order.chase = order.kind == ManualKind::Market;
    Command::Order(order)
}

impl Desk {
    fn tell(&mut self, line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let price = |text: &str| text.parse::<Price>().unwrap();
        let key = |text: &str| OrderKey(text.parse().unwrap());
        let report = |order: &str, news| Event::Report { order: key(order), news };
        self.now = self.now + Span::minutes(1);
        let fill = |k: &str, qty: &str, at: &str, phase| {
            report(k, News::Filled { qty: qty.parse().unwrap(), price: price(at), phase, trade: None })
        };
        let event = match *words.as_slice() {
            ["close", at, ref more @ ..] => {
                let marks = |word: &str| {
                    let none = SignalBits::default();
                    match word {
                        "buy" => SignalBits { enter_long: true, exit_short: true, ..none },
                        "sell" => SignalBits { enter_short: true, exit_long: true, ..none },
                        _ => SignalBits { exit_long: true, exit_short: true, ..none },
                    }
                };
                let signals = more.first().map_or(SignalBits::default(), |word| marks(word));
                let (high, low, close) = (price(at), price(at), price(at));
                let bar = ClosedBar {
                    opened: self.now,
                    distances: strategy::Distances::default(),
                    range: Some((high, low)),
                    close,
                    signals,
                    atr: 1.0,
                    volatility: 0.1,
                    last_of_day: false,
                };
                Event::Close { book: BOOK, bar }
            }
            ["open", at] => Event::Open { book: BOOK, price: price(at) },
            ["tick", at] => Event::Tick { book: BOOK, price: price(at) },
            ["range", high, low, close] => {
                Event::Range { book: BOOK, high: price(high), low: price(low), close: price(close) }
            }
            ["commit", k] => Event::Committed { order: key(k) },
            ["accept", k] => report(k, News::Accepted),
            ["changed", k] => {
                let change = self.engine.order(key(k)).changes;
                report(k, News::Modified { change })
            }
            ["triggered", k] => report(k, News::Triggered),
            ["cancelled", k] => report(k, News::Cancelled),
            ["rejected", k] => report(k, News::Rejected(RejectCause::Other)),
            ["refused", k] => {
                let change = self.engine.order(key(k)).changes;
                report(k, News::ModifyRejected { change })
            }
            ["uncancelled", k] => report(k, News::CancelRejected),
            ["timeout", k] => report(k, News::TimedOut),
            ["missing", k] => report(k, News::Missing),
            ["busy", k] => report(k, News::Rejected(RejectCause::Busy)),
            ["seen", k, status, filled] => {
                let order = self.engine.order(key(k));
                let status = match status {
                    "working" => SeenStatus::Working,
                    "filled" => SeenStatus::Filled,
                    _ => SeenStatus::Cancelled,
                };
                let (qty, terms) = (order.confirmed().qty, order.confirmed().terms);
                report(k, News::Seen(Seen { status, qty, filled: filled.parse().unwrap(), terms }))
            }
            ["seen-changed", k] => {
                let order = self.engine.order(key(k));
                let (qty, filled, terms) = (order.asked().qty, order.filled(), order.asked().terms);
                report(k, News::Seen(Seen { status: SeenStatus::Working, qty, filled, terms }))
            }
            ["trade", number, k, qty, at] => report(
                k,
                News::Filled {
                    qty: qty.parse().unwrap(),
                    price: price(at),
                    phase: FillPhase::AtOpenOrTick,
                    trade: Some(TradeNumber(number.parse().unwrap())),
                },
            ),
            ["timer"] => Event::Timer,
            ["restarted"] => Event::Restarted,
            ["fill", k, qty, at] => fill(k, qty, at, FillPhase::AtOpenOrTick),
            ["day"] => {
                self.now = self.now.day().next().start() + Span::minutes(555);
                Event::DayStart { book: BOOK, square_off: None, hours: None, circuit: None }
            }
            ["pause"] => Event::Command(Command::Pause { book: BOOK }),
            ["resume"] => Event::Command(Command::Resume { book: BOOK }),
            ["drop"] => Event::Command(Command::DropWaiting { book: BOOK }),
            ["flatten"] => Event::Command(Command::Flatten { book: BOOK }),
            ["kill"] => Event::Command(Command::Kill { scope: LockScope::Account, flatten: false }),
            ["kill", "book"] => {
                Event::Command(Command::Kill { scope: LockScope::Book(BOOK), flatten: false })
            }
            ["unlock"] => Event::Command(Command::Unlock { scope: LockScope::Account }),
            ["kill", "flatten"] => Event::Command(Command::Kill { scope: LockScope::Account, flatten: true }),
            ["hand", side, qty] => Event::Command(Command::Order(ManualOrder::market(
                BOOK,
                if side == "buy" { Side::Buy } else { Side::Sell },
                qty.parse().unwrap(),
            ))),
            ["order" | "change" | "protect", ref more @ ..] => Event::Command(by_hand(words[0], more)),
            ["hours", from, to] => {
                let clock = |text: &str| self.now.day().start() + Span::minutes(text.parse().unwrap());
                Event::DayStart {
                    book: BOOK,
                    square_off: None,
                    hours: Some((clock(from), clock(to))),
                    circuit: None,
                }
            }
            ["cancel", k] => Event::Command(Command::Cancel { order: key(k) }),
            _ => panic!("event {line}"),
        };
        let mut effects = Vec::new();
        self.engine.handle(self.now, &event, &mut effects);
        let mut did = Vec::new();
        let mut next = 0;
        while next < effects.len() {
            let effect = effects[next];
            next += 1;
            let answer = |order, news| Event::Report { order, news };
            match (effect, self.auto) {
                (Effect::Persist(ticket), true) => {
                    self.engine.handle(self.now, &Event::Committed { order: ticket.key }, &mut effects);
                    continue;
                }
                (Effect::Place(ticket), true) => {
                    self.engine.handle(self.now, &answer(ticket.key, News::Accepted), &mut effects);
                }
                (Effect::Modify(ticket), true) => {
                    self.engine.handle(
                        self.now,
                        &answer(ticket.key, News::Modified { change: ticket.change }),
                        &mut effects,
                    );
                }
                (Effect::Cancel { order, .. }, true) => {
                    self.engine.handle(self.now, &answer(order, News::Cancelled), &mut effects);
                }
                _ => {}
            }
            did.push(told(&effect));
        }
        did
    }

    /// Tells an event at the instant of the one before.
    pub fn at_once(&mut self, line: &str) {
        self.now = Timestamp::from_micros(self.now.as_micros() - Span::minutes(1).as_micros());
        self.tell(line);
    }

    pub fn state(&self, key: u32) -> OrderState {
        self.engine.orders()[key as usize].state
    }
}

fn told(effect: &Effect) -> String {
    let ticket = |verb: &str, t: &Ticket| {
        let side = if t.side == Side::Buy { "buy" } else { "sell" };
        let terms = match t.terms {
            Terms::Marketable { .. } => "market".to_owned(),
            Terms::Limit { price } => format!("limit {price}"),
            Terms::Stop { trigger, .. } => format!("stop {trigger}"),
        };
        format!("{verb} {} {side} {} {terms}", t.key.0, t.qty)
    };
    match effect {
        Effect::Persist(t) => ticket("persist", t),
        Effect::Place(t) => ticket("place", t),
        Effect::Modify(t) => ticket("modify", t),
        Effect::Cancel { order, .. } => format!("cancel {}", order.0),
        Effect::Closed(t) => format!("closed {} {:?}", t.quantity, t.exit_reason).to_lowercase(),
        Effect::Locked(lock) => format!("locked {:?}", lock.scope).to_lowercase(),
        Effect::Unlocked(lock) => format!("unlocked {:?}", lock.scope).to_lowercase(),
        Effect::Ask { order } => format!("ask {}", order.0),
        Effect::Incident(incident) => format!("incident {}", incident.what.name()).to_lowercase(),
        Effect::Refused(r) => format!("refused {} {}", r.qty, r.breach.rule()),
    }
}
