//! The result of a walk-forward: that of a backtest over the tests, fold by fold, with the verdict.

use std::fmt::Write;
use std::path::Path;

use ::backtest::court::Verdict;
use ::backtest::walk_forward::{Choice, Cut, Step, Walked, last};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::backtest::{Report, number};
use super::sweep::{Rank, RowView, Searched};
use super::table::{Align, count, lines};
use super::text;
use super::verdict::{VerdictView, figures};
use crate::commands::backtest::summary::{self, rupees};
use crate::commands::sweep::Grid;

/// What was asked for beside the backtest.
pub struct Plan {
    pub cut: Cut,
    pub rank: Rank,
    pub searched: Searched,
    /// Sets that fit together, tried in each fold.
    pub sets: u64,
    /// Sets whose parameters do not fit together.
    pub skipped: u64,
}

/// The whole document: the keys of a backtest, and these.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<'a> {
    #[serde(flatten)]
    report: &'a Report<'a>,
    #[serde(serialize_with = "plan")]
    walk_forward: &'a Plan,
    folds: Vec<FoldView>,
    verdict: VerdictView,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanView<'a> {
    train: String,
    test: String,
    training: &'static str,
    rank: Rank,
    sets: u64,
    skipped: u64,
    searched: &'a Searched,
}

/// One fold; its days are inclusive.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoldView {
    fold: usize,
    #[serde(serialize_with = "text")]
    train_from: domain::Date,
    #[serde(serialize_with = "text")]
    train_to: domain::Date,
    #[serde(serialize_with = "text")]
    test_from: domain::Date,
    #[serde(serialize_with = "text")]
    test_to: domain::Date,
    /// False for a last test that the end of the history cuts short.
    whole: bool,
    train_sessions: usize,
    test_sessions: usize,
    sets: u64,
    /// Why nothing was chosen.
    flat: Option<&'static str>,
    /// Those that were searched, as chosen.
    params: Option<Map<String, Json>>,
    in_sample: Option<RowView>,
    out_of_sample: Option<RowView>,
    #[serde(skip)]
    shown: Shown,
}

/// Columns of the table.
struct Shown {
    chosen: String,
    inside: Option<f64>,
    outside: Option<f64>,
    net: domain::Money,
    trades: u32,
}

impl<'a> Document<'a> {
    pub fn new(
        report: &'a Report<'a>,
        plan: &'a Plan,
        grid: &Grid,
        walked: &Walked,
        verdict: &Verdict,
    ) -> Document<'a> {
        let fold = |(i, step): (usize, &Step)| FoldView::new(i + 1, step, plan, grid);
        Document {
            report,
            walk_forward: plan,
            folds: walked.steps.iter().enumerate().map(fold).collect(),
            verdict: VerdictView::of(verdict),
        }
    }

    /// For a person: fold by fold, all tests together, the verdict, what to doubt.
    pub fn text(&self, verdict: &Verdict, json: Option<&Path>) -> String {
        let (run, plan) = (&self.report.run, self.walk_forward);
        let (faults, doubts) = run.faults_and_doubts();
        let mut out = summary::foremost(faults);
        let _ = writeln!(
            out,
            "{} on {} {} {}: {}, {} each, trained on {} ({}), tested on {}, the best by {}",
            run.strategy,
            run.symbols.join(", "),
            run.timeframe,
            run.product,
            count(self.folds.len() as u64, "fold"),
            count(plan.sets, "set"),
            plan.cut.train,
            plan.cut.training.name(),
            plan.cut.test,
            plan.rank.name(),
        );
        out.push_str(&self.table());
        let _ = writeln!(out, "\nthe tests as one account:\n{}", summary::figures(self.report));
        let _ = writeln!(out, "verdict: {}", self.verdict.sentence);
        out.push_str(&figures::table(figures::of_walk_forward(&verdict.figures)));
        out.push('\n');
        if plan.skipped > 0 {
            let _ = writeln!(out, "{} sets were skipped: their parameters do not fit together", plan.skipped);
        }
        for warning in doubts {
            let _ = writeln!(out, "warning: {warning}");
        }
        if let Some(path) = json {
            let _ = writeln!(out, "written to {}", path.display());
        }
        out
    }

    fn table(&self) -> String {
        use Align::{Left, Right};
        let rank = self.walk_forward.rank;
        let head = [
            "fold",
            "trained",
            "tested",
            "chosen",
            &format!("{} in training", rank.name()),
            "in the test",
            "net P&L of the test",
            "trades",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        let figure = |x: Option<f64>| x.map_or("–".to_owned(), |x| shown(rank, x));
        rows.extend(self.folds.iter().map(|fold| {
            vec![
                fold.fold.to_string(),
                format!("{} to {}", fold.train_from, fold.train_to),
                format!(
                    "{} to {}{}",
                    fold.test_from,
                    fold.test_to,
                    if fold.whole { "" } else { " (shorter)" }
                ),
                fold.shown.chosen.clone(),
                figure(fold.shown.inside),
                figure(fold.shown.outside),
                rupees(fold.shown.net),
                fold.shown.trades.to_string(),
            ]
        }));
        lines(&[Right, Left, Left, Left, Right, Right, Right, Right], &rows)
    }
}

impl FoldView {
    fn new(number: usize, step: &Step, plan: &Plan, grid: &Grid) -> FoldView {
        let (inside, outside) = match &step.choice {
            Choice::Set { inside, outside } => (Some(inside), Some(outside)),
            Choice::NoneFit | Choice::Ruined => (None, None),
        };
        FoldView {
            fold: number,
            train_from: step.fold.train.start,
            train_to: last(&step.fold.train),
            test_from: step.fold.test.start,
            test_to: last(&step.fold.test),
            whole: step.fold.whole,
            train_sessions: step.in_sample.len(),
            test_sessions: step.out_of_sample.len(),
            sets: plan.sets,
            flat: match step.choice {
                Choice::Set { .. } => None,
                Choice::NoneFit => Some("nothingTraded"),
                Choice::Ruined => Some("ruined"),
            },
            params: inside.map(|row| params(grid, row.set)),
            in_sample: inside.map(RowView::of),
            out_of_sample: outside.map(RowView::of),
            shown: Shown {
                chosen: chosen(grid, &step.choice),
                inside: inside.and_then(|row| plan.rank.figure(row)),
                outside: outside.and_then(|row| plan.rank.figure(row)),
                net: outside.map_or(domain::Money::ZERO, |row| row.net_pnl),
                trades: outside.map_or(0, |row| row.trades),
            },
        }
    }
}

/// The searched parameters of a set.
fn params(grid: &Grid, set: u64) -> Map<String, Json> {
    let names = grid.axes.iter().map(|axis| axis.name.clone());
    names.zip(grid.at(set).into_iter().map(number)).collect()
}

/// What a test traded, in words.
pub fn chosen(grid: &Grid, choice: &Choice) -> String {
    let Choice::Set { inside, .. } = choice else {
        let why =
            if *choice == Choice::Ruined { "the account is ruined" } else { "nothing traded in training" };
        return format!("flat: {why}");
    };
    let values = grid.at(inside.set);
    let words: Vec<String> =
        grid.axes.iter().zip(values).map(|(axis, value)| format!("{}={value}", axis.name)).collect();
    if words.is_empty() { "–".to_owned() } else { words.join(" ") }
}

/// The figure that ranks, as it is read.
fn shown(rank: Rank, figure: f64) -> String {
    match rank {
        Rank::Cagr => format!("{:.2} %", 100.0 * figure),
        Rank::Drawdown => format!("{figure:.2} %"),
        _ => format!("{figure:.2}"),
    }
}

fn plan<S: Serializer>(plan: &&Plan, to: S) -> Result<S::Ok, S::Error> {
    PlanView {
        train: plan.cut.train.to_string(),
        test: plan.cut.test.to_string(),
        training: plan.cut.training.name(),
        rank: plan.rank,
        sets: plan.sets,
        skipped: plan.skipped,
        searched: &plan.searched,
    }
    .serialize(to)
}
