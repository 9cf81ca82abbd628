//! Calendar files: their rows, checked and sorted into what each class needs.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::day::Session;
use super::hours::{Hours, Listed, Plan, SquareOff};
use super::{Calendar, TradingClass};
use crate::dated_table::{Day, TableError, TableText, yes};
use crate::time::{Date, MinuteOfDay};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    classes: Option<Vec<Spanned<String>>>,
    source: Option<String>,
    #[serde(default)]
    closed: Vec<ClosedRow>,
    #[serde(default)]
    special: Vec<SpecialRow>,
    #[serde(default)]
    hours: Vec<HoursRow>,
    #[serde(default)]
    square_off: Vec<SquareOffRow>,
    #[serde(default)]
    coverage: Vec<CoverageRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosedRow {
    date: Spanned<Day>,
    name: String,
    classes: Option<Vec<Spanned<String>>>,
    #[serde(default = "yes")]
    verified: bool,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecialRow {
    date: Spanned<Day>,
    name: String,
    classes: Option<Vec<Spanned<String>>>,
    sessions: Option<Vec<Spanned<String>>>,
    opens: Option<Spanned<String>>,
    closes: Option<Spanned<String>>,
    closing_auction: Option<Spanned<String>>,
    pre_open: Option<Spanned<String>>,
    #[serde(default)]
    holiday: bool,
    #[serde(default = "yes")]
    verified: bool,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursRow {
    from: Spanned<Day>,
    classes: Option<Vec<Spanned<String>>>,
    sessions: Vec<Spanned<String>>,
    closing_auction: Option<Spanned<String>>,
    pre_open: Option<Spanned<String>>,
    #[serde(default = "yes")]
    verified: bool,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SquareOffRow {
    from: Spanned<Day>,
    classes: Option<Vec<Spanned<String>>>,
    at: Option<Spanned<String>>,
    before_close: Option<Spanned<u16>>,
    #[serde(rename = "source")]
    _source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverageRow {
    from: Spanned<Day>,
    to: Spanned<Day>,
    classes: Option<Vec<Spanned<String>>>,
    #[serde(rename = "source")]
    _source: Option<String>,
}

impl Calendar {
    /// Lays a file's rows on top of what is there.
    pub(super) fn add(&mut self, toml: &str) -> Result<(), TableError> {
        let text = TableText::new("calendar data", toml);
        let file: File = text.parse()?;
        Reader { text, file: &file }.add_to(self)
    }
}

struct Reader<'a> {
    text: TableText<'a>,
    file: &'a File,
}

impl Reader<'_> {
    fn add_to(&self, calendar: &mut Calendar) -> Result<(), TableError> {
        self.add_days(calendar)?;
        let mut hours = Once::default();
        for row in &self.file.hours {
            let from = row.from.get_ref().0;
            let sessions = self.hours(
                &row.from,
                &row.sessions,
                row.closing_auction.as_ref(),
                row.pre_open.as_ref(),
                row.verified,
                self.source(row.source.as_ref()),
            )?;
            for class in self.classes(row.classes.as_ref(), &row.from)? {
                hours.take(self.text, class, from, &row.from)?;
                set(&mut calendar.classes[class as usize].hours, from, sessions.clone());
            }
        }
        let mut square_off = Once::default();
        for row in &self.file.square_off {
            let from = row.from.get_ref().0;
            let rule = match (&row.at, &row.before_close) {
                (Some(at), None) => SquareOff::At(self.minute("at", at)?),
                (None, Some(minutes)) => SquareOff::BeforeClose(*minutes.get_ref()),
                _ => {
                    let what = "a square_off row has one of `at` and `before_close`; write at = \"15:10\" or before_close = 15";
                    return Err(self.text.error(row.from.span(), what));
                }
            };
            for class in self.classes(row.classes.as_ref(), &row.from)? {
                square_off.take(self.text, class, from, &row.from)?;
                set(&mut calendar.classes[class as usize].square_off, from, rule);
            }
        }
        for row in &self.file.coverage {
            let (from, to) = (row.from.get_ref().0, row.to.get_ref().0);
            if to < from {
                let what = format!("coverage to {to} ends before it begins at {from}; swap them");
                return Err(self.text.error(row.to.span(), what));
            }
            for class in self.classes(row.classes.as_ref(), &row.from)? {
                calendar.classes[class as usize].covered.push(from..=to);
            }
        }
        Ok(())
    }

    fn add_days(&self, calendar: &mut Calendar) -> Result<(), TableError> {
        let mut days = Once::default();
        for row in &self.file.closed {
            let date = row.date.get_ref().0;
            let listed = Listed {
                name: row.name.clone(),
                plan: Plan::Closed,
                holiday: true,
                verified: row.verified,
                source: self.source(row.source.as_ref()),
            };
            for class in self.classes(row.classes.as_ref(), &row.date)? {
                days.take(self.text, class, date, &row.date)?;
                calendar.classes[class as usize].days.insert(date, listed.clone());
            }
        }
        for row in &self.file.special {
            let date = row.date.get_ref().0;
            let listed = Listed {
                name: row.name.clone(),
                plan: self.plan(row)?,
                holiday: row.holiday,
                verified: row.verified,
                source: self.source(row.source.as_ref()),
            };
            for class in self.classes(row.classes.as_ref(), &row.date)? {
                days.take(self.text, class, date, &row.date)?;
                calendar.classes[class as usize].days.insert(date, listed.clone());
            }
        }
        Ok(())
    }

    fn plan(&self, row: &SpecialRow) -> Result<Plan, TableError> {
        if let Some(sessions) = &row.sessions {
            if let Some(cut) = row.opens.as_ref().or(row.closes.as_ref()) {
                let what = "`opens` and `closes` cut the usual hours; leave them out beside `sessions`";
                return Err(self.text.error(cut.span(), what));
            }
            let (auction, pre_open) = (row.closing_auction.as_ref(), row.pre_open.as_ref());
            let hours = self.hours(&row.date, sessions, auction, pre_open, row.verified, String::new())?;
            return Ok(Plan::Sessions(hours));
        }
        if let Some(extra) = row.closing_auction.as_ref().or(row.pre_open.as_ref()) {
            let what =
                "`closing_auction` and `pre_open` go with `sessions`; without it the day has its usual ones";
            return Err(self.text.error(extra.span(), what));
        }
        let minute = |field, value: &Option<Spanned<String>>, or| {
            value.as_ref().map_or(Ok(or), |v| self.minute(field, v))
        };
        let within = Session {
            open: minute("opens", &row.opens, Session::DAY.open)?,
            close: minute("closes", &row.closes, Session::DAY.close)?,
        };
        if within.open >= within.close {
            let what = format!("opens {} is not before closes {}; swap them", within.open, within.close);
            return Err(self.text.error(row.date.span(), what));
        }
        Ok(Plan::Usual(within))
    }

    fn hours(
        &self,
        row: &Spanned<Day>,
        sessions: &[Spanned<String>],
        closing_auction: Option<&Spanned<String>>,
        pre_open: Option<&Spanned<String>>,
        verified: bool,
        source: String,
    ) -> Result<Hours, TableError> {
        let mut parsed: Vec<Session> = Vec::with_capacity(sessions.len());
        for written in sessions {
            let session = self.session("sessions", written)?;
            if let Some(last) = parsed.last().filter(|last| session.open < last.close) {
                let what = format!(
                    "session {session} begins before {last} ends; list sessions in order, without overlap"
                );
                return Err(self.text.error(written.span(), what));
            }
            parsed.push(session);
        }
        let (Some(first), Some(last)) = (parsed.first().copied(), parsed.last().copied()) else {
            return Err(self
                .text
                .error(row.span(), "`sessions` is empty; list a day without trading under `closed`"));
        };
        let optional =
            |field, value: Option<&Spanned<String>>| value.map(|v| self.session(field, v)).transpose();
        let auction = optional("closing_auction", closing_auction)?;
        if let (Some(auction), Some(written)) = (auction.filter(|a| a.open < last.close), closing_auction) {
            let what = format!(
                "closing_auction {auction} begins before session {last} ends; it follows the last session"
            );
            return Err(self.text.error(written.span(), what));
        }
        let opening = optional("pre_open", pre_open)?;
        if let (Some(opening), Some(written)) = (opening.filter(|p| p.close > first.open), pre_open) {
            let what = format!(
                "pre_open {opening} ends after session {first} begins; it precedes the first session"
            );
            return Err(self.text.error(written.span(), what));
        }
        Ok(Hours { sessions: parsed, closing_auction: auction, pre_open: opening, verified, source })
    }

    fn minute(&self, field: &str, value: &Spanned<String>) -> Result<MinuteOfDay, TableError> {
        value.get_ref().parse().map_err(|e| self.text.error(value.span(), format_args!("{field} {e}")))
    }

    /// `09:15-15:30`, with its end after its beginning.
    fn session(&self, field: &str, value: &Spanned<String>) -> Result<Session, TableError> {
        let written = value.get_ref();
        let bad = |why: &str| {
            let what = format!("{field} \"{written}\" {why}; write hh:mm-hh:mm, as in 09:15-15:30");
            self.text.error(value.span(), what)
        };
        let (open, close) = written.split_once('-').ok_or_else(|| bad("is not a stretch of time"))?;
        let minute = |part: &str| part.trim().parse().map_err(|_| bad("is not a stretch of time"));
        let session = Session { open: minute(open)?, close: minute(close)? };
        if session.open < session.close { Ok(session) } else { Err(bad("ends before it begins")) }
    }

    fn source(&self, own: Option<&String>) -> String {
        own.or(self.file.source.as_ref()).cloned().unwrap_or_default()
    }

    fn classes(
        &self,
        own: Option<&Vec<Spanned<String>>>,
        row: &Spanned<Day>,
    ) -> Result<Vec<TradingClass>, TableError> {
        let names = own.or(self.file.classes.as_ref()).filter(|names| !names.is_empty()).ok_or_else(|| {
            let what = "the row names no classes; add classes = [\"equity\"] to it, or once at the top of the file";
            self.text.error(row.span(), what)
        })?;
        let mut classes = Vec::new();
        for name in names {
            let choices = format!(
                "a group (equity, currencies, commodities) or a class ({})",
                TradingClass::ALL.map(TradingClass::name).join(", ")
            );
            let group = self.text.word("classes", name, choices, group)?;
            classes.extend(group.iter().filter(|c| !classes.contains(*c)).copied().collect::<Vec<_>>());
        }
        Ok(classes)
    }
}

fn group(name: &str) -> Option<&'static [TradingClass]> {
    match name {
        "equity" => Some(&TradingClass::ALL[..4]),
        "currencies" => Some(&TradingClass::ALL[4..6]),
        "commodities" => Some(&TradingClass::ALL[6..]),
        _ => TradingClass::ALL.iter().position(|c| c.name() == name).map(|i| &TradingClass::ALL[i..=i]),
    }
}

/// Refuses a second row of one file for the same class and day: which one counts would be a guess.
#[derive(Default)]
struct Once(BTreeMap<(TradingClass, Date), usize>);

impl Once {
    fn take(
        &mut self,
        text: TableText<'_>,
        class: TradingClass,
        date: Date,
        row: &Spanned<Day>,
    ) -> Result<(), TableError> {
        match self.0.insert((class, date), text.line(row.span())) {
            None => Ok(()),
            Some(line) => {
                let what =
                    format!("{date} is already listed for {class} on line {line}; keep one of the two rows");
                Err(text.error(row.span(), what))
            }
        }
    }
}

fn set<T>(rows: &mut Vec<(Date, T)>, from: Date, value: T) {
    match rows.binary_search_by_key(&from, |(date, _)| *date) {
        Ok(i) => rows[i].1 = value,
        Err(i) => rows.insert(i, (from, value)),
    }
}
