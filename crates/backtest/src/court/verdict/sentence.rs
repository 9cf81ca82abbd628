//! The verdict in words: one sentence that a trader understands without knowing the tests.

use super::{Doubt, Figures, Kind, thresholds};

pub(super) fn of(kind: Kind, doubts: &[Doubt], figures: &Figures) -> String {
    match kind {
        Kind::TooFewData => too_few(doubts, figures),
        Kind::LikelyReal => format!("Likely real: {}{}", found(figures), support(figures)),
        Kind::LikelyLuck => format!("Likely luck: {}", against(doubts, figures)),
        Kind::Inconclusive => format!("Inconclusive: {}", undecided(doubts, figures)),
    }
}

fn too_few(doubts: &[Doubt], figures: &Figures) -> String {
    let (sessions, trades) = (figures.sessions, figures.trades.unwrap_or(0));
    match doubts.first() {
        Some(Doubt::FewSessions) => format!(
            "Too few data: {sessions} sessions, where luck and skill can be told apart from {} on",
            thresholds::SESSIONS
        ),
        Some(Doubt::FewTrades) => format!(
            "Too few data: {trades} trades in {sessions} sessions, where luck and skill can be told apart from {} \
             trades on",
            thresholds::TRADES
        ),
        _ => format!("Too few data: the account's worth never changed in {sessions} sessions"),
    }
}

/// What was found and how often luck alone brings as much.
fn found(figures: &Figures) -> String {
    let interval = figures
        .sharpe_interval
        .map(|i| format!(" (95 % between {:.2} and {:.2})", i.low, i.high))
        .unwrap_or_default();
    let sharpe = figures.sharpe.unwrap_or(0.0);
    let luck = chance(figures.luck_probability.unwrap_or(1.0));
    let sessions = figures.sessions;
    if figures.walk_forward.is_some() {
        return format!(
            "{sessions} sessions out of sample gave a Sharpe ratio of {sharpe:.2}{interval}, and luck alone gives as \
             much in {luck} of cases"
        );
    }
    format!(
        "{} shows a Sharpe ratio of {sharpe:.2}{interval} over {sessions} sessions, and luck alone gives as much in {luck} \
         of such searches",
        if figures.sets <= 1 { sets(figures) } else { format!("the best of {}", sets(figures)) }
    )
}

fn support(figures: &Figures) -> String {
    if let Some(efficiency) = figures.walk_forward.and_then(|w| w.efficiency) {
        return format!("; {} of the in-sample return survived", part(efficiency));
    }
    let overfit = figures.overfit.map(|o| {
        format!(
            "; chosen on half of the sessions it lost in the other half in {}",
            chance(o.loss_probability)
        )
    });
    let plateau = figures
        .plateau
        .map(|p| format!("; {} of {} neighbours tried reach half of it", p.holding, p.neighbours));
    overfit.unwrap_or_default() + &plateau.unwrap_or_default()
}

fn against(doubts: &[Doubt], figures: &Figures) -> String {
    let sharpe = figures.sharpe.unwrap_or(0.0);
    if doubts.contains(&Doubt::NoGain) {
        return if figures.walk_forward.is_some() {
            format!("out of sample nothing was gained (Sharpe ratio {sharpe:.2})")
        } else if figures.sets <= 1 {
            format!("the one parameter set gained nothing (Sharpe ratio {sharpe:.2})")
        } else {
            format!("not even the best of {} gained anything (Sharpe ratio {sharpe:.2})", sets(figures))
        };
    }
    let luck = figures.luck_probability.unwrap_or(1.0);
    if luck > thresholds::LUCK {
        return found(figures);
    }
    format!("{}{}", found(figures), overfitted(figures))
}

fn undecided(doubts: &[Doubt], figures: &Figures) -> String {
    let found = found(figures);
    match doubts.first() {
        Some(Doubt::Overfit) => found + &overfitted(figures),
        Some(Doubt::Inefficient) => match figures.walk_forward.and_then(|w| w.efficiency) {
            Some(efficiency) => {
                format!("{found}, but only {} of the in-sample return survived", part(efficiency))
            }
            None => format!("{found}, but in sample nothing was gained"),
        },
        Some(Doubt::Spike) => {
            let (holding, neighbours) = figures.plateau.map_or((0, 0), |p| (p.holding, p.neighbours));
            format!(
                "{found}, but it stands alone: {holding} of {neighbours} neighbours tried reach half of it"
            )
        }
        Some(Doubt::WideInterval) => {
            format!("{found}, but resampling its sessions does not rule out no gain at all")
        }
        _ => format!("{found}; likely real needs {} or less", chance(thresholds::REAL)),
    }
}

fn overfitted(figures: &Figures) -> String {
    let Some(overfit) = figures.overfit else { return String::new() };
    format!(
        ", but the best of one half of the sessions ranked in the worse half of sets in the other half in {} of splits \
         and lost money in {}",
        chance(overfit.probability),
        chance(overfit.loss_probability)
    )
}

fn sets(figures: &Figures) -> String {
    let tries = figures.effective_trials;
    match (figures.sets, figures.reachable) {
        (0 | 1, _) => "1 parameter set".into(),
        (n, Some(reachable)) => {
            format!("{n} parameter sets picked among {reachable} (judged as {tries:.0} independent tries)")
        }
        (n, None) => format!("{n} parameter sets (worth {tries:.0} independent tries)"),
    }
}

/// Never a rounded 0 % or 100 %: both would be claims.
fn chance(p: f64) -> String {
    match 100.0 * p {
        p if p < 0.1 => "less than 0.1 %".into(),
        p if p > 99.9 => "more than 99.9 %".into(),
        p if p < 10.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

fn part(ratio: f64) -> String {
    format!("{:.0} %", 100.0 * ratio)
}
