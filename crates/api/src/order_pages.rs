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

/// Bytes of all pages together, with their keys and what the map needs for each.
const MOST: usize = 16 << 20;
/// What an entry takes beside its texts, in bytes: key, page and the map's spare room.
const ENTRY: usize = 2 * (size_of::<(UserId, String)>() + size_of::<Written>());
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

struct Kept {
    pages: HashMap<(UserId, String), Written>,
    bytes: usize,
    /// When what is good no more was last let go.
    swept: Instant,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept { pages: HashMap::new(), bytes: 0, swept: Instant::now() }
    }
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
        let size = size(query, &text);
        kept.sweep(size);
        kept.bytes += size;
        let page = Written { version, at: Instant::now(), text };
        if let Some(before) = kept.pages.insert((user, query.to_owned()), page) {
            kept.bytes -= self::size(query, &before.text);
        }
    }
}

impl Kept {
    /// Lets go what is too old, at most once in its life; all, where that makes no room for `more` bytes.
    fn sweep(&mut self, more: usize) {
        if self.swept.elapsed() >= GOOD_FOR {
            self.pages.retain(|_, page| page.at.elapsed() < GOOD_FOR);
            self.pages.shrink_to_fit();
            self.bytes = self.pages.iter().map(|((_, query), page)| size(query, &page.text)).sum();
            self.swept = Instant::now();
        }
        if self.bytes + more > MOST {
            *self = Kept::default();
        }
    }
}

/// What a page takes, in bytes.
fn size(query: &str, text: &Bytes) -> usize {
    ENTRY + query.len() + text.len()
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
            let there: usize = kept.pages.iter().map(|((_, query), page)| size(query, &page.text)).sum();
            assert_eq!(kept.bytes, there);
        }
    }

    #[test]
    fn empty_pages_are_bounded_too() {
        let pages = OrderPages::default();
        for i in 0..2 * (MOST / ENTRY) as i64 {
            pages.put(UserId(i), "limit=5", 1, Bytes::new());
        }
        assert!(pages.kept.lock().unwrap().pages.len() <= MOST / ENTRY);
    }

    #[test]
    fn pages_that_are_too_old_go() {
        let pages = OrderPages::default();
        pages.put(UserId(1), "", 1, Bytes::from_static(b"x"));
        let long_ago = Instant::now().checked_sub(2 * GOOD_FOR).unwrap();
        {
            let mut kept = pages.kept.lock().unwrap();
            kept.swept = long_ago;
            kept.pages.values_mut().for_each(|page| page.at = long_ago);
        }
        pages.put(UserId(2), "", 1, Bytes::from_static(b"x"));
        let kept = pages.kept.lock().unwrap();
        assert_eq!((kept.pages.len(), kept.bytes), (1, ENTRY + 1));
    }
}
