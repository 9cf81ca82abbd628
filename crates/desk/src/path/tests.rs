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

struct Link {
    path: OrderPath,
    now: Timestamp,
    sent: Vec<Request>,
}

impl Link {
    fn new() -> Link {
        let path =
            OrderPath::new(AccountId(7), Money::rupees(1_000_000), AccountLimits::default(), Conduct::Broker);
        let now = DayNumber::from_days(20_000).start() + Span::minutes(600);
        let mut link = Link { path, now, sent: Vec::new() };
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
                Act::Write(Write::NewOrder(_, order)) => self.tell(&Input::Event(Event::Committed { order })),
                Act::Write(_) => {}
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
}

#[test]
fn a_stop_that_could_not_be_sent_guards_once_the_link_is_back() {
    let mut link = Link::new();
    let order = ManualOrder {
        stop: Some(Level::Away(Distance::Points(Price::rupees(5)))),
        ..ManualOrder::market(BookId(0), Side::Buy, Qty::units(10))
    };
    assert_eq!(order.kind, ManualKind::Market);
    link.tell(&Input::Event(Event::Command(Command::Order(order))));
    let [(entry, _)] = link.placed()[..] else { panic!("one entry") };
    let done = Outcome::Done { broker_id: None };
    link.hear(Update::Answer { order: entry, request: RequestKind::Place, outcome: done });
    let trade = BrokerTrade {
        order: Some(entry),
        number: 1,
        instrument: "NSE:SBIN-EQ".parse().unwrap(),
        side: Side::Buy,
        qty: Qty::units(10),
        price: Price::rupees(100),
        at: link.now,
        phase: TradePhase::AtOpenOrTick,
    };
    link.hear(Update::Trade(trade));
    let [(stop, _)] = link.placed()[..] else { panic!("one stop") };
    link.hear(Update::Disconnected { because: "the line is cut".to_owned() });
    let unsent = Outcome::Failed(Failure::NotSent("not connected".to_owned()));
    link.hear(Update::Answer { order: stop, request: RequestKind::Place, outcome: unsent });
    assert!(link.placed().is_empty(), "nothing is tried while the line is cut");
    link.hear(Update::Connected);
    let again = link.placed();
    assert_eq!(again.len(), 1, "{again:?}");
    assert!(again[0].0 != stop && matches!(again[0].1, Terms::Stop { .. }), "{again:?}");
}
