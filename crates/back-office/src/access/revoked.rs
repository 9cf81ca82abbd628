//! The sessions that were revoked while access tokens of theirs may still be good.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use domain::Timestamp;
use store::{SessionId, Store, sessions};
use tokio::sync::broadcast;

use super::AccessError;

/// How old the list may be: another process may revoke too.
const FRESH_SECONDS: i64 = 5;
/// Past this nobody is let in on its word.
const STALE_SECONDS: i64 = 60;
/// Revocations that a listener may lag behind before it has to ask for each session itself.
const BACKLOG: usize = 256;

pub(super) struct Revoked {
    list: RwLock<List>,
    reload: tokio::sync::Mutex<()>,
    told: broadcast::Sender<SessionId>,
    /// Of an access token.
    life_seconds: i64,
}

struct List {
    sessions: HashSet<SessionId>,
    loaded_at: Timestamp,
}

impl Revoked {
    pub async fn load(store: &Store, now: Timestamp, life_seconds: i64) -> Result<Revoked, AccessError> {
        let list = RwLock::new(List { sessions: read(store, now, life_seconds).await?, loaded_at: now });
        let told = broadcast::Sender::new(BACKLOG);
        Ok(Revoked { list, reload: tokio::sync::Mutex::default(), told, life_seconds })
    }

    /// To be called after the revocation was committed.
    pub fn add(&self, session: SessionId) {
        let added = self.list.write().unwrap_or_else(PoisonError::into_inner).sessions.insert(session);
        if added {
            // Nobody may be listening.
            let _ = self.told.send(session);
        }
    }

    pub async fn has(&self, session: SessionId, store: &Store, now: Timestamp) -> Result<bool, AccessError> {
        if self.age(now) >= FRESH_SECONDS {
            self.bring_up_to_date(store, now).await?;
        }
        Ok(self.list.read().unwrap_or_else(PoisonError::into_inner).sessions.contains(&session))
    }

    pub fn listen(&self) -> broadcast::Receiver<SessionId> {
        self.told.subscribe()
    }

    /// From now on the list counts as too old.
    pub fn distrust(&self) {
        self.list.write().unwrap_or_else(PoisonError::into_inner).loaded_at = Timestamp::from_micros(0);
    }

    /// Seconds since the list was read.
    fn age(&self, now: Timestamp) -> i64 {
        let loaded_at = self.list.read().unwrap_or_else(PoisonError::into_inner).loaded_at;
        (now.as_micros() - loaded_at.as_micros()).abs() / 1_000_000
    }

    async fn bring_up_to_date(&self, store: &Store, now: Timestamp) -> Result<(), AccessError> {
        // One reads, the others go on with the list they have.
        let Ok(_reading) = self.reload.try_lock() else {
            if self.age(now) < STALE_SECONDS {
                return Ok(());
            }
            let _reading = self.reload.lock().await;
            return if self.age(now) < STALE_SECONDS { Ok(()) } else { self.replace(store, now).await };
        };
        match self.replace(store, now).await {
            Err(_) if self.age(now) < STALE_SECONDS => Ok(()),
            other => other,
        }
    }

    /// Reads the list again.
    pub async fn replace(&self, store: &Store, now: Timestamp) -> Result<(), AccessError> {
        let known = self.list.read().unwrap_or_else(PoisonError::into_inner).sessions.clone();
        let found = read(store, now, self.life_seconds).await?;
        let new: Vec<SessionId> = found.difference(&known).copied().collect();
        {
            let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
            // One that was added while the database was read is kept until the next time.
            let meanwhile: Vec<SessionId> = list.sessions.difference(&known).copied().collect();
            list.sessions = found;
            list.sessions.extend(meanwhile);
            list.loaded_at = now;
        }
        for session in new {
            let _ = self.told.send(session);
        }
        Ok(())
    }
}

/// What was revoked before the oldest access token that is still good was issued, no token can name.
async fn read(store: &Store, now: Timestamp, life_seconds: i64) -> Result<HashSet<SessionId>, AccessError> {
    let life = (life_seconds + STALE_SECONDS) * 1_000_000;
    let since = Timestamp::from_micros(now.as_micros() - life);
    Ok(sessions::revoked_since(store, since).await?.into_iter().collect())
}
