//! Central pivot range.

/// The levels a session trades against. `top >= bottom`; resistances and supports are numbered outwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    pub pivot: f64,
    pub bottom: f64,
    pub top: f64,
    pub resistance: [f64; 3],
    pub support: [f64; 3],
}

impl Levels {
    const UNDEFINED: Self = Self {
        pivot: f64::NAN,
        bottom: f64::NAN,
        top: f64::NAN,
        resistance: [f64::NAN; 3],
        support: [f64::NAN; 3],
    };

    /// The floor-trader formulas: `pivot = (H + L + C) / 3`, `bc = (H + L) / 2`, `tc = 2 × pivot - bc`;
    /// `r1 = 2P - L`, `s1 = 2P - H`, `r2 = P + (H - L)`, `s2 = P - (H - L)`, `r3 = H + 2(P - L)`,
    /// `s3 = L - 2(H - P)`. When the close is below the middle `tc` comes out under `bc`; the two change places, as on
    /// charts, so that the width is never negative.
    pub fn of(high: f64, low: f64, close: f64) -> Self {
        let pivot = (high + low + close) / 3.0;
        let centre = 0.5 * (high + low);
        let mirrored = 2.0 * pivot - centre;
        let range = high - low;
        let (bottom, top) = if mirrored < centre { (mirrored, centre) } else { (centre, mirrored) };
        Self {
            pivot,
            bottom,
            top,
            resistance: [2.0 * pivot - low, pivot + range, high + 2.0 * (pivot - low)],
            support: [2.0 * pivot - high, pivot - range, low - 2.0 * (high - pivot)],
        }
    }

    /// pivot, bottom, top, r1, r2, r3, s1, s2, s3.
    pub fn to_array(self) -> [f64; 9] {
        let ([r1, r2, r3], [s1, s2, s3]) = (self.resistance, self.support);
        [self.pivot, self.bottom, self.top, r1, r2, r3, s1, s2, s3]
    }
}

/// Central pivot range and pivot levels from the previous session's high, low and close; the same all session long,
/// undefined in the first one.
#[derive(Debug, Clone)]
pub struct CentralPivotRange {
    session: Option<u32>,
    high: f64,
    low: f64,
    close: f64,
    levels: Levels,
}

impl Default for CentralPivotRange {
    fn default() -> Self {
        Self { session: None, high: f64::NAN, low: f64::NAN, close: f64::NAN, levels: Levels::UNDEFINED }
    }
}

impl CentralPivotRange {
    pub fn new() -> Self {
        Self::default()
    }

    /// `session` is any number that differs from one session to the next.
    #[inline]
    pub fn next(&mut self, session: u32, high: f64, low: f64, close: f64) -> Levels {
        if self.session != Some(session) {
            if self.session.is_some() {
                self.levels = Levels::of(self.high, self.low, self.close);
            }
            self.session = Some(session);
            (self.high, self.low) = (high, low);
        }
        (self.high, self.low, self.close) = (self.high.max(high), self.low.min(low), close);
        self.levels
    }

    /// The same values, bit for bit, for a block of bars, in the order of [`Levels::to_array`]; as many as the
    /// shortest slice holds.
    pub fn extend(
        &mut self,
        session: &[u32],
        high: &[f64],
        low: &[f64],
        close: &[f64],
        out: &mut [&mut [f64]; 9],
    ) {
        let room = out.iter().map(|column| column.len()).min().unwrap_or(0);
        let n = session.len().min(high.len()).min(low.len()).min(close.len()).min(room);
        for i in 0..n {
            let levels = self.next(session[i], high[i], low[i], close[i]).to_array();
            for (column, level) in out.iter_mut().zip(levels) {
                column[i] = level;
            }
        }
    }
}
