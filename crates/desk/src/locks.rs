//! The kill switch: for a run, an account, a user, or everyone.

use domain::trade::BookId;
use engine::{Command, LockScope};
use store::risk::{LockRecord, NewLock, Scope};
use store::{AccountId, RunId, UserId};

use crate::accounts::{Account, Done, Wish};
use crate::hub::{Note, Topic};
use crate::path::Reason;
use crate::{Desk, DeskError};

/// Whom the switch stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whom {
    Run(RunId),
    Account(AccountId),
    /// All accounts of the user who throws it.
    User,
    /// Whoever may throw this one is the caller's to know.
    Everyone,
}

impl Desk {
    /// Stops new entries; with `flatten` closes what is open. Stays until it is released, restarts or not.
    pub async fn kill(
        &self,
        user: UserId,
        whom: Whom,
        flatten: bool,
        because: &str,
    ) -> Result<Done, DeskError> {
        // Those of a run or an account are stored with what they cause; the wider ones once, and before anything else:
        // an account that comes to work meanwhile either finds it stored or is among those who are told.
        if let Some((owner, scope)) = wide(user, whom)
            && !self.is_locked(scope).await?
        {
            let new = NewLock {
                scope,
                kind: "kill-switch".to_owned(),
                because: because.to_owned(),
                by: Some(user),
                until: None,
            };
            let unit = self.inner.store.begin().await?;
            store::risk::lock(&unit, owner, &new, self.now()).await?;
            unit.commit().await?;
        }
        let targets = self.targets(user, whom).await?;
        let mut all = Done { at: self.now(), ..Done::default() };
        let mut failed = None;
        for (account, scope) in targets {
            // An account that has stopped must not keep the others trading.
            let said = Box::new(Reason { because: because.to_owned(), by: user.0 });
            match account.wish(Wish::Kill { scope, flatten, said }).await {
                Ok(done) => all.add(done),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        self.inner.hub.publish(&Topic::Risk(user), Note::RiskChanged);
        failed.map_or(Ok(all), Err)
    }

    /// Releases a lock of `user`'s, whatever made it: `by` answers for it.
    pub async fn unlock(&self, user: UserId, by: UserId, whom: Whom) -> Result<(), DeskError> {
        // Nothing is released of what is not the user's.
        self.targets(user, whom).await?;
        let scope = match whom {
            Whom::Run(run) => Scope::Run(run),
            Whom::Account(account) => Scope::Account(account),
            Whom::User => Scope::User(user),
            Whom::Everyone => Scope::Everybody,
        };
        let owner = (whom != Whom::Everyone).then_some(user);
        let now = self.now();
        for lock in store::risk::locks_in_force(&self.inner.store, now).await? {
            if lock.lock.scope == scope {
                let unit = self.inner.store.begin().await?;
                store::risk::release(&unit, owner, lock.id, by, now).await?;
                unit.commit().await?;
            }
        }
        let mut failed = None;
        for (account, scope) in self.targets(user, whom).await? {
            // One that has stopped lets go of it when it comes back.
            if let Err(why) = account.wish(Wish::Command(Command::Unlock { scope })).await {
                failed = failed.or(Some(why));
            }
        }
        self.inner.hub.publish(&Topic::Risk(user), Note::RiskChanged);
        failed.map_or(Ok(()), Err)
    }

    /// Whose account or run it is, if it is at work: for those who may lift anybody's locks.
    pub fn owner(&self, whom: Whom) -> Option<UserId> {
        match whom {
            Whom::Account(id) => {
                self.all_accounts().into_iter().find(|account| account.id == id).map(|a| a.user)
            }
            Whom::Run(id) => {
                self.runs().live().into_iter().find(|r| r.record.id == id).map(|r| r.record.user)
            }
            Whom::User | Whom::Everyone => None,
        }
    }

    /// The locks in force that hold this user.
    pub async fn locks(&self, user: UserId) -> Result<Vec<LockRecord>, DeskError> {
        let mine: Vec<AccountId> = self.accounts(user).iter().map(|account| account.id).collect();
        let mut locks = store::risk::locks_in_force(&self.inner.store, self.now()).await?;
        let mut held = Vec::new();
        for lock in locks.drain(..) {
            let holds = match lock.lock.scope {
                Scope::Everybody => true,
                Scope::User(of) => of == user,
                Scope::Account(of) => mine.contains(&of),
                Scope::Run(of) => store::runs::get(&self.inner.store, user, of).await.is_ok(),
            };
            if holds {
                held.push(lock);
            }
        }
        Ok(held)
    }

    /// An account that comes to work takes over the locks that are wider than itself, and lets go of those that were
    /// released while it did not work.
    pub(crate) async fn lock_as_stored(&self, account: &Account) -> Result<(), DeskError> {
        let stored = store::risk::locks_in_force(&self.inner.store, self.now()).await?;
        for (scope, wide) in
            [(Scope::Everybody, LockScope::Everyone), (Scope::User(account.user), LockScope::User)]
        {
            let held = account.view().locks.iter().any(|lock| lock.scope == wide);
            if held && !stored.iter().any(|lock| lock.lock.scope == scope) {
                account.wish(Wish::Command(Command::Unlock { scope: wide })).await?;
            }
        }
        for lock in stored {
            let scope = match lock.lock.scope {
                Scope::Everybody => LockScope::Everyone,
                Scope::User(of) if of == account.user => LockScope::User,
                _ => continue,
            };
            if account.view().locks.iter().any(|lock| lock.scope == scope) {
                continue;
            }
            account.wish(Wish::Command(Command::Kill { scope, flatten: false })).await?;
        }
        Ok(())
    }

    async fn is_locked(&self, scope: Scope) -> Result<bool, DeskError> {
        let locks = store::risk::locks_in_force(&self.inner.store, self.now()).await?;
        Ok(locks.iter().any(|lock| lock.lock.scope == scope && lock.lock.kind == "kill-switch"))
    }

    async fn targets(&self, user: UserId, whom: Whom) -> Result<Vec<(Account, LockScope)>, DeskError> {
        Ok(match whom {
            Whom::Run(run) => {
                let record = store::runs::get(&self.inner.store, user, run).await?;
                let account = self.account(user, record.account)?;
                let view = account.view();
                let books: Vec<BookId> = view.of_run(run).filter(|b| !b.is_retired).map(|b| b.id).collect();
                books.into_iter().map(|book| (account.clone(), LockScope::Book(book))).collect()
            }
            Whom::Account(id) => vec![(self.account(user, id)?, LockScope::Account)],
            Whom::User => self.accounts(user).into_iter().map(|a| (a, LockScope::User)).collect(),
            Whom::Everyone => self.all_accounts().into_iter().map(|a| (a, LockScope::Everyone)).collect(),
        })
    }
}

fn wide(user: UserId, whom: Whom) -> Option<(Option<UserId>, Scope)> {
    match whom {
        Whom::User => Some((Some(user), Scope::User(user))),
        Whom::Everyone => Some((None, Scope::Everybody)),
        Whom::Run(_) | Whom::Account(_) => None,
    }
}
