//! What the catalogue's indicators read.

/// Whether a value can be computed with: finite, and 0 or of a size that something traded could have. Beyond that,
/// squares and quotients overflow inside an indicator, which the library's batch functions carry on with and its
/// streams refuse: live and backtest would part.
#[inline(always)]
fn is_number(x: f64) -> bool {
    let size = x.abs();
    // Without a branch, so that many can be tested at a time.
    (size == 0.0) | (1e-12..=1e15).contains(&size)
}

/// One bar. `session` is any number that differs from one session to the next, `minute` the minutes from the
/// session's open to the bar's open.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bar {
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
    pub session: u32,
    pub minute: u32,
}

/// Bars as columns. There are as many bars as closes; a column that is shorter (or empty, when a source has no
/// volume, say) has no value there, and an indicator that reads it is undefined there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns<'a> {
    pub open: &'a [f64],
    pub high: &'a [f64],
    pub low: &'a [f64],
    pub close: &'a [f64],
    pub volume: &'a [f64],
    pub session: &'a [u32],
    pub minute: &'a [u32],
}

/// A column of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Open,
    High,
    Low,
    Close,
    Volume,
    Session,
    Minute,
}

impl Input {
    /// The columns that an indicator of one series can be computed over.
    pub const SERIES: [Self; 5] = [Self::Open, Self::High, Self::Low, Self::Close, Self::Volume];

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::Session => "session",
            Self::Minute => "minute",
        }
    }
}

impl Bar {
    /// The session and minute are whole and always there; they read as 0.
    #[inline]
    pub(super) fn get(&self, input: Input) -> f64 {
        match input {
            Input::Open => self.open,
            Input::High => self.high,
            Input::Low => self.low,
            Input::Close => self.close,
            Input::Volume => self.volume,
            Input::Session | Input::Minute => 0.0,
        }
    }

    /// Whether every one of these columns is a number here.
    #[inline]
    pub(super) fn has(&self, inputs: &[Input]) -> bool {
        inputs.iter().all(|&input| is_number(self.get(input)))
    }
}

impl<'a> Columns<'a> {
    pub fn len(&self) -> usize {
        self.close.len()
    }

    pub fn is_empty(&self) -> bool {
        self.close.is_empty()
    }

    pub(super) fn get(&self, input: Input) -> &'a [f64] {
        match input {
            Input::Open => self.open,
            Input::High => self.high,
            Input::Low => self.low,
            Input::Close => self.close,
            Input::Volume => self.volume,
            Input::Session | Input::Minute => &[],
        }
    }

    /// The bar, or `None` where one of these columns has no number.
    pub(super) fn bar(&self, i: usize, inputs: &[Input]) -> Option<Bar> {
        let at = |column: &[f64]| column.get(i).copied().unwrap_or(f64::NAN);
        let there = inputs.iter().all(|input| match input {
            Input::Session => i < self.session.len(),
            Input::Minute => i < self.minute.len(),
            _ => true,
        });
        let bar = Bar {
            open: at(self.open),
            high: at(self.high),
            low: at(self.low),
            close: at(self.close),
            volume: at(self.volume),
            session: self.session.get(i).copied().unwrap_or_default(),
            minute: self.minute.get(i).copied().unwrap_or_default(),
        };
        (there && bar.has(inputs)).then_some(bar)
    }

    /// Whether this column has a number for every bar.
    pub(super) fn is_whole(&self, input: Input) -> bool {
        let n = self.len();
        match input {
            Input::Session => self.session.len() >= n,
            Input::Minute => self.minute.len() >= n,
            // Whole chunks without an early exit: the compiler can then test several at a time.
            _ => self.get(input).get(..n).is_some_and(|column| {
                column.chunks(64).all(|chunk| chunk.iter().fold(true, |all, &x| all & is_number(x)))
            }),
        }
    }
}
