//! The result of a sweep.

mod row;
mod unfinished;

use std::fmt::Write;
use std::path::Path;

use ::backtest::court::Verdict;
use ::backtest::sweep::Row;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use strategy::Value;

use super::backtest::{RunView, number};
use super::verdict::{VerdictView, figures};
use crate::commands::backtest::summary::foremost;
use crate::failure::Failure;

pub use row::{RowView, rows};
pub use unfinished::{Digest, Unfinished};

/// What the best is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    Sharpe,
    Sortino,
    Calmar,
    Cagr,
    Net,
    ProfitFactor,
    /// The smallest.
    Drawdown,
}

/// What was searched.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Searched {
    params: Map<String, Json>,
    search: &'static str,
    random: Option<u64>,
    /// The most sets that an adaptive search tries.
    adaptive: Option<u64>,
    seed: Option<u64>,
    /// The figure whose best sets an adaptive search stays near.
    #[serde(skip_serializing_if = "Option::is_none")]
    steered_by: Option<Rank>,
}

/// How sets are picked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Search {
    Grid,
    Random { sets: u64, seed: u64 },
    Adaptive { sets: u64, seed: u64, by: Rank },
}

/// The whole document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<'a> {
    run: RunView,
    searched: Searched,
    rank: Rank,
    /// Sets to try, all of which fit together.
    sets: u64,
    /// Sets that came up and do not fit together, as fast ≥ slow.
    skipped: u64,
    done: u64,
    complete: bool,
    /// Whether the best is luck; null while sets are missing.
    verdict: Option<VerdictView>,
    /// The verdict's figures, for a person.
    #[serde(skip)]
    figures: String,
    /// Each row's `set` and its parameters, the best first.
    best: Vec<Best>,
    #[serde(serialize_with = "rows")]
    rows: &'a [Row],
    /// What `--resume` needs; absent from a complete document.
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<Unfinished>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Best {
    params: Map<String, Json>,
    #[serde(flatten)]
    row: RowView,
}

impl Rank {
    const ALL: [(&'static str, Rank); 7] = [
        ("sharpe", Rank::Sharpe),
        ("sortino", Rank::Sortino),
        ("calmar", Rank::Calmar),
        ("cagr", Rank::Cagr),
        ("net", Rank::Net),
        ("profit-factor", Rank::ProfitFactor),
        ("drawdown", Rank::Drawdown),
    ];

    pub fn read(text: &str) -> Result<Rank, Failure> {
        let known = || Rank::ALL.map(|(name, _)| name).join(", ");
        Rank::ALL
            .into_iter()
            .find(|(name, _)| *name == text)
            .map(|(_, rank)| rank)
            .ok_or_else(|| Failure::usage(format!("--rank: `{text}` is not known; use {}", known())))
    }

    /// The row that comes first; of equal ones the lower set.
    pub fn best(self, rows: &[Row]) -> Option<&Row> {
        rows.iter().min_by(|a, b| self.compare(a, b))
    }

    fn compare(self, a: &Row, b: &Row) -> std::cmp::Ordering {
        let figure = |row: &Row| self.figure(row).unwrap_or(f64::NEG_INFINITY);
        figure(b).total_cmp(&figure(a)).then(a.set.cmp(&b.set))
    }

    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        Rank::ALL.iter().find(|(_, rank)| *rank == self).map_or("", |(name, _)| name)
    }

    /// Higher is better; `None` is worst.
    pub fn figure(self, row: &Row) -> Option<f64> {
        match self {
            Rank::Sharpe => row.sharpe,
            Rank::Sortino => row.sortino,
            Rank::Calmar => row.calmar,
            Rank::Cagr => row.cagr,
            Rank::Net => Some(row.net_pnl.to_f64()),
            Rank::ProfitFactor => row.profit_factor,
            // Who never traded has no drawdown, and no merit either.
            Rank::Drawdown if !row.has_traded() => None,
            Rank::Drawdown => row.max_drawdown_pct.map(|percent| -percent),
        }
    }
}

impl Searched {
    pub fn new(axes: &[(&str, &[Value])], search: Search) -> Searched {
        let list = |values: &[Value]| Json::Array(values.iter().map(|v| number(*v)).collect());
        let (name, random, adaptive, seed, steered_by) = match search {
            Search::Grid => ("grid", None, None, None, None),
            Search::Random { sets, seed } => ("random", Some(sets), None, Some(seed), None),
            Search::Adaptive { sets, seed, by } => ("adaptive", None, Some(sets), Some(seed), Some(by)),
        };
        Searched {
            params: axes.iter().map(|(name, values)| ((*name).to_owned(), list(values))).collect(),
            search: name,
            random,
            adaptive,
            seed,
            steered_by,
        }
    }
}

impl<'a> Document<'a> {
    /// `rows` in the order of their sets; `sets` and skipped ones; `at` gives a set's values in the order of the axes.
    pub fn new(
        run: RunView,
        searched: Searched,
        rank: Rank,
        rows: &'a [Row],
        top: usize,
        (sets, skipped): (u64, u64),
        at: &dyn Fn(u64) -> Vec<Value>,
    ) -> Document<'a> {
        let mut order: Vec<&Row> = rows.iter().collect();
        order.sort_by(|a, b| rank.compare(a, b));
        let names: Vec<String> = searched.params.keys().cloned().collect();
        let named = |set: u64| names.iter().cloned().zip(at(set).into_iter().map(number)).collect();
        let best =
            order.into_iter().take(top).map(|row| Best { params: named(row.set), row: RowView::of(row) });
        Document {
            run,
            rank,
            sets,
            skipped,
            done: rows.len() as u64,
            complete: rows.len() as u64 == sets,
            best: best.collect(),
            searched,
            verdict: None,
            figures: String::new(),
            rows,
            unfinished: None,
        }
    }

    /// Adds what the overfit court found.
    #[must_use]
    pub fn judged(mut self, verdict: Option<&Verdict>) -> Document<'a> {
        self.verdict = verdict.map(VerdictView::of);
        self.figures = verdict.map_or_else(String::new, |v| figures::table(figures::of_sweep(&v.figures)));
        self
    }

    /// Adds what `--resume` needs: the court as bytes, and the check of the bars.
    #[must_use]
    pub fn unfinished(mut self, court: &[u8], data: u64) -> Document<'a> {
        self.unfinished = Some(Unfinished::new((&self.run, &self.searched, self.rows), court, data));
        self
    }

    /// The best sets, for a person.
    pub fn table(&self, json: Option<&Path>) -> String {
        let (faults, doubts) = self.run.faults_and_doubts();
        let mut out = foremost(faults);
        let _ = writeln!(
            out,
            "{} on {} {} {}: {} of {} sets, the best by {}",
            self.run.strategy,
            self.run.symbols.join(", "),
            self.run.timeframe,
            self.run.product,
            self.done,
            self.sets,
            self.rank.name(),
        );
        let names: Vec<&String> = self.searched.params.keys().collect();
        let mut head = String::new();
        for name in &names {
            let _ = write!(head, "{name:>12}");
        }
        let _ = writeln!(
            out,
            "{head}{:>14}{:>8}{:>9}{:>9}{:>10}{:>8}",
            "net P&L", "trades", "Sharpe", "CAGR %", "max DD %", "PF"
        );
        let shown = |x: Option<f64>| x.map_or("–".to_owned(), |x| format!("{x:.2}"));
        for best in &self.best {
            for name in &names {
                let _ =
                    write!(out, "{:>12}", best.params.get(*name).map_or(String::new(), ToString::to_string));
            }
            let row = &best.row;
            let _ = writeln!(
                out,
                "{:>14.2}{:>8}{:>9}{:>9}{:>10}{:>8}",
                row.net_pnl,
                row.trades,
                shown(row.sharpe),
                shown(row.cagr.map(|c| 100.0 * c)),
                shown(row.max_drawdown_pct),
                shown(row.profit_factor),
            );
        }
        match &self.verdict {
            Some(verdict) => {
                let _ = writeln!(out, "verdict: {}\n{}", verdict.sentence, self.figures);
            }
            None => {
                let _ = writeln!(out, "no verdict: sets are missing; a sweep is judged when it is whole");
            }
        }
        if self.skipped > 0 {
            let _ = writeln!(out, "{} sets were skipped: their parameters do not fit together", self.skipped);
        }
        for warning in doubts {
            let _ = writeln!(out, "warning: {warning}");
        }
        if let Some(path) = json {
            let _ = writeln!(out, "written to {}", path.display());
        }
        out
    }
}
