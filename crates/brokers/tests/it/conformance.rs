//! What every adapter must do, told to a [`Stage`]: its broker's simulator, and the ways in which that misbehaves.
//!
//! An adapter's tests implement [`Stage`] and call [`conformance!`] with a way to set it up.

use std::time::Duration;

use broker::{
    BookReading, Broker, BrokerTrade, CancelOrder, ChangeOrder, Failure, Outcome, PlaceOrder, RefusedCause,
    Request, RequestKind, RowStatus, Update,
};
use domain::instrument::InstrumentId;
use domain::order::{OrderId, Terms, Timing};
use domain::time::DayNumber;
use domain::{Price, Product, Qty, Side, Tick, Validity};

/// What can go wrong, in thousandths of all requests.
#[derive(Clone, Copy, Default)]
pub struct Trouble {
    pub lost: u32,
    pub unanswered: u32,
    pub reject: u32,
    pub refuse: u32,
    pub repeat: u32,
    pub partial: u32,
    pub unreadable: u32,
    /// The longest way, so that answers overtake each other.
    pub delay_ms: u32,
}

/// A broker's simulator with an adapter connected to it.
pub trait Stage {
    fn broker(&self) -> &dyn Broker;
    /// The next update; fails the test if none comes for long.
    async fn next(&mut self) -> Update;
    async fn trouble(&mut self, trouble: Trouble);
    /// Lets the simulator's time pass.
    async fn wait(&mut self, span: Duration);
    /// Ends the connection from the other side.
    async fn cut(&mut self);
    /// What trades there, and about where.
    fn instrument(&self) -> (InstrumentId, Price);
    /// Ids that the simulator took more than once.
    async fn sent_twice(&mut self) -> Vec<String>;
}

pub fn id(number: i64) -> OrderId {
    OrderId::new(DayNumber::from_days(20_780), 3, number).unwrap()
}

pub fn order(stage: &impl Stage, number: i64, side: Side, qty: i64, terms: Terms) -> PlaceOrder {
    PlaceOrder {
        id: id(number),
        instrument: stage.instrument().0,
        product: Product::Mis,
        side,
        qty: Qty::units(qty),
        terms,
        timing: Timing::Next,
        validity: Validity::Day,
        disclosed: Qty::ZERO,
        lane: None,
    }
}

/// A buy so far below the market that it rests.
pub fn resting(stage: &impl Stage, percent: i64) -> Terms {
    let (_, price) = stage.instrument();
    Terms::Limit { price: Price::from_raw(price.raw() * percent / 100).floor_to(Tick::DEFAULT) }
}

pub fn at_market(stage: &impl Stage) -> Terms {
    let (_, price) = stage.instrument();
    Terms::Marketable { limit: Price::from_raw(price.raw() * 105 / 100).floor_to(Tick::DEFAULT) }
}

pub fn place(stage: &impl Stage, order: &PlaceOrder) {
    stage.broker().send(Request::Place(order.clone()));
}

pub fn change(stage: &impl Stage, number: i64, change: u8, qty: i64, terms: Terms) {
    stage.broker().send(Request::Change(ChangeOrder {
        id: id(number),
        instrument: stage.instrument().0,
        broker_id: None,
        change,
        qty: Qty::units(qty),
        terms,
        timing: Timing::Next,
    }));
}

pub fn cancel(stage: &impl Stage, number: i64, broker_id: Option<String>) {
    let instrument = stage.instrument().0;
    stage.broker().send(Request::Cancel(CancelOrder { id: id(number), instrument, broker_id }));
}

/// The answer to a request, and the trades that were told before it.
pub async fn answer(
    stage: &mut impl Stage,
    number: i64,
    request: RequestKind,
) -> (Outcome, Vec<BrokerTrade>) {
    let mut trades = Vec::new();
    loop {
        match stage.next().await {
            Update::Trade(trade) => trades.push(trade),
            Update::Answer { order, request: kind, outcome } if (order, kind) == (id(number), request) => {
                return (outcome, trades);
            }
            _ => {}
        }
    }
}

pub async fn done(stage: &mut impl Stage, number: i64, request: RequestKind) -> Option<String> {
    match answer(stage, number, request).await.0 {
        Outcome::Done { broker_id } => broker_id,
        Outcome::Failed(failure) => panic!("{request:?} of {number}: {failure}"),
    }
}

pub async fn failed(stage: &mut impl Stage, number: i64, request: RequestKind) -> Failure {
    match answer(stage, number, request).await.0 {
        Outcome::Done { .. } => panic!("{request:?} of {number} was done"),
        Outcome::Failed(failure) => failure,
    }
}

pub async fn trades(stage: &mut impl Stage, units: i64) -> Vec<BrokerTrade> {
    let mut trades: Vec<BrokerTrade> = Vec::new();
    while trades.iter().map(|t| t.qty.raw()).sum::<i64>() < units {
        if let Update::Trade(trade) = stage.next().await
            && trades.iter().all(|t| t.number != trade.number)
        {
            trades.push(trade);
        }
    }
    trades
}

pub async fn read(stage: &mut impl Stage, reading: u64) -> Result<BookReading, Failure> {
    stage.broker().send(Request::ReadBook { number: reading });
    loop {
        if let Update::Book { number, reading: result } = stage.next().await
            && number == reading
        {
            return result;
        }
    }
}

pub async fn an_order_rests_is_changed_and_cancelled(stage: &mut impl Stage) {
    let (first, second) = (resting(stage, 80), resting(stage, 85));
    place(stage, &order(stage, 1, Side::Buy, 10, first));
    assert_eq!(stage.broker().outstanding(), 1);
    let broker_id = done(stage, 1, RequestKind::Place).await;
    assert!(broker_id.is_some());
    while stage.next().await != Update::Quiet {}
    assert_eq!(stage.broker().outstanding(), 0);

    change(stage, 1, 1, 7, second);
    done(stage, 1, RequestKind::Change { change: 1 }).await;
    let row = read(stage, 1).await.unwrap().orders.remove(0);
    assert_eq!((row.id, row.broker_id.clone()), (Some(id(1)), broker_id.clone().unwrap()));
    assert_eq!(
        (row.qty, row.terms.on_the_wire(), row.status),
        (Qty::units(7), second.on_the_wire(), RowStatus::Working)
    );

    cancel(stage, 1, broker_id);
    done(stage, 1, RequestKind::Cancel).await;
    let row = read(stage, 2).await.unwrap().orders.remove(0);
    assert_eq!((row.filled, row.status), (Qty::ZERO, RowStatus::Cancelled));
}

pub async fn a_market_order_trades_and_is_held(stage: &mut impl Stage) {
    place(stage, &order(stage, 1, Side::Buy, 10, at_market(stage)));
    done(stage, 1, RequestKind::Place).await;
    let trade = trades(stage, 10).await.remove(0);
    assert_eq!((trade.order, trade.side, trade.qty), (Some(id(1)), Side::Buy, Qty::units(10)));
    stage.broker().send(Request::ReadPositions { number: 4 });
    let held = loop {
        if let Update::Positions { number: 4, reading } = stage.next().await {
            break reading.unwrap().remove(0);
        }
    };
    assert_eq!(
        (held.instrument, held.qty, held.average_price),
        (stage.instrument().0, Qty::units(10), trade.price)
    );
    stage.broker().send(Request::ReadFunds { number: 5 });
    let funds = loop {
        if let Update::Funds { number: 5, reading } = stage.next().await {
            break reading.unwrap();
        }
    };
    assert!(funds.margin_used.raw() > 0 && funds.margin_used < funds.cash);
    let book = read(stage, 1).await.unwrap();
    assert_eq!((book.orders[0].status, book.trades), (RowStatus::Filled, vec![trade]));
}

pub async fn an_order_fills_in_parts(stage: &mut impl Stage) {
    stage.trouble(Trouble { partial: 1_000, ..Trouble::default() }).await;
    place(stage, &order(stage, 1, Side::Sell, 12, Terms::Marketable { limit: Price::rupees(1) }));
    let trades = trades(stage, 12).await;
    assert!(trades.len() > 1, "{trades:?}");
    assert_eq!(trades.iter().map(|t| t.qty).sum::<Qty>(), Qty::units(12));
}

pub async fn a_rejection_is_final(stage: &mut impl Stage) {
    stage.trouble(Trouble { reject: 1_000, ..Trouble::default() }).await;
    place(stage, &order(stage, 1, Side::Buy, 10, at_market(stage)));
    assert!(matches!(failed(stage, 1, RequestKind::Place).await, Failure::Refused { .. }));
    let book = read(stage, 1).await.unwrap();
    assert!(book.trades.is_empty() && book.orders.iter().all(|row| row.status == RowStatus::Rejected));
}

pub async fn what_is_not_in_the_book_cannot_be_cancelled(stage: &mut impl Stage) {
    place(stage, &order(stage, 1, Side::Buy, 10, at_market(stage)));
    trades(stage, 10).await;
    for number in [1, 2] {
        cancel(stage, number, None);
        let failure = failed(stage, number, RequestKind::Cancel).await;
        assert!(matches!(failure, Failure::Refused { cause: RefusedCause::NotWorking, .. }), "{failure:?}");
    }
}

pub async fn a_refused_change_leaves_the_order_as_it_was(stage: &mut impl Stage) {
    let terms = resting(stage, 80);
    place(stage, &order(stage, 1, Side::Buy, 10, terms));
    done(stage, 1, RequestKind::Place).await;
    stage.trouble(Trouble { refuse: 1_000, ..Trouble::default() }).await;
    change(stage, 1, 1, 20, resting(stage, 85));
    assert!(matches!(failed(stage, 1, RequestKind::Change { change: 1 }).await, Failure::Refused { .. }));
    cancel(stage, 1, None);
    let failure = failed(stage, 1, RequestKind::Cancel).await;
    assert!(!matches!(failure, Failure::Refused { cause: RefusedCause::NotWorking, .. }), "it works still");
    let row = read(stage, 1).await.unwrap().orders.remove(0);
    assert_eq!(
        (row.qty, row.terms.on_the_wire(), row.status),
        (Qty::units(10), terms.on_the_wire(), RowStatus::Working)
    );
}

pub async fn a_timeout_after_acceptance_is_found_in_the_book(stage: &mut impl Stage) {
    stage.trouble(Trouble { unanswered: 1_000, ..Trouble::default() }).await;
    place(stage, &order(stage, 1, Side::Buy, 10, resting(stage, 80)));
    assert!(matches!(failed(stage, 1, RequestKind::Place).await, Failure::Unknown(_)));
    assert_eq!(stage.broker().outstanding(), 0);
    for reading in 1.. {
        let book = read(stage, reading).await.unwrap();
        if let Some(row) = book.orders.first() {
            assert_eq!((row.id, row.status), (Some(id(1)), RowStatus::Working));
            return;
        }
        assert!(reading < 200, "an unanswered order arrives in the end");
        stage.wait(Duration::from_millis(100)).await;
    }
}

pub async fn a_lost_order_is_not_in_the_book_and_not_sent_again(stage: &mut impl Stage) {
    stage.trouble(Trouble { lost: 1_000, ..Trouble::default() }).await;
    place(stage, &order(stage, 1, Side::Buy, 10, resting(stage, 80)));
    assert!(matches!(failed(stage, 1, RequestKind::Place).await, Failure::Unknown(_)));
    assert_eq!(read(stage, 1).await.unwrap(), BookReading::default());
    assert!(stage.sent_twice().await.is_empty());
}

pub async fn late_repeated_and_overtaking_news_is_the_same_in_the_end(stage: &mut impl Stage) {
    stage.trouble(Trouble { repeat: 1_000, partial: 500, delay_ms: 400, ..Trouble::default() }).await;
    for number in 1..=8 {
        place(stage, &order(stage, number, Side::Buy, 10, at_market(stage)));
    }
    let (mut answers, mut told): (Vec<OrderId>, Vec<BrokerTrade>) = (Vec::new(), Vec::new());
    while answers.len() < 8 || told.iter().map(|t| t.qty.raw()).sum::<i64>() < 80 {
        match stage.next().await {
            Update::Answer { order, outcome, .. } => {
                assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
                assert!(!answers.contains(&order), "one answer to a request");
                answers.push(order);
            }
            Update::Trade(trade) => match told.iter().find(|t| t.number == trade.number) {
                Some(known) => assert_eq!(*known, trade, "the same number is the same trade"),
                None => told.push(trade),
            },
            _ => {}
        }
    }
    told.sort_by_key(|t| t.number);
    assert_eq!(read(stage, 1).await.unwrap().trades, told);
}

/// Whatever the order of news, nothing that the order traded comes after the answer that it is cancelled.
pub async fn all_trades_are_told_before_a_cancel_is_done(stage: &mut impl Stage) {
    stage.trouble(Trouble { partial: 1_000, delay_ms: 500, ..Trouble::default() }).await;
    for number in 1..=5 {
        place(stage, &order(stage, number, Side::Buy, 400, at_market(stage)));
        let mut known: Vec<u64> = Vec::new();
        while known.is_empty() {
            // What is told again of the order before does not show that this one has arrived.
            if let Update::Trade(trade) = stage.next().await
                && trade.order == Some(id(number))
            {
                known.push(trade.number);
            }
        }
        cancel(stage, number, None);
        loop {
            match stage.next().await {
                Update::Trade(trade) => known.push(trade.number),
                Update::Answer { request: RequestKind::Cancel, outcome, .. } => {
                    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
                    break;
                }
                _ => {}
            }
        }
        let book = read(stage, number.unsigned_abs()).await.unwrap();
        let mine = book.trades.iter().filter(|t| t.order == Some(id(number))).map(|t| t.number);
        let untold: Vec<u64> = mine.filter(|n| !known.contains(n)).collect();
        assert!(untold.is_empty(), "{untold:?} of {number} come after its cancel");
        let row = book.orders.iter().find(|row| row.id == Some(id(number))).unwrap();
        assert_eq!(row.status, RowStatus::Cancelled);
    }
}

pub async fn a_lost_connection_leaves_doubt_and_comes_back(stage: &mut impl Stage) {
    place(stage, &order(stage, 1, Side::Buy, 10, resting(stage, 80)));
    done(stage, 1, RequestKind::Place).await;
    stage.trouble(Trouble { lost: 1_000, ..Trouble::default() }).await;
    place(stage, &order(stage, 2, Side::Buy, 10, resting(stage, 80)));
    // The reading's answer shows that the order was written before.
    read(stage, 1).await.unwrap();
    stage.cut().await;
    assert!(matches!(failed(stage, 2, RequestKind::Place).await, Failure::Unknown(_)));
    while !matches!(stage.next().await, Update::Disconnected { .. }) {}
    place(stage, &order(stage, 3, Side::Buy, 10, resting(stage, 80)));
    let failure = failed(stage, 3, RequestKind::Place).await;
    assert!(matches!(failure, Failure::NotSent(_)), "{failure:?}");
    while stage.next().await != Update::Connected {}
    let book = read(stage, 2).await.unwrap();
    assert_eq!(book.orders.iter().map(|row| row.id).collect::<Vec<_>>(), [Some(id(1))]);
    assert_eq!(book.orders[0].status, RowStatus::Working);
    assert!(stage.sent_twice().await.is_empty());
}

pub async fn a_reading_that_fails_says_so(stage: &mut impl Stage) {
    stage.trouble(Trouble { unreadable: 1_000, ..Trouble::default() }).await;
    assert!(read(stage, 1).await.is_err());
    stage.trouble(Trouble::default()).await;
    assert!(read(stage, 2).await.is_ok());
}

/// Brokers do not recognise an order that is sent twice: the simulator must show it, or no test would.
pub async fn an_id_that_is_sent_twice_is_two_orders(stage: &mut impl Stage) {
    let twice = order(stage, 1, Side::Buy, 10, resting(stage, 80));
    place(stage, &twice);
    place(stage, &twice);
    done(stage, 1, RequestKind::Place).await;
    done(stage, 1, RequestKind::Place).await;
    let book = read(stage, 1).await.unwrap();
    assert_eq!(book.orders.iter().map(|row| row.id).collect::<Vec<_>>(), [Some(id(1)); 2]);
    assert_eq!(stage.sent_twice().await, [id(1).to_string()]);
}

/// One test for each promise; `$stage` is an expression that sets the stage anew.
macro_rules! conformance {
    ($attribute:meta, $stage:expr, $($promise:ident)*) => {$(
        #[$attribute]
        async fn $promise() {
            let mut stage = $stage;
            crate::conformance::$promise(&mut stage).await;
        }
    )*};
    ($attribute:meta, $stage:expr) => {
        crate::conformance::conformance! { $attribute, $stage,
            an_order_rests_is_changed_and_cancelled
            a_market_order_trades_and_is_held
            an_order_fills_in_parts
            a_rejection_is_final
            what_is_not_in_the_book_cannot_be_cancelled
            a_refused_change_leaves_the_order_as_it_was
            a_timeout_after_acceptance_is_found_in_the_book
            a_lost_order_is_not_in_the_book_and_not_sent_again
            late_repeated_and_overtaking_news_is_the_same_in_the_end
            all_trades_are_told_before_a_cancel_is_done
            a_lost_connection_leaves_doubt_and_comes_back
            a_reading_that_fails_says_so
            an_id_that_is_sent_twice_is_two_orders
        }
    };
}
pub(crate) use conformance;
