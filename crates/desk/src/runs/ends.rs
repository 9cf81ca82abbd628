//! How runs end: flat, as was asked, or failing alone. A run is let go of only once its row says that it is over: a row
//! that says otherwise would bring it back at the next start.

use std::time::Duration;

use engine::Command;
use store::runs::RunState;
use store::{RunId, StoreError, UserId};

use super::live::Runs;
use crate::DeskError;
use crate::accounts::{Account, AccountView, Wish};

/// Between two attempts to store that a run is over.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Runs {
    /// Marks a run as stopped once it holds nothing and nothing of it can open any more.
    pub(super) fn finish_when_flat(&self, user: UserId, id: RunId) {
        let Some(run) = self.lock().get(&id).cloned() else { return };
        let runs = self.clone();
        tokio::spawn(async move {
            // The server ends first: the run goes on being stopped when it comes back.
            if runs.flat(user, id, &run.account).await.is_some() {
                runs.end(&run.account, id, RunState::Stopped, None).await;
            }
        });
    }

    /// Returns when it is; `None`: its account was stopped before.
    async fn flat(&self, user: UserId, id: RunId, account: &Account) -> Option<()> {
        let opens = |view: &AccountView| view.of_run(id).any(|book| book.may_open);
        let over = |view: &AccountView| !opens(view) && view.of_run(id).all(|book| book.quantity.is_zero());
        loop {
            // What others look at may be a moment old.
            let view = account.look().await?;
            if over(&view) {
                return Some(());
            }
            if opens(&view) {
                account.wait_until(|view| !opens(view)).await.then_some(())?;
                // An entry that filled after all was not there to be closed before.
                self.command(user, id, |book| Command::Flatten { book }).await.ok()?;
            }
            account.wait_until(|view| over(view) || opens(view)).await.then_some(())?;
        }
    }

    /// It can go on no more: entries stop, stops stay, why is stored.
    pub(super) async fn fail(&self, account: &Account, id: RunId, why: &str) {
        if let Some(run) = self.lock().get_mut(&id) {
            // It judges nothing more, though it may take a while until that is stored.
            run.record.state = RunState::Failed;
        }
        for book in account.view().of_run(id) {
            if let Err(why) = account.wish(Wish::Command(Command::Pause { book: book.id })).await {
                tracing::error!(run.id = %id, "the failed run {id} cannot be paused: {why}");
            }
        }
        self.end(account, id, RunState::Failed, Some(why.to_owned())).await;
    }

    /// Stores that a run is over, then lets go of it. What cannot be stored at once is tried again, for as long as it
    /// takes; nobody waits for that.
    async fn end(&self, account: &Account, id: RunId, state: RunState, because: Option<String>) {
        let Err(why) = self.try_end(account, id, state, because.as_deref()).await else { return };
        tracing::error!(run.id = %id, "it cannot be stored yet that run {id} is over: {why}");
        let (runs, account) = (self.clone(), account.clone());
        tokio::spawn(async move {
            let mut pause = FIRST_PAUSE;
            loop {
                tokio::time::sleep(pause).await;
                match runs.try_end(&account, id, state, because.as_deref()).await {
                    Ok(()) => return,
                    Err(why) => tracing::warn!(run.id = %id, "run {id} is over, which is not stored: {why}"),
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        });
    }

    async fn try_end(
        &self,
        account: &Account,
        id: RunId,
        state: RunState,
        because: Option<&str>,
    ) -> Result<(), DeskError> {
        let _one = self.inner.moving.lock().await;
        match store::runs::get(&self.inner.store, account.user, id).await {
            Ok(seen) if !seen.state.is_final() => drop(self.set_state(&seen, state, because).await?),
            // It is over already, or was never stored.
            Ok(_) | Err(StoreError::NotFound { .. }) => {}
            Err(why) => return Err(why.into()),
        }
        self.lock().remove(&id);
        account.over(id);
        Ok(())
    }
}
