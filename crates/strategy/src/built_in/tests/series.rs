//! Bars for tests, and the marks on them as text.

use crate::{Block, Description, SignalBits, Signals, Values, registry};

/// Owned columns of a [`Block`].
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    pub(super) high: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) close: Vec<f64>,
    pub(super) volume: Vec<f64>,
    pub(super) session: Vec<u32>,
    pub(super) minute: Vec<u32>,
}

impl Series {
    pub(super) fn push(&mut self, high: f64, low: f64, close: f64, volume: f64, session: u32, minute: u32) {
        self.high.push(high);
        self.low.push(low);
        self.close.push(close);
        self.volume.push(volume);
        self.session.push(session);
        self.minute.push(minute);
    }

    pub(super) fn len(&self) -> usize {
        self.close.len()
    }

    pub(super) fn block(&self, from: usize, to: usize) -> Block<'_> {
        Block {
            // No built-in reads the open.
            open: &[],
            high: &self.high[from..to],
            low: &self.low[from..to],
            close: &self.close[from..to],
            volume: &self.volume[from..to],
            session: &self.session[from..to],
            minute: &self.minute[from..to],
            len: to - from,
            ..Block::default()
        }
    }

    /// Five-minute bars of one session whose four prices are the same.
    pub(super) fn of_closes(closes: &[f64]) -> Series {
        let mut series = Series::default();
        for (i, &close) in closes.iter().enumerate() {
            series.push(close, close, close, 1.0, 0, 5 * i as u32);
        }
        series
    }
}

pub(super) fn strategy(name: &str) -> &'static Description {
    registry().iter().find(|d| d.name == name).expect("registered")
}

pub(super) fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The marks when the bars come in blocks that end at `cuts` (ascending) and at the last bar.
pub(super) fn scan(description: &Description, values: &Values, series: &Series, cuts: &[usize]) -> Signals {
    let mut strategy = description.build(values).expect("values were checked");
    let mut signals = Signals::default();
    let mut from = 0;
    for &to in cuts.iter().chain([&series.len()]) {
        strategy.scan(&series.block(from, to), &mut signals);
        from = to;
    }
    signals
}

/// One word a bar: `L` enters long, `l` leaves long, `S` and `s` the same for short, `.` no mark.
pub(super) fn marks(signals: &Signals) -> String {
    let word = |bits: SignalBits| {
        let letters =
            [(bits.enter_long, 'L'), (bits.exit_long, 'l'), (bits.enter_short, 'S'), (bits.exit_short, 's')];
        let word: String = letters.iter().filter(|(on, _)| *on).map(|(_, letter)| letter).collect();
        if word.is_empty() { ".".to_owned() } else { word }
    };
    (0..signals.start()).map(|i| word(signals.at(i))).collect::<Vec<_>>().join(" ")
}
