//! The same through the desk.

use std::path::Path;
use std::sync::Arc;

use broker::{Broker, Fetched, Sink};
use broker_sim::paper::{Config, Listing, Server};
use brokers::paper::{Paper, Phase, Settings, in_memory};
use desk::accounts::Link;
use desk::feeds::{Listed, Market};
use desk::hub::Hub;
use desk::replay::{Answer, LanePhase, Lanes, Replay};
use desk::runs::{RunSettings, StartRun};
use desk::{Clock, Desk, DeskError, DeskParts, Mode};
use domain::calendar::Calendar;
use domain::instrument::{InstrumentId, InstrumentTables};
use domain::{Bars, Price, Product, Tick, Timeframe, Timestamp};
use store::accounts::{AccountRecord, Broker as BrokerName, NewAccount, Relation};
use store::strategies::StrategyKind;
use store::users::Role;
use store::{AccountId, Location, PageRequest, Store, StrategyId};

use crate::{CASH, Case, INSTRUMENT, first_day, line, played_from};

struct NoHistory;

impl broker::History for NoHistory {
    fn minutes(&self, _: &InstrumentId, _: Timestamp, _: Timestamp) -> Fetched {
        Box::pin(async { Ok(Bars::new()) })
    }
}

struct PaperLanes(Paper);

impl Lanes for PaperLanes {
    fn open(&self, lane: u32, instrument: &InstrumentId, tick: Tick) -> Answer {
        let (paper, instrument) = (self.0.clone(), instrument.clone());
        Box::pin(async move { paper.open_lane(lane, &instrument, tick).await })
    }

    fn tell(&self, lane: u32, at: Timestamp, phase: LanePhase) -> Answer {
        let paper = self.0.clone();
        let phase = match phase {
            LanePhase::Begin { volume } => Phase::Begin { volume },
            LanePhase::Open { price } => Phase::Open { price },
            LanePhase::Range { high, low } => Phase::Range { high, low },
            LanePhase::Close { price } => Phase::Close { price },
            LanePhase::Between => Phase::Between,
        };
        Box::pin(async move { paper.tell(lane, at, phase).await })
    }
}

/// Orders and trades of the run, in lines. The desk ends at each of `stops` and is opened again.
pub async fn play(case: &Case, minutes: &Bars, stops: &[Timestamp]) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let id: InstrumentId = INSTRUMENT.parse().unwrap();
    let history = history::Store::open(folder.path()).unwrap();
    store_minutes(&history, &id, minutes);

    let key = store::audit::AuditKey::derive(&[42; 32]);
    let location = Location::Sqlite(folder.path().join("sauda.db"));
    let store = Store::open(&location, key, &folder.path().join("audit-mirror")).await.unwrap();
    let mut clock = Clock::told(played_from());
    let unit = store.begin().await.unwrap();
    let user = store::users::create(&unit, "asha", "x", Role::Trader, clock.now()).await.unwrap();
    let new = NewAccount {
        name: "Paper".to_owned(),
        broker: BrokerName::Paper,
        relation: Relation::Own,
        initial_cash: CASH,
        settings: "{}".to_owned(),
    };
    let account = store::accounts::create(&unit, user, &new, clock.now()).await.unwrap();
    let now = clock.now();
    let (kind, definition) =
        case.rules.map_or((StrategyKind::BuiltIn, case.strategy), |text| (StrategyKind::Rules, text));
    let strategy = store::strategies::create(&unit, user, "played", kind, now).await.unwrap();
    store::strategies::add_version(&unit, user, strategy, definition, None, now).await.unwrap();
    unit.commit().await.unwrap();

    let mut listing = Listing::of(INSTRUMENT, Price::rupees(800), first_day()).unwrap();
    listing.freeze = None;
    let time = Arc::new(std::sync::Mutex::new(clock.clone()));
    let told = time.clone();
    let server = Server::open(Config {
        listings: vec![listing],
        clock: Arc::new(move || told.lock().unwrap().now()),
        ..Config::new(1, first_day())
    })
    .unwrap();

    let over = Timestamp::from_micros(minutes.times().last().unwrap().as_micros() + 60_000_001);
    let mut run = None;
    for until in stops.iter().copied().chain([over]) {
        let papers = Arc::new(std::sync::Mutex::new(None::<Paper>));
        let desk = open(&store, &clock, market(case), &server, &papers, folder.path()).await;
        let handle = desk.account(user, account).unwrap();
        handle.wait_until(|view| view.state == desk::accounts::AccountState::Connected).await;
        if run.is_none() {
            let started = desk.runs().start(user, &handle, wish(case, strategy, account)).await;
            run = Some(started.unwrap().id);
        }
        let lanes: desk::replay::LanesOf = Arc::new(move |_| {
            let paper = papers.lock().unwrap().clone()?;
            Some(Arc::new(PaperLanes(paper)) as Arc<dyn Lanes>)
        });
        let history = history::Store::open(folder.path()).unwrap();
        Replay::new(desk.clone(), history, lanes, (played_from(), until), 60).play(false).await.unwrap();
        handle.settle().await;
        desk.close().await;
        // The next server knows the first day, and what its accounts remember.
        clock = Clock::told(played_from());
        *time.lock().unwrap() = clock.clone();
    }
    server.stop();

    let run = run.unwrap();
    let orders = store::orders::of_run(&store, user, run).await.unwrap();
    let orders = orders
        .iter()
        .map(|o| {
            line(
                (&o.side.to_string(), o.quantity),
                (o.limit_price, o.trigger_price),
                (desk::path::state_name(o.state).to_owned(), o.filled_quantity, o.filled_value),
                o.created_at,
            )
        })
        .collect();
    let mut trades = Vec::new();
    let mut page = PageRequest::first(500).unwrap();
    loop {
        let found = store::books::trades(&store, user, None, page).await.unwrap();
        trades.extend(found.rows);
        match found.next {
            Some(cursor) => page = page.after(cursor),
            None => break,
        }
    }
    trades.reverse();
    let trades = trades
        .iter()
        .map(|record| {
            let t = &record.trade;
            format!(
                "{:?} {} {} {} {} {} {} {} {:?} {:?} {:?}",
                t.direction,
                t.entry_time,
                t.entry_price,
                t.exit_time,
                t.exit_price,
                t.quantity,
                t.gross_pnl,
                t.charges,
                t.stop_loss,
                t.target_price,
                t.exit_reason
            )
        })
        .collect();
    (orders, trades)
}

async fn open(
    store: &Store,
    clock: &Clock,
    market: Market,
    server: &Server,
    papers: &Arc<std::sync::Mutex<Option<Paper>>>,
    folder: &Path,
) -> Desk {
    let (kept, inside) = (papers.clone(), server.clone());
    let links: desk::Links = Arc::new(move |record: &AccountRecord| {
        let (kept, inside) = (kept.clone(), inside.clone());
        let settings = Settings::new(format!("account-{}", record.id), record.initial_cash);
        let link: Link = Box::new(move |sink: Sink| -> Arc<dyn Broker> {
            let paper = Paper::start(settings, in_memory(move || inside.connect()), sink, Arc::new(|_| ()));
            *kept.lock().unwrap() = Some(paper.clone());
            Arc::new(paper)
        });
        Ok::<Link, DeskError>(link)
    });
    let parts = DeskParts {
        store: store.clone(),
        clock: clock.clone(),
        hub: Hub::default(),
        market,
        history: Arc::new(NoHistory),
        links,
        mode: Mode::Replay,
        folder: folder.join("desk"),
    };
    Desk::open(parts).await.unwrap()
}

fn wish(case: &Case, strategy: StrategyId, account: AccountId) -> StartRun {
    let setup = case.setup(1, 1);
    // A rule file says itself how its run is set up.
    let says = case.rules.is_none();
    StartRun {
        strategy,
        version: None,
        account,
        instruments: vec![INSTRUMENT.parse().unwrap()],
        timeframe: case.timeframe.parse().unwrap(),
        settings: RunSettings {
            product: case.product,
            sides: Some(setup.sides).filter(|_| says),
            size: Some(setup.size).filter(|_| says),
            parameters: setup.strategy.unwrap().parameters,
            stop: setup.stop.filter(|_| says),
            target: setup.target.filter(|_| says),
            trail: setup.trail.filter(|_| says),
            square_off: setup.square_off.filter(|_| says),
            charges: setup.charges,
            limits: if says { setup.limits } else { engine::BookLimits::default() },
        },
    }
}

fn market(case: &Case) -> Market {
    let id: InstrumentId = INSTRUMENT.parse().unwrap();
    let mut instrument = InstrumentTables::builtin().resolve(&id, first_day(), None).unwrap();
    instrument.tick = Some(Tick::DEFAULT);
    instrument.lot = domain::Qty::units(1);
    instrument.freeze = case.freeze.map(domain::Qty::units);
    assert_ne!(case.product, Product::Nrml);
    let name = instrument.underlying.clone();
    Market::new(vec![Listed { instrument, name }], Calendar::builtin(), Hub::default())
}

fn store_minutes(history: &history::Store, id: &InstrumentId, minutes: &Bars) {
    history
        .merge_from("synthetic: made by a test", vec![(id.clone(), Timeframe::Minutes(1), minutes.clone())])
        .unwrap();
}
