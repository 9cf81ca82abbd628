//! The rows and the court of an earlier, unfinished sweep.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use ::backtest::court::Court;
use ::backtest::sweep::Row;
use serde::Deserialize;
use serde_json::Value as Json;

use super::Args;
use crate::commands::backtest::Series;
use crate::failure::Failure;
use crate::view::backtest::RunView;
use crate::view::sweep::{Digest, RowView, Searched, Unfinished};

/// What was done before; nothing without `--resume`.
#[derive(Default)]
pub struct Earlier {
    /// In the order of their sets.
    pub rows: Vec<Row>,
    /// `None` where no row is.
    pub court: Option<Court>,
}

/// What is read of the document.
#[derive(Deserialize)]
struct Document {
    run: Json,
    searched: Json,
    complete: bool,
    rows: Vec<RowView>,
    unfinished: Option<Unfinished>,
}

impl Earlier {
    /// Of the file that `--resume` names, if it is of the very same sweep over the same bars, and undamaged.
    pub fn read(
        args: &Args,
        run: &RunView,
        searched: &Searched,
        series: &[Series],
    ) -> Result<Earlier, Failure> {
        let Some(path) = &args.resume else { return Ok(Earlier::default()) };
        read(path, (run, searched), digest(series), args.seed)
            .map_err(|why| Failure::usage(format!("--resume {}: {why}", path.display())))
    }
}

fn read(
    path: &Path,
    (run, searched): (&RunView, &Searched),
    data: u64,
    seed: u64,
) -> Result<Earlier, String> {
    const AFRESH: &str = "or start afresh without --resume";
    let file = File::open(path).map_err(|error| error.to_string())?;
    let document: Document = serde_json::from_reader(BufReader::with_capacity(1 << 18, file))
        .map_err(|error| format!("not the JSON of an unfinished sweep: {error}"))?;
    if let Some(key) = differing(&document.run, serde_json::to_value(run)) {
        return Err(format!(
            "it was run with other settings or other data: `{key}` differs; use the same, {AFRESH}"
        ));
    }
    if let Some(key) = differing(&document.searched, serde_json::to_value(searched)) {
        return Err(format!(
            "it searched other parameters or in another way: `{key}` differs; use the same, {AFRESH}"
        ));
    }
    if document.complete {
        return Err("it is complete: there is nothing to go on with".to_owned());
    }
    if document.rows.is_empty() {
        return Ok(Earlier::default());
    }
    let damaged = || format!("it was changed or damaged since it was written; take another copy, {AFRESH}");
    let unfinished = document.unfinished.ok_or_else(damaged)?;
    let rows: Vec<Row> = document.rows.iter().map(RowView::row).collect::<Option<_>>().ok_or_else(damaged)?;
    drop(document.rows);
    let bytes = unfinished.court((run, searched, &rows)).ok_or_else(damaged)?;
    if !unfinished.is_of(data) {
        return Err(
            "the bars in the store are not those it was run on; start afresh without --resume".to_owned()
        );
    }
    let court = Court::from_bytes(&bytes).map_err(|error| format!("{error}; {}", damaged()))?;
    if court.seed() != seed {
        return Err(format!("its verdict is drawn with seed {}; give --seed {0}, {AFRESH}", court.seed()));
    }
    if court.heard() != rows.len() as u64 || !rows.is_sorted_by(|a, b| a.set < b.set) {
        return Err(damaged());
    }
    Ok(Earlier { rows, court: Some(court) })
}

/// The first key that is not the same in both.
fn differing(theirs: &Json, ours: serde_json::Result<Json>) -> Option<String> {
    let ours = ours.unwrap_or_default();
    if *theirs == ours {
        return None;
    }
    let keys = ours.as_object().into_iter().chain(theirs.as_object()).flat_map(serde_json::Map::keys);
    let mut differing = keys.filter(|key| theirs.get(key) != ours.get(key));
    Some(differing.next().map_or_else(|| "all of it".to_owned(), Clone::clone))
}

/// A digest of all bars that rows are made of.
pub fn digest(series: &[Series]) -> u64 {
    let mut digest = Digest::default();
    for one in series {
        for bars in [Some(&one.bars), one.finer.as_ref().map(|(_, bars)| bars)].into_iter().flatten() {
            digest.add(&(bars.len() as u64).to_le_bytes());
            for bar in bars.iter() {
                digest.add(&bar.time.as_micros().to_le_bytes());
                for price in [bar.open, bar.high, bar.low, bar.close] {
                    digest.add(&price.raw().to_le_bytes());
                }
                digest.add(&bar.volume.raw().to_le_bytes());
            }
        }
    }
    digest.0
}
