//! The page of a walk-forward: the verdict, the strip of folds, and the tests as one run.

use std::path::Path;

use ::backtest::court::Verdict;
use ::backtest::walk_forward::{Choice, Step, last};
use ::report::{Court, Fold, Study, WalkForward};
use domain::Timeframe;

use super::sweep::outcome;
use super::{page_of, save};
use crate::commands::backtest::Series;
use crate::commands::sweep::Grid;
use crate::failure::Failure;
use crate::view::backtest::Report;
use crate::view::sweep::Rank;
use crate::view::verdict::figures;
use crate::view::walk_forward::{Plan, chosen};

/// What a walk-forward found.
pub struct Forward<'a> {
    pub plan: &'a Plan,
    pub grid: &'a Grid,
    pub steps: &'a [Step],
    pub verdict: &'a Verdict,
}

impl Forward<'_> {
    /// Writes the page; `report` is that of the tests as one account.
    pub fn write(
        &self,
        path: &Path,
        report: &Report<'_>,
        series: &[Series],
        timeframe: Timeframe,
    ) -> Result<(), Failure> {
        let mut page = page_of(report, series, timeframe, Vec::new())?;
        page.title = format!("Walk-forward: {}", page.title);
        page.studies.push(Study::Court(Court {
            outcome: outcome(self.verdict.kind),
            sentence: self.verdict.sentence.clone(),
            figures: figures::of_walk_forward(&self.verdict.figures),
        }));
        page.studies.push(Study::WalkForward(self.strip()));
        save(path, &page)
    }

    fn strip(&self) -> WalkForward {
        let (cut, rank) = (self.plan.cut, self.plan.rank);
        let tried = if self.plan.sets == 1 {
            "The one set".to_owned()
        } else {
            format!("The best of {} sets", self.plan.sets)
        };
        let unit = match rank {
            Rank::Cagr => " CAGR is in percent a year.",
            Rank::Drawdown => " Drawdown is in percent, below zero.",
            Rank::Net => " Net P&L is in rupees.",
            _ => "",
        };
        WalkForward {
            figure: match rank {
                Rank::Sharpe => "Sharpe",
                Rank::Sortino => "Sortino",
                Rank::Calmar => "Calmar",
                Rank::Cagr => "CAGR",
                Rank::Net => "Net P&L",
                Rank::ProfitFactor => "Profit factor",
                Rank::Drawdown => "Drawdown",
            }
            .to_owned(),
            folds: self.steps.iter().map(|step| self.fold(step)).collect(),
            note: format!(
                "{tried} over {} ({}) traded the next {}. Everything below is those tests, one account.{unit}",
                cut.train,
                cut.training.name(),
                cut.test,
            ),
        }
    }

    fn fold(&self, step: &Step) -> Fold {
        let rank = self.plan.rank;
        let percent = if rank == Rank::Cagr { 100.0 } else { 1.0 };
        let figure = |row| rank.figure(row).map(|figure| percent * figure);
        let (inside, outside, net_pnl) = match &step.choice {
            Choice::Set { inside, outside } => (figure(inside), figure(outside), outside.net_pnl.raw()),
            Choice::NoneFit | Choice::Ruined => (None, None, 0),
        };
        Fold {
            train_from: step.fold.train.start.to_string(),
            train_to: last(&step.fold.train).to_string(),
            test_from: step.fold.test.start.to_string(),
            test_to: last(&step.fold.test).to_string(),
            chosen: chosen(self.grid, &step.choice),
            inside,
            outside,
            net_pnl,
        }
    }
}
