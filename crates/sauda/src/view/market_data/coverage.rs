//! How series compare with the calendar, for a person and for a script.

use std::fmt::{Display, Write as _};

use domain::{Date, Price, Timestamp};
use history::store::SeriesInfo;
use history::verify::{Coverage, DayBars, FlatStretch, Gap, Ratio, ShortDay, Stretch};
use serde::Serialize;

use crate::view;
use crate::view::table::count;

/// Findings of one kind that a terminal lists; JSON has all.
const LISTED: usize = 8;

/// One series that was read to its end.
pub struct Verified<'a> {
    pub info: &'a SeriesInfo,
    pub coverage: Coverage,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CoverageView {
    symbol: String,
    timeframe: String,
    clean: bool,
    from: Option<String>,
    to: Option<String>,
    bars: usize,
    days_expected: usize,
    days_present: usize,
    missing_days: Vec<String>,
    short_days: Vec<ShortDayView>,
    missing_bars: usize,
    out_of_session: Vec<DayBarsView>,
    off_grid: Vec<DayBarsView>,
    unknown_days: Vec<String>,
    days_unjudged: usize,
    suspected_stretches: Vec<StretchView>,
    suspected_missing_days: usize,
    suspected_short_days: Vec<ShortDayView>,
    suspected_missing_bars: usize,
    suspected_splits: Vec<GapView>,
    flat_stretches: Vec<FlatView>,
}

#[derive(Serialize)]
pub struct ShortDayView {
    date: String,
    expected: usize,
    present: usize,
}

#[derive(Serialize)]
struct DayBarsView {
    date: String,
    bars: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GapView {
    date: String,
    previous: String,
    #[serde(serialize_with = "view::price")]
    close: Price,
    #[serde(serialize_with = "view::price")]
    open: Price,
    change_pct: f64,
    /// The split or bonus that would explain it, as 1:10; null if none does.
    ratio: Option<String>,
}

#[derive(Serialize)]
pub struct StretchView {
    from: String,
    to: String,
    days: usize,
}

#[derive(Serialize)]
struct FlatView {
    #[serde(serialize_with = "view::time")]
    first: Timestamp,
    #[serde(serialize_with = "view::time")]
    last: Timestamp,
    bars: usize,
    #[serde(serialize_with = "view::price")]
    price: Price,
}

pub fn coverage_json(all: &[Verified<'_>]) -> Vec<CoverageView> {
    all.iter().map(view).collect()
}

fn view(verified: &Verified<'_>) -> CoverageView {
    let Verified { info, coverage: c } = verified;
    let days = |days: &[Date]| days.iter().map(ToString::to_string).collect();
    let by_day = |days: &[DayBars]| {
        days.iter().map(|d| DayBarsView { date: d.date.to_string(), bars: d.bars }).collect()
    };
    let flat = |f: &FlatStretch| FlatView { first: f.first, last: f.last, bars: f.bars, price: f.price };
    CoverageView {
        symbol: info.id.to_string(),
        timeframe: info.timeframe.to_string(),
        clean: c.is_clean(),
        from: c.span.map(|(from, _)| from.to_string()),
        to: c.span.map(|(_, to)| to.to_string()),
        bars: c.bars,
        days_expected: c.days_expected,
        days_present: c.days_present,
        missing_days: days(&c.missing_days),
        short_days: c.short_days.iter().map(ShortDayView::of).collect(),
        missing_bars: c.missing_bars,
        out_of_session: by_day(&c.out_of_session),
        off_grid: by_day(&c.off_grid),
        unknown_days: days(&c.unknown_days),
        days_unjudged: c.days_unjudged,
        suspected_stretches: c.suspected_stretches.iter().map(StretchView::of).collect(),
        suspected_missing_days: c.suspected_missing_days,
        suspected_short_days: c.suspected_short_days.iter().map(ShortDayView::of).collect(),
        suspected_missing_bars: c.suspected_missing_bars,
        suspected_splits: c.suspected_splits.iter().map(|gap| GapView::of(gap, gap.ratio())).collect(),
        flat_stretches: c.flat_stretches.iter().map(flat).collect(),
    }
}

impl ShortDayView {
    pub fn of(day: &ShortDay) -> ShortDayView {
        ShortDayView { date: day.date.to_string(), expected: day.expected, present: day.present }
    }
}

impl StretchView {
    pub fn of(stretch: &Stretch) -> StretchView {
        StretchView { from: stretch.first.to_string(), to: stretch.last.to_string(), days: stretch.days }
    }
}

impl GapView {
    pub fn of(gap: &Gap, ratio: Option<Ratio>) -> GapView {
        GapView {
            date: gap.date.to_string(),
            previous: gap.previous.to_string(),
            close: gap.close,
            open: gap.open,
            change_pct: gap.basis_points() as f64 / 100.0,
            ratio: ratio.map(|ratio| ratio.to_string()),
        }
    }
}

pub fn coverage_text(all: &[Verified<'_>]) -> String {
    let mut text = String::new();
    for verified in all {
        write(&mut text, verified);
    }
    text
}

// Writing to a string cannot fail.
fn write(text: &mut String, verified: &Verified<'_>) {
    let Verified { info, coverage: c } = verified;
    let _ = write!(text, "{} {}: {}", info.id, info.timeframe, count(c.bars as u64, "bar"));
    if let Some((from, to)) = c.span {
        let _ = write!(text, ", {from} to {to}");
    }
    let verdict = match (c.is_clean(), c.days_expected) {
        (false, _) => "worth a look",
        (true, 0) => "not judged: the calendar does not cover these days",
        (true, _) => "clean as far as the calendar goes",
    };
    let _ = writeln!(text, "; {verdict}");
    let _ = writeln!(text, "  days            {} expected, {} present", c.days_expected, c.days_present);
    line(text, "missing days", c.missing_days.len(), &c.missing_days, Date::to_string);
    line(text, "short days", c.short_days.len(), &c.short_days, |d| {
        format!("{} ({} of {})", d.date, d.present, d.expected)
    });
    if c.missing_bars > 0 {
        let _ = writeln!(text, "  missing bars    {} on the short days", c.missing_bars);
    }
    let bars = |days: &[DayBars]| days.iter().map(|d| d.bars).sum();
    let day = |d: &DayBars| format!("{} ({})", d.date, d.bars);
    line(text, "out of session", bars(&c.out_of_session), &c.out_of_session, day);
    line(text, "off the grid", bars(&c.off_grid), &c.off_grid, day);
    line(text, "unknown days", c.unknown_days.len(), &c.unknown_days, Date::to_string);
    if c.days_unjudged > 0 {
        let _ = writeln!(
            text,
            "  not judged      {} without bars that the calendar does not cover",
            count(c.days_unjudged as u64, "day")
        );
    }
    if c.suspected_missing_days > 0 {
        let total = c.suspected_missing_days;
        line(text, "suspected holes", total, &c.suspected_stretches, |s| {
            format!("{} to {} ({} weekdays)", s.first, s.last, s.days)
        });
    }
    if !c.suspected_short_days.is_empty() {
        let short = &c.suspected_short_days;
        line(text, "suspected short", short.len(), short, |d| {
            format!("{} ({} where {} are usual)", d.date, d.present, d.expected)
        });
    }
    line(text, "likely splits", c.suspected_splits.len(), &c.suspected_splits, |g| {
        let percent = g.basis_points() as f64 / 100.0;
        let ratio = g.ratio().map_or(String::new(), |ratio| format!(", about {ratio}"));
        format!("{} ({} to {}, {percent:+.2} %{ratio})", g.date, g.close, g.open)
    });
    line(text, "flat stretches", c.flat_stretches.len(), &c.flat_stretches, |f| {
        format!("{} ({} bars at {})", f.first, f.bars, f.price)
    });
}

fn line<T>(text: &mut String, title: &str, total: usize, found: &[T], show: impl Fn(&T) -> String) {
    let _ = write!(text, "  {title:<15} ");
    if found.is_empty() {
        let _ = if total == 0 { writeln!(text, "none") } else { writeln!(text, "{total}") };
        return;
    }
    let shown: Vec<String> = found.iter().take(LISTED).map(show).collect();
    let more = found.len().saturating_sub(LISTED);
    let more: &dyn Display = if more > 0 { &format!(" and {more} more") } else { &"" };
    let _ = writeln!(text, "{total}: {}{more}", shown.join(", "));
}
