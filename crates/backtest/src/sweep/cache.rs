//! Columns of one series, kept for all parameter sets while there is room for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use strategy::{ColumnKey, Known, SharedColumns, StepColumns, StepKey};

/// Shared by all threads. The columns that were asked for longest ago go first.
pub(super) struct Cache {
    kept: Mutex<Kept>,
    bars: usize,
    /// Bytes that may be kept.
    room: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Column(ColumnKey),
    Step(StepKey),
}

#[derive(Clone)]
enum Columns {
    Column(Arc<[f64]>),
    Step(Arc<StepColumns>),
}

#[derive(Default)]
struct Kept {
    columns: BTreeMap<Key, (u64, Columns)>,
    bytes: usize,
    clock: u64,
    /// Steps that were asked for once: most never are again, and are not worth their room.
    missed: BTreeSet<StepKey>,
}

/// More would cost more than they are worth.
const MOST_MISSED: usize = 1 << 16;

impl Cache {
    pub fn new(bars: usize, room: usize) -> Cache {
        // Two columns always fit: a strategy that compares two would else make both anew for each set.
        Cache { kept: Mutex::new(Kept::default()), bars, room: room.max(2 * bars * size_of::<f64>()) }
    }

    /// `None` if another thread has panicked, which has ended the run.
    fn kept(&self) -> Option<MutexGuard<'_, Kept>> {
        self.kept.lock().ok()
    }
}

impl Columns {
    fn bytes(&self) -> usize {
        match self {
            Columns::Column(column) => size_of_val(&**column),
            Columns::Step(columns) => columns.bytes(),
        }
    }
}

impl Kept {
    fn find(&mut self, key: Key) -> Option<Columns> {
        self.clock += 1;
        let (used, columns) = self.columns.get_mut(&key)?;
        *used = self.clock;
        Some(columns.clone())
    }

    fn keep(&mut self, key: Key, columns: Columns, room: usize) {
        self.clock += 1;
        self.bytes += columns.bytes();
        if let Some((_, before)) = self.columns.insert(key, (self.clock, columns)) {
            self.bytes -= before.bytes();
        }
        while self.bytes > room {
            let oldest = self.columns.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            let Some((_, columns)) = oldest.and_then(|key| self.columns.remove(&key)) else { return };
            self.bytes -= columns.bytes();
        }
    }
}

/// One thread's way in.
pub(super) struct Access<'a>(pub &'a Cache);

impl SharedColumns for Access<'_> {
    fn column(&mut self, key: ColumnKey, make: &mut dyn FnMut(&mut [f64])) -> Arc<[f64]> {
        if let Some(Columns::Column(column)) = self.0.kept().and_then(|mut kept| kept.find(Key::Column(key)))
        {
            return column;
        }
        // Made outside the lock: two threads may make the same column once, none waits for the other.
        let mut column: Arc<[f64]> = std::iter::repeat_n(f64::NAN, self.0.bars).collect();
        if let Some(column) = Arc::get_mut(&mut column) {
            make(column);
        }
        if let Some(mut kept) = self.0.kept() {
            kept.keep(Key::Column(key), Columns::Column(Arc::clone(&column)), self.0.room);
        }
        column
    }

    fn step(&mut self, key: StepKey) -> Known {
        let Some(mut kept) = self.0.kept() else { return Known::Missing { keep: false } };
        if let Some(Columns::Step(columns)) = kept.find(Key::Step(key)) {
            return Known::Here(columns);
        }
        if kept.missed.len() >= MOST_MISSED {
            kept.missed.clear();
        }
        Known::Missing { keep: !kept.missed.insert(key) }
    }

    fn keep(&mut self, key: StepKey, columns: StepColumns) {
        if let Some(mut kept) = self.0.kept() {
            kept.keep(Key::Step(key), Columns::Step(columns.into()), self.0.room);
        }
    }
}
