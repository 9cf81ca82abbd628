//! What holds of every run, whatever the market does and whatever is wished.

use backtest::{EquityAt, Outcome, Pace};
use domain::order::OrderState;
use domain::{Money, Product, Qty};
use engine::{AccountLimits, Purpose};
use proptest::prelude::*;

use crate::random::{How, Run, cases, run};

const EVERY_BAR: How = How { pace: Pace::EveryBar, threads: 1, equity: EquityAt::SessionClose };

/// CASH-1: every rupee of the end is in a trade or in an open position.
fn money_neither_appears_nor_vanishes(run: &Run, outcome: &Outcome) {
    let last = outcome.equity.last().expect("there is at least one session").1;
    assert_eq!(last, outcome.final_equity(), "CASH-1");
    let closed: Money = outcome.trades.iter().map(|t| t.gross_pnl - t.charges.total()).sum();
    let open: Money = outcome.open.iter().map(|p| p.unrealised - p.charges.total()).sum();
    assert_eq!(last, Money::rupees(run.cash) + closed + open, "CASH-1 from the charges by kind");
    let executed: Money = outcome.orders.iter().map(|o| o.executed).sum();
    assert_eq!(outcome.turnover, executed);
}

/// Orders end where they may, and no more of one trades than was ordered.
fn orders_add_up(outcome: &Outcome) {
    for order in &outcome.orders {
        assert!(order.filled() <= order.qty, "overfilled: {order:?}");
        assert!(order.left() >= Qty::ZERO);
        assert!(
            !matches!(order.state, OrderState::Pending | OrderState::Submitted | OrderState::Unknown { .. }),
            "left in the air: {order:?}"
        );
    }
    for (book, position) in outcome.open.iter().map(|p| (p.book, p.quantity)) {
        let working: Qty = outcome
            .orders
            .iter()
            .filter(|o| o.book == book && !o.state.is_final())
            .filter(|o| matches!(o.purpose, Purpose::Stop | Purpose::Exit(_)))
            .map(engine::Order::left)
            .sum();
        assert!(working <= position, "exits for {working} of {position}: {:#?}", outcome.orders);
    }
}

/// An intraday position is never seen on another day, but for what the volume did not carry.
fn intraday_stays_intraday(run: &Run, outcome: &Outcome) {
    if run.fills.participation.is_some() {
        return;
    }
    for trade in outcome.trades.iter().filter(|t| t.product == Product::Mis) {
        assert_eq!(trade.entry_time.day(), trade.exit_time.day(), "{trade:?}");
    }
    assert!(outcome.open.iter().all(|p| p.product != Product::Mis), "{:?}", outcome.open);
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_laws_of_every_run(run in run()) {
        let outcome = run.carry_out(How::default());
        money_neither_appears_nor_vanishes(&run, &outcome);
        orders_add_up(&outcome);
        intraday_stays_intraday(&run, &outcome);
    }

    /// What the fast pace leaves out makes no difference, nor does the number of threads, nor doing it again.
    #[test]
    fn every_way_to_run_gives_the_same(run in run()) {
        let edges = run.carry_out(How::default());
        let every_bar = run.carry_out(EVERY_BAR);
        prop_assert_eq!(&edges.trades, &every_bar.trades);
        prop_assert_eq!(&edges.orders, &every_bar.orders);
        prop_assert_eq!(&edges, &every_bar);
        prop_assert_eq!(&edges, &run.carry_out(How { threads: 2, ..How::default() }));
        prop_assert_eq!(&edges, &run.carry_out(How::default()));
    }

    /// Books that share neither limits nor scarce cash do together what they do alone.
    #[test]
    fn the_account_is_the_sum_of_its_books(mut run in run()) {
        run.cash = 1_000_000_000;
        run.limits = AccountLimits { allow_opposite_books: true, ..AccountLimits::default() };
        run.books.retain(|b| !b.needs_equity());
        let together = run.carry_out(How::default());
        let mut sum = Money::ZERO;
        for (i, book) in run.books.iter().enumerate() {
            let alone = Run { books: vec![book.clone()], ..run.clone() }.carry_out(How::default());
            let gains = |o: &Outcome| o.final_equity() - o.initial_cash;
            let his: Vec<_> = together.trades.iter().filter(|t| t.book.0 == i as u32).map(|t| (t.entry_time, t.entry_price, t.exit_time, t.exit_price, t.pnl())).collect();
            let own: Vec<_> = alone.trades.iter().map(|t| (t.entry_time, t.entry_price, t.exit_time, t.exit_price, t.pnl())).collect();
            prop_assert_eq!(his, own);
            sum += gains(&alone);
        }
        prop_assert_eq!(together.final_equity() - together.initial_cash, sum);
    }
}
