//! A long made-up run: the expected figures were computed by numpy 2.4 from the same draws, by the definitions in the
//! documentation and not from this code (peaks by `maximum.accumulate`, deviations by `std(ddof=1)`, dates by datetime).

use super::*;
use crate::metrics::TradeFigures;

/// Knuth's MMIX generator: a few lines in any language.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % n
    }

    fn minute(&mut self, from: u16, span: i64) -> u16 {
        from + self.below(span) as u16
    }

    fn paise(&mut self, n: i64) -> Money {
        Money::paise(self.below(n))
    }
}

/// The first 700 weekdays from 2021-01-01.
fn sessions() -> Vec<Date> {
    let weekday = |day: &Date| day.weekday().to_monday_zero_offset() < 5;
    date(2021, 1, 1).series(jiff::Span::new().days(1)).filter(weekday).take(700).collect()
}

fn outcome() -> Outcome {
    let days = sessions();
    let mut draws = Draws(7);
    let mut outcome = Outcome { initial_cash: Money::rupees(1_000_000), ..Outcome::default() };
    let mut made = vec![Money::ZERO; days.len()];
    for i in 0..days.len() {
        for _ in 0..draws.below(3) {
            let entry = ist(days[i], draws.minute(555, 300));
            let last = (i + draws.below(3) as usize).min(days.len() - 1);
            let exit = ist(days[last], draws.minute(870, 60));
            let charges = ChargesByKind {
                brokerage: draws.paise(4_000),
                stt: draws.paise(1_000),
                gst: draws.paise(700),
                ..ChargesByKind::default()
            };
            let gross = Money::from_raw(draws.below(200_000_001) - 98_000_000);
            let gross = if draws.below(17) == 0 { charges.total() } else { gross };
            outcome.trades.push(trade(entry, exit, gross, charges));
            made[last] += gross - charges.total();
        }
    }
    outcome.open = vec![open_position(Money::from_raw(123_456_700), brokerage(Money::paise(4_200)))];
    let mut equity = outcome.initial_cash;
    for (&day, &made) in days.iter().zip(&made) {
        equity += made;
        outcome.equity.push((ist(day, 930), equity));
    }
    outcome.equity[days.len() - 1].1 += Money::from_raw(123_456_700) - Money::paise(4_200);
    outcome
}

/// Three bars a day; a walk in steps that grow with the price.
fn walk(seed: u64, from: i64, first: usize, gap: usize) -> Bars {
    let mut draws = Draws(seed);
    let mut price = from;
    let mut bars = Bars::new();
    for (i, day) in sessions().into_iter().enumerate() {
        for n in 0..3 {
            let open = price + (draws.below(2_001) - 1_000) * (price / 1_000_000);
            let close = open + (draws.below(4_001) - 1_990) * (price / 1_000_000);
            price = close;
            if i >= first && (gap == 0 || i % gap != 0) {
                let (open, close) = (Price::from_raw(open), Price::from_raw(close));
                let (high, low) = (open.max(close), open.min(close));
                let time = ist(day, 555 + n * 125);
                bars.push(Bar { time, open, high, low, close, volume: Qty::ZERO }).unwrap();
            }
        }
    }
    bars
}

#[test]
fn every_figure_agrees_with_numpy() {
    let rupees = |text: &str| text.parse::<Money>().unwrap();
    let (share, index) = (walk(11, 1_500_000, 0, 0), walk(13, 24_000_000, 30, 7));
    let start = ist(date(2021, 1, 20), 0);
    let m = Metrics::of(&outcome(), &[held(0, &share, start), held(1, &index, start)]);

    assert_eq!(m.trades, 711);
    assert_eq!((m.wins, m.losses), (340, 330));
    assert_eq!(m.final_equity, rupees("1136121.3192"));
    assert_eq!(m.net_pnl, rupees("136121.3192"));
    assert_eq!(m.gross_pnl, rupees("156542.3792"));
    assert_eq!(m.charges, rupees("20421.06"));
    let kinds = m.charges_by_kind;
    assert_eq!(
        (kinds.brokerage, kinds.stt, kinds.gst),
        (rupees("14501.31") + rupees("42"), rupees("3454.06"), rupees("2423.69"))
    );
    close_to(m.win_rate, 0.4781997187060478);
    close_to(m.profit_factor, 1.0787755316746317);
    assert_eq!(m.expectancy, Some(rupees("174.1458")));
    close_to(m.avg_holding_seconds, 132701.68776371307);
    assert_eq!(m.max_drawdown, rupees("156119.8429"));
    close_to(m.max_drawdown_pct, 12.324056419604434);
    assert_eq!(m.max_drawdown_days, 298);
    close_to(m.cagr, 0.048679736965531406);
    close_to(m.sharpe, 0.6519570182198712);
    close_to(m.sortino, 1.0025586967989157);
    close_to(m.calmar, 0.39499768021261533);
    assert_eq!(m.longest_losing_streak, 9);

    assert_eq!(m.by_month.len(), 33);
    let month = |name: &str| {
        let row = m.by_month.iter().find(|row| row.month.to_string() == name).unwrap();
        (row.closed, row.return_pct)
    };
    for (name, closed, return_pct) in [
        ("2021-01", (21, 10, 249857845), 2.4985784499999886),
        ("2021-02", (22, 11, 57867465), 0.5645684640224413),
        ("2022-06", (22, 9, -62144012), -0.5207892391050017),
        ("2023-09", (6, 3, 131480716), 2.2915673674071213),
    ] {
        assert_eq!(month(name).0, figures(closed), "{name}");
        close_to(month(name).1, return_pct);
    }
    let nobody = (0, 0, 0);
    let weekdays = [
        (137, 64, 216646073),
        (144, 78, 847568316),
        (163, 77, 643785631),
        (153, 70, -677705770),
        (114, 51, 207882242),
        nobody,
        nobody,
    ];
    assert_eq!(m.by_weekday, weekdays.map(figures));
    let hours = [
        (111, 54, 196762012),
        (142, 62, -311466693),
        (136, 58, -190034563),
        (131, 72, 605466287),
        (145, 69, 610245788),
        (46, 25, 327203661),
    ];
    assert_eq!(m.by_hour[9..15], hours.map(figures));
    assert_eq!(m.by_hour.iter().map(|hour| hour.trades).sum::<u64>(), 711);

    let bh = m.buy_and_hold.unwrap();
    assert_eq!(bh.invested, rupees("998432.7917"));
    assert_eq!(bh.final_equity, rupees("1005450.1779"));
    assert_eq!(bh.net_pnl, rupees("5450.1779"));
    close_to(Some(bh.return_pct), 0.545017790000002);
    close_to(bh.cagr, 0.0020665585033046163);
    close_to(Some(bh.max_drawdown_pct), 3.659940946457901);
}

fn figures((trades, wins, net_pnl): (u64, u64, i64)) -> TradeFigures {
    TradeFigures { trades, wins, net_pnl: Money::from_raw(net_pnl) }
}
