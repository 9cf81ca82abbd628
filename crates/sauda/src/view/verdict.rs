//! What the overfit court found.

pub mod figures;

use ::backtest::court::{Doubt, Kind, Verdict};
use domain::Money;
use serde::Serialize;

/// The sentence, and the figures behind it. Sharpe ratios are annualised, probabilities from 0 to 1.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    kind: &'static str,
    pub sentence: String,
    doubts: Vec<&'static str>,
    sets: u64,
    ranked: u64,
    reachable: Option<u64>,
    sampled: usize,
    effective_trials: f64,
    sessions: usize,
    trades: Option<usize>,
    sharpe: Option<f64>,
    sharpe_interval: Option<[f64; 2]>,
    mean_sharpe: Option<f64>,
    sharpe_deviation: Option<f64>,
    expected_best_sharpe: Option<f64>,
    probabilistic_sharpe: Option<f64>,
    deflated_sharpe: Option<f64>,
    luck_probability: Option<f64>,
    overfit_probability: Option<f64>,
    overfit_loss_probability: Option<f64>,
    plateau: Option<PlateauView>,
    drawdown: Option<DrawdownView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    walk_forward: Option<WalkForwardView>,
}

/// The sets next to the best.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlateauView {
    neighbours: usize,
    holding: usize,
    median_sharpe: f64,
}

/// Greatest drawdown over random orders of the trades.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DrawdownView {
    median: f64,
    worst_in_twenty: f64,
}

/// How much of the result in training came in the tests.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WalkForwardView {
    folds: usize,
    profitable_folds: usize,
    in_sample_annual: f64,
    out_of_sample_annual: f64,
    efficiency: Option<f64>,
}

impl VerdictView {
    pub fn of(verdict: &Verdict) -> VerdictView {
        let f = &verdict.figures;
        VerdictView {
            kind: match verdict.kind {
                Kind::LikelyReal => "likelyReal",
                Kind::Inconclusive => "inconclusive",
                Kind::LikelyLuck => "likelyLuck",
                Kind::TooFewData => "tooFewData",
            },
            sentence: verdict.sentence.clone(),
            doubts: verdict.doubts.iter().map(|doubt| name(*doubt)).collect(),
            sets: f.sets,
            ranked: f.ranked,
            reachable: f.reachable,
            sampled: f.sampled,
            effective_trials: f.effective_trials,
            sessions: f.sessions,
            trades: f.trades,
            sharpe: f.sharpe,
            sharpe_interval: f.sharpe_interval.map(|i| [i.low, i.high]),
            mean_sharpe: f.mean_sharpe,
            sharpe_deviation: f.sharpe_deviation,
            expected_best_sharpe: f.expected_best_sharpe,
            probabilistic_sharpe: f.probabilistic_sharpe,
            deflated_sharpe: f.deflated_sharpe,
            luck_probability: f.luck_probability,
            overfit_probability: f.overfit.map(|o| o.probability),
            overfit_loss_probability: f.overfit.map(|o| o.loss_probability),
            plateau: f.plateau.map(|p| PlateauView {
                neighbours: p.neighbours,
                holding: p.holding,
                median_sharpe: p.median,
            }),
            drawdown: f.drawdown.map(|d| DrawdownView {
                median: Money::to_f64(d.median),
                worst_in_twenty: Money::to_f64(d.p95),
            }),
            walk_forward: f.walk_forward.map(|w| WalkForwardView {
                folds: w.folds,
                profitable_folds: w.profitable_folds,
                in_sample_annual: w.in_sample_annual,
                out_of_sample_annual: w.out_of_sample_annual,
                efficiency: w.efficiency,
            }),
        }
    }
}

fn name(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::NeverTraded => "neverTraded",
        Doubt::FewSessions => "fewSessions",
        Doubt::FewTrades => "fewTrades",
        Doubt::NoGain => "noGain",
        Doubt::Luck => "luck",
        Doubt::Overfit => "overfit",
        Doubt::Inefficient => "inefficient",
        Doubt::Spike => "spike",
        Doubt::WideInterval => "wideInterval",
    }
}
