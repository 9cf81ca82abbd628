//! What a caller must tell its user before trusting the numbers of an instrument.

use super::symbol::{self, ContractExpiry, Form};
use super::tables::latest;
use super::{Instrument, InstrumentTables, Kind, reading};
use crate::Date;
use crate::calendar::{Calendar, TradingClass};
use crate::expiry::{ExpiryRules, MonthExpiry};

impl InstrumentTables {
    /// What a caller must tell its user before trusting the numbers of an instrument: a lot that is not known or not
    /// verified; an unverified freeze quantity or tick; an expiry that is only an upper bound, by an unverified rule,
    /// or near days of which no holidays are known; a closing auction that only an assumed list gives a share.
    pub fn doubts(&self, instrument: &Instrument, on: Date) -> Vec<String> {
        self.doubts_in(instrument, on, Calendar::builtin(), ExpiryRules::builtin())
    }

    /// [`InstrumentTables::doubts`] of what [`InstrumentTables::resolve_in`] made of the same calendar and rules.
    pub fn doubts_in(
        &self,
        instrument: &Instrument,
        on: Date,
        calendar: &Calendar,
        rules: &ExpiryRules,
    ) -> Vec<String> {
        let mut doubts = Vec::new();
        if let Some(expiry) = instrument.expiry() {
            doubts.extend(self.lot_doubt(instrument, expiry, on));
            doubts.extend(self.freeze_doubt(instrument, expiry, on));
            doubts.extend(self.expiry_doubt(instrument, on, calendar, rules));
        }
        doubts.extend(self.tick_doubt(instrument, on));
        doubts.extend(self.auction_doubt(instrument, on, calendar));
        doubts
    }

    fn lot_doubt(&self, instrument: &Instrument, expiry: Date, on: Date) -> Option<String> {
        let Instrument { id, exchange, underlying, .. } = instrument;
        match self.lot_for(*exchange, underlying, expiry, on) {
            None => Some(format!(
                "the lot size of {id} on {on} is not known, so any number of units passes; add a [[lot]] row"
            )),
            Some(fact) if !fact.verified => {
                Some(format!("lot size {} of {id} is unverified ({})", fact.lot, fact.source))
            }
            Some(_) => None,
        }
    }

    fn freeze_doubt(&self, instrument: &Instrument, expiry: Date, on: Date) -> Option<String> {
        let Instrument { id, exchange, underlying, .. } = instrument;
        let (freeze, row) = latest(&self.rows.freezes, *exchange, underlying, expiry, on)?;
        (!row.verified).then(|| format!("freeze quantity {freeze} of {id} is unverified ({})", row.source))
    }

    fn expiry_doubt(
        &self,
        instrument: &Instrument,
        on: Date,
        calendar: &Calendar,
        rules: &ExpiryRules,
    ) -> Option<String> {
        let Instrument { id, exchange, underlying, .. } = instrument;
        let Ok(Form::Contract(readings)) = symbol::read(id.symbol()) else { return None };
        let chosen = reading::choose(&self.rows, id, readings, on, calendar, rules).ok()?;
        let ContractExpiry::Month { year, month } = chosen.expiry else { return None };
        match rules.of_month(*exchange, underlying, (year, month), calendar)? {
            MonthExpiry::AtMost(date) => Some(format!(
                "the expiry day of {id} follows no rule known here; {date} is the last it can be"
            )),
            MonthExpiry::Ruled(expiry) if expiry.certain => None,
            MonthExpiry::Ruled(expiry) => {
                Some(match rules.unverified_source(*exchange, underlying, expiry.scheduled) {
                    Some(source) => {
                        format!("expiry {} of {id} follows an unverified rule ({source})", expiry.date)
                    }
                    None => format!(
                        "expiry {} of {id} is the rule's; a holiday may have moved it, the calendar does not know those days",
                        expiry.date
                    ),
                })
            }
        }
    }

    fn tick_doubt(&self, instrument: &Instrument, on: Date) -> Option<String> {
        let Instrument { id, exchange, segment, kind, underlying, .. } = instrument;
        let tick = instrument.tick?;
        let row = self.tick_row(*exchange, *segment, *kind, underlying, on)?;
        (!row.verified).then(|| format!("tick {tick} of {id} is unverified ({})", row.source))
    }

    /// Only from the day on which shares with derivatives keep hours of their own does the list matter.
    fn auction_doubt(&self, instrument: &Instrument, on: Date, calendar: &Calendar) -> Option<String> {
        let Instrument { id, exchange, kind, underlying, .. } = instrument;
        if *kind != Kind::Equity {
            return None;
        }
        let hours = |class| calendar.usual_hours(class, on);
        if hours(TradingClass::ShareWithDerivatives) == hours(TradingClass::Share) {
            return None;
        }
        let row = self.shares_row(*exchange, underlying, on)?;
        row.assumed
            .contains(exchange)
            .then(|| format!("that {id} trades in the closing auction is assumed ({})", row.source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn doubts_are_told_and_facts_are_not() {
        let tables = InstrumentTables::builtin();
        let doubts = |id: &str, on| {
            let found = tables.resolve(&id.parse().unwrap(), on, None).unwrap();
            tables.doubts(&found, on)
        };
        assert_eq!(doubts("NSE:NIFTY26MARFUT", date(2026, 3, 24)), Vec::<String>::new());
        assert_eq!(doubts("NSE:SBIN-EQ", date(2026, 3, 24)), Vec::<String>::new());
        let told = |id: &str, on, parts: &[&str]| {
            let found = doubts(id, on);
            assert_eq!(found.len(), parts.len(), "{found:?}");
            for part in parts {
                assert!(found.iter().any(|doubt| doubt.contains(part)), "{part}: {found:?}");
            }
        };
        told(
            "NSE:TCS27MARFUT",
            date(2027, 3, 1),
            &["lot size of NSE:TCS27MARFUT on 2027-03-01 is not known", "a holiday may have moved it"],
        );
        told(
            "MCX:CRUDEOIL26AUGFUT",
            date(2026, 8, 10),
            &["lot size", "freeze quantity", "2026-08-31 is the last it can be", "tick"],
        );
        told(
            "NSE:NIFTY18MAYFUT",
            date(2018, 5, 2),
            &["lot size", "follows an unverified rule (start of index futures"],
        );
        // A day in the name is the expiry, whatever the rules say.
        told("NSE:NIFTY2640723000CE", date(2026, 4, 1), &[]);
        // The list of shares is NSE's; since the closing auction it matters that BSE's is only assumed to be the same.
        told("BSE:SBIN-A", date(2026, 7, 31), &[]);
        told("BSE:SBIN-A", date(2026, 8, 3), &["trades in the closing auction is assumed"]);
        told("NSE:SBIN-EQ", date(2026, 8, 3), &[]);
        told("BSE:20MICRONS-A", date(2026, 8, 3), &[]);
    }
}
