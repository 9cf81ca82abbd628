//! First pages of order lists as they were last written: what screens and programs ask for again and again.
//!
//! A page holds as long as no order of its user has changed (the hub numbers the changes), and a second at most. Of those
//! who ask for a page that holds no more one writes it, the others wait for that one.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use store::UserId;

/// Bytes of all pages together.
const MOST: usize = 16 << 20;
/// Should a change ever go untold.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// Characters of a query that is kept.
const LONGEST_QUERY: usize = 200;

/// Pages that can be written at a time; two that share a turn wait for one another.
const TURNS: usize = 16;

#[derive(Default)]
pub struct OrderPages {
    kept: Mutex<Kept>,
    turns: [tokio::sync::Mutex<()>; TURNS],
}

#[derive(Default)]
struct Kept {
    pages: HashMap<(UserId, String), Written>,
    bytes: usize,
}

struct Written {
    /// The number of the newest change when it was begun.
    version: u64,
    at: Instant,
    text: Bytes,
}

impl OrderPages {
    pub fn get(&self, user: UserId, query: &str, version: u64) -> Option<Bytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let page = kept.pages.get(&(user, query.to_owned()))?;
        (page.version == version && page.at.elapsed() < GOOD_FOR).then(|| page.text.clone())
    }

    /// Whoever has it may write this page; whoever had to wait should look again first.
    pub async fn turn(&self, user: UserId, query: &str) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        (user, query).hash(&mut hasher);
        self.turns[hasher.finish() as usize % TURNS].lock().await
    }

    /// Keeps a page. `version` was read before the page was.
    pub fn put(&self, user: UserId, query: &str, version: u64, text: Bytes) {
        if query.len() > LONGEST_QUERY || text.len() > MOST / 8 {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + text.len() > MOST {
            *kept = Kept::default();
        }
        kept.bytes += text.len();
        let page = Written { version, at: Instant::now(), text };
        if let Some(before) = kept.pages.insert((user, query.to_owned()), page) {
            kept.bytes -= before.text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_users_and_ends_with_the_next_change() {
        let pages = OrderPages::default();
        pages.put(UserId(1), "open=true", 7, Bytes::from_static(b"x"));
        assert!(pages.get(UserId(1), "open=true", 7).is_some());
        assert!(pages.get(UserId(2), "open=true", 7).is_none());
        assert!(pages.get(UserId(1), "", 7).is_none());
        assert!(pages.get(UserId(1), "open=true", 8).is_none());
    }

    #[test]
    fn pages_are_bounded() {
        let pages = OrderPages::default();
        for i in 0..100 {
            pages.put(UserId(i), "", 1, Bytes::from(vec![0; MOST / 10]));
            let kept = pages.kept.lock().unwrap();
            assert!(kept.bytes <= MOST);
            assert_eq!(kept.bytes, kept.pages.values().map(|page| page.text.len()).sum::<usize>());
        }
    }
}
