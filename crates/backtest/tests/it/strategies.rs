//! Strategies that do what a test tells them.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::trade::Direction;
use strategy::{Block, Inputs, Intent, Moment, SignalBits, Signals, Strategy};

/// Returns chosen intents at the closes of chosen bars.
pub struct Scripted {
    marks: Vec<SignalBits>,
    /// By the open time of the bar.
    intents: BTreeMap<Timestamp, Intent>,
    scanned: usize,
}

impl Scripted {
    /// An intent, or none, for each bar.
    pub fn new(bars: impl IntoIterator<Item = (Timestamp, Option<Intent>)>) -> Scripted {
        let mut scripted = Scripted { marks: Vec::new(), intents: BTreeMap::new(), scanned: 0 };
        for (time, intent) in bars {
            scripted.marks.push(intent.map_or(SignalBits::default(), marks_for));
            if let Some(intent) = intent {
                scripted.intents.insert(time, intent);
            }
        }
        scripted
    }
}

fn marks_for(intent: Intent) -> SignalBits {
    let none = SignalBits::default();
    match intent {
        Intent::Hold => none,
        Intent::Exit => SignalBits { exit_long: true, exit_short: true, ..none },
        Intent::Enter(entry) => match entry.direction {
            Direction::Long => SignalBits { enter_long: true, exit_short: true, ..none },
            Direction::Short => SignalBits { enter_short: true, exit_long: true, ..none },
        },
    }
}

impl Strategy for Scripted {
    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        let from = self.scanned;
        out.extend(block.len, |i| self.marks[from + i]);
        self.scanned += block.len;
    }

    fn decide(&self, moment: &Moment) -> Intent {
        // A moment is the end of a bar: the newest bar that opened before it is the one that was marked.
        self.intents.range(..moment.time).next_back().map_or(Intent::Hold, |(_, intent)| *intent)
    }
}
