//! What is published: numbered changes by topic, kept for a while so that whoever was away can catch up.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use domain::instrument::InstrumentId;
use domain::{Price, Qty, Timeframe, Timestamp};
use store::books::TradeRecord;
use store::orders::OrderRecord;
use store::runs::RunRecord;
use store::{AccountId, RunId, UserId};
use tokio::sync::broadcast;

use crate::accounts::{AccountView, BookView};
use crate::path::Refused;

/// What a subscription is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Topic {
    Orders(UserId),
    Positions(UserId),
    Pnl(UserId),
    Trades(UserId),
    Runs(UserId),
    Risk(UserId),
    Ticks(InstrumentId),
    Candles(InstrumentId, Timeframe),
}

/// One change.
#[derive(Clone, PartialEq, Debug)]
pub enum Note {
    Order(Box<OrderRecord>),
    Position(AccountId, Box<BookView>),
    Pnl(Box<AccountView>),
    Trade(Box<TradeRecord>),
    Run(Box<RunRecord>),
    /// What a run holds or made, or what it decided, is not what it was; in its account as it stands.
    RunMoved(RunId, Arc<AccountView>),
    Refused(AccountId, Box<Refused>),
    /// Locks or incidents are not what they were: read them again.
    RiskChanged,
    Tick {
        price: Price,
        volume: Qty,
        at: Timestamp,
    },
    Candle(domain::bars::Bar),
}

/// A numbered change; numbers of one topic rise by one.
pub type Numbered = (u64, Arc<Note>);

/// How many changes of a topic are kept for those who were away.
const KEPT: usize = 256;
/// How far a listener may fall behind before it must ask anew.
const BEHIND: usize = 1_024;

struct Channel {
    last: u64,
    kept: VecDeque<Numbered>,
    sender: broadcast::Sender<Numbered>,
}

/// Cloned, it is the same hub.
#[derive(Clone, Default)]
pub struct Hub {
    channels: Arc<Mutex<HashMap<Topic, Channel>>>,
}

/// Changes from a number on.
pub struct Subscription {
    /// The number of the newest change when it began: what is read after that is at least as new.
    pub last: u64,
    /// What came after the number that was asked for, if all of it is still kept.
    pub missed: Option<Vec<Numbered>>,
    pub receiver: broadcast::Receiver<Numbered>,
}

impl Hub {
    pub fn publish(&self, topic: &Topic, note: Note) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(channel) = channels.get_mut(topic) else {
            channels.insert(topic.clone(), Channel::beginning_with(note));
            return;
        };
        channel.last += 1;
        let numbered = (channel.last, Arc::new(note));
        if channel.kept.len() == KEPT {
            channel.kept.pop_front();
        }
        channel.kept.push_back(numbered.clone());
        // Nobody listening is no error.
        let _ = channel.sender.send(numbered);
    }

    /// The timeframes in which somebody watches an instrument's candles.
    pub fn candles_of(&self, instrument: &InstrumentId) -> Vec<Timeframe> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        // Candles that nobody watches any more are not made.
        channels.retain(|topic, channel| {
            !matches!(topic, Topic::Candles(..)) || channel.sender.receiver_count() > 0
        });
        let watched = channels.keys().filter_map(|topic| match topic {
            Topic::Candles(of, timeframe) if of == instrument => Some(*timeframe),
            _ => None,
        });
        watched.collect()
    }

    /// The number of a topic's newest change; 0 before the first.
    pub fn last(&self, topic: &Topic) -> u64 {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.get(topic).map_or(0, |channel| channel.last)
    }

    /// Listens to a topic. `after` is the last number that the listener has.
    pub fn subscribe(&self, topic: &Topic, after: Option<u64>) -> Subscription {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = channels.entry(topic.clone()).or_insert_with(Channel::empty);
        let missed = after.filter(|after| {
            let oldest = channel.kept.front().map_or(channel.last + 1, |(number, _)| *number);
            *after <= channel.last && *after + 1 >= oldest
        });
        Subscription {
            last: channel.last,
            missed: missed.map(|after| channel.kept.iter().filter(|(n, _)| *n > after).cloned().collect()),
            receiver: channel.sender.subscribe(),
        }
    }
}

impl Channel {
    fn empty() -> Channel {
        Channel { last: first_number(), kept: VecDeque::new(), sender: broadcast::Sender::new(BEHIND) }
    }

    fn beginning_with(note: Note) -> Channel {
        let mut channel = Channel::empty();
        channel.last += 1;
        channel.kept.push_back((channel.last, Arc::new(note)));
        channel
    }
}

/// Where numbers begin: beyond all that an earlier process gave out, so that a listener of that one is not told that it
/// missed nothing. Milliseconds of the epoch, which JavaScript's numbers hold.
fn first_number() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(rupees: i64) -> Note {
        Note::Tick { price: Price::rupees(rupees), volume: Qty::ZERO, at: Timestamp::MIN }
    }

    #[test]
    fn numbers_rise_and_what_was_missed_is_kept_for_a_while() {
        let hub = Hub::default();
        let topic = Topic::Orders(UserId(1));
        assert_eq!(hub.last(&topic), 0);
        for i in 1..=(KEPT as i64 + 10) {
            hub.publish(&topic, tick(i));
        }
        let newest = hub.last(&topic);
        let back = hub.subscribe(&topic, Some(newest - 3));
        let missed: Vec<u64> = back.missed.unwrap().iter().map(|(n, _)| *n).collect();
        assert_eq!(missed, [newest - 2, newest - 1, newest]);
        assert_eq!(hub.subscribe(&topic, Some(newest - KEPT as u64 - 1)).missed, None, "too long away");
        assert_eq!(hub.subscribe(&topic, Some(newest + 1)).missed, None, "a number of another process");
        assert_eq!(hub.subscribe(&topic, Some(newest)).missed, Some(Vec::new()));
        let mut live = hub.subscribe(&topic, None);
        hub.publish(&topic, tick(1));
        assert_eq!(live.receiver.try_recv().unwrap().0, live.last + 1);
    }
}
