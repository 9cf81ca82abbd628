//! Bars for tests, and the marks on them as text.

use crate::{Block, Description, SignalBits, Signals, Values, registry};

/// Owned columns of a [`Block`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    pub(crate) high: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) close: Vec<f64>,
    pub(crate) volume: Vec<f64>,
    pub(crate) session: Vec<u32>,
    pub(crate) minute: Vec<u32>,
}

impl Series {
    pub(crate) fn push(&mut self, high: f64, low: f64, close: f64, volume: f64, session: u32, minute: u32) {
        self.high.push(high);
        self.low.push(low);
        self.close.push(close);
        self.volume.push(volume);
        self.session.push(session);
        self.minute.push(minute);
    }

    pub(crate) fn len(&self) -> usize {
        self.close.len()
    }

    pub(crate) fn block(&self, from: usize, to: usize) -> Block<'_> {
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
    pub(crate) fn of_closes(closes: &[f64]) -> Series {
        let mut series = Series::default();
        for (i, &close) in closes.iter().enumerate() {
            series.push(close, close, close, 1.0, 0, 5 * i as u32);
        }
        series
    }
}

pub(crate) fn strategy(name: &str) -> &'static Description {
    registry().iter().find(|d| d.name == name).expect("registered")
}

pub(crate) fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The marks when the bars come in blocks that end at `cuts` (ascending) and at the last bar.
pub(crate) fn scan(description: &Description, values: &Values, series: &Series, cuts: &[usize]) -> Signals {
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
pub(crate) fn marks(signals: &Signals) -> String {
    let word = |bits: SignalBits| {
        let letters =
            [(bits.enter_long, 'L'), (bits.exit_long, 'l'), (bits.enter_short, 'S'), (bits.exit_short, 's')];
        let word: String = letters.iter().filter(|(on, _)| *on).map(|(_, letter)| letter).collect();
        if word.is_empty() { ".".to_owned() } else { word }
    };
    (0..signals.start()).map(|i| word(signals.at(i))).collect::<Vec<_>>().join(" ")
}
