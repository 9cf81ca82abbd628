//! From ticks to bars: open, high, low and close are the first, highest, lowest and last price of the bar's minutes;
//! its volume is by how much the day's running maximum of the cumulative volume rose.
//!
//! The first bar of a day therefore holds what traded before it (the opening auction, or what a late recorder missed).
//! Minutes without a tick have no bar.

use std::collections::{BTreeMap, HashSet};

use domain::time::DayNumber;
use domain::{Timeframe, Timestamp};

use super::error::ImportError;
use super::report::Defect;
use super::series::{Account, account};
use super::sessions::Sessions;
use super::sheet::Row;

/// A recorder's file holds its own day; a day with less than a tenth of the fullest day's news is what a feed repeats
/// before or after (the last prices of the evening, the first seconds of the next morning).
const SHARE_OF_A_DAY: usize = 10;

/// Leaves out ticks of days that are not the file's own. `rows` are those of one file.
pub(super) fn leave_out_other_days(
    rows: &mut Vec<Row>,
    sessions: &mut Sessions<'_>,
    accounts: &mut [Account],
) {
    // Pairs of price and volume, not ticks: a feed that repeats its last price all weekend has no news.
    let mut news: BTreeMap<DayNumber, HashSet<(i64, i64)>> = BTreeMap::new();
    for row in rows.iter() {
        let number = row.time.day();
        let day = news.entry(number).or_default();
        if sessions.day(number).in_usual_hours(row.time.minute_of_day()) {
            day.insert((row.close, row.volume));
        }
    }
    let news: BTreeMap<DayNumber, usize> = news.into_iter().map(|(day, seen)| (day, seen.len())).collect();
    let Some((&own, &most)) = news.iter().max_by_key(|(_, n)| **n).filter(|(_, n)| **n > 0) else { return };
    rows.retain(|row| {
        let day = row.time.day();
        if news.get(&day).is_some_and(|n| n * SHARE_OF_A_DAY >= most) {
            return true;
        }
        account(accounts, row).tally.add(Defect::WrongDay, u64::from(row.line), || {
            format!("{} in a file of {}", row.time, own.date())
        });
        false
    });
}

/// Builds bars from the ticks of all files together.
pub(super) fn to_bars(
    mut ticks: Vec<Row>,
    timeframe: Timeframe,
    sessions: &mut Sessions<'_>,
    accounts: &mut [Account],
) -> Result<Vec<Row>, ImportError> {
    drop_exact_duplicates(&mut ticks, accounts);
    // Stable: ticks of one second and volume stay in the order of the feed.
    ticks.sort_by_key(|t| (t.time, t.volume));
    check_cumulative(&ticks, accounts)?;
    let mut bars: Vec<Row> = Vec::new();
    let mut today: Option<DayNumber> = None;
    let mut traded = 0;
    let mut start = Timestamp::MIN;
    for tick in &ticks {
        account(accounts, tick).kept += 1;
        let number = tick.time.day();
        if today != Some(number) {
            (today, traded) = (Some(number), 0);
        }
        let bar_start = sessions.day(number).bar_start(tick.time.minute_of_day(), timeframe);
        let volume = (tick.volume - traded).max(0);
        traded = traded.max(tick.volume);
        match bars.last_mut() {
            Some(bar) if start == bar_start => {
                bar.high = bar.high.max(tick.close);
                bar.low = bar.low.min(tick.close);
                bar.close = tick.close;
                bar.volume += volume;
            }
            _ => {
                start = bar_start;
                bars.push(Row { time: start, volume, ..*tick });
            }
        }
    }
    Ok(bars)
}

/// Feeds repeat themselves, and recorders overlap: the same time, price and cumulative volume is one tick.
fn drop_exact_duplicates(ticks: &mut Vec<Row>, accounts: &mut [Account]) {
    let key = |t: &Row| (t.time, t.volume, t.close);
    let mut order: Vec<usize> = (0..ticks.len()).collect();
    order.sort_by_key(|&i| key(&ticks[i]));
    let mut is_repeat = vec![false; ticks.len()];
    for pair in order.windows(2) {
        let (earlier, later) = (&ticks[pair[0]], &ticks[pair[1]]);
        if key(earlier) == key(later) {
            is_repeat[pair[1]] = true;
            account(accounts, later).tally.add(Defect::ExactDuplicate, u64::from(later.line), || {
                format!("the tick of {} again", later.time)
            });
        }
    }
    let mut repeats = is_repeat.iter();
    ticks.retain(|_| repeats.next() == Some(&false));
}

/// Refuses a volume that is per tick: the rule for volumes above would make nonsense of it.
fn check_cumulative(ticks: &[Row], accounts: &[Account]) -> Result<(), ImportError> {
    const ENOUGH: usize = 50;
    let falls =
        ticks.windows(2).filter(|w| w[0].time.day() == w[1].time.day() && w[1].volume < w[0].volume).count();
    match ticks.first() {
        // Feeds with two sources step back now and then, per-trade sizes every other time.
        Some(first) if ticks.len() >= ENOUGH && falls * 4 > ticks.len() => {
            let what = format!(
                "the volume falls at {falls} of {} ticks, so it is not the day's volume so far but each trade's; give cumulative volume, or bars",
                ticks.len()
            );
            Err(ImportError::layout(&accounts[first.file as usize].path, Some(u64::from(first.line)), what))
        }
        _ => Ok(()),
    }
}
