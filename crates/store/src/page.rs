//! Lists in pages, newest first.

use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{EntityTrait, FromQueryResult, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::StoreError;

/// Where a page ended. A page goes on from it: rows that were added meanwhile neither repeat nor hide others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor(i64);

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Cursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Cursor, StoreError> {
        let known = text.parse().ok().filter(|n| *n > 0);
        known.map(Cursor).ok_or_else(|| {
            StoreError::Unfit(format!(
                "cursor `{}` was not given out here; leave it out to begin with the newest",
                text.chars().take(40).collect::<String>()
            ))
        })
    }
}

/// Which page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageRequest {
    after: Option<Cursor>,
    limit: u64,
}

impl PageRequest {
    /// A page is built in memory and sent as one answer.
    pub const MAX: u64 = 500;

    /// The newest rows.
    pub fn first(limit: u64) -> Result<PageRequest, StoreError> {
        if !(1..=PageRequest::MAX).contains(&limit) {
            return Err(StoreError::Unfit(format!(
                "limit {limit} is not between 1 and {}",
                PageRequest::MAX
            )));
        }
        Ok(PageRequest { after: None, limit })
    }

    #[must_use]
    pub fn after(self, cursor: Cursor) -> PageRequest {
        PageRequest { after: Some(cursor), ..self }
    }

    #[must_use]
    pub fn after_any(self, cursor: Option<Cursor>) -> PageRequest {
        PageRequest { after: cursor, ..self }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// A page of `select`, by the counted `key`, the highest first.
pub(crate) async fn newest_first<E, K, T>(
    select: Select<E>,
    key: K,
    request: PageRequest,
    on: &impl sea_orm::ConnectionTrait,
    key_of: impl Fn(&E::Model) -> i64,
    shape: impl Fn(E::Model) -> Result<T, StoreError>,
) -> Result<Page<T>, StoreError>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send + Sync,
    K: IntoSimpleExpr + Copy,
{
    let mut select = select.order_by_desc(key).limit(request.limit + 1);
    if let Some(Cursor(after)) = request.after {
        select = select.filter(key.into_simple_expr().lt(after));
    }
    // One more than asked for tells whether there is another page.
    let mut rows = select.all(on).await?;
    let more = rows.len() as u64 > request.limit;
    rows.truncate(request.limit as usize);
    let next = rows.last().filter(|_| more).map(|row| Cursor(key_of(row)));
    let rows = rows.into_iter().map(shape).collect::<Result<_, _>>()?;
    Ok(Page { rows, next })
}
