//! Indicator columns, kept while there is room for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use strategy::{ColumnKey, SharedColumns};

/// The columns of one series, shared by all threads. The one that was asked for longest ago goes first.
pub(super) struct Cache {
    kept: Mutex<Kept>,
    bars: usize,
    /// Columns that may be kept.
    room: usize,
}

#[derive(Default)]
struct Kept {
    columns: BTreeMap<ColumnKey, (u64, Arc<[f64]>)>,
    clock: u64,
}

impl Cache {
    pub fn new(bars: usize, bytes: usize) -> Cache {
        let room = (bytes / (bars.max(1) * size_of::<f64>())).max(2);
        Cache { kept: Mutex::new(Kept::default()), bars, room }
    }
}

/// One thread's way in.
pub(super) struct Access<'a>(pub &'a Cache);

impl SharedColumns for Access<'_> {
    fn column(&mut self, key: ColumnKey, make: &mut dyn FnMut(&mut [f64])) -> Arc<[f64]> {
        if let Ok(mut kept) = self.0.kept.lock() {
            kept.clock += 1;
            let now = kept.clock;
            if let Some((used, column)) = kept.columns.get_mut(&key) {
                *used = now;
                return Arc::clone(column);
            }
        }
        // Made outside the lock: two threads may make the same column once, none waits for the other.
        let mut column = vec![f64::NAN; self.0.bars];
        make(&mut column);
        let column: Arc<[f64]> = column.into();
        if let Ok(mut kept) = self.0.kept.lock() {
            let now = kept.clock;
            kept.columns.insert(key, (now, Arc::clone(&column)));
            if kept.columns.len() > self.0.room {
                let oldest = kept.columns.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
                oldest.and_then(|key| kept.columns.remove(&key));
            }
        }
        column
    }
}
