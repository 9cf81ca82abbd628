//! A unit of work: what is written in it commits together or not at all.

use std::collections::BTreeMap;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::Mutex;

use crate::audit::{ChainId, Grown};
use crate::{Store, StoreError};

/// An open transaction. Dropped without [`Unit::commit`], it leaves nothing behind.
///
/// With SQLite it is the only writer while it lives: keep it short, never open a second one beside it.
pub struct Unit {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) store: Store,
    /// The chains that this unit appends to.
    pub(crate) grown: Mutex<BTreeMap<ChainId, Grown>>,
}

impl Store {
    pub async fn begin(&self) -> Result<Unit, StoreError> {
        let options = TransactionOptions {
            // The same on all: each statement sees what is committed, rows that are to be changed are locked first.
            isolation_level: match self.kind() {
                sea_orm::DbBackend::Sqlite => None,
                _ => Some(IsolationLevel::ReadCommitted),
            },
            // A transaction that reads first could otherwise not become a writer once another process has written.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.inner.writer.begin_with_options(options).await?;
        Ok(Unit { transaction, store: self.clone(), grown: Mutex::default() })
    }
}

impl Unit {
    /// Makes all of it durable, then mirrors where the audit chains end now.
    pub async fn commit(self) -> Result<(), StoreError> {
        let grown = self.grown.into_inner();
        crate::audit::store_heads(&self.transaction, &grown).await?;
        // A failure here does not tell whether the database had committed already.
        self.transaction.commit().await.map_err(|why| match StoreError::from(why) {
            StoreError::Busy => StoreError::Busy,
            other => StoreError::InDoubt(other.to_string()),
        })?;
        self.store.inner.mirror.append(&self.store.inner.key, &grown);
        Ok(())
    }

    pub async fn roll_back(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }
}

/// Where a query can be asked: the store (what is committed), or a unit (what it wrote too).
pub trait Read: sealed::Sealed + Sync {
    #[doc(hidden)]
    type Connection: ConnectionTrait;
    #[doc(hidden)]
    fn connection(&self) -> &Self::Connection;
}

impl Read for Store {
    type Connection = DatabaseConnection;
    fn connection(&self) -> &DatabaseConnection {
        &self.inner.reader
    }
}

impl Read for Unit {
    type Connection = DatabaseTransaction;
    fn connection(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Store {}
    impl Sealed for super::Unit {}
}
