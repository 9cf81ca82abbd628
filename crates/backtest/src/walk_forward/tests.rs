use domain::calendar::{Calendar, TradingClass};
use domain::charges::Schedule;
use domain::{Price, Timeframe};
use engine::AccountLimits;
use exchange::{FillRules, Slippage};
use jiff::civil::date;
use strategy::{Description, Values, registry};

use super::*;
use crate::TimeExit;
use crate::court::tests::engine::{book, free_of_charge, market};
use crate::court::{Kind, Verdict, WalkForwardCase, judge_walk_forward};

/// Bars of the made-up markets begin here.
const FROM: Date = date(2014, 1, 6);
const CASH: Money = Money::rupees(1_000_000);

/// Crossings of several averages.
struct Case {
    crossing: &'static Description,
    sets: Vec<Values>,
    charges: Schedule,
    threads: usize,
    cash: Money,
    slippage: Slippage,
}

impl Case {
    fn new() -> Case {
        let crossing = registry().iter().find(|d| d.name == "sma_cross").unwrap();
        let values = |fast: u32, slow: u32| {
            let given = [("fast", fast), ("slow", slow)].map(|(name, n)| (name.to_owned(), n.to_string()));
            crossing.values(&given).unwrap()
        };
        let sets = [2, 3, 4].into_iter().flat_map(|f| [8, 12, 16, 20].map(|s| values(f, s))).collect();
        let charges = free_of_charge();
        Case { crossing, sets, charges, threads: 1, cash: CASH, slippage: Slippage::None }
    }

    fn run(&self, bars: &[&Bars], cut: (&str, &str, Training), rank: fn(&Row) -> Option<f64>) -> Walked {
        let last = bars.iter().filter_map(|b| b.times().last()).max().unwrap().date();
        let (train, test, training) = (cut.0.parse().unwrap(), cut.1.parse().unwrap(), cut.2);
        let folds = Cut { train, test, training }.folds(&(FROM..last.tomorrow().unwrap())).unwrap();
        let series = bars.iter().map(|bars| SweepSeries {
            book: book(&self.charges),
            bars,
            timeframe: Timeframe::Day,
            finer: None,
            class: TradingClass::Share,
            time_exit: TimeExit::Never,
            start: Timestamp::MIN,
        });
        let forward = WalkForward {
            sweep: Sweep {
                cash: self.cash,
                limits: AccountLimits::default(),
                fills: FillRules { slippage: self.slippage, ..FillRules::default() },
                calendar: Calendar::builtin(),
                series: series.collect(),
                threads: self.threads,
                cache_bytes: 1 << 20,
            },
            equity: EquityAt::SessionClose,
        };
        let wanted: Vec<u64> = (0..self.sets.len() as u64).collect();
        let build = |set: u64| self.crossing.build(&self.sets[set as usize]).unwrap();
        forward.run(&folds, &wanted, build, &rank, &AtomicBool::new(false), |_| ()).unwrap()
    }

    fn judge(&self, bars: &Bars, seed: u64) -> Verdict {
        let walked = self.run(&[bars], ("9mo", "3mo", Training::Rolling), |row| row.sharpe);
        let trades: Vec<Money> = walked.outcome.trades.iter().map(domain::trade::Trade::pnl).collect();
        judge_walk_forward(&WalkForwardCase {
            folds: &walked.folds(),
            sets: self.sets.len() as u64,
            trades: Some(&trades),
            seed,
        })
    }
}

fn chosen(step: &Step) -> Option<u64> {
    if let Choice::Set { inside, .. } = step.choice { Some(inside.set) } else { None }
}

/// The bars up to a day, then those of another market at the same times.
fn spliced(bars: &Bars, other: &Bars, day: Date) -> Bars {
    let at = bars.first_at_or_after(start_of(day));
    let both = (0..bars.len()).map(|i| if i < at { bars.get(i) } else { other.get(i) });
    Bars::collect(both).unwrap()
}

#[test]
fn what_comes_after_a_fold_changes_nothing_in_it() {
    let case = Case::new();
    let (bars, other) = (market(500, 0.003, 1), market(500, 0.003, 2));
    for training in [Training::Rolling, Training::Anchored] {
        let walk = |bars: &Bars| case.run(&[bars], ("6mo", "2mo", training), |row| row.sharpe).steps;
        let steps = walk(&bars);
        assert!(steps.len() > 6, "{} folds", steps.len());
        let mut others_differ = false;
        for fold in steps.iter().map(|step| &step.fold) {
            let changed = walk(&spliced(&bars, &other, fold.train.end));
            for (before, after) in steps.iter().zip(&changed) {
                if before.fold.train.end <= fold.train.end {
                    assert_eq!(chosen(before), chosen(after), "trained to {}", fold.train.end);
                    assert_eq!(before.in_sample, after.in_sample);
                }
                if before.fold.test.end <= fold.train.end {
                    assert_eq!(before, after, "tested to {}", before.fold.test.end);
                } else {
                    others_differ |= before != after;
                }
            }
        }
        assert!(others_differ, "the other market is another");
    }
}

#[test]
fn the_tests_are_one_account_and_threads_change_nothing() {
    let bars = market(500, 0.003, 3);
    let case = |threads| Case { threads, slippage: Slippage::Ticks(3), ..Case::new() };
    let walk = |threads| {
        case(threads).run(&[&bars], ("4mo", "5w", Training::Rolling), |row| Some(row.net_pnl.to_f64()))
    };
    let walked = walk(1);
    for threads in [2, 3, 8] {
        assert_eq!(walked, walk(threads), "{threads} threads");
    }
    let outcome = &walked.outcome;
    assert!(outcome.open.is_empty());
    let pnl: Money = outcome.trades.iter().map(domain::trade::Trade::pnl).sum();
    assert_eq!(outcome.equity.last().unwrap().1, CASH + pnl, "CASH-1");
    assert!(outcome.equity.is_sorted_by(|a, b| a.0 < b.0), "each session once");
    let by_fold: Money = walked
        .steps
        .iter()
        .map(|step| if let Choice::Set { outside, .. } = step.choice { outside.net_pnl } else { Money::ZERO })
        .sum();
    assert_eq!(by_fold, pnl);
    // Every session after the first training is traded once.
    let sessions: usize = walked.steps.iter().map(|step| step.out_of_sample.len()).sum();
    let first = start_of(walked.steps[0].fold.test.start);
    assert_eq!(sessions, bars.len() - bars.first_at_or_after(first));
    assert_eq!(sessions, outcome.equity.len());
    assert!(walked.steps.iter().map(|step| step.closed_at_end).sum::<usize>() > 3);
}

#[test]
fn without_a_figure_the_test_stays_flat() {
    // The first half year does not move: averages never part, nothing trades, and every set has the net result zero.
    let flat = |bar: domain::bars::Bar| {
        let price = Price::rupees(1_000);
        domain::bars::Bar { open: price, high: price, low: price, close: price, ..bar }
    };
    let moving = market(400, 0.0, 4);
    let from = moving.first_at_or_after(start_of(date(2014, 8, 6)));
    let bars = (0..moving.len()).map(|i| if i < from { flat(moving.get(i)) } else { moving.get(i) });
    let bars = Bars::collect(bars).unwrap();
    let ranks: [fn(&Row) -> Option<f64>; 3] =
        [|row| row.sharpe, |row| Some(row.net_pnl.to_f64()), |row| row.max_drawdown_pct.map(|p| -p)];
    for rank in ranks {
        let walked = Case::new().run(&[&bars], ("3mo", "3mo", Training::Rolling), rank);
        let first = &walked.steps[0];
        assert_eq!(first.choice, Choice::NoneFit);
        assert!(first.in_sample.len() > 50 && first.out_of_sample.len() > 50);
        assert!(first.in_sample.iter().chain(&first.out_of_sample).all(|r| *r == 0.0));
        assert!(walked.steps.iter().any(|step| chosen(step).is_some()));
    }
}

#[test]
fn a_ruined_account_trades_no_more() {
    let mut case = Case { cash: Money::rupees(20_000), slippage: Slippage::Ticks(3_000), ..Case::new() };
    // A trade loses thirty thousand rupees of slippage: more than there is.
    case.sets.truncate(1);
    let walked = case
        .run(&[&market(500, 0.0, 5)], ("2mo", "1mo", Training::Rolling), |row| Some(row.net_pnl.to_f64()));
    let ruined = walked.steps.iter().position(|step| step.choice == Choice::Ruined).expect("ruin");
    assert!(walked.steps[ruined..].iter().all(|step| step.choice == Choice::Ruined));
    let verdict =
        judge_walk_forward(&WalkForwardCase { folds: &walked.folds(), ..WalkForwardCase::default() });
    assert_eq!(verdict.kind, Kind::LikelyLuck, "{}", verdict.sentence);
}

#[test]
fn a_series_that_begins_late_joins_when_it_is_there() {
    let (early, late) = (market(400, 0.002, 6), market(400, 0.002, 7));
    let from = late.first_at_or_after(start_of(date(2014, 10, 1)));
    let late = late.slice(from..late.len());
    let mut case = Case::new();
    case.sets.truncate(3);
    let walked = case.run(&[&early, &late], ("3mo", "2mo", Training::Rolling), |row| row.sharpe);
    let of_late = |t: &&domain::trade::Trade| t.book.0 == 1;
    let first = walked.outcome.trades.iter().find(of_late).expect("it trades");
    assert!(first.entry_time >= late.times()[0]);
}

#[test]
fn stopping_says_how_far_it_was() {
    let case = Case::new();
    let bars = market(300, 0.0, 8);
    let stop = AtomicBool::new(false);
    let folds =
        Cut { train: "3mo".parse().unwrap(), test: "3mo".parse().unwrap(), training: Training::Rolling }
            .folds(&(FROM..date(2015, 1, 6)))
            .unwrap();
    let forward = WalkForward {
        sweep: Sweep {
            cash: CASH,
            limits: AccountLimits::default(),
            fills: FillRules::default(),
            calendar: Calendar::builtin(),
            series: vec![SweepSeries {
                book: book(&case.charges),
                bars: &bars,
                timeframe: Timeframe::Day,
                finer: None,
                class: TradingClass::Share,
                time_exit: TimeExit::Never,
                start: Timestamp::MIN,
            }],
            threads: 1,
            cache_bytes: 1 << 20,
        },
        equity: EquityAt::SessionClose,
    };
    let build = |set: u64| case.crossing.build(&case.sets[set as usize]).unwrap();
    let wanted: Vec<u64> = (0..case.sets.len() as u64).collect();
    let halt = |n| stop.store(n >= 17, std::sync::atomic::Ordering::Relaxed);
    let stopped = forward.run(&folds, &wanted, build, &|row| row.sharpe, &stop, halt);
    assert_eq!(stopped, Err(Stopped { folds: 1, sets: 5 }));
}

/// LUCK-1 over walk-forwards: a planted trend is found, random walks are rarely called real.
#[test]
fn trends_are_found_and_random_walks_are_not() {
    let case = Case::new();
    let kinds = |seeds: std::ops::Range<u64>, trend| -> Vec<Kind> {
        seeds.map(|seed| case.judge(&market(1_000, trend, seed), seed).kind).collect()
    };
    let real = |kinds: &[Kind]| kinds.iter().filter(|kind| **kind == Kind::LikelyReal).count();
    let (walks, trends) = (kinds(0..100, 0.0), kinds(1_000..1_012, 0.006));
    println!("{} of 100 walks and {} of 12 trends are called real", real(&walks), real(&trends));
    assert!(real(&walks) < 5, "{walks:?}");
    assert!(real(&trends) >= 10, "{trends:?}");
}
