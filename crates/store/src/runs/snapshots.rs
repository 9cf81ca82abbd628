//! Snapshots of a run's state in the engine. The newest few are kept.

use domain::Timestamp;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set};

use crate::entity::run_snapshot;
use crate::{Read, RunId, StoreError, Unit, UserId};

/// One to start from, and one more should it not be readable.
const KEPT: u64 = 2;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Events that the state has digested.
    pub event_cursor: i64,
    pub taken_at: Timestamp,
    pub state: Vec<u8>,
}

/// Keeps a snapshot and lets go of old ones.
pub async fn save_snapshot(
    unit: &Unit,
    user: UserId,
    run: RunId,
    snapshot: &Snapshot,
) -> Result<(), StoreError> {
    super::get(unit, user, run).await?;
    let row = run_snapshot::ActiveModel {
        run_id: Set(run.0),
        event_cursor: Set(snapshot.event_cursor),
        taken_at: Set(snapshot.taken_at.as_micros()),
        state: Set(snapshot.state.clone()),
        ..Default::default()
    };
    run_snapshot::Entity::insert(row).exec_without_returning(&unit.transaction).await?;
    let kept: Vec<i64> = newest(run)
        .select_only()
        .column(run_snapshot::Column::EventCursor)
        .limit(KEPT)
        .into_tuple()
        .all(&unit.transaction)
        .await?;
    if let Some(oldest) = kept.last() {
        run_snapshot::Entity::delete_many()
            .filter(run_snapshot::Column::RunId.eq(run.0))
            .filter(run_snapshot::Column::EventCursor.lt(*oldest))
            .exec(&unit.transaction)
            .await?;
    }
    Ok(())
}

pub async fn latest_snapshot(
    on: &impl Read,
    user: UserId,
    run: RunId,
) -> Result<Option<Snapshot>, StoreError> {
    super::get(on, user, run).await?;
    Ok(newest(run).one(on.connection()).await?.map(|row| Snapshot {
        event_cursor: row.event_cursor,
        taken_at: Timestamp::from_micros(row.taken_at),
        state: row.state,
    }))
}

fn newest(run: RunId) -> sea_orm::Select<run_snapshot::Entity> {
    run_snapshot::Entity::find()
        .filter(run_snapshot::Column::RunId.eq(run.0))
        .order_by_desc(run_snapshot::Column::EventCursor)
}
