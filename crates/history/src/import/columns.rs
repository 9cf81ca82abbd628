//! Which column of a table is what, by its name, whatever its case, padding, order and dialect.

/// Where the time of a row stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TimeColumns {
    One(usize),
    DateAndClock(usize, usize),
    /// No column has a known name: the caller may find it elsewhere.
    Absent,
}

/// Which prices a row has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PriceColumns {
    Bar { open: usize, high: usize, low: usize, close: usize },
    Tick { last: usize },
}

/// The columns of one table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Columns {
    pub time: TimeColumns,
    pub prices: PriceColumns,
    pub volume: Option<usize>,
    /// Volume counts lots, not units.
    pub volume_in_lots: bool,
    /// Units in a lot.
    pub lot: Option<usize>,
    pub symbol: Option<usize>,
    pub series: Option<usize>,
    /// Kind of instrument, such as `FUTIDX`, `STO`, `FUTCOM`.
    pub kind: Option<usize>,
    pub expiry: Option<usize>,
    pub strike: Option<usize>,
    pub side: Option<usize>,
    /// The exchange's own name of a contract, such as `NIFTY26MAR23000CE`.
    pub contract: Option<usize>,
    pub exchange: Option<usize>,
    pub open_interest: Option<usize>,
    /// The symbol column holds names of indices.
    pub names_indices: bool,
    /// How many columns the header has.
    pub width: usize,
    pub format: &'static str,
}

/// Why a line is no header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum NoTable {
    /// No name was known at all.
    Unknown,
    /// Some were, but these are missing.
    Missing(Vec<&'static str>),
    /// Two columns bear the same name.
    Twice(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    Time,
    Date,
    Clock,
    Open,
    High,
    Low,
    Close,
    Last,
    Volume,
    VolumeLots,
    Lot,
    Symbol,
    /// A kind where there is a symbol beside it, else the symbol.
    Instrument,
    /// The contract where there is a symbol beside it, else the symbol.
    Ticker,
    IndexName,
    Series,
    Kind,
    Expiry,
    Strike,
    Side,
    Contract,
    Exchange,
    OpenInterest,
}

/// Lower-case letters and digits only: `OPEN_INT*      ` and `Open Int` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The role of a name and its rank: of two columns with one role the lower rank is taken.
fn role(plain: &str) -> Option<(Role, u8)> {
    use Role::{
        Clock, Close, Contract, Date, Exchange, Expiry, High, IndexName, Instrument, Kind, Last, Lot, Low,
        Open, OpenInterest, Series, Side, Strike, Symbol, Ticker, Time, Volume, VolumeLots,
    };
    Some(match plain {
        "datetime" | "dateandtime" | "datetimeist" => (Time, 0),
        "timestamp" | "ts" => (Time, 1),
        "exchangetimestamp" | "epoch" | "unixtime" | "lasttradetime" | "candletime" => (Time, 2),
        "date" | "traddt" | "indexdate" | "date1" => (Date, 0),
        "tradedate" | "tradingdate" | "bizdt" => (Date, 1),
        "time" => (Clock, 0),
        "open" | "openprice" | "opnpric" | "openindexvalue" => (Open, 0),
        "high" | "highprice" | "hiprice" | "hghpric" | "highindexvalue" => (High, 0),
        "low" | "lowprice" | "loprice" | "lwpric" | "lowindexvalue" => (Low, 0),
        "close" | "closeprice" | "clspric" | "closingindexvalue" | "closingprice" => (Close, 0),
        "o" => (Open, 1),
        "h" => (High, 1),
        "l" => (Low, 1),
        "c" => (Close, 1),
        "ltp" => (Last, 0),
        "lastprice" | "lasttradedprice" => (Last, 1),
        "last" | "price" => (Last, 2),
        "volume" => (Volume, 0),
        "cumvolume"
        | "cumulativevolume"
        | "volumetraded"
        | "volumetradedtoday"
        | "tottrdqty"
        | "ttltrdqnty"
        | "trdqty"
        | "ttltradgvol"
        | "totaltradedquantity"
        | "totaltradedvolume" => (Volume, 1),
        "vol" | "totalvolume" | "tradedquantity" | "sharestraded" | "v" => (Volume, 2),
        "volumecontracts" | "volumelots" | "contracts" | "noofcont" => (VolumeLots, 0),
        "newbrdlotqty" | "lotsize" => (Lot, 0),
        "symbol" | "tckrsymb" => (Symbol, 0),
        "tradingsymbol" | "scrip" | "stock" | "security" => (Symbol, 1),
        "instrument" => (Instrument, 0),
        "ticker" => (Ticker, 0),
        "indexname" => (IndexName, 0),
        "series" | "sctysrs" => (Series, 0),
        "fininstrmtp" | "instrumentname" | "instrumenttype" | "kind" => (Kind, 0),
        "expdate" | "expirydt" | "expirydate" | "expiry" | "xprydt" => (Expiry, 0),
        "strprice" | "strikepr" | "strikeprice" | "strkpric" | "strike" => (Strike, 0),
        "opttype" | "optiontyp" | "optiontype" | "optntp" | "opt" => (Side, 0),
        "fininstrmnm" => (Contract, 0),
        "src" | "exchange" => (Exchange, 0),
        "openinterest" | "openint" | "opnintrst" | "oi" | "oiunits" | "oilots" => (OpenInterest, 0),
        _ => return None,
    })
}

/// Whether a name stands for a time, for headers that come in several rows.
pub(super) fn names_a_time(name: &str) -> bool {
    matches!(role(&plain(name)), Some((Role::Time | Role::Date | Role::Clock, _)))
}

/// The known columns of a header, and how many there are; the measure of a good separator.
struct Found<'n> {
    names: &'n [String],
    roles: Vec<Option<(Role, u8)>>,
}

impl Found<'_> {
    fn at(&self, wanted: Role) -> Result<Option<usize>, NoTable> {
        let rank =
            self.roles.iter().flatten().filter(|(role, _)| *role == wanted).map(|(_, rank)| *rank).min();
        let mut columns =
            self.roles.iter().enumerate().filter(|(_, r)| rank.is_some() && **r == rank.map(|k| (wanted, k)));
        let first = columns.next().map(|(i, _)| i);
        match columns.next() {
            // `date` and `traddt` in one table is no doubt; `close` twice is.
            Some((second, _))
                if first.is_some_and(|f| plain(&self.names[f]) == plain(&self.names[second])) =>
            {
                Err(NoTable::Twice(self.names[second].clone()))
            }
            _ => Ok(first),
        }
    }
}

impl Columns {
    /// Reads a header.
    pub(super) fn of(names: &[String]) -> Result<Columns, NoTable> {
        let found = Found { names, roles: names.iter().map(|n| role(&plain(n))).collect() };
        if found.roles.iter().flatten().count() < 2 {
            return Err(NoTable::Unknown);
        }
        let prices = prices(&found)?;
        let time = match (found.at(Role::Time)?, found.at(Role::Date)?, found.at(Role::Clock)?) {
            (Some(time), ..) | (None, Some(time), None) | (None, None, Some(time)) => TimeColumns::One(time),
            (None, Some(date), Some(clock)) => TimeColumns::DateAndClock(date, clock),
            (None, None, None) => TimeColumns::Absent,
        };
        if time == TimeColumns::Absent && matches!(prices, PriceColumns::Tick { .. }) {
            return Err(NoTable::Missing(vec!["timestamp"]));
        }
        let (instrument, ticker) = (found.at(Role::Instrument)?, found.at(Role::Ticker)?);
        let index_name = found.at(Role::IndexName)?;
        let symbol = found.at(Role::Symbol)?;
        let (units, lots) = (found.at(Role::Volume)?, found.at(Role::VolumeLots)?);
        let has = |text: &str| names.iter().any(|n| plain(n) == text);
        let kind = found.at(Role::Kind)?.or(symbol.and(instrument));
        let expiry = found.at(Role::Expiry)?;
        let series = found.at(Role::Series)?;
        let udiff_contracts = has("ttltradgvol") && expiry.is_some();
        Ok(Columns {
            time,
            prices,
            volume: units.or(lots),
            volume_in_lots: (units.is_none() && lots.is_some())
                || udiff_contracts
                || has("volumeinthousands"),
            lot: found.at(Role::Lot)?,
            symbol: symbol.or(index_name).or(ticker).or(instrument),
            series,
            kind,
            expiry,
            strike: found.at(Role::Strike)?,
            side: found.at(Role::Side)?,
            contract: found.at(Role::Contract)?.or(symbol.and(ticker)),
            exchange: found.at(Role::Exchange)?,
            open_interest: found.at(Role::OpenInterest)?,
            names_indices: symbol.is_none() && index_name.is_some(),
            width: names.len(),
            format: match prices {
                PriceColumns::Tick { .. } => "ticks",
                _ if has("fininstrmtp") => "UDiFF bhavcopy",
                _ if has("volumeinthousands") => "MCX bhavcopy",
                _ if has("hiprice") && expiry.is_some() => "legacy NSE derivatives bhavcopy",
                _ if expiry.is_some() => "derivatives end of day",
                _ if symbol.is_none() && index_name.is_some() => "NSE index closing file",
                _ if has("tottrdqty") || has("ttltrdqnty") => "NSE cash bhavcopy",
                PriceColumns::Bar { .. } => "bars",
            },
        })
    }
}

fn prices(found: &Found<'_>) -> Result<PriceColumns, NoTable> {
    let four = [Role::Open, Role::High, Role::Low, Role::Close].map(|role| found.at(role));
    let [open, high, low, close] = four;
    match (open?, high?, low?, close?, found.at(Role::Last)?) {
        (Some(open), Some(high), Some(low), Some(close), _) => {
            Ok(PriceColumns::Bar { open, high, low, close })
        }
        (None, None, None, _, Some(last)) => Ok(PriceColumns::Tick { last }),
        (open, high, low, close, _) => {
            let missing = [("open", open), ("high", high), ("low", low), ("close", close)];
            Err(NoTable::Missing(
                missing.into_iter().filter(|(_, at)| at.is_none()).map(|(name, _)| name).collect(),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Result<Columns, NoTable> {
        Columns::of(&header.split(',').map(|s| s.trim().to_owned()).collect::<Vec<_>>())
    }

    fn bar(open: usize, high: usize, low: usize, close: usize) -> PriceColumns {
        PriceColumns::Bar { open, high, low, close }
    }

    #[test]
    fn bars_in_any_order_and_case() {
        let c = columns("Volume,CLOSE,High,low,Open ,Date,Time,Comment").unwrap();
        assert_eq!((c.prices, c.time), (bar(4, 2, 3, 1), TimeColumns::DateAndClock(5, 6)));
        assert_eq!((c.volume, c.symbol), (Some(0), None));
        let c = columns("time,o,h,l,c,v").unwrap();
        assert_eq!((c.prices, c.time, c.volume), (bar(1, 2, 3, 4), TimeColumns::One(0), Some(5)));
    }

    #[test]
    fn exchange_dialects() {
        let c = columns("INSTRUMENT,SYMBOL    ,EXP_DATE  ,OPEN_PRICE ,HI_PRICE   ,LO_PRICE   ,CLOSE_PRICE,OPEN_INT*      ,TRD_VAL,TRD_QTY,NO_OF_CONT").unwrap();
        assert_eq!(
            (c.prices, c.time, c.kind, c.symbol, c.expiry),
            (bar(3, 4, 5, 6), TimeColumns::Absent, Some(0), Some(1), Some(2))
        );
        assert_eq!((c.volume, c.volume_in_lots, c.open_interest), (Some(9), false, Some(7)));
        let c = columns("Instrument,Date,Time,Open,High,Low,Close").unwrap();
        assert_eq!((c.symbol, c.kind, c.volume), (Some(0), None, None));
        let c = columns(
            "Index Name,Index Date,Open Index Value,High Index Value,Low Index Value,Closing Index Value",
        )
        .unwrap();
        assert!(c.names_indices && c.symbol == Some(0));
        let c = columns("trade_date,kind,symbol,ticker,expiry,strike,opt,open,high,low,close,last,volume_contracts,lot_size").unwrap();
        assert_eq!((c.contract, c.symbol, c.volume_in_lots, c.lot), (Some(3), Some(2), true, Some(13)));
    }

    #[test]
    fn ticks_have_a_last_price_and_no_bars() {
        let c = columns("timestamp,ltp,volume").unwrap();
        assert_eq!((c.prices, c.format), (PriceColumns::Tick { last: 1 }, "ticks"));
        assert_eq!(columns("symbol,ltp,volume"), Err(NoTable::Missing(vec!["timestamp"])));
    }

    #[test]
    fn a_missing_or_double_price_is_named() {
        assert_eq!(columns("date,open,high,close"), Err(NoTable::Missing(vec!["low"])));
        assert_eq!(columns("date,open,high,low,close,Close"), Err(NoTable::Twice("Close".into())));
        assert_eq!(columns("2024-01-01,1,2,3,4"), Err(NoTable::Unknown));
    }
}
