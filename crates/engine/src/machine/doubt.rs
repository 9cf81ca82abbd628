//! What is not known: orders without an answer, and how the broker's book settles them. Nothing here sends an order.

use domain::order::{OrderEvent, OrderKey, OrderState, Step};
use domain::trade::{BookId, ExitReason};
use domain::{Qty, Timestamp};

use super::Engine;
use crate::doubts::{Due, READINGS_APART};
use crate::event::{RejectCause, Seen, SeenStatus};
use crate::orders::{Next, Purpose};
use crate::{Effect, Trouble};

impl Engine {
    #[cold]
    pub(super) fn on_timer(&mut self, at: Timestamp, out: &mut Vec<Effect>) {
        for due in self.doubts.due(at) {
            match due {
                Due::Ask(order) => out.push(Effect::Ask { order }),
                Due::Report(order) => Self::incident(at, Trouble::InDoubt { order }, out),
            }
        }
        self.chase(at, out);
    }

    /// Whatever was stored and not answered may have been sent, or not; what rested may have traded meanwhile.
    #[cold]
    pub(super) fn on_restarted(&mut self, at: Timestamp, out: &mut Vec<Effect>) {
        self.books.iter_mut().for_each(|book| book.priced = false);
        // The questions on their way are lost too.
        out.extend(self.doubts.orders().map(|order| Effect::Ask { order }));
        let open: Vec<OrderKey> =
            self.orders.all().iter().filter(|o| !o.state.is_final()).map(|o| o.key).collect();
        for key in open {
            self.on_no_answer(at, key, out);
            if self.doubts.open(at, key) {
                out.push(Effect::Ask { order: key });
            }
        }
    }

    /// What could not be sent while there was no link, and still should close or guard something, is wished anew.
    #[cold]
    pub(super) fn on_connected(&mut self, at: Timestamp, out: &mut Vec<Effect>) {
        for i in 0..self.books.len() {
            self.tend(at, BookId(i as u32), out);
        }
    }

    #[cold]
    pub(super) fn on_no_answer(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        if matches!(order.state, OrderState::PendingCancel { .. }) {
            // Still wanted, if the book shows it working.
            order.next = Next::Cancel;
        }
        if matches!(order.apply(OrderEvent::NoAnswer), Ok(Step::Moved(_))) && self.doubts.open(at, key) {
            out.push(Effect::Ask { order: key });
        }
    }

    /// A good reading does not have the order. Two of them, far enough apart for a straggler to have come, settle it.
    #[cold]
    pub(super) fn on_missing(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        if order.state.is_final() || !self.unseen_long_enough(at, key) {
            return;
        }
        let order = self.orders.get_mut(key);
        if order.arrived || !matches!(order.state, OrderState::Unknown { filled: Qty::ZERO }) {
            if let Some(doubt) = self.doubts.get_mut(key).filter(|doubt| !doubt.reported) {
                doubt.reported = true;
                Self::incident(at, Trouble::Vanished { order: key }, out);
            }
            // Orders are good for their day, and a book shows its own: it works no more. What it may have traded
            // unseen shows when positions are compared, which waits for the end of this doubt.
            if self.orders.get(key).created.day() < at.day() {
                self.on_ended(at, key, OrderEvent::Expired, out);
            }
            return;
        }
        let _ = order.apply(OrderEvent::NotFound);
        let (id, purpose, own) = (order.book, order.purpose, order.own);
        self.bury(at, key, out);
        match purpose {
            Purpose::Exit(reason) if !own && reason != ExitReason::Target => {
                self.exit_again(at, id, reason, out);
            }
            // A stop or an exit that never came leaves its part of the position to be guarded again.
            _ => self.guard(at, id, out),
        }
    }

    /// Notes a reading that does not show what was asked for; true once one of long enough ago did not either.
    fn unseen_long_enough(&mut self, at: Timestamp, key: OrderKey) -> bool {
        let Some(doubt) = self.doubts.get_mut(key) else { return false };
        let since = *doubt.unseen_since.get_or_insert(at);
        at >= since + READINGS_APART
    }

    /// The broker's row of the order. Its trades were told first, so a count that differs is older than what is known,
    /// or trades are missing, which are asked for.
    #[cold]
    pub(super) fn on_seen(&mut self, at: Timestamp, key: OrderKey, seen: Seen, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        let known = order.filled();
        if seen.filled < known {
            return;
        }
        order.arrived = true;
        if seen.filled > known {
            if self.doubts.open(at, key) {
                out.push(Effect::Ask { order: key });
            }
            return;
        }
        match seen.status {
            SeenStatus::Working => self.on_seen_working(at, key, seen, out),
            SeenStatus::Filled => {
                // Smaller at the exchange than was wished here: it is done all the same.
                if !order.state.is_final() {
                    order.qty = known;
                    order.state = OrderState::Filled;
                    self.end(at, key, out);
                }
                self.doubts.close(key);
            }
            SeenStatus::Cancelled => self.on_ended(at, key, OrderEvent::Cancelled, out),
            SeenStatus::Expired => self.on_ended(at, key, OrderEvent::Expired, out),
            SeenStatus::Rejected if known > Qty::ZERO => self.on_ended(at, key, OrderEvent::Cancelled, out),
            SeenStatus::Rejected => self.on_rejected(at, key, RejectCause::Other, out),
        }
    }

    fn on_seen_working(&mut self, at: Timestamp, key: OrderKey, seen: Seen, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        match order.state {
            OrderState::Submitted | OrderState::NeverArrived => self.on_accepted(at, key, out),
            OrderState::Unknown { .. } => {
                let as_asked = (order.asked().qty, order.asked().terms.on_the_wire())
                    == (seen.qty, seen.terms.on_the_wire())
                    || order.asked() == order.confirmed();
                // A change that the book does not show may still be on its way: another sent now could come before it.
                if !as_asked && !self.unseen_long_enough(at, key) {
                    return;
                }
                let order = self.orders.get_mut(key);
                let _ = order.apply(OrderEvent::Accepted);
                self.doubts.close(key);
                let order = self.orders.get_mut(key);
                if as_asked {
                    order.confirm();
                } else {
                    order.unask();
                    if order.next == Next::Nothing {
                        order.next = Next::Modify;
                    }
                }
                self.on_rest(at, key, out);
            }
            _ if order.rests() => {
                // A cancel was refused, or trades were missing: neither holds any more.
                self.doubts.close(key);
                let (id, key) = (order.book, order.key);
                if self.books[id.0 as usize].leftovers.contains(&key) {
                    self.cancel(key, out);
                }
            }
            _ => {}
        }
    }
}
