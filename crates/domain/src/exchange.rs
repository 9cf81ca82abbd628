//! Where it trades.

use std::fmt;

/// Where it trades, as written before the colon of an id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Exchange {
    Nse,
    Bse,
    Mcx,
}

impl Exchange {
    pub const ALL: [Exchange; 3] = [Exchange::Nse, Exchange::Bse, Exchange::Mcx];

    /// As written before the colon of an id.
    pub const fn code(self) -> &'static str {
        match self {
            Exchange::Nse => "NSE",
            Exchange::Bse => "BSE",
            Exchange::Mcx => "MCX",
        }
    }

    /// `None` unless it is one of the three codes in upper case.
    pub fn from_code(code: &str) -> Option<Exchange> {
        Exchange::ALL.into_iter().find(|e| e.code() == code)
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
