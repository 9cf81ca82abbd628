//! An account's day: when it begins for each book, when a book must be flat, what the engine waits for.

use std::time::Duration;

use domain::calendar::Calendar;
use domain::instrument::InstrumentTables;
use domain::order::Timing;
use domain::time::DayNumber;
use domain::trade::{BookId, ExitReason};
use domain::{Product, Timestamp};
use engine::Event;

use super::task::Task;
use crate::Clock;
use crate::path::{BookSetup, Input};

/// When it must be flat, and when its exchange opens and closes.
type Plan = (Option<Timestamp>, Option<(Timestamp, Timestamp)>);

impl Task {
    /// How long until the engine's next timer.
    pub(super) fn until_due(&self) -> Option<Duration> {
        let square_off = self.square_offs.iter().map(|(_, due)| *due).min();
        let due = self.path.next_due().into_iter().chain(square_off).min().filter(|_| !self.failed())?;
        let left = due.as_micros().saturating_sub(self.clock.now().as_micros()).max(0);
        match self.clock {
            Clock::System => Some(Duration::from_micros(left as u64)),
            // The clock stands still meanwhile: it is looked at again soon.
            Clock::Told(_) | Clock::Stepped(_) => {
                Some(if left == 0 { Duration::ZERO } else { Duration::from_millis(5) })
            }
        }
    }

    /// Something was due: positions that must be flat now, or what the engine waited for.
    pub(super) fn on_time(&mut self) {
        let now = self.clock.now();
        let due: Vec<BookId> =
            self.square_offs.extract_if(.., |(_, due)| *due <= now).map(|(book, _)| book).collect();
        for book in due {
            let reason = ExitReason::SquareOff;
            self.input(Input::Event(Event::SquareOff { book, timing: Timing::Next, reason }));
        }
        if self.path.next_due().is_some_and(|due| due <= now) {
            self.input(Input::Event(Event::Timer));
        }
    }

    /// Each book is told of a new day before anything else of it.
    pub(super) fn new_day(&mut self) {
        let today = self.clock.now().day();
        if self.day == Some(today) {
            return;
        }
        self.day = Some(today);
        self.reserve_ids();
        if self.is_told() {
            return;
        }
        self.square_offs.clear();
        for book in self.books_at_work(|_| true) {
            self.begin_day(book);
        }
        self.retire();
    }

    /// Books that are not retired.
    pub(super) fn books_at_work(&self, which: impl Fn(&BookSetup) -> bool) -> Vec<BookId> {
        let engine = self.path.engine();
        let books = self.path.books().filter(|(id, setup)| which(setup) && !engine.book(*id).is_retired());
        books.map(|(id, _)| id).collect()
    }

    /// Retires the books of runs that are over, of which nothing may happen any more. A replay tells its books itself.
    pub(super) fn retire(&mut self) {
        let today = self.clock.now().day();
        if self.is_told() {
            return;
        }
        let quiet: Vec<BookId> = self.over.extract_if(.., |book| self.path.is_quiet(*book, today)).collect();
        for book in quiet {
            self.input(Input::Retire { book });
        }
    }

    /// Tells one book that its day has begun, and when it must be flat.
    pub(super) fn begin_day(&mut self, book: BookId) {
        if self.is_told() {
            return;
        }
        let today = self.clock.now().day();
        let Some((_, setup)) = self.path.books().find(|(id, _)| *id == book) else { return };
        let (square_off, hours) = plan(self.calendar, setup, today);
        // After a restart it is the same day: told again, it would let go of what rests.
        if self.path.day_of(book) != Some(today) {
            self.input(Input::Event(Event::DayStart { book, square_off, hours, circuit: None }));
        }
        // Also one whose time came while nobody was here.
        if self.path.squared_off(book) != Some(today) {
            self.square_offs.extend(square_off.map(|due| (book, due)));
        }
    }
}

/// A book's day. Without a calendar the market trades at any hour, and nothing is squared off that nobody asked for;
/// with one the runs of MIS are, by its time for the segment and date (contracts §3).
fn plan(calendar: Option<&Calendar>, setup: &BookSetup, today: DayNumber) -> Plan {
    let asked = setup.square_off.map(|minute| today.at(minute));
    let always = Some((today.start(), today.next().start()));
    let Some(calendar) = calendar else { return (asked, always) };
    let Ok(instrument) = InstrumentTables::builtin().resolve(&setup.instrument, today.date(), None) else {
        return (asked, None);
    };
    let day = calendar.day(instrument.class, today.date());
    let hours = day.open().zip(day.close()).map(|(open, close)| (today.at(open), today.at(close)));
    let usual = (setup.run.is_some() && setup.product == Product::Mis)
        .then(|| today.at(calendar.square_off(instrument.class, today.date())));
    (asked.or(usual), hours)
}
