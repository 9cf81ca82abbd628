//! Decides which rows of a file belong to which instrument.
//!
//! What the exchange wrote (contract, series, index name) is believed and filtered by; a bare word in a symbol column
//! is only a hint, and the user's `--symbol` decides. Nothing is ever guessed between two labels.

use domain::Price;
use domain::instrument::InstrumentId;

use super::contract::Expiries;
use super::error::ImportError;
use super::report::Defect;
use super::sheet::{Group, Row, Sheet};

/// How many symbols a message lists.
const LISTED: usize = 10;

/// What the user asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    One(&'a InstrumentId),
    All,
    Unsaid,
}

/// The groups of each instrument, and those of symbols that were not asked for.
type Chosen = (Vec<(InstrumentId, Vec<Group>)>, Vec<Group>);

/// Splits a sheet's groups by instrument. Adds notes to the sheet.
pub(super) fn choose(sheet: &mut Sheet, wanted: Wanted<'_>) -> Result<Chosen, ImportError> {
    let groups = std::mem::take(&mut sheet.groups);
    let mut expiries = Expiries::default();
    for group in &groups {
        expiries.add(&group.label);
    }
    match wanted {
        Wanted::One(symbol) => one(sheet, groups, symbol, &expiries),
        Wanted::All => all(sheet, groups, &expiries),
        Wanted::Unsaid => Err(unsaid(sheet, &groups, &expiries)),
    }
}

fn one(
    sheet: &mut Sheet,
    groups: Vec<Group>,
    symbol: &InstrumentId,
    expiries: &Expiries,
) -> Result<Chosen, ImportError> {
    let found = |groups: &[Group]| spellings(groups, expiries);
    let exact = |g: &Group| g.label.instrument(expiries).as_ref() == Ok(symbol);
    let any_exact = groups.iter().any(exact);
    let matches = |g: &Group| if any_exact { exact(g) } else { g.label.means(symbol, expiries) };
    let mut taken = Vec::new();
    let mut others = Vec::new();
    for group in groups {
        if group.label.symbol.is_empty() || matches(&group) {
            taken.push(group);
        } else {
            others.push(group);
        }
    }
    if taken.is_empty() {
        match &others[..] {
            [] => return Ok((Vec::new(), others)),
            [single] if !single.label.is_definite() => {
                sheet.notes.push(format!(
                    "the file labels its rows `{}`; they were taken as {symbol}, as you said",
                    single.label.written()
                ));
                taken.append(&mut others);
            }
            _ => {
                let definite = others.iter().any(|g| g.label.is_definite());
                let found = found(&others);
                let list = listed(&found, symbol.as_str());
                let what = if definite {
                    format!("holds no rows of {symbol}; it holds {list}; give one of them as --symbol")
                } else {
                    format!(
                        "none of its labels means {symbol}; it labels its rows with {list}; save the rows of one label to a file of its own and import that"
                    )
                };
                return Err(ImportError::Symbol { file: sheet.path.clone(), what, found });
            }
        }
    } else if let Some(note) = continues(&taken, &others, sheet.is_ticks) {
        sheet.notes.push(note);
        taken.append(&mut others);
    } else if !any_exact && !taken[0].label.symbol.is_empty() {
        let mut labels: Vec<String> = taken.iter().map(|g| format!("`{}`", g.label.written())).collect();
        labels.dedup();
        sheet.notes.push(format!("rows labelled {} were taken as {symbol}", labels.join(", ")));
    }
    if is_cash(symbol) && taken.iter().any(|g| g.has_open_interest && !g.label.is_definite()) {
        // A label may mean share or future, and the rows tell which; without one there is only the user's word.
        if taken.iter().any(|g| !g.label.symbol.is_empty()) {
            let what = format!(
                "its rows carry open interest: they are of a derivative, not of {symbol}; give the contract as --symbol, for example NSE:SBIN25NOVFUT"
            );
            return Err(ImportError::Symbol { file: sheet.path.clone(), what, found: found(&taken) });
        }
        sheet.warnings.push(format!(
            "{}: its rows carry open interest, as a derivative's do; they were taken as {symbol}, as you said",
            sheet.path.display()
        ));
    }
    Ok((vec![(symbol.clone(), taken)], others))
}

fn all(sheet: &mut Sheet, groups: Vec<Group>, expiries: &Expiries) -> Result<Chosen, ImportError> {
    let mut chosen: std::collections::BTreeMap<InstrumentId, Vec<Group>> = std::collections::BTreeMap::new();
    let mut loose = Vec::new();
    for mut group in groups {
        let refuse = |what: String| ImportError::Symbol { file: sheet.path.clone(), what, found: Vec::new() };
        if group.label.symbol.is_empty() {
            return Err(refuse("has no symbol column, so --all cannot name its rows; give --symbol".into()));
        }
        if !group.label.is_definite() {
            if group.has_open_interest {
                let label = &group.label.symbol;
                return Err(refuse(format!(
                    "rows labelled `{label}` carry open interest but no expiry, so --all cannot name the contract; give it as --symbol"
                )));
            }
            loose.push(group.label.symbol.clone());
        }
        match group.label.instrument(expiries) {
            Ok(instrument) => chosen.entry(instrument).or_default().push(group),
            Err(why) => {
                for row in std::mem::take(&mut group.rows) {
                    sheet.tally.add(Defect::BadSymbol, u64::from(row.line), || why.clone());
                }
                sheet.tally.merge(&group.tally);
            }
        }
    }
    if !loose.is_empty() {
        let total = loose.len();
        loose.truncate(LISTED);
        let more = if total > LISTED { format!(" and {} more", total - LISTED) } else { String::new() };
        sheet.notes.push(format!(
            "labels without exchange and series were taken as NSE shares (EQ) or indices: {}{more}",
            loose.join(", ")
        ));
    }
    Ok((chosen.into_iter().collect(), Vec::new()))
}

fn unsaid(sheet: &Sheet, groups: &[Group], expiries: &Expiries) -> ImportError {
    let found = spellings(groups, expiries);
    let what = match groups {
        [] => "which instrument is this? give --symbol, for example NSE:SBIN-EQ".to_owned(),
        [one] if one.label.symbol.is_empty() => {
            "does not say which instrument it is of; give --symbol, for example NSE:SBIN-EQ".to_owned()
        }
        [one] if !one.label.is_definite() => {
            let written = one.label.written();
            format!(
                "labels its rows `{written}`; say which instrument that is with --symbol, for example NSE:SBIN-EQ"
            )
        }
        [_] => format!("holds {}; say so with --symbol", listed(&found, "")),
        _ => format!("holds {}; give --symbol for one of them or --all", listed(&found, "")),
    };
    ImportError::Symbol { file: sheet.path.clone(), what, found }
}

/// The symbols of a file in `--symbol` spelling (as written, where they have none), sorted, each once.
fn spellings(groups: &[Group], expiries: &Expiries) -> Vec<String> {
    let spelling = |g: &Group| match g.label.instrument(expiries) {
        Ok(id) if g.label.is_definite() => id.to_string(),
        _ => g.label.written(),
    };
    let mut found: Vec<String> = groups.iter().map(spelling).filter(|s| !s.is_empty()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// At most [`LISTED`] symbols, those most like `near` first.
fn listed(found: &[String], near: &str) -> String {
    let alike = |s: &String| s.bytes().zip(near.bytes()).take_while(|(a, b)| a == b).count();
    let mut order: Vec<&String> = found.iter().collect();
    order.sort_by_key(|s| std::cmp::Reverse(alike(s)));
    let names: Vec<&str> = order.iter().take(LISTED).map(|s| s.as_str()).collect();
    match (found.len(), found.len() > LISTED) {
        (1, _) => names.join(""),
        (n, false) => format!("{n} symbols ({})", names.join(", ")),
        (n, true) => format!("{n} symbols ({} …)", names.join(", ")),
    }
}

/// Whether all labels are one share under successive names: they follow each other in time without overlap, closely,
/// and the price carries on. Gives the note to make of it.
fn continues(taken: &[Group], others: &[Group], is_ticks: bool) -> Option<String> {
    const NAMES: usize = 4;
    const GAP_DAYS: i32 = 10;
    if is_ticks || others.is_empty() || taken.len() + others.len() > NAMES {
        return None;
    }
    let mut in_time: Vec<(&Group, &Row, &Row)> = taken
        .iter()
        .chain(others)
        .filter(|g| !g.rows.is_empty())
        .map(|g| {
            let first = g.rows.iter().min_by_key(|r| r.time)?;
            let last = g.rows.iter().max_by_key(|r| r.time)?;
            Some((g, first, last))
        })
        .collect::<Option<_>>()?;
    in_time.sort_by_key(|(_, first, _)| first.time);
    for pair in in_time.windows(2) {
        let [(before, _, last), (after, first, _)] = pair else { return None };
        let same_kind = before.label.contract.is_none()
            && after.label.contract.is_none()
            && !before.label.is_index
            && before.label.series == after.label.series;
        let days = first.time.day().as_days() - last.time.day().as_days();
        // A share may open a quarter away from its last close, hardly more; two shares seldom are that near.
        let carries_on = (first.open - last.close).abs() <= last.close / 4;
        if !same_kind || first.time <= last.time || days > GAP_DAYS || !carries_on {
            return None;
        }
    }
    let names: Vec<String> = in_time
        .iter()
        .map(|(group, first, last)| {
            format!("{} {} to {}", group.label.written(), first.time.date(), last.time.date())
        })
        .collect();
    let seams: Vec<String> = in_time
        .windows(2)
        .map(|pair| format!("{}, then {}", Price::from_raw(pair[0].2.close), Price::from_raw(pair[1].1.open)))
        .collect();
    Some(format!(
        "the symbol changes inside the file: {}; the price carries on ({}), so all rows were taken",
        names.join(", then "),
        seams.join("; ")
    ))
}

fn is_cash(symbol: &InstrumentId) -> bool {
    symbol.symbol().rsplit_once('-').is_some_and(|(_, end)| end == "INDEX" || end.len() <= 2)
}
