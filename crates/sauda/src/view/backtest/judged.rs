//! What the data of a run lacks, as figures: under the same names as in `sauda data verify --json`.

use domain::{Date, Timeframe};
use serde::Serialize;

use crate::commands::backtest::Judged;
use crate::view::market_data::coverage::{GapView, ShortDayView, StretchView};

/// Days of a kind that are listed; they are counted all.
const LISTED: usize = 100;

/// One instrument's stored bars against the calendar, over the days that may trade.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JudgedView {
    /// The days compared, both included.
    judged_from: Option<String>,
    judged_to: Option<String>,
    /// Stored bars on them.
    judged_bars: usize,
    days_expected: usize,
    days_present: usize,
    days_missing: usize,
    /// The first hundred.
    missing_days: Vec<String>,
    /// Days with bars that the calendar does not know.
    days_unknown: usize,
    days_suspected_missing: usize,
    suspected_stretches: Vec<StretchView>,
    longest_stretch: Option<StretchView>,
    expected_bars: usize,
    missing_bars: usize,
    /// Null for daily bars.
    missing_minutes: Option<usize>,
    /// Of the missing ones, those that rare trading explains.
    untraded_bars: usize,
    days_short: usize,
    /// The first hundred.
    short_days: Vec<ShortDayView>,
    suspected_missing_bars: usize,
    /// The first hundred.
    suspected_short_days: Vec<ShortDayView>,
    out_of_session_bars: usize,
    suspected_splits: Vec<GapView>,
    /// What --max-missing is held against.
    lost_days_pct: f64,
    lost_bars_pct: f64,
    /// All of this in words: they stand first among the warnings.
    pub findings: Vec<String>,
}

impl JudgedView {
    pub fn of(judged: &Judged, timeframe: Timeframe) -> JudgedView {
        let c = &judged.coverage;
        let day = |date: Date| date.to_string();
        JudgedView {
            judged_from: c.span.map(|(from, _)| day(from)),
            judged_to: c.span.map(|(_, to)| day(to)),
            judged_bars: c.bars,
            days_expected: c.days_expected,
            days_present: c.days_present,
            days_missing: c.missing_days.len(),
            missing_days: c.missing_days.iter().take(LISTED).map(|&date| day(date)).collect(),
            days_unknown: c.unknown_days.len(),
            days_suspected_missing: c.suspected_missing_days,
            suspected_stretches: c.suspected_stretches.iter().take(LISTED).map(StretchView::of).collect(),
            longest_stretch: c.longest_stretch.as_ref().map(StretchView::of),
            expected_bars: c.expected_bars,
            missing_bars: c.missing_bars,
            missing_minutes: match timeframe {
                Timeframe::Minutes(n) => Some(c.missing_bars * usize::from(n)),
                Timeframe::Day => None,
            },
            untraded_bars: c.untraded_bars,
            days_short: c.short_days.len(),
            short_days: c.short_days.iter().take(LISTED).map(ShortDayView::of).collect(),
            suspected_missing_bars: c.suspected_missing_bars,
            suspected_short_days: c.suspected_short_days.iter().take(LISTED).map(ShortDayView::of).collect(),
            out_of_session_bars: c.out_of_session.iter().map(|day| day.bars).sum(),
            suspected_splits: judged.gaps.iter().map(|gap| GapView::of(gap, judged.ratio(gap))).collect(),
            lost_days_pct: hundredths(c.lost_days().percent()),
            lost_bars_pct: hundredths(c.lost_bars().percent()),
            findings: judged.findings(),
        }
    }
}

/// A percentage to two decimals.
fn hundredths(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}
