//! What weakens a walk-forward, beside what weakens any backtest.

use ::backtest::walk_forward::{Choice, Step, Walked};

use crate::view::table::count;

/// Fewer tests say little about choosing.
const FEW_FOLDS: usize = 4;

/// In the words of a warning, gravest first.
pub fn of(walked: &Walked, sets: usize, empty: usize) -> Vec<String> {
    let steps = &walked.steps;
    let folds = steps.len();
    let mut doubts = Vec::new();
    let number = |choice: Choice| steps.iter().filter(|step| step.choice == choice).count();
    let ruined = number(Choice::Ruined);
    if ruined > 0 {
        doubts.push(format!("the account was ruined: {ruined} of {folds} tests could not be traded"));
    }
    let flat = number(Choice::NoneFit);
    if flat > 0 {
        doubts.push(format!("{flat} of {folds} tests stayed flat: no set had traded in their training"));
    }
    if folds < FEW_FOLDS {
        doubts.push(format!(
            "{} only: how well choosing works is seen over many; use a shorter --test or more history",
            count(folds as u64, "test")
        ));
    }
    let chosen: Vec<u64> = steps.iter().filter_map(set).collect();
    let changes = chosen.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if sets > 1 && 2 * changes > chosen.len().saturating_sub(1) {
        doubts.push(format!(
            "another set was chosen in {changes} of {} folds after the first: what was best did not stay best",
            chosen.len() - 1
        ));
    }
    let ended: usize = steps.iter().map(|step| step.closed_at_end).sum();
    if ended > 0 {
        doubts.push(format!(
            "{ended} of {} were closed because their test ended (exitReason SpanEnd), which no strategy asked for",
            count(walked.outcome.trades.len() as u64, "trade")
        ));
    }
    if empty > 0 {
        doubts.push(format!("tests without a bar were left out: {empty}"));
    }
    if steps.last().is_some_and(|step| !step.fold.whole) {
        doubts.push("the last test is shorter than the others".to_owned());
    }
    doubts.push(
        "strategy, ranges and lengths were chosen by someone who may know these years: a walk-forward cannot undo that"
            .to_owned(),
    );
    doubts
}

fn set(step: &Step) -> Option<u64> {
    if let Choice::Set { inside, .. } = step.choice { Some(inside.set) } else { None }
}
