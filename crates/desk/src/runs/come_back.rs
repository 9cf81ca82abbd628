//! Runs after a restart: their books follow what is stored of them.

use std::collections::BTreeSet;

use engine::Command;
use store::runs::{RunRecord, RunState};
use store::{RunId, UserId};

use super::live::{Runs, choice};
use super::settings::RunSettings;
use crate::DeskError;
use crate::accounts::Account;

impl Runs {
    /// Brings the runs of an account back that were not over.
    pub async fn come_back(&self, user: UserId, account: &Account) -> Result<(), DeskError> {
        let unfinished = store::runs::unfinished(&self.inner.store, user, account.id).await?;
        let mut over: BTreeSet<i64> = account.view().books.iter().filter_map(|book| book.run).collect();
        over.retain(|run| unfinished.iter().all(|record| record.id.0 != *run));
        for run in over {
            account.over(RunId(run));
        }
        for record in unfinished {
            let (id, state) = (record.id, record.state);
            if let Err(why) = self.come_back_one(user, account, record).await {
                tracing::error!(run.id = %id, "run {id} cannot go on: {why}");
                self.fail(account, id, &why.to_string()).await;
            } else if state == RunState::Stopping {
                self.finish_when_flat(user, id);
            }
        }
        Ok(())
    }

    async fn come_back_one(
        &self,
        user: UserId,
        account: &Account,
        record: RunRecord,
    ) -> Result<(), DeskError> {
        if record.state == RunState::Created {
            // Whoever started it heard an error, or nothing: it may have been started again since.
            let why = "the server ended while it was being started; start it again";
            return Err(DeskError::Conflict(why.to_owned()));
        }
        let store = &self.inner.store;
        let settings: RunSettings = serde_json::from_str(&record.config)
            .map_err(|why| DeskError::Conflict(format!("its settings cannot be read: {why}")))?;
        let version = store::strategies::version(store, user, record.strategy_version).await?;
        let strategy = store::strategies::get(store, user, version.strategy).await?;
        let choice = choice(strategy.kind, &strategy.name, &version.definition, &settings.parameters)?;
        // Without prices it would go on and never trade.
        for instrument in &record.instruments {
            self.inner.market.find(instrument)?;
        }
        let (id, state) = (record.id, record.state);
        self.take_up(record, account.clone(), version, choice).await?;
        // The process may have ended between the row and the books. Told twice, they do nothing more.
        if state == RunState::Running {
            return self.command(user, id, |book| Command::Resume { book }).await;
        }
        self.command(user, id, |book| Command::Pause { book }).await?;
        if state == RunState::Stopping {
            self.command(user, id, |book| Command::Flatten { book }).await?;
        }
        Ok(())
    }
}
