//! Quotes and chasing.

use domain::order::{OrderKey, Terms};
use domain::time::{DayNumber, Span};
use domain::trade::BookId;
use domain::{Money, Price, Qty, Side, Timestamp};

use super::desk::plain_book;
use crate::{AccountLimits, Command, Conduct, Effect, Engine, Event, ManualKind, ManualOrder, News, Trouble};

const BOOK: BookId = BookId(0);

struct Live {
    engine: Engine,
    now: Timestamp,
}

impl Live {
    fn new() -> Live {
        let mut engine =
            Engine::new(Money::rupees(1_000_000), AccountLimits::default()).conduct(Conduct::Broker);
        engine.add_book(plain_book(), None);
        let mut live = Live { engine, now: DayNumber::from_days(20_000).start() + Span::minutes(600) };
        live.tell(&Event::Tick { book: BOOK, price: Price::rupees(100) });
        live
    }

    fn tell(&mut self, event: &Event) -> Vec<Effect> {
        let mut out = Vec::new();
        self.engine.handle(self.now, event, &mut out);
        out
    }

    /// Orders, stores, sends and has accepted; gives the limit that was sent.
    fn order(&mut self, order: ManualOrder) -> Price {
        self.tell(&Event::Command(Command::Order(order)));
        let key = self.engine.orders()[self.engine.orders().len() - 1].key;
        let sent = self.tell(&Event::Committed { order: key });
        let Some(Effect::Place(ticket)) = sent.first() else { panic!("{sent:?}") };
        self.tell(&Event::Report { order: key, news: News::Accepted });
        ticket.terms.on_the_wire().1
    }

    fn price(&mut self, rupees: &str) {
        self.tell(&Event::Tick { book: BOOK, price: rupees.parse().unwrap() });
    }

    /// Two seconds go by; gives the limit of the change, which is confirmed.
    fn wait(&mut self) -> Option<Price> {
        assert!(self.engine.next_due().is_none_or(|due| due <= self.now + Span::micros(2_000_000)));
        self.now = self.now + Span::micros(2_000_000);
        match self.tell(&Event::Timer).as_slice() {
            [Effect::Modify(ticket)] => {
                let news = News::Modified { change: ticket.change };
                self.tell(&Event::Report { order: ticket.key, news });
                Some(ticket.terms.on_the_wire().1)
            }
            [Effect::Incident(incident)] => {
                assert!(matches!(incident.what, Trouble::NotFilling { .. }), "{incident:?}");
                None
            }
            effects => {
                assert_eq!(effects, []);
                None
            }
        }
    }
}

fn buy(qty: i64) -> ManualOrder {
    ManualOrder::market(BOOK, Side::Buy, Qty::units(qty))
}

fn rupees(text: &str) -> Price {
    text.parse().unwrap()
}

#[test]
fn a_market_order_goes_through_the_other_side_of_the_book_and_stays_within_the_circuit() {
    let mut live = Live::new();
    live.tell(&Event::Quote { book: BOOK, bid: rupees("98"), ask: rupees("102") });
    assert_eq!(live.order(buy(1)), rupees("103"));
    let circuit = Some((rupees("90.02"), rupees("102.53")));
    live.tell(&Event::DayStart { book: BOOK, square_off: None, hours: None, circuit });
    live.tell(&Event::Quote { book: BOOK, bid: rupees("98"), ask: rupees("102") });
    assert_eq!(live.order(buy(1)), rupees("102.50"));
}

#[test]
fn what_does_not_fill_is_re_priced_toward_the_market_and_never_back() {
    let mut live = Live::new();
    assert_eq!(live.order(buy(10)), rupees("101"));
    assert_eq!(live.wait(), None, "nothing to gain");
    live.price("101");
    assert_eq!(live.wait(), Some(rupees("102")));
    live.price("99");
    assert_eq!(live.wait(), None, "the market came back");
}

#[test]
fn a_chase_ends_at_its_bound_and_a_person_is_told_once() {
    let mut live = Live::new();
    live.order(buy(10));
    live.price("110");
    assert_eq!(live.wait(), Some(rupees("103")), "three percent from where it began");
    let told = |live: &mut Live| {
        live.now = live.now + Span::micros(2_000_000);
        live.tell(&Event::Timer).len()
    };
    assert_eq!((told(&mut live), told(&mut live)), (1, 0));
    assert_eq!(live.engine.next_due(), None);
}

#[test]
fn a_person_s_own_limit_is_never_moved_unless_said() {
    let mut live = Live::new();
    let limit = |price, chase| ManualOrder { kind: ManualKind::Limit(rupees(price)), chase, ..buy(10) };
    live.order(limit("99", false));
    live.price("105");
    assert_eq!(live.engine.next_due(), None);
    assert_eq!(live.engine.order(OrderKey(0)).terms, Terms::Limit { price: rupees("99") });
    live.order(limit("104", true));
    live.price("105");
    assert_eq!(live.wait(), Some(rupees("106.05")));
}

#[test]
fn an_order_is_changed_at_most_twenty_times() {
    let mut live = Live::new();
    live.order(buy(10));
    let mut changes = 0;
    for step in 1..60 {
        live.price(&format!("{}.{:02}", 100 + step * 5 / 100, step * 5 % 100));
        changes += u32::from(live.wait().is_some());
    }
    assert_eq!(changes, 20);
}
