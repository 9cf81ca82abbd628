//! Adding to a chain inside a unit of work.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _, Set,
};

use super::key::Fields;
use super::{ChainId, Head};
use crate::entity::audit_head;
use crate::{StoreError, Unit};

/// What a new row of a chain must carry.
pub(crate) struct Link {
    pub place: i64,
    pub link: String,
}

/// What a unit adds to a chain: the rows after `from` up to `end`.
pub(crate) struct Grown {
    pub from: i64,
    pub end: Head,
}

/// The next place of a chain, and the link of a row with these `fields` there. Until the unit ends, no other unit can
/// add to this chain.
pub(crate) async fn next(unit: &Unit, chain: ChainId, fields: &Fields) -> Result<Link, StoreError> {
    let mut chains = unit.grown.lock().await;
    let (from, end) = if let Some(grown) = chains.remove(&chain) {
        (grown.from, grown.end)
    } else {
        let end = lock(&unit.transaction, chain).await?;
        (end.length, end)
    };
    let place = end.length + 1;
    let link = unit.store.inner.key.link(&end.link, chain, place, fields);
    chains.insert(chain, Grown { from, end: Head { length: place, link: link.clone() } });
    Ok(Link { place, link })
}

/// Writes where the chains end, once for all that the unit added.
pub(crate) async fn store_heads(
    transaction: &DatabaseTransaction,
    chains: &BTreeMap<ChainId, Grown>,
) -> Result<(), StoreError> {
    for (chain, Grown { end, .. }) in chains {
        audit_head::Entity::update_many()
            .set(audit_head::ActiveModel {
                length: Set(end.length),
                head: Set(end.link.clone()),
                ..Default::default()
            })
            .filter(audit_head::Column::Record.eq(chain.record.name()))
            .filter(audit_head::Column::Chain.eq(chain.account))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

async fn lock(transaction: &DatabaseTransaction, chain: ChainId) -> Result<Head, StoreError> {
    if let Some(head) = locked(transaction, chain).await? {
        return Ok(head);
    }
    let first = audit_head::ActiveModel {
        record: Set(chain.record.name().to_owned()),
        chain: Set(chain.account),
        length: Set(0),
        head: Set(String::new()),
    };
    // Two units may begin one chain: the second waits here for the first, then finds its row.
    audit_head::Entity::insert(first)
        .on_conflict(
            OnConflict::columns([audit_head::Column::Record, audit_head::Column::Chain])
                .do_nothing_on([audit_head::Column::Record, audit_head::Column::Chain])
                .to_owned(),
        )
        .exec_without_returning(transaction)
        .await?;
    locked(transaction, chain).await?.ok_or(StoreError::Busy)
}

async fn locked(transaction: &DatabaseTransaction, chain: ChainId) -> Result<Option<Head>, StoreError> {
    let row = audit_head::Entity::find_by_id((chain.record.name().to_owned(), chain.account))
        .lock_exclusive()
        .one(transaction)
        .await?;
    // A fixed-width column comes back padded from PostgreSQL.
    Ok(row.map(|row| Head { length: row.length, link: row.head.trim_end().to_owned() }))
}
