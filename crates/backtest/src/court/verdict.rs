//! The verdict, and how the figures lead to it.

use domain::Money;

use super::bootstrap::{Interval, sharpe_interval};
use super::cscv::{self, Overfit};
use super::deflated::{deflated_sharpe, expected_best_sharpe, luck_probability, probabilistic_sharpe};
use super::moments::Moments;
use super::plateau::Plateau;
use super::trade_order::{DrawdownOdds, drawdown_odds};
use super::walk_forward::{Fold, WalkForward};
use super::{Court, trials};
use crate::metrics::SESSIONS_A_YEAR;

mod sentence;

/// Where the verdict turns.
pub mod thresholds {
    /// Half a year: with fewer sessions even a Sharpe ratio of 3 lies within the noise.
    pub const SESSIONS: usize = 125;
    /// Closed trades of the best set: with fewer, session returns are too few for the normal tail.
    pub const TRADES: usize = 30;
    /// Likely real needs a chance of luck of at most this. Well below the 5 % that the verdict promises on random walks,
    /// as the number of effective tries is an estimate: with few sessions and many sets up to 1.6 times as many sweeps
    /// without skill were seen below a chance as it says.
    pub const REAL: f64 = 0.02;
    /// Above this the best is likely luck.
    pub const LUCK: f64 = 0.2;
    /// Choosing the best is overfitting if it ranks in the worse half out of sample in more than this share of splits …
    pub const OVERFIT: f64 = 0.5;
    /// … and loses money there in more than this share. Where the whole grid has the edge, ranks are noise and the first
    /// alone would condemn it.
    pub const LOSS: f64 = 0.25;
    /// A best of whose neighbours fewer than this share reach half of its Sharpe ratio stands on a spike. Not higher: the
    /// best owes part of its ratio to having been chosen, and at a corner of a plateau five of eight are outside.
    pub const HOLDING: f64 = 0.25;
    /// The least walk-forward efficiency of something real (Pardo 1992: 50 to 60 %).
    pub const EFFICIENCY: f64 = 0.5;
}

/// What the court finds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    LikelyReal,
    Inconclusive,
    LikelyLuck,
    TooFewData,
}

/// Why it is not likely real, gravest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Doubt {
    /// The set has no Sharpe ratio.
    NeverTraded,
    /// Fewer than [`thresholds::SESSIONS`].
    FewSessions,
    /// Fewer than [`thresholds::TRADES`].
    FewTrades,
    /// The Sharpe ratio is not above 0.
    NoGain,
    /// The chance of luck is above [`thresholds::REAL`].
    Luck,
    /// [`thresholds::OVERFIT`] and [`thresholds::LOSS`] are both passed.
    Overfit,
    /// Walk-forward efficiency is below [`thresholds::EFFICIENCY`].
    Inefficient,
    /// Below [`thresholds::HOLDING`].
    Spike,
    /// The bootstrap interval of the Sharpe ratio reaches 0.
    WideInterval,
}

/// The verdict of a sweep or a walk-forward.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    pub kind: Kind,
    /// One plain sentence with the decisive figures.
    pub sentence: String,
    /// Empty only if likely real.
    pub doubts: Vec<Doubt>,
    pub figures: Figures,
}

/// The figures behind it. Sharpe ratios are annualised, probabilities and shares from 0 to 1.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Figures {
    /// Parameter sets tried (in a walk-forward, in each fold).
    pub sets: u64,
    /// Those with a Sharpe ratio.
    pub ranked: u64,
    /// Sets that a search by results could have tried ([`Case::reachable`]).
    pub reachable: Option<u64>,
    /// Those kept for cross-validation.
    pub sampled: usize,
    /// Independent tries the sets are worth, or all that were reachable; 1 in a walk-forward, whose out-of-sample sessions
    /// nothing was chosen on.
    pub effective_trials: f64,
    /// Sessions judged: of the run, or out of sample.
    pub sessions: usize,
    /// Closed trades of the best; `None` if not told.
    pub trades: Option<usize>,
    /// Of the best, or out of sample.
    pub sharpe: Option<f64>,
    pub skewness: Option<f64>,
    /// 3 for a normal distribution.
    pub kurtosis: Option<f64>,
    /// Mean over all ranked sets that were not steered. `None` with fewer than two.
    pub mean_sharpe: Option<f64>,
    /// Sample standard deviation over the same sets: their real differences, costs above all, and noise.
    pub sharpe_deviation: Option<f64>,
    /// Sharpe ratio that luck alone gives the best of so many effective tries. The variance put into the formula is the one
    /// without skill, 1 ÷ (T − 1) per session, not the one among the sets: sets that lose by costs, and a plateau that
    /// gains, would raise the bar for the best without any luck in it.
    pub expected_best_sharpe: Option<f64>,
    /// Probability that the true Sharpe ratio is above 0, as if nothing had been chosen.
    pub probabilistic_sharpe: Option<f64>,
    /// Probability that the true Sharpe ratio is above `expected_best_sharpe` (Bailey and López de Prado 2014). Stricter
    /// than `luck_probability`: it adds the whole noise of one set to a bar that is a maximum already.
    pub deflated_sharpe: Option<f64>,
    /// Probability that the best of as many sets without skill does as well. Decides the verdict.
    pub luck_probability: Option<f64>,
    /// 95 % bootstrap interval of `sharpe`.
    pub sharpe_interval: Option<Interval>,
    /// `None` with fewer than two ranked sets, and in a walk-forward.
    pub overfit: Option<Overfit>,
    /// `None` without neighbours or gain, and in a walk-forward.
    pub plateau: Option<Plateau>,
    pub walk_forward: Option<WalkForward>,
    /// `None` with fewer than two trades.
    pub drawdown: Option<DrawdownOdds>,
}

/// The set that a sweep ranked first.
#[derive(Clone, Copy, Default, Debug)]
pub struct Case<'a> {
    /// Its session returns.
    pub returns: &'a [f64],
    /// Annualised Sharpe ratios next to it in the grid ([`super::neighbours`]), `None` where a set has none. Those that were
    /// tried; empty if none was, or if there is no grid.
    pub neighbours: &'a [Option<f64>],
    /// P&L of its closed trades, in order.
    pub trades: Option<&'a [Money]>,
    /// Threads for cross-validation; they change nothing but the time.
    pub threads: usize,
    /// Of a search that chose sets by the results of others, how many it could have chosen among.
    pub reachable: Option<u64>,
}

/// A finished walk-forward.
#[derive(Clone, Copy, Default, Debug)]
pub struct WalkForwardCase<'a> {
    /// In order of time.
    pub folds: &'a [Fold<'a>],
    /// Sets tried in each fold.
    pub sets: u64,
    /// P&L of the trades out of sample, in order.
    pub trades: Option<&'a [Money]>,
    pub seed: u64,
}

impl Court {
    /// Judges the best of the sets heard.
    pub fn judge(&self, case: &Case<'_>) -> Verdict {
        let sample = self.sample.by_rank();
        let annual = SESSIONS_A_YEAR.sqrt();
        let spread = self.spread();
        let mut figures = Figures {
            sets: self.heard,
            ranked: self.ranked + self.steered_ranked,
            reachable: case.reachable,
            sampled: sample.len(),
            effective_trials: match case.reachable {
                // Nothing is known of how its sets hang together: as if they did not.
                Some(reachable) if sample.len() < 2 => reachable.max(1) as f64,
                reachable => trials::effective(&sample, self.ranked.max(reachable.unwrap_or(0)), self.seed),
            },
            mean_sharpe: spread.map(|(mean, _)| mean * annual),
            sharpe_deviation: spread.map(|(_, deviation)| deviation * annual),
            overfit: cscv::overfit(&sample, self.sessions, case.threads),
            ..Figures::default()
        };
        figures.examine(case.returns, case.trades, self.seed);
        if let Some(best) = figures.sharpe {
            let all: Vec<f64> = sample.iter().map(|kept| kept.sharpe * annual).collect();
            figures.plateau = Plateau::of(best, case.neighbours, &all);
        }
        figures.into_verdict()
    }
}

/// Judges the out-of-sample sessions of a walk-forward, joined. Nothing was chosen on them, so they are a single try.
pub fn judge_walk_forward(case: &WalkForwardCase<'_>) -> Verdict {
    let joined: Vec<f64> = case.folds.iter().flat_map(|fold| fold.out_of_sample).copied().collect();
    let mut figures = Figures {
        sets: case.sets,
        effective_trials: 1.0,
        walk_forward: WalkForward::of(case.folds),
        ..Figures::default()
    };
    figures.examine(&joined, case.trades, case.seed);
    figures.into_verdict()
}

impl Figures {
    /// Fills in what one set's returns and trades say.
    fn examine(&mut self, returns: &[f64], trades: Option<&[Money]>, seed: u64) {
        self.sessions = returns.len();
        self.trades = trades.map(<[Money]>::len);
        self.drawdown = trades.and_then(|pnl| drawdown_odds(pnl, seed));
        let Some(moments) = Moments::of(returns) else { return };
        let variance = ((moments.sessions - 1) as f64).recip();
        let annual = SESSIONS_A_YEAR.sqrt();
        self.sharpe = Some(moments.annual_sharpe());
        self.skewness = Some(moments.skewness);
        self.kurtosis = Some(moments.kurtosis);
        self.expected_best_sharpe = Some(expected_best_sharpe(variance, self.effective_trials) * annual);
        self.probabilistic_sharpe = Some(probabilistic_sharpe(&moments, 0.0));
        self.deflated_sharpe = Some(deflated_sharpe(&moments, variance, self.effective_trials));
        self.luck_probability = Some(luck_probability(&moments, self.effective_trials));
        self.sharpe_interval = sharpe_interval(returns, seed);
    }

    fn doubts(&self) -> Vec<Doubt> {
        use Doubt as D;
        let overfit =
            |o: Overfit| o.probability > thresholds::OVERFIT && o.loss_probability > thresholds::LOSS;
        let inefficient = |w: WalkForward| w.efficiency.is_none_or(|e| e < thresholds::EFFICIENCY);
        [
            (D::NeverTraded, self.sharpe.is_none()),
            (D::FewSessions, self.sessions < thresholds::SESSIONS),
            (D::FewTrades, self.trades.is_some_and(|n| n < thresholds::TRADES)),
            (D::NoGain, self.sharpe.is_some_and(|s| s <= 0.0)),
            (D::Luck, self.luck_probability.is_some_and(|p| p > thresholds::REAL)),
            (D::Overfit, self.overfit.is_some_and(overfit)),
            (D::Inefficient, self.walk_forward.is_some_and(inefficient)),
            (D::Spike, self.plateau.is_some_and(|p| p.holding_share() < thresholds::HOLDING)),
            (D::WideInterval, self.sharpe_interval.is_some_and(|i| i.low <= 0.0)),
        ]
        .into_iter()
        .filter_map(|(doubt, holds)| holds.then_some(doubt))
        .collect()
    }

    fn into_verdict(self) -> Verdict {
        let doubts = self.doubts();
        let kind = self.kind(&doubts);
        Verdict { kind, sentence: sentence::of(kind, &doubts, &self), doubts, figures: self }
    }

    fn kind(&self, doubts: &[Doubt]) -> Kind {
        use Doubt as D;
        let has = |doubt| doubts.contains(&doubt);
        if has(D::NeverTraded) || has(D::FewSessions) || has(D::FewTrades) {
            return Kind::TooFewData;
        }
        let plain_luck = self.luck_probability.is_some_and(|p| p > thresholds::LUCK);
        // Where the chance of luck is small, overfitting contradicts it: that is not proof of either.
        if has(D::NoGain) || plain_luck || has(D::Luck) && has(D::Overfit) {
            return Kind::LikelyLuck;
        }
        if doubts.is_empty() { Kind::LikelyReal } else { Kind::Inconclusive }
    }
}
