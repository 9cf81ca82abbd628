//! Opening range of a session.

/// A session's range over its first minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    pub high: f64,
    pub low: f64,
}

const UNDEFINED: Range = Range { high: f64::NAN, low: f64::NAN };

/// Highest high and lowest low of the bars that start in a session's first `minutes`; undefined until the first
/// bar after them, and for a session that has no bar among them.
#[derive(Debug, Clone)]
pub struct OpeningRange {
    minutes: u32,
    session: Option<u32>,
    range: Range,
}

impl OpeningRange {
    pub fn new(minutes: u32) -> Self {
        Self { minutes, session: None, range: UNDEFINED }
    }

    /// `session` is any number that differs from one session to the next; `minute` is the minutes from the
    /// session's open to the bar's open.
    #[inline]
    pub fn next(&mut self, session: u32, minute: u32, high: f64, low: f64) -> Range {
        if self.session != Some(session) {
            self.session = Some(session);
            self.range = UNDEFINED;
        }
        if minute >= self.minutes {
            return self.range;
        }
        // `max` and `min` give the other operand for NaN, so the first bar sets the range.
        self.range = Range { high: self.range.high.max(high), low: self.range.low.min(low) };
        UNDEFINED
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(
        &mut self,
        session: &[u32],
        minute: &[u32],
        high: &[f64],
        low: &[f64],
        upper: &mut [f64],
        lower: &mut [f64],
    ) {
        let n = [session.len(), minute.len(), high.len(), low.len(), upper.len(), lower.len()];
        for i in 0..n.into_iter().min().unwrap_or(0) {
            let range = self.next(session[i], minute[i], high[i], low[i]);
            (upper[i], lower[i]) = (range.high, range.low);
        }
    }
}
