//! What a walk over the audit chains found.

use std::fmt::Write as _;

use serde::Serialize;
use store::audit::{ChainReport, Verdict};

use super::table::{Align, count, lines};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    whole: bool,
    /// In order of table and account.
    chains: Vec<ChainView>,
    first_broken: Option<ChainView>,
}

#[derive(Serialize)]
struct ChainView {
    table: &'static str,
    /// 0: activity that touched no account.
    account: i64,
    /// Rows from the first on that are whole.
    rows: i64,
    whole: bool,
    /// The row, counted from 1 in its chain, at which it breaks.
    sequence: Option<i64>,
    /// What is wrong.
    problem: Option<String>,
}

impl AuditView {
    pub fn of(chains: &[ChainReport]) -> AuditView {
        AuditView {
            whole: chains.iter().all(ChainReport::is_whole),
            chains: chains.iter().map(view).collect(),
            first_broken: chains.iter().find(|chain| !chain.is_whole()).map(view),
        }
    }
}

fn view(report: &ChainReport) -> ChainView {
    ChainView {
        table: report.chain.record.name(),
        account: report.chain.account,
        rows: report.rows,
        whole: report.is_whole(),
        sequence: sequence(&report.verdict),
        problem: (!report.is_whole()).then(|| report.verdict.to_string()),
    }
}

fn sequence(verdict: &Verdict) -> Option<i64> {
    match verdict {
        Verdict::Missing { place } | Verdict::Altered { place } | Verdict::Rewritten { place } => {
            Some(*place)
        }
        Verdict::CutTail { have, .. } => Some(have + 1),
        Verdict::Whole | Verdict::WrongEnd | Verdict::NotMirrored | Verdict::ForgedMirror { .. } => None,
    }
}

/// The first broken link in words, if one is broken.
pub fn first_broken(chains: &[ChainReport]) -> Option<String> {
    let broken = chains.iter().filter(|chain| !chain.is_whole()).count();
    let first = chains.iter().find(|chain| !chain.is_whole())?;
    let others =
        if broken > 1 { format!("; {} broken in all", count(broken as u64, "chain")) } else { String::new() };
    Some(format!(
        "the audit is broken: {}: {}{others}; keep this machine as it is, and compare with a backup",
        first.chain, first.verdict
    ))
}

pub fn text(chains: &[ChainReport]) -> String {
    let head = ["table", "account", "rows", "chain"].map(str::to_owned).to_vec();
    let rows = chains.iter().map(|report| {
        let account = match report.chain.account {
            0 => "-".to_owned(),
            id => id.to_string(),
        };
        vec![
            report.chain.record.name().to_owned(),
            account,
            report.rows.to_string(),
            report.verdict.to_string(),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let mut text = lines(&[Align::Left, Align::Right, Align::Right, Align::Left], &rows);
    if chains.iter().all(ChainReport::is_whole) {
        let links: i64 = chains.iter().map(|report| report.rows).sum();
        let _ = writeln!(
            text,
            "{} in {}: all whole, and as the mirror says",
            count(links as u64, "row"),
            count(chains.len() as u64, "chain")
        );
    }
    text
}
