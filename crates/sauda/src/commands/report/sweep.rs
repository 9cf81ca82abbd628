//! The page of a sweep: the court's verdict, a map of the parameters, and the run that ranked first.

use std::path::Path;

use ::backtest::court::{Kind, Verdict};
use ::backtest::sweep::Row;
use ::report::{Court, Heatmap, Study};
use domain::Timeframe;

use super::{page_of, save};
use crate::commands::backtest::Series;
use crate::commands::sweep::Grid;
use crate::failure::Failure;
use crate::view::backtest::Report;
use crate::view::sweep::Rank;
use crate::view::verdict::figures;

/// Values of a parameter that a map shows at most; of more, every so many.
const MOST_VALUES: usize = 100;

/// What a sweep found.
pub struct Found<'a> {
    pub rank: Rank,
    pub grid: &'a Grid,
    /// In the order of their sets.
    pub rows: &'a [Row],
    pub best: &'a Row,
    pub verdict: Option<&'a Verdict>,
}

impl Found<'_> {
    /// Writes the page; `report` is that of the best set.
    pub fn write(
        &self,
        path: &Path,
        report: &Report<'_>,
        series: &[Series],
        timeframe: Timeframe,
    ) -> Result<(), Failure> {
        let tried = self.rows.len();
        let mut notes = Vec::new();
        if tried > 1 {
            notes.push(format!(
                "this is the best of {tried} sets of parameters by {}, chosen after the fact: expect less",
                self.rank.name()
            ));
        }
        if self.verdict.is_none() {
            notes.push(
                "the sweep was interrupted: sets are missing, and nothing says whether this is luck"
                    .to_owned(),
            );
        }
        let mut page = page_of(report, series, timeframe, notes)?;
        page.title = format!("Sweep: the best of {tried} sets is {}", page.title);
        page.studies.extend(self.verdict.map(|verdict| Study::Court(court(verdict))));
        page.studies.extend(self.map().map(Study::Heatmap));
        save(path, &page)
    }

    /// The first two parameters that vary; the others stand where the best set has them.
    fn map(&self) -> Option<Heatmap> {
        let axes = &self.grid.axes;
        let space = self.grid.space();
        let lengths = space.lengths();
        let varying: Vec<usize> = (0..axes.len()).filter(|&axis| lengths[axis] > 1).collect();
        let (&x, rest) = varying.split_first()?;
        let y = rest.first().copied();
        let best = space.places(self.best.set);
        let shown = |axis: usize| thinned(lengths[axis], best[axis]);
        let (columns, lines) = (shown(x), y.map_or(vec![0], shown));
        let cell = |line: usize, column: usize| {
            let mut at = best.clone();
            at[x] = column;
            if let Some(y) = y {
                at[y] = line;
            }
            let set = space.set(&at);
            let row = self.rows.binary_search_by_key(&set, |row| row.set).ok()?;
            let percent = if self.rank == Rank::Cagr { 100.0 } else { 1.0 };
            self.rank.figure(&self.rows[row]).map(|figure| percent * figure)
        };
        let values = |axis: usize, shown: &[usize]| -> Vec<f64> {
            shown.iter().map(|&i| axes[axis].values[i].as_f64()).collect()
        };
        let mut notes: Vec<String> = Vec::new();
        let still = (0..axes.len()).filter(|&axis| axis != x && Some(axis) != y);
        let still: Vec<String> =
            still.map(|axis| format!("{} = {}", axes[axis].name, axes[axis].values[best[axis]])).collect();
        if !still.is_empty() {
            notes.push(format!("Here {}.", still.join(", ")));
        }
        if columns.len() < lengths[x] || y.is_some_and(|y| lines.len() < lengths[y]) {
            notes.push("Not every value is shown.".to_owned());
        }
        match self.rank {
            Rank::Cagr => notes.push("In percent a year.".to_owned()),
            Rank::Drawdown => notes.push("In percent, below zero.".to_owned()),
            Rank::Net => notes.push("In rupees.".to_owned()),
            _ => {}
        }
        let place = |shown: &[usize], value: usize| shown.iter().position(|&i| i == value);
        Some(Heatmap {
            figure: match self.rank {
                Rank::Cagr => "CAGR",
                Rank::Net => "net P&L",
                other => other.name(),
            }
            .to_owned(),
            x_name: axes[x].name.clone(),
            x: values(x, &columns),
            y_name: y.map_or(String::new(), |y| axes[y].name.clone()),
            y: y.map_or(Vec::new(), |y| values(y, &lines)),
            cells: lines
                .iter()
                .flat_map(|&line| columns.iter().map(move |&column| (line, column)))
                .map(|(line, column)| cell(line, column))
                .collect(),
            best: place(&columns, best[x]).zip(y.map_or(Some(0), |y| place(&lines, best[y]))),
            note: notes.join(" "),
        })
    }
}

/// Places on an axis that are shown, `kept` among them.
fn thinned(n: usize, kept: usize) -> Vec<usize> {
    let step = n.div_ceil(MOST_VALUES).max(1);
    (0..n).filter(|i| i % step == kept % step).collect()
}

fn court(verdict: &Verdict) -> Court {
    Court {
        outcome: outcome(verdict.kind),
        sentence: verdict.sentence.clone(),
        figures: figures::of_sweep(&verdict.figures),
    }
}

/// How a verdict is coloured.
pub(super) fn outcome(kind: Kind) -> &'static str {
    match kind {
        Kind::LikelyReal => "good",
        Kind::Inconclusive | Kind::TooFewData => "doubtful",
        Kind::LikelyLuck => "bad",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_axis_keeps_the_best() {
        assert_eq!(thinned(5, 3), [0, 1, 2, 3, 4]);
        let thin = thinned(950, 123);
        assert!(thin.len() <= MOST_VALUES && thin.contains(&123), "{thin:?}");
    }
}
