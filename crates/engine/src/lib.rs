//! The trading machine: events in, effects out.
//!
//! [`Engine::handle`] is deterministic: the same state and event give the same effects. It reads no clock, file, socket
//! or random source; the instant of an event is the only time there is. Backtest, paper and live are shells around it:
//! they turn the world into [`Event`]s and carry out [`Effect`]s.
//!
//! One engine serves one account. It hosts *books*, each one strategy (or a person) in one instrument and product,
//! with a position, stops and P&L of its own; the account's position is the sum of its books. The engine owns an
//! order's whole life: sizing, risk, slicing, the marketable limit in place of a market order, protective stops,
//! targets, trailing, time exits. A strategy only says what it wants.

mod chases;
mod doubts;
mod effect;
mod event;
mod incident;
mod locks;
mod machine;
mod manual;
mod orders;
mod portfolio;
mod protect;
mod risk;
mod runs;

pub use effect::Effect;
pub use event::{ClosedBar, Command, Event, FillPhase, News, RejectCause, Seen, SeenStatus};
pub use incident::{Incident, Trouble};
pub use locks::{Lock, LockCause, LockScope};
pub use machine::{Conduct, Engine, Pull, SnapshotError, Watch};
pub use manual::{Change, ManualKind, ManualOrder};
pub use orders::{Decision, Figures, Maker, Next, Order, Origin, Purpose};
pub use portfolio::{Account, Book, OpenPosition, RetireError};
pub use protect::{Distance, DistanceError, Level, Protection};
pub use risk::{AccountLimits, BookLimits, Breach, MarginRates, PolicyError, Refusal, RiskPolicy};
pub use runs::{BookSpec, Contract, Sides, Sizing, SizingError};
