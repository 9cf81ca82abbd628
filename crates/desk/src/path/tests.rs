//! The link to the broker, told by hand.

use broker::{BrokerTrade, Failure, Outcome, Request, RequestKind, TradePhase, Update};
use domain::order::{OrderId, Terms};
use domain::time::{DayNumber, Span};
use domain::trade::BookId;
use domain::{Money, Price, Product, Qty, Side, Tick, Timestamp};
use engine::{AccountLimits, BookLimits, Command, Conduct, Distance, Event, Level, ManualKind, ManualOrder};
use store::AccountId;

use super::*;

fn setup() -> BookSetup {
    BookSetup {
        run: None,
        place_in_run: 0,
        strategy_version: None,
        algo_id: None,
        instrument: "NSE:SBIN-EQ".parse().unwrap(),
        facts: Facts {
            day: DayNumber::from_days(20_000),
            tick: Tick::DEFAULT,
            lot: Qty::units(1),
            freeze: None,
            strike: None,
        },
        product: Product::Mis,
        sides: "both".to_owned(),
        size: Size::Units(Qty::units(10)),
        stop: None,
        target: None,
        trail: None,
        charges: "zero".to_owned(),
        square_off: None,
        timeframe: None,
        strategy: None,
        limits: BookLimits::default(),
    }
}

#[test]
fn a_retired_book_stays_retired_and_shows_what_it_made() {
    let mut link = Link::new();
    link.tell(&Input::Book(Box::new(BookSetup { run: Some(1), ..setup() })));
    let (book, today) = (BookId(1), link.now.day());
    assert!(link.path.is_quiet(book, today));
    link.tell(&Input::Event(Event::Tick { book, price: Price::rupees(100) }));
    link.tell(&Input::Retire { book });
    link.tell(&Input::Retire { book });
    assert!(link.path.engine().book(book).is_retired() && !link.path.engine().book(BookId(0)).is_retired());
    let bytes = link.path.snapshot().unwrap();
    let restored = OrderPath::restore(AccountId(7), Conduct::Broker, &bytes).unwrap();
    assert!(restored.engine().book(book).is_retired());
    assert!(restored.snapshot().unwrap() == bytes);
}

struct Link {
    path: OrderPath,
    now: Timestamp,
    sent: Vec<Request>,
    /// Orders that were written, by id.
    written: Vec<store::orders::NewOrder>,
    incidents: usize,
}

impl Link {
    fn new() -> Link {
        let path =
            OrderPath::new(AccountId(7), Money::rupees(1_000_000), AccountLimits::default(), Conduct::Broker);
        let now = DayNumber::from_days(20_000).start() + Span::minutes(600);
        let mut link = Link { path, now, sent: Vec::new(), written: Vec::new(), incidents: 0 };
        link.tell(&Input::Ids { day: now.day(), first: 1, count: 100 });
        link.tell(&Input::Book(Box::new(setup())));
        link.tell(&Input::Event(Event::Tick { book: BookId(0), price: Price::rupees(100) }));
        link
    }

    /// Whatever is to be stored is stored at once.
    fn tell(&mut self, input: &Input) {
        let mut acts = Vec::new();
        self.path.handle(self.now, input, &mut acts);
        for act in acts {
            match act {
                Act::Send(request) => self.sent.push(request),
                Act::Write(Write::NewOrder(new, order)) => {
                    self.written.push(*new);
                    self.tell(&Input::Event(Event::Committed { order }));
                }
                Act::Write(write) => self.incidents += usize::from(matches!(write, Write::Incident(_))),
            }
        }
    }

    fn hear(&mut self, update: Update) {
        self.tell(&Input::Heard(update));
    }

    fn placed(&mut self) -> Vec<(OrderId, Terms)> {
        let sent = std::mem::take(&mut self.sent);
        let placed = sent.into_iter().filter_map(|request| match request {
            Request::Place(order) => Some((order.id, order.terms)),
            _ => None,
        });
        placed.collect()
    }

    /// Ten are bought and guarded; the ids of the entry and of the stop, and the trade.
    fn guarded(&mut self) -> (OrderId, OrderId, BrokerTrade) {
        let order = ManualOrder {
            stop: Some(Level::Away(Distance::Points(Price::rupees(5)))),
            ..ManualOrder::market(BookId(0), Side::Buy, Qty::units(10))
        };
        assert_eq!(order.kind, ManualKind::Market);
        self.tell(&Input::Event(Event::Command(Command::Order(order))));
        let [(entry, _)] = self.placed()[..] else { panic!("one entry") };
        self.accept(entry);
        let trade = BrokerTrade {
            order: Some(entry),
            number: 1,
            instrument: "NSE:SBIN-EQ".parse().unwrap(),
            side: Side::Buy,
            qty: Qty::units(10),
            price: Price::rupees(100),
            at: self.now,
            phase: TradePhase::AtOpenOrTick,
        };
        self.hear(Update::Trade(trade.clone()));
        let [(stop, _)] = self.placed()[..] else { panic!("one stop") };
        (entry, stop, trade)
    }

    fn accept(&mut self, order: OrderId) {
        let outcome = Outcome::Done { broker_id: None };
        self.hear(Update::Answer { order, request: RequestKind::Place, outcome });
    }

    fn day(&mut self) {
        self.tell(&Input::Event(Event::DayStart {
            book: BookId(0),
            square_off: None,
            hours: None,
            circuit: None,
        }));
    }
}

#[test]
fn a_stop_that_could_not_be_sent_guards_once_the_link_is_back() {
    let mut link = Link::new();
    let (_, stop, _) = link.guarded();
    link.hear(Update::Disconnected { because: "the line is cut".to_owned() });
    let unsent = Outcome::Failed(Failure::NotSent("not connected".to_owned()));
    link.hear(Update::Answer { order: stop, request: RequestKind::Place, outcome: unsent });
    assert!(link.placed().is_empty(), "nothing is tried while the line is cut");
    link.hear(Update::Connected);
    let again = link.placed();
    assert_eq!(again.len(), 1, "{again:?}");
    assert!(again[0].0 != stop && matches!(again[0].1, Terms::Stop { .. }), "{again:?}");
}

#[test]
fn on_the_next_day_the_orders_that_ended_are_forgotten() {
    let mut link = Link::new();
    link.day();
    let (entry, stop, trade) = link.guarded();
    link.accept(stop);
    link.day();
    assert_eq!(link.path.engine().orders().len(), 2, "it is the same day");
    link.now = link.now + Span::minutes(1_440);
    link.day();
    let left: Vec<_> = link.path.engine().orders().iter().map(|order| order.key).collect();
    assert_eq!(left, [link.path.key_of(stop).unwrap()]);
    assert_eq!(link.path.engine().order_count(), 2);
    // What is heard of one that was forgotten is somebody else's.
    link.hear(Update::Trade(trade));
    assert_eq!((link.incidents, link.path.engine().book(BookId(0)).position()), (1, Qty::units(10)));
    // What closes the position still says which order opened it.
    let again = OrderPath::restore(AccountId(7), Conduct::Broker, &link.path.snapshot().unwrap()).unwrap();
    link.path = again;
    let (tick, half) = (Price::rupees(100), Qty::units(5));
    link.tell(&Input::Ids { day: link.now.day(), first: 1, count: 100 });
    link.tell(&Input::Event(Event::Tick { book: BookId(0), price: tick }));
    let sell = ManualOrder::market(BookId(0), Side::Sell, half);
    link.tell(&Input::Event(Event::Command(Command::Order(sell))));
    link.hear(Update::Answer {
        order: stop,
        request: RequestKind::Change { change: 1 },
        outcome: Outcome::Done { broker_id: None },
    });
    let exit = link.written.last().unwrap();
    assert_eq!((exit.quantity, exit.parent), (half, Some(entry)));
}

#[test]
fn a_reading_that_comes_after_its_orders_were_forgotten_says_nothing() {
    let mut link = Link::new();
    link.day();
    let buy = ManualOrder::market(BookId(0), Side::Buy, Qty::units(10));
    link.tell(&Input::Event(Event::Command(Command::Order(buy))));
    let [(order, _)] = link.placed()[..] else { panic!("one entry") };
    let outcome = Outcome::Failed(Failure::Unknown("no answer in 3 s".to_owned()));
    link.hear(Update::Answer { order, request: RequestKind::Place, outcome });
    let asked = link.sent.iter().find_map(|request| match request {
        Request::ReadBook { number } => Some(*number),
        _ => None,
    });
    let trade = BrokerTrade {
        order: Some(order),
        number: 1,
        instrument: "NSE:SBIN-EQ".parse().unwrap(),
        side: Side::Buy,
        qty: Qty::units(10),
        price: Price::rupees(100),
        at: link.now,
        phase: TradePhase::AtOpenOrTick,
    };
    link.hear(Update::Trade(trade));
    link.now = link.now + Span::minutes(1_440);
    link.day();
    assert!(link.path.engine().orders().is_empty());
    let reading = Ok(broker::BookReading::default());
    link.hear(Update::Book { number: asked.expect("the book is read"), reading });
    assert_eq!(link.path.engine().book(BookId(0)).position(), Qty::units(10));
}
