//! What the stored bars of a run lack, in plain sentences, and when that is too much to run at all.
//!
//! The one judge for every command that trades history. It counts as `sauda data verify` counts, on the bars as they are
//! stored: before any resampling, which would hide a missing minute. Holes are judged over the days that may trade;
//! splits over the bars before them too, which indicators see. Changes no bars.

use domain::instrument::{InstrumentId, Kind};
use domain::{Bars, Date, Timeframe};
use history::verify::{Coverage, Gap, Ratio, Share, Stretch, overnight_gaps, verify_against};

use super::{Series, Settings};
use crate::commands::selection::class_of;
use crate::failure::Failure;
use crate::tables::Tables;

/// Days and stretches that a sentence names; the JSON has more.
const NAMED: usize = 6;
/// Days with bars below which nothing is refused: a share of them says nothing, and nobody trusts a run so short.
const FEWEST_DAYS: usize = 10;

/// What was found in one instrument's stored bars.
pub struct Judged {
    /// Of the days that may trade, as far as bars are stored.
    pub coverage: Coverage,
    /// Overnight gaps beyond 20 % in all bars that the run sees, those before its start included. None for options.
    pub gaps: Vec<Gap>,
    kind: Kind,
    timeframe: Timeframe,
    /// Trading days asked for with --from and --to, before the first stored bar and after the last.
    unserved: [usize; 2],
    /// The first day that may trade.
    start: Option<Date>,
}

impl Judged {
    /// `bars` are those of `timeframe` that the store has up to the end of --to; `stored_to` is the last day
    /// that the store has of that timeframe.
    pub fn of(
        (id, kind): (&InstrumentId, Kind),
        settings: &Settings,
        bars: &Bars,
        timeframe: Timeframe,
        tables: &Tables,
        stored_to: Date,
    ) -> Judged {
        let ends = bars.times().first().zip(bars.times().last()).map(|(a, b)| (a.date(), b.date()));
        let Some((first, last)) = ends else {
            let coverage = Coverage::default();
            return Judged { coverage, gaps: Vec::new(), kind, timeframe, unserved: [0; 2], start: None };
        };
        let from = settings.from.map_or(first, |from| from.max(first));
        let to = settings.to.map_or(last, |to| if to <= stored_to { to } else { last });
        let days = |from: Option<Date>, to: Option<Date>| match (from, to) {
            (Some(from), Some(to)) => {
                tables.calendar.trading_days(class_of(&tables.instruments, id, first), from..=to).count()
            }
            _ => 0,
        };
        let unserved = [
            days(settings.from, first.yesterday().ok()),
            days(last.tomorrow().ok(), settings.to.filter(|&to| to > stored_to)),
        ];
        let coverage = verify_against(bars, timeframe, Some(from..=to), |date| {
            tables.calendar.day(class_of(&tables.instruments, id, date), date)
        });
        let gaps = match kind {
            // A fifth overnight is nothing for an option.
            Kind::Option { .. } => Vec::new(),
            _ => overnight_gaps(bars, 0..bars.len()),
        };
        Judged { coverage, gaps, kind, timeframe, unserved, start: Some(from) }
    }

    /// What a reader must know before the figures, the gravest first; empty for sound data.
    pub fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.days(&mut found);
        self.bars(&mut found);
        self.unknown(&mut found);
        self.splits(&mut found);
        let outside: usize = self.coverage.out_of_session.iter().map(|day| day.bars).sum();
        if outside > 0 {
            found.push(format!("{outside} bars lie outside the sessions and trade like any other"));
        }
        let [before, after] = self.unserved;
        if let (Some((first, last)), true) = (self.coverage.span, before + after > 0) {
            let days = before + after;
            found.push(format!("bars are stored from {first} to {last} only: {days} trading days of --from to --to lie outside"));
        }
        found
    }

    fn days(&self, found: &mut Vec<String>) {
        let c = &self.coverage;
        if !c.missing_days.is_empty() {
            // Unknown days with bars have traded too.
            let share = Share { lost: c.missing_days.len(), of: c.days_expected + c.unknown_days.len() };
            let are = match (self.is_option(), share.lost) {
                (true, 1) => "has no trade or is",
                (true, _) => "have no trade or are",
                (false, 1) => "is",
                (false, _) => "are",
            };
            found.push(format!(
                "{} of {} trading days {are} missing ({:.1} %): {}",
                share.lost,
                share.of,
                share.percent(),
                listed(&c.missing_days, Date::to_string),
            ));
        }
        for Stretch { first, last, days } in c.suspected_stretches.iter().take(NAMED) {
            found.push(format!(
                "a hole is suspected from {first} to {last}: {days} weekdays in a row without bars, where no closure of \
                 the exchange lasted longer than 3"
            ));
        }
        let in_stretches: usize = c.suspected_stretches.iter().map(|stretch| stretch.days).sum();
        if c.suspected_missing_days > in_stretches {
            let in_all = if in_stretches > 0 { "in all, " } else { "" };
            found.push(format!(
                "{in_all}{} missing days are suspected in years that the calendar does not know: more weekdays are without bars \
                 than any year had holidays",
                c.suspected_missing_days
            ));
        }
    }

    fn bars(&self, found: &mut Vec<String>) {
        let c = &self.coverage;
        let Some(worst) = c.short_days.iter().max_by_key(|day| day.expected - day.present) else { return };
        let share = Share { lost: c.missing_bars, of: c.expected_bars };
        let (n, of, percent, unit) = (share.lost, share.of, share.percent(), self.unit());
        let worst = format!("most on {} ({} of {} are there)", worst.date, worst.present, worst.expected);
        found.push(match c.untraded_bars {
            0 => format!("{n} of {of} {unit} of the days present are missing ({percent:.1} %), {worst}"),
            all if all == n => format!(
                "{n} of {of} {unit} have no bar ({percent:.1} %): it trades rarely, and would not have filled as it does here"
            ),
            some => format!(
                "{n} of {of} {unit} of the days present are missing ({percent:.1} %), {some} of them as in a share that \
                 trades rarely, {worst}"
            ),
        });
    }

    fn unknown(&self, found: &mut Vec<String>) {
        let c = &self.coverage;
        let short = &c.suspected_short_days;
        if !short.is_empty() {
            let (count, unit, days) = (c.suspected_missing_bars, self.unit(), short.len());
            let have = if days == 1 {
                "day that the calendar does not know has"
            } else {
                "days that the calendar does not know have"
            };
            found.push(format!(
                "{count} missing {unit} are suspected: {days} {have} far fewer than the days around: {}",
                listed(short, |day| format!(
                    "{} ({} where {} are usual)",
                    day.date, day.present, day.expected
                ))
            ));
        }
        if let Some(share) = c.sparse_unknown {
            let unit = self.unit();
            found.push(format!(
                "{} of {} {unit} that the usual hours have room for are without a bar ({:.1} %), in years that the \
                 calendar does not know: half days, other hours, or rare trading",
                share.lost,
                share.of,
                share.percent()
            ));
        }
    }

    fn splits(&self, found: &mut Vec<String>) {
        let (splits, odd): (Vec<&Gap>, Vec<&Gap>) =
            self.gaps.iter().partition(|gap| self.ratio(gap).is_some());
        if !splits.is_empty() {
            let (are, them) = if splits.len() == 1 { ("a split", "it") } else { ("splits", "them") };
            let shown = listed(&splits, |gap| {
                let ratio = self.ratio(gap).map_or(String::new(), |ratio| format!(" of ratio about {ratio}"));
                format!("{}{ratio} ({})", gap.date, self.change(gap))
            });
            found.push(format!(
                "{are} that prices are not adjusted for {} suspected: {shown}; the run takes {them} for a real move",
                if splits.len() == 1 { "is" } else { "are" },
            ));
        }
        if !odd.is_empty() {
            let shown = listed(&odd, |gap| format!("{} ({})", gap.date, self.change(gap)));
            found.push(format!(
                "prices moved beyond 20 % overnight, not as a split would: {shown}; a demerger, a crash, a surge or wrong data"
            ));
        }
    }

    /// The split that a gap looks like; an index has none.
    pub fn ratio(&self, gap: &Gap) -> Option<Ratio> {
        if self.kind == Kind::Index { None } else { gap.ratio() }
    }

    /// A gap's prices, and whether indicators alone see it.
    fn change(&self, gap: &Gap) -> String {
        let Gap { date, close, open, .. } = gap;
        let way = if open < close { "fall" } else { "rise" };
        let early = if self.start.is_some_and(|start| *date < start) { ", before the start" } else { "" };
        format!("prices {way} from {close} to {open}{early}")
    }

    /// Why the run would mislead, if it lacks more than the settings allow.
    fn refusal(&self, settings: &Settings) -> Option<String> {
        let limit = settings.max_missing;
        let (days, bars) = (self.coverage.lost_days(), self.coverage.lost_bars());
        let mut why = Vec::new();
        if self.coverage.days_present + self.coverage.unknown_days.len() < FEWEST_DAYS {
            return None;
        }
        if !self.is_option() && days.lost > 0 && days.percent() > limit {
            let longest = self.coverage.longest_stretch.map_or(String::new(), |stretch| {
                let Stretch { first, last, days } = stretch;
                if days == 1 {
                    String::new()
                } else {
                    format!(", the longest stretch {days} from {first} to {last}")
                }
            });
            why.push(format!(
                "{} of {} trading days are missing ({:.1} %){longest}",
                days.lost,
                days.of,
                days.percent()
            ));
        }
        if bars.lost > 0 && bars.percent() > limit {
            let short = self.coverage.short_days.iter().chain(&self.coverage.suspected_short_days);
            let worst = short.max_by_key(|day| day.expected - day.present).map_or(String::new(), |day| {
                format!(", the worst day {} with {} of {}", day.date, day.present, day.expected)
            });
            why.push(format!(
                "{} of {} {} of the days present are missing ({:.1} %){worst}",
                bars.lost,
                bars.of,
                self.unit(),
                bars.percent()
            ));
        }
        (!why.is_empty()).then(|| why.join("; "))
    }

    /// A strike far from the money has days without a trade, which are no holes: they warn and never refuse.
    fn is_option(&self) -> bool {
        matches!(self.kind, Kind::Option { .. })
    }

    /// What a bar is called.
    fn unit(&self) -> String {
        match self.timeframe {
            Timeframe::MINUTE => "minutes".to_owned(),
            other => format!("{other} bars"),
        }
    }
}

/// Fails if an instrument lacks more than `--max-missing`, unless `--allow-holes` was said.
pub fn refuse_holes(settings: &Settings, series: &[Series]) -> Result<(), Failure> {
    if settings.allow_holes {
        return Ok(());
    }
    let refused: Vec<(&Series, String)> =
        series.iter().filter_map(|one| Some((one, one.judged.refusal(settings)?))).collect();
    let Some((first, _)) = refused.first() else { return Ok(()) };
    let (id, timeframe, limit) = (&first.id, first.source, settings.max_missing);
    Err(Failure::failed(format!(
        "{}: more than --max-missing {limit} % allows; import what is missing (`sauda data verify {id} --timeframe \
         {timeframe}` lists it), shorten --from and --to, or say --allow-holes to run all the same",
        listed(&refused, |(one, why)| format!("{}: {why}", one.id)),
    )))
}

/// What several shares chosen today leave out.
pub fn survivorship(series: &[Series]) -> Option<String> {
    let shares = series.iter().filter(|one| one.instrument.kind == Kind::Equity).count();
    (shares > 1).then(|| {
        format!(
            "survivorship: these {shares} shares were chosen today; those that were delisted, merged or dropped from an \
             index since are not among them, so the result is better than what could have been had"
        )
    })
}

/// The first few, and how many more there are.
fn listed<T>(all: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = all.iter().take(NAMED).map(show).collect();
    let more = all.len().saturating_sub(NAMED);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
