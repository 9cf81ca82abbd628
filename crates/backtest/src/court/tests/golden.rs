//! Numbers computed elsewhere: numpy 2.4 and scipy 1.17 by the formulas of the papers, or the papers' own.

use domain::Money;

use crate::court::sample::Kept;
use crate::court::*;
use crate::random::scramble;

#[track_caller]
fn near(got: f64, expected: f64, relative: f64) {
    assert!((got - expected).abs() <= relative * expected.abs(), "{got:e}, expected {expected:e}");
}

#[expect(clippy::excessive_precision, reason = "digits as they were computed")]
#[test]
fn normal_tail_and_quantile() {
    for (x, tail) in [
        (-8.0, 0.999999999999999378),
        (-3.0, 0.998650101968369905),
        (-1.0, 0.841344746068542949),
        (0.0, 0.5),
        (0.5, 0.308537538725986896),
        (1.0, 0.158655253931457051),
        (2.9999, 0.00135034128295492491),
        (3.0, 0.00134989803163009453),
        (3.0001, 0.00134945491326071717),
        (5.0, 2.86651571879193912e-7),
        (8.0, 6.22096057427178412e-16),
        (20.0, 2.7536241186062337e-89),
        (30.0, 4.90671392714818706e-198),
    ] {
        near(normal::upper_tail(x), tail, 1e-12);
        near(normal::cdf(-x), tail, 1e-12);
    }
    for (p, x) in [
        (1e-300, 37.0470962993612),
        (1e-100, 21.273453560965322),
        (1e-16, 8.222082216130435),
        (1e-9, 5.9978070150076865),
        (1e-6, 4.753424308822899),
        (0.001, 3.090232306167813),
        (0.025, 1.9599639845400545),
        (0.3, 0.5244005127080409),
        (0.7, -0.5244005127080407),
        (0.999, -3.090232306167813),
        (0.999999999, -5.997807019601637),
    ] {
        near(normal::upper_quantile(p), x, 1e-12);
    }
    near(normal::upper_quantile(1.0 - 1e-12), -7.0344869100478356, 1e-12);
    assert!(normal::upper_quantile(0.5).abs() < 1e-15);
}

/// Moments of given shape: only what the tests of significance read.
fn shaped(sharpe: f64, sessions: usize, skewness: f64, kurtosis: f64) -> Moments {
    Moments { sessions, mean: 0.01 * sharpe, deviation: 0.01, skewness, kurtosis }
}

/// Bailey and López de Prado 2014, "A numerical example": annual Sharpe ratio 2.5 over five years of 250 sessions, the
/// best of 100 trials whose annual ratios have a variance of ½; skewness −3, kurtosis 10. They find a bar of 0.1132 and a
/// deflated ratio of 0.9004; after 46 trials it would have been 0.9505, and with normal returns 88 trials give the same.
#[test]
fn the_papers_example() {
    let variance = 0.5 / 250.0;
    let best = shaped(2.5 / 250f64.sqrt(), 1_250, -3.0, 10.0);
    near(expected_best_sharpe(variance, 100.0), 0.113_172_001_865_132, 1e-12);
    near(deflated_sharpe(&best, variance, 100.0), 0.900_396_834_449_391, 1e-12);
    near(deflated_sharpe(&best, variance, 46.0), 0.950_501_706_875_578_6, 1e-12);
    let normal = Moments { skewness: 0.0, kurtosis: 3.0, ..best };
    near(deflated_sharpe(&normal, variance, 88.0), 0.950_490_816_676_014_2, 1e-12);
}

#[test]
fn the_best_of_luck() {
    for (trials, expected) in [
        (2.0, 0.5197553442805939),
        (10.0, 1.57459830134575),
        (1e3, 3.255121513652725),
        (1e6, 4.867860037837305),
    ] {
        near(expected_best_sharpe(1.0, trials), expected, 1e-12);
    }
    assert_eq!(expected_best_sharpe(1.0, 1.0), 0.0);
    for (sharpe, sessions, trials, plain, fat) in [
        (0.1, 750, 50.0, 0.14388234847441447, 0.1801404229608616),
        (0.15, 500, 1000.0, 0.33172257978458497, 0.5088084340718896),
        (0.02, 250, 3.0, 0.7572104951730415, 0.7579384758982008),
    ] {
        // Without skewness and with kurtosis 1 the variance factor is 1.
        near(luck_probability(&shaped(sharpe, sessions, 0.0, 1.0), trials), plain, 1e-12);
        near(luck_probability(&shaped(sharpe, sessions, -0.5, 6.0), trials), fat, 1e-12);
        // Positive skewness does not speak for a set.
        assert_eq!(
            luck_probability(&shaped(sharpe, sessions, 1.5, 3.3), trials),
            luck_probability(&shaped(sharpe, sessions, 0.0, 1.0), trials)
        );
    }
}

/// Returns that any language can make: SplitMix64 of set × 100003 + session, ± 1 %, plus an edge that grows by set.
fn matrix(sets: u64, sessions: u64, edge: f64) -> Vec<Vec<f64>> {
    let unit = |x: u64| (scramble(x) >> 11) as f64 / (1u64 << 53) as f64;
    let of = |i: u64, t: u64| 0.02 * (unit(i * 100_003 + t) - 0.5) + edge * i as f64;
    (0..sets).map(|i| (0..sessions).map(|t| of(i, t)).collect()).collect()
}

#[test]
fn moments() {
    let set = Moments::of(&matrix(4, 163, 0.0)[3]).unwrap();
    near(set.mean, 0.0006025812932406231, 1e-13);
    near(set.deviation, 0.005414946458797748, 1e-13);
    near(set.skewness, -0.1732403837907669, 1e-12);
    near(set.kurtosis, 2.127097776848612, 1e-12);
    near(set.sharpe(), 0.11128111751901071, 1e-12);
    for none in [&[][..], &[0.01], &[0.3; 9], &[0.0; 50], &[1e308, -1e308, 1e308], &[1e-200, 0.0, 2e-200]] {
        assert_eq!(Moments::of(none), None, "{none:?}");
    }
}

/// Every split done plainly on the returns themselves, with `itertools.combinations` and `polyfit`.
#[test]
fn cross_validation() {
    let overfit = |returns: &[Vec<f64>], threads| {
        let kept: Vec<Kept> =
            (0..).zip(returns).map(|(i, r)| Kept::of(i, r, &Moments::of(r).unwrap())).collect();
        cscv::overfit(&kept.iter().collect::<Vec<_>>(), returns[0].len(), threads).unwrap()
    };
    let luck = overfit(&matrix(7, 163, 0.0), 1);
    assert_eq!(luck.splits, 12_870);
    near(luck.probability, 10_869.0 / 12_870.0, 1e-12);
    near(luck.loss_probability, 3_444.0 / 12_870.0, 1e-12);
    near(luck.median_logit, -0.5108256237659907, 1e-9);
    near(luck.degradation_slope.unwrap(), -0.6577972788364044, 1e-9);
    near(luck.mean_in_sample, 3.496293531401857, 1e-9);
    near(luck.mean_out_of_sample, 0.49491842330191904, 1e-9);

    let edge = overfit(&matrix(12, 400, 0.00008), 2);
    near(edge.probability, 5_674.0 / 12_870.0, 1e-12);
    near(edge.loss_probability, 476.0 / 12_870.0, 1e-12);
    near(edge.median_logit, 0.15415067982725816, 1e-9);
    near(edge.degradation_slope.unwrap(), -0.8711061089334409, 1e-9);
    near(edge.mean_in_sample, 3.183106426599777, 1e-9);
    near(edge.mean_out_of_sample, 1.3647072922398282, 1e-9);
    assert_eq!(edge, overfit(&matrix(12, 400, 0.00008), 5), "threads change nothing");
}

#[test]
fn neighbours_in_grids() {
    assert_eq!(neighbours(&[5], 0), [1]);
    assert_eq!(neighbours(&[5], 3), [2, 4]);
    assert_eq!(neighbours(&[3, 4], 5), [0, 1, 2, 4, 6, 8, 9, 10]);
    assert_eq!(neighbours(&[3, 4], 11), [6, 7, 10]);
    assert_eq!(neighbours(&[3, 3, 3], 13).len(), 26);
    // Four axes: steps along one of them only.
    assert_eq!(neighbours(&[3, 3, 3, 3], 40), [13, 31, 37, 39, 41, 43, 49, 67]);
    for (grid, at) in [(&[][..], 0), (&[1], 0), (&[0, 3], 1), (&[3, 4], 12)] {
        assert!(neighbours(grid, at).is_empty(), "{grid:?} {at}");
    }
}

#[test]
fn plateau() {
    let around = [Some(1.5), None, Some(2.0), Some(1.0), Some(-0.5)];
    let plateau = Plateau::of(2.0, &around, &[-1.0, 0.0, 0.5, 1.0, 2.0]).unwrap();
    assert_eq!((plateau.neighbours, plateau.median, plateau.median_ratio), (5, 1.0, 0.5));
    assert_eq!((plateau.holding, plateau.holding_share()), (3, 0.6));
    assert_eq!((plateau.worst_ratio, plateau.median_rank), (-0.25, 0.6));
    for best in [0.0, -1.0, f64::NAN] {
        assert_eq!(Plateau::of(best, &around, &[]), None);
    }
    assert_eq!(Plateau::of(1.0, &[], &[]), None);
}

#[test]
fn walk_forward_efficiency() {
    let folds = [
        Fold { in_sample: &[0.02, 0.0, 0.01, 0.01], out_of_sample: &[0.01, 0.005] },
        Fold { in_sample: &[0.0, 0.0, 0.0, 0.0], out_of_sample: &[-0.01, 0.003] },
    ];
    let figures = WalkForward::of(&folds).unwrap();
    // In sample 0.04 in 8 sessions, out of sample 0.008 in 4.
    near(figures.in_sample_annual, 1.26, 1e-12);
    near(figures.out_of_sample_annual, 0.504, 1e-12);
    near(figures.efficiency.unwrap(), 0.4, 1e-12);
    assert_eq!((figures.folds, figures.profitable_folds), (2, 1));
    let lost = [Fold { in_sample: &[-0.1], out_of_sample: &[0.1] }];
    assert_eq!(WalkForward::of(&lost).unwrap().efficiency, None);
    assert_eq!(WalkForward::of(&[]), None);
}

#[test]
fn drawdown_over_orders_of_trades() {
    let pnl: Vec<Money> = [1, 1, -1].map(Money::rupees).to_vec();
    // Of three places for the loss, all fall by one.
    let odds = drawdown_odds(&pnl, 7).unwrap();
    assert_eq!((odds.actual, odds.median, odds.p99), (pnl[0], pnl[0], pnl[0]));
    assert_eq!(odds.actual_rank, 0.0);
    // Gains and losses in turn: only one order in C(20, 10) / 2 is as shallow.
    let turns: Vec<Money> = (0..20).map(|k| Money::rupees(if k % 2 == 0 { 100 } else { -100 })).collect();
    let odds = drawdown_odds(&turns, 7).unwrap();
    assert_eq!(odds.actual, Money::rupees(100));
    assert!(odds.actual_rank < 0.01, "{odds:?}");
    // Counted exactly over all orders: 29 % fall by 3 at most, 63 % by 4, 85 % by 5, 95.8 % by 6, 99.2 % by 7.
    assert_eq!((odds.median, odds.p95), (Money::rupees(400), Money::rupees(600)), "{odds:?}");
    assert_eq!(drawdown_odds(&pnl[..1], 7), None);
}

/// The bootstrap's spread is the one of the textbook where the textbook holds: 1 ÷ √T for normal returns without
/// autocorrelation (Lo 2002), and wider by √((1 + φ)/(1 − φ)) for an autoregression.
#[test]
fn bootstrap_interval() {
    let mut random = crate::random::Random::new(5, 5);
    let (sessions, phi) = (2_000, 0.3);
    let mut width = |phi: f64| {
        let mut last = 0.0;
        let mut mean_width = 0.0;
        for seed in 0..20 {
            let returns: Vec<f64> = (0..sessions)
                .map(|_| {
                    last = phi * last + super::sweeps::normal(&mut random);
                    0.01 * last
                })
                .collect();
            let interval = sharpe_interval(&returns, seed).unwrap();
            let sharpe = Moments::of(&returns).unwrap().annual_sharpe();
            assert!(interval.low < sharpe && sharpe < interval.high);
            mean_width += (interval.high - interval.low) / 20.0;
        }
        mean_width
    };
    let textbook = 2.0 * 1.96 * (252.0 / f64::from(sessions)).sqrt();
    near(width(0.0), textbook, 0.05);
    // Blocks of 13 sessions see most of the autocorrelation, not all of it.
    near(width(phi), textbook * ((1.0 + phi) / (1.0 - phi)).sqrt(), 0.12);
}
