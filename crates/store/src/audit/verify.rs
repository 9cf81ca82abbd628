//! Walking the chains.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::key::Fields;
use super::mirror::Reading;
use super::{ChainId, Head, Record};
use crate::entity::{activity, audit_head, order_event, risk_event};
use crate::{Store, StoreError};

/// Rows read at a time.
const STEP: u64 = 2_000;

/// What became of a chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    Whole,
    /// The row at this place is gone.
    Missing {
        place: i64,
    },
    /// The row at this place is not the one that was written there: changed, moved, or put in.
    Altered {
        place: i64,
    },
    /// The chain holds less than was written: `have` of `written` rows.
    CutTail {
        have: i64,
        written: i64,
    },
    /// Rows from this place on were written twice: the tail was cut, and the chain went on from there.
    Rewritten {
        place: i64,
    },
    /// The database's own note of the chain's end does not fit the rows.
    WrongEnd,
    /// The mirror does not name this chain: it was lost or exchanged, and a cut tail could not be seen.
    NotMirrored,
    /// A line of the mirror (counted from 1) was not written with this key.
    ForgedMirror {
        line: usize,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Whole => f.write_str("whole"),
            Verdict::Missing { place } => write!(f, "row {place} is missing"),
            Verdict::Altered { place } => write!(f, "row {place} is not what was written there"),
            Verdict::CutTail { have, written } => {
                write!(f, "the tail is cut: {have} rows are here, {written} were written")
            }
            Verdict::Rewritten { place } => {
                write!(f, "the tail from row {place} on was cut and written anew")
            }
            Verdict::WrongEnd => f.write_str("the noted end is not the last row"),
            Verdict::NotMirrored => f.write_str("the mirror outside the database does not know it"),
            Verdict::ForgedMirror { line } => {
                write!(f, "line {line} of the mirror was not written with this key")
            }
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChainReport {
    pub chain: ChainId,
    /// Rows that were read and are whole.
    pub rows: i64,
    pub verdict: Verdict,
}

impl ChainReport {
    pub fn is_whole(&self) -> bool {
        self.verdict == Verdict::Whole
    }
}

/// Walks every chain to its first broken link, in order of table and account. Rows that are added meanwhile are fine.
pub async fn verify(store: &Store) -> Result<Vec<ChainReport>, StoreError> {
    // The mirror first: rows may be added after it was read, never before.
    let mirror = read_mirror(store)?;
    let mut chains: BTreeSet<ChainId> = mirror.heads.keys().copied().collect();
    for record in Record::ALL {
        chains.extend(accounts(store, record).await?.into_iter().map(|account| ChainId { record, account }));
    }
    // After the rows that began chains, before the walk: a chain has its end noted from its first row on.
    let noted = noted(store).await?;
    chains.extend(noted.keys().copied());
    let mut reports = Vec::with_capacity(chains.len());
    for chain in chains {
        let mut report = walk(store, chain, &mirror, noted.get(&chain)).await?;
        if report.verdict == Verdict::NotMirrored {
            // It may have begun since the mirror was read.
            report = walk(store, chain, &read_mirror(store)?, noted.get(&chain)).await?;
        }
        if let (Verdict::Whole, Some(line)) = (&report.verdict, mirror.forged_line) {
            report.verdict = Verdict::ForgedMirror { line };
        }
        reports.push(report);
    }
    Ok(reports)
}

/// Takes the database's word for where the chains end. For a person, after a backup was restored and `verify` told
/// what is missing; otherwise it would hide what the mirror is there to show.
pub async fn renew_mirror(store: &Store) -> Result<(), StoreError> {
    let heads = noted(store).await?;
    store.inner.mirror.replace(&store.inner.key, &heads)
}

/// After a crash between commit and mirror the mirror lags: brings it up to date where the database goes on from what
/// the mirror says, and leaves it as it is (for [`verify`] to tell) where it does not.
pub(crate) async fn catch_up(store: &Store) -> Result<(), StoreError> {
    let mirror = read_mirror(store)?;
    let noted = noted(store).await?;
    if mirror.forged_line.is_some() || !mirror.rewritten.is_empty() || (!mirror.exists && !noted.is_empty()) {
        return Ok(());
    }
    let mut heads = mirror.heads.clone();
    for (chain, end) in noted {
        let goes_on = match mirror.heads.get(&chain) {
            // A chain whose first batch was cut off from the mirror.
            None => true,
            Some(seen) => {
                seen.length < end.length
                    && rows(store, chain, seen.length - 1, 1)
                        .await?
                        .first()
                        .is_some_and(|row| row.link == seen.link)
            }
        };
        if goes_on {
            heads.insert(chain, end);
        }
    }
    store.inner.mirror.replace(&store.inner.key, &heads)
}

async fn walk(
    store: &Store,
    chain: ChainId,
    mirror: &Reading,
    noted: Option<&Head>,
) -> Result<ChainReport, StoreError> {
    let seen = mirror.heads.get(&chain);
    let mut end = Head { length: 0, link: String::new() };
    let report = |end: &Head, verdict| Ok(ChainReport { chain, rows: end.length, verdict });
    let mut noted_fits = noted.is_some_and(|noted| noted.length == 0);
    loop {
        let batch = rows(store, chain, end.length, STEP).await?;
        let last = (batch.len() as u64) < STEP;
        for row in batch {
            let place = end.length + 1;
            if row.place != place {
                return report(&end, Verdict::Missing { place });
            }
            let link = store.inner.key.link(&end.link, chain, place, &row.fields);
            if link != row.link || seen.is_some_and(|seen| seen.length == place && seen.link != link) {
                return report(&end, Verdict::Altered { place });
            }
            end = Head { length: place, link };
            noted_fits |= noted == Some(&end);
        }
        if last {
            break;
        }
    }
    let written = seen.map_or(0, |seen| seen.length).max(noted.map_or(0, |noted| noted.length));
    if let Some(place) = mirror.rewritten.get(&chain) {
        return report(&end, Verdict::Rewritten { place: *place });
    }
    if end.length < written {
        let verdict = Verdict::CutTail { have: end.length, written };
        return report(&end, verdict);
    }
    if !noted_fits {
        return report(&end, Verdict::WrongEnd);
    }
    let verdict = if seen.is_none() && end.length > 0 { Verdict::NotMirrored } else { Verdict::Whole };
    report(&end, verdict)
}

fn read_mirror(store: &Store) -> Result<Reading, StoreError> {
    store
        .inner
        .mirror
        .read(&store.inner.key)
        .map_err(|why| StoreError::Setting(format!("the audit mirror cannot be read: {why}")))
}

async fn noted(store: &Store) -> Result<BTreeMap<ChainId, Head>, StoreError> {
    let rows = audit_head::Entity::find().all(&store.inner.reader).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let chain = ChainId { record: Record::from_name(&row.record)?, account: row.chain };
            Some((chain, Head { length: row.length, link: row.head.trim_end().to_owned() }))
        })
        .collect())
}

/// A row of a chain as the walk needs it.
struct Row {
    place: i64,
    fields: Fields,
    link: String,
}

macro_rules! per_table {
    ($record:expr, $table:ident => $body:expr) => {
        match $record {
            Record::OrderEvents => {
                use order_event as $table;
                $body
            }
            Record::RiskEvents => {
                use risk_event as $table;
                $body
            }
            Record::Activity => {
                use activity as $table;
                $body
            }
        }
    };
}

async fn accounts(store: &Store, record: Record) -> Result<Vec<i64>, StoreError> {
    Ok(per_table!(record, table => {
        table::Entity::find()
            .select_only()
            .column(table::Column::Chain)
            .distinct()
            .into_tuple()
            .all(&store.inner.reader)
            .await?
    }))
}

/// At most `limit` rows of a chain after a place.
async fn rows(store: &Store, chain: ChainId, after: i64, limit: u64) -> Result<Vec<Row>, StoreError> {
    Ok(per_table!(chain.record, table => {
        table::Entity::find()
            .filter(table::Column::Chain.eq(chain.account))
            .filter(table::Column::Place.gt(after))
            .order_by_asc(table::Column::Place)
            .limit(limit)
            .all(&store.inner.reader)
            .await?
            .into_iter()
            .map(|row| Row { place: row.place, fields: row.fields(), link: row.link.trim_end().to_owned() })
            .collect()
    }))
}

// Every column but the database's own count and the chain's own three. A migration that adds a column must decide here.

impl order_event::Model {
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.number(self.user_id).text(&self.order_id).text(&self.kind).text(&self.state);
        fields.text(&self.detail).number(self.at);
        fields
    }
}

impl risk_event::Model {
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.number(self.user_id).optional_number(self.run_id).optional_text(self.order_id.as_deref());
        fields.text(&self.rule).optional_text(self.instrument.as_deref()).text(&self.detail).number(self.at);
        fields
    }
}

impl activity::Model {
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.optional_number(self.user_id).optional_number(self.session_id).text(&self.action);
        fields.text(&self.subject).text(&self.detail).text(&self.address).number(self.at);
        fields
    }
}
