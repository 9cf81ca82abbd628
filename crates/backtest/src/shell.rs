//! The loop: which lane is told what next, and carrying out what the engine wants.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use domain::order::{InstrumentKey, OrderKey, Ticket, Timing};
use domain::trade::{BookId, ExitReason};
use domain::{Price, Qty, Timestamp};
use engine::{ClosedBar, Effect, Engine, Event, FillPhase};
use exchange::{Exchange, News, Report};
use strategy::SignalBits;

use crate::lane::{Lane, Phase, Wake};
use crate::metrics::Sums;
use crate::outcome::Outcome;
use crate::run::Pace;

pub(crate) struct Shell<'a> {
    engine: Engine,
    exchange: Exchange,
    lanes: Vec<Lane<'a>>,
    pace: Pace,
    /// What comes next, earliest first: instant, rank at that instant, lane. An entry may be out of date: the lane knows.
    queue: BinaryHeap<Reverse<(Timestamp, u8, u32)>>,
    effects: Vec<Effect>,
    reports: Vec<Report>,
    /// Lanes whose next wake must be found anew.
    stale: Vec<u32>,
    samples: Arc<[Timestamp]>,
    sampled: usize,
    /// The first instant not yet sampled.
    next_sample: Timestamp,
    outcome: Outcome,
    /// Sums of the trades, where they are not kept one by one.
    sums: Option<Sums>,
    needs_marks: bool,
    /// Each book is closed at the last close of its bars.
    ends_flat: bool,
    /// The instant of what is being told, and its rank.
    now: (Timestamp, u8),
}

/// Ties at one instant: fills inside the bar that ends, its close, timers, then the next price.
const fn rank(phase: Phase) -> u8 {
    match phase {
        Phase::Range => 0,
        Phase::Close => 1,
        Phase::SquareOff => 2,
        Phase::Open => 3,
    }
}

mod next;
mod sample;

pub(crate) use sample::sample_times;

impl<'a> Shell<'a> {
    /// `samples` are the instants at which equity is wanted, in order.
    pub fn new(
        engine: Engine,
        exchange: Exchange,
        lanes: Vec<Lane<'a>>,
        pace: Pace,
        samples: Arc<[Timestamp]>,
    ) -> Shell<'a> {
        let outcome = Outcome {
            initial_cash: engine.account().initial(),
            bars: lanes.iter().map(|l| (l.bars.len() - l.first.min(l.bars.len())) as u64).sum(),
            ..Outcome::default()
        };
        Shell {
            next_sample: samples.first().copied().unwrap_or(Timestamp::MAX),
            samples,
            needs_marks: engine.needs_marks(),
            engine,
            exchange,
            lanes,
            pace,
            queue: BinaryHeap::new(),
            effects: Vec::with_capacity(16),
            reports: Vec::with_capacity(16),
            stale: Vec::new(),
            sampled: 0,
            ends_flat: false,
            now: (Timestamp::MIN, 0),
            outcome,
            sums: None,
        }
    }

    /// Runs to the end, keeping no trade: their sums are all that a sweep wants of them.
    pub fn run_summed(mut self) -> (Outcome, Sums) {
        self.sums = Some(Sums::default());
        self.play(&mut |_| (), false);
        let sums = self.sums.unwrap_or_default();
        (self.finish(false), sums)
    }

    /// Closes what is held at the last close of its bars.
    pub fn ending_flat(mut self, ends_flat: bool) -> Shell<'a> {
        self.ends_flat = ends_flat;
        self
    }

    pub fn run(mut self, progress: &mut dyn FnMut(Timestamp), keep_orders: bool) -> Outcome {
        self.play(progress, keep_orders);
        self.finish(keep_orders)
    }

    fn play(&mut self, progress: &mut dyn FnMut(Timestamp), keep_orders: bool) {
        for lane in 0..self.lanes.len() as u32 {
            self.reschedule(lane);
        }
        let mut turns = 0u32;
        while let Some((lane, wake)) = self.earliest() {
            if self.next_sample <= wake.at {
                self.sample_until(wake.at, rank(wake.phase));
            }
            self.now = (wake.at, rank(wake.phase));
            self.tell(lane, wake);
            self.reschedule(lane);
            while let Some(other) = self.stale.pop() {
                self.reschedule(other);
            }
            turns = turns.wrapping_add(1);
            // Nothing is told late here, so a finished order is only ballast.
            if !keep_orders && turns.is_multiple_of(128) {
                self.engine.forget_final_orders();
            }
            if turns.is_multiple_of(8_192) {
                progress(wake.at);
            }
        }
    }

    /// Takes what is due next over all lanes.
    #[inline]
    fn earliest(&mut self) -> Option<(u32, Wake)> {
        if self.lanes.len() == 1 {
            return Some((0, self.lanes[0].next.take()?));
        }
        while let Some(Reverse((at, rank, lane))) = self.queue.pop() {
            let state = &mut self.lanes[lane as usize];
            if let Some(wake) = state.next.filter(|wake| (wake.at, self::rank(wake.phase)) == (at, rank)) {
                state.next = None;
                state.queued = false;
                return Some((lane, wake));
            }
        }
        None
    }

    fn finish(mut self, keep_orders: bool) -> Outcome {
        self.sample_until(Timestamp::MAX, 0);
        for (i, lane) in self.lanes.iter_mut().enumerate() {
            let Some(&close) = lane.bars.closes().last() else { continue };
            self.engine.handle(
                Timestamp::MAX,
                &Event::Mark { book: BookId(i as u32), price: close },
                &mut self.effects,
            );
            lane.count_held(lane.bars.len(), false);
            self.outcome.bars_held += lane.bars_held;
        }
        self.outcome.open = self.engine.open_positions().collect();
        self.outcome.order_count = self.engine.order_count();
        self.outcome.turnover = self.engine.turnover();
        if keep_orders {
            self.outcome.orders = self.engine.orders().to_vec();
        }
        self.outcome
    }

    /// Tells one phase of one bar and carries out what follows.
    #[inline]
    fn tell(&mut self, index: u32, wake: Wake) {
        let (book, venue) = (BookId(index), InstrumentKey(index));
        let lane = &mut self.lanes[index as usize];
        lane.stream_ahead(wake.bar);
        let day = lane.day_of(wake.bar);
        lane.day = day;
        let opened = lane.bar == wake.bar && lane.told >= Some(Phase::Open);
        lane.bar = wake.bar;
        lane.told = Some(wake.phase);
        let bar_time = lane.bars.times()[wake.bar];
        let was_flat = self.engine.book(book).position().is_zero();

        if lane.told_day != Some(day) && wake.phase != Phase::SquareOff {
            lane.told_day = Some(day);
            let square_off = lane.days[day].square_off;
            self.event(bar_time, &Event::DayStart { book, square_off, hours: None, circuit: None });
        }
        let lane = &mut self.lanes[index as usize];
        match wake.phase {
            Phase::SquareOff => {
                lane.squared_off = Some(day);
                if let Some(before) = wake.bar.checked_sub(1) {
                    let price = lane.bars.closes()[before];
                    self.event(wake.at, &Event::Mark { book, price });
                }
                let reason = ExitReason::SquareOff;
                self.event(wake.at, &Event::SquareOff { book, timing: Timing::Next, reason });
            }
            Phase::Open => {
                let price = lane.bars.opens()[wake.bar];
                self.exchange.begin(venue, lane.volume(wake.bar));
                self.open(bar_time, book, price);
            }
            Phase::Range => {
                // A level was reached, perhaps the one that pulls a trailing stop: its close is told too.
                lane.whole_bar = Some(wake.bar);
                self.range(bar_time, index, wake.bar);
            }
            Phase::Close => {
                lane.bar += 1;
                lane.told = None;
                let mut bar = lane.closed_bar(wake.bar, day);
                let ends = self.ends_flat && lane.bar == lane.bars.len();
                if !opened {
                    self.exchange.begin(venue, lane.volume(wake.bar));
                }
                if ends {
                    // No bar is left in which more could be sold, and no wish could trade any more.
                    self.exchange.begin(venue, None);
                    bar.signals = SignalBits::default();
                }
                self.exchange.close(venue, bar.close);
                let squared_off = self.lanes[index as usize].days[day].square_off.is_some();
                if ends || bar.last_of_day && squared_off {
                    self.event(wake.at, &Event::Mark { book, price: bar.close });
                    let reason = if squared_off { ExitReason::SquareOff } else { ExitReason::SpanEnd };
                    let event = Event::SquareOff { book, timing: Timing::ThisClose, reason };
                    self.engine.handle(wake.at, &event, &mut self.effects);
                    self.carry_out(wake.at, FillPhase::AtClose);
                }
                if self.needs_marks {
                    self.mark_others(index, wake.at);
                }
                self.event(wake.at, &Event::Close { book, bar });
            }
        }
        // What comes next may be another lane's event, or a timer: no order of that moment may trade at this price.
        self.exchange.between(venue);
        let flat = self.engine.book(book).position().is_zero();
        if was_flat != flat {
            let next = wake.bar + usize::from(wake.phase == Phase::Close);
            self.lanes[index as usize].count_held(next, !flat);
            if flat && wake.phase == Phase::Range {
                // Held for a part of this bar.
                self.lanes[index as usize].bars_held += 1;
            }
        }
    }

    #[inline]
    fn open(&mut self, at: Timestamp, book: BookId, price: Price) {
        self.exchange.open_within(InstrumentKey(book.0), price, &mut self.reports);
        self.take_reports(at, FillPhase::AtOpenOrTick);
        self.carry_out(at, FillPhase::AtOpenOrTick);
        self.event(at, &Event::Open { book, price });
    }

    fn range(&mut self, at: Timestamp, index: u32, bar: usize) {
        let book = BookId(index);
        let lane = &self.lanes[index as usize];
        let (high, low, close) = (lane.bars.highs()[bar], lane.bars.lows()[bar], lane.bars.closes()[bar]);
        let (below, above) = self.levels(index);
        // One bar reached both sides: which came first is asked of shorter bars, if there are any.
        let both = low <= below && high >= above;
        if let Some((finer, inside)) = both.then(|| lane.finer_bars(bar)).flatten() {
            for i in inside {
                let bar = finer.get(i);
                self.open(bar.time, book, bar.open);
                self.inside(bar.time, book, bar.high, bar.low, bar.close);
            }
            return;
        }
        self.inside(at, book, high, low, close);
    }

    fn inside(&mut self, at: Timestamp, book: BookId, high: Price, low: Price, close: Price) {
        self.exchange.range(InstrumentKey(book.0), high, low, &mut self.reports);
        self.take_reports(at, FillPhase::InsideBar);
        self.carry_out(at, FillPhase::InsideBar);
        let event = Event::Range { book, high, low, close };
        self.engine.handle(at, &event, &mut self.effects);
        self.carry_out(at, FillPhase::InsideBar);
    }

    #[inline]
    fn event(&mut self, at: Timestamp, event: &Event) {
        let phase = match event {
            Event::Close { .. } => FillPhase::AtClose,
            _ => FillPhase::AtOpenOrTick,
        };
        self.engine.handle(at, event, &mut self.effects);
        self.carry_out(at, phase);
    }

    /// Carries out effects in order; what they cause is appended and carried out too.
    #[inline]
    fn carry_out(&mut self, at: Timestamp, phase: FillPhase) {
        let mut next = 0;
        while next < self.effects.len() {
            // Copies what it needs and no more: a closed trade makes the type large.
            let effect = &self.effects[next];
            next += 1;
            match *effect {
                // History needs no disk: stored as soon as it is wished.
                Effect::Persist(ticket) => {
                    self.engine.handle(at, &Event::Committed { order: ticket.key }, &mut self.effects);
                }
                Effect::Place(ticket) => {
                    let ticket = self.addressed(ticket);
                    self.exchange.submit(at, &ticket, &mut self.reports);
                    self.take_reports(at, phase);
                }
                Effect::Modify(ticket) => {
                    // As it stands: fills may have been told since it was wished.
                    let ticket = self.addressed(self.engine.order(ticket.key).ticket());
                    self.exchange.modify(&ticket, &mut self.reports);
                    self.take_reports(at, phase);
                }
                Effect::Cancel { order, .. } => {
                    let venue = self.venue_of(order);
                    self.exchange.cancel(venue, order, &mut self.reports);
                    self.take_reports(at, phase);
                }
                Effect::Closed(ref trade) => match &mut self.sums {
                    Some(sums) => sums.add(trade),
                    None => self.outcome.trades.push(*trade),
                },
                Effect::Refused(refusal) => self.outcome.refusals.add(refusal),
                // History answers everything, once and in order.
                Effect::Ask { .. } | Effect::Incident(_) | Effect::Locked(_) | Effect::Unlocked(_) => {}
            }
        }
        self.effects.clear();
    }

    #[inline]
    fn take_reports(&mut self, at: Timestamp, phase: FillPhase) {
        let mut next = 0;
        while next < self.reports.len() {
            let Report { key, news } = self.reports[next];
            next += 1;
            let news = match news {
                News::Accepted => engine::News::Accepted,
                News::Filled { qty, price } => engine::News::Filled { qty, price, phase, trade: None },
                News::Modified { change } => engine::News::Modified { change },
                News::Triggered => engine::News::Triggered,
                // What the exchange does not have any more is not working; its fills have been told.
                News::Cancelled | News::NotFound => engine::News::Cancelled,
            };
            self.engine.handle(at, &Event::Report { order: key, news }, &mut self.effects);
        }
        self.reports.clear();
    }

    /// Each book trades at a venue of its own here, so that its bars alone fill its orders.
    #[inline]
    fn addressed(&mut self, ticket: Ticket) -> Ticket {
        Ticket { instrument: self.venue_of(ticket.key), ..ticket }
    }

    #[inline]
    fn venue_of(&mut self, order: OrderKey) -> InstrumentKey {
        let lane = self.engine.order(order).book.0;
        if self.lanes.len() > 1 && !self.stale.contains(&lane) {
            self.stale.push(lane);
        }
        InstrumentKey(lane)
    }

    /// Tells the engine the last closes of the other books that hold something.
    fn mark_others(&mut self, index: u32, at: Timestamp) {
        for other in 0..self.lanes.len() {
            let book = BookId(other as u32);
            if other as u32 == index || self.engine.book(book).position().is_zero() {
                continue;
            }
            if let Some(price) = self.lanes[other].close_at(at) {
                self.engine.handle(at, &Event::Mark { book, price }, &mut self.effects);
            }
        }
    }

    /// The prices between which neither exchange nor engine has anything to do for a lane.
    #[inline]
    fn levels(&self, index: u32) -> (Price, Price) {
        let watch = self.engine.watch(BookId(index));
        let (below, above) = self.exchange.wake_levels(InstrumentKey(index));
        (below.max(watch.below), above.min(watch.above))
    }

    /// Finds what a lane must be told next.
    #[inline]
    fn reschedule(&mut self, index: u32) {
        let wake = match self.pace {
            Pace::Edges => self.next_edge(index),
            Pace::EveryBar => self.next_phase(index),
        };
        let alone = self.lanes.len() == 1;
        let lane = &mut self.lanes[index as usize];
        if alone || lane.next == wake && lane.queued {
            lane.next = wake;
            return;
        }
        lane.next = wake;
        lane.queued = wake.is_some();
        if let Some(wake) = wake {
            self.queue.push(Reverse((wake.at, rank(wake.phase), index)));
        }
    }
}

impl Lane<'_> {
    /// `None` where the source has none.
    #[inline]
    fn volume(&self, bar: usize) -> Option<Qty> {
        self.caps_volume.then(|| self.bars.volumes()[bar])
    }

    fn closed_bar(&self, bar: usize, day: usize) -> ClosedBar {
        let value = |column: &Option<std::sync::Arc<[f64]>>| column.as_ref().map_or(f64::NAN, |c| c[bar]);
        ClosedBar {
            opened: self.bars.times()[bar],
            range: self.trails.then(|| (self.bars.highs()[bar], self.bars.lows()[bar])),
            close: self.bars.closes()[bar],
            signals: self.signals.at(bar),
            atr: value(&self.atr),
            volatility: value(&self.volatility),
            distances: self.signals.distances(bar),
            last_of_day: self.is_last_of_day(bar, day),
        }
    }

    fn count_held(&mut self, bar: usize, held: bool) {
        if let Some(since) = self.held_since.take() {
            self.bars_held += (bar - since) as u64;
        }
        self.held_since = held.then_some(bar);
    }
}
