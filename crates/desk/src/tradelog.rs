//! `tradelog.json`: a user's closed trades in the shape that other tools of the field read, oldest first.
//!
//! Replaced as a whole, through a second file and a rename, so a reader finds the old array or the new one; at most
//! once a second. The database is the truth: the file is written anew at each start.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Duration;

use domain::trade::Direction;
use serde_json::json;
use store::books::TradeRecord;
use store::{PageRequest, Store, UserId};
use tokio::sync::broadcast::error::RecvError;

use crate::hub::Topic;
use crate::{Desk, DeskError};

/// Between two writes.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// One trade in that shape.
pub fn entry(record: &TradeRecord) -> serde_json::Value {
    let trade = &record.trade;
    let pnl = trade.pnl();
    json!({
        "tradeId": trade.closing_order.to_string(),
        "instrument": trade.instrument.as_str(),
        "timeframe": trade.timeframe.map_or_else(|| "manual".to_owned(), |t| t.to_string()),
        "tradeType": if trade.book.run().is_some() { "Automated" } else { "Manual" },
        "direction": match trade.direction { Direction::Long => "Long", Direction::Short => "Short" },
        "entryTime": trade.entry_time.to_string(),
        "entryPrice": trade.entry_price.to_f64(),
        "exitTime": trade.exit_time.to_string(),
        "exitPrice": trade.exit_price.to_f64(),
        "stopLoss": trade.stop_loss.map(domain::Price::to_f64),
        "targetPrice": trade.target_price.map(domain::Price::to_f64),
        "quantity": trade.quantity.raw(),
        "pnl": pnl.to_f64(),
        "holdingTimeSeconds": (trade.exit_time - trade.entry_time).as_seconds(),
        "status": match pnl.signum() { 1 => "Win", -1 => "Loss", _ => "Breakeven" },
    })
}

/// Writes the whole file.
pub async fn write(store: &Store, user: UserId, path: &Path) -> Result<(), DeskError> {
    let mut trades = Vec::new();
    let mut page = PageRequest::first(PageRequest::MAX)?;
    loop {
        let found = store::books::trades(store, user, None, page).await?;
        trades.extend(found.rows.iter().map(entry));
        match found.next {
            Some(cursor) => page = page.after(cursor),
            None => break,
        }
    }
    trades.reverse();
    let text = serde_json::to_vec_pretty(&trades).map_err(|why| DeskError::Conflict(why.to_string()))?;
    let failed = |why: std::io::Error| DeskError::Unavailable(format!("{}: {why}", path.display()));
    let beside = path.with_extension("json.new");
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    }
    tokio::fs::write(&beside, text).await.map_err(failed)?;
    tokio::fs::rename(&beside, path).await.map_err(failed)
}

impl Desk {
    /// Where a user's trade log lies.
    pub fn tradelog_path(&self, user: UserId) -> PathBuf {
        self.inner.folder.join("users").join(user.to_string()).join("tradelog.json")
    }

    /// Writes those that are kept once more: the last trades may have closed since.
    pub(crate) async fn write_tradelogs(&self) {
        let users = self.inner.logged.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for user in users {
            self.write_tradelog(user).await;
        }
    }

    async fn write_tradelog(&self, user: UserId) {
        let _alone = self.inner.logging.lock().await;
        if let Err(why) = write(&self.inner.store, user, &self.tradelog_path(user)).await {
            tracing::error!(user.id = %user, "the trade log cannot be written: {why}");
        }
    }

    /// Keeps a user's trade log in step with their trades, until the process ends. Asked a second time, it is kept once.
    pub async fn keep_tradelog(self, user: UserId) {
        if !self.inner.logged.lock().unwrap_or_else(PoisonError::into_inner).insert(user) {
            return;
        }
        let mut changes = self.inner.hub.subscribe(&Topic::Trades(user), None).receiver;
        loop {
            self.write_tradelog(user).await;
            tokio::time::sleep(AT_MOST_EVERY).await;
            if let Err(RecvError::Closed) = changes.recv().await {
                return;
            }
            // Whatever else came meanwhile is in the next file too.
            while changes.try_recv().is_ok() {}
        }
    }
}
