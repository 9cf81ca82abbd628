//! A stretch of closed bars as float columns.

/// Bars of one instrument and timeframe, oldest first. Columns that were not asked for are empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block<'a> {
    pub open: &'a [f64],
    pub high: &'a [f64],
    pub low: &'a [f64],
    pub close: &'a [f64],
    pub volume: &'a [f64],
    /// A number that changes with every trading day.
    pub session: &'a [u32],
    /// Minutes from the session's open to the bar's open.
    pub minute: &'a [u32],
    /// Minutes from the session's open to the bar's end.
    pub end: &'a [u32],
    /// Minutes from the bar's end to the session's close; [`UNKNOWN_CLOSE`] if the calendar does not know it.
    pub left: &'a [u32],
    /// The bar's end as minutes after midnight, Indian time: the moment of decision.
    pub time: &'a [u32],
    /// The day of the week on which the bar ends: Monday is 0.
    pub weekday: &'a [u32],
    /// Bars in the block.
    pub len: usize,
}

impl<'a> Block<'a> {
    /// The bars `from..to`; empty columns stay empty.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Block<'a> {
        fn part<T>(column: &[T], from: usize, to: usize) -> &[T] {
            column.get(from..to).unwrap_or_default()
        }
        Block {
            open: part(self.open, from, to),
            high: part(self.high, from, to),
            low: part(self.low, from, to),
            close: part(self.close, from, to),
            volume: part(self.volume, from, to),
            session: part(self.session, from, to),
            minute: part(self.minute, from, to),
            end: part(self.end, from, to),
            left: part(self.left, from, to),
            time: part(self.time, from, to),
            weekday: part(self.weekday, from, to),
            len: to - from,
        }
    }
}

/// In [`Block::left`]: the session's close is not known.
pub const UNKNOWN_CLOSE: u32 = u32::MAX;

/// Which columns a strategy reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Inputs {
    pub open: bool,
    pub high: bool,
    pub low: bool,
    pub close: bool,
    pub volume: bool,
    /// `session` and `minute`.
    pub clock: bool,
    /// `end`, `left`, `time` and `weekday`.
    pub calendar: bool,
}

impl Inputs {
    pub const NONE: Inputs = Inputs {
        open: false,
        high: false,
        low: false,
        close: false,
        volume: false,
        clock: false,
        calendar: false,
    };
    pub const CLOSE: Inputs = Inputs { close: true, ..Inputs::NONE };
    pub const HIGH_LOW_CLOSE: Inputs = Inputs { high: true, low: true, ..Inputs::CLOSE };
    pub const ALL: Inputs =
        Inputs { open: true, volume: true, clock: true, calendar: true, ..Inputs::HIGH_LOW_CLOSE };

    /// The columns that either reads.
    #[must_use]
    pub const fn with(self, other: Inputs) -> Inputs {
        Inputs {
            open: self.open | other.open,
            high: self.high | other.high,
            low: self.low | other.low,
            close: self.close | other.close,
            volume: self.volume | other.volume,
            clock: self.clock | other.clock,
            calendar: self.calendar | other.calendar,
        }
    }
}
