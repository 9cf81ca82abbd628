//! Runs: begun, paused, stopped, failed alone.

use desk::Mode;
use desk::hub::{Note, Topic};
use desk::runs::RunSettings;
use desk::strategies::Definition;
use domain::time::{MinuteOfDay, Span};
use domain::{Money, Qty, Side};
use store::orders::Origin;
use store::runs::RunState;

use crate::ground::{FUTURE, Ground, SHARE, cases, settings};

cases![
    a_run_trades_its_signals_and_reverses,
    a_paused_run_enters_nothing_until_it_is_resumed,
    a_run_stops_with_or_without_its_positions,
    a_run_that_fails_leaves_the_others_trading,
    a_run_is_flat_at_its_time,
    runs_of_mis_are_flat_before_the_close_where_there_is_one,
    a_run_tells_what_it_makes_and_decides,
    a_run_that_begins_lets_others_orders_rest,
    a_run_waits_for_the_past_of_its_instrument,
    a_run_looks_back_as_far_as_its_strategy_does,
    a_rule_file_sets_its_run_up,
    a_restarted_run_goes_on_and_decides_nothing_twice,
    a_run_that_was_being_stopped_is_stopped_after_a_restart,
    a_start_that_failed_leaves_no_run,
    books_follow_the_row_of_their_run_after_a_restart,
    a_run_is_stopped_only_when_nothing_of_it_can_open,
    a_run_lives_until_its_end_is_stored,
    what_a_run_that_is_over_made_is_still_shown,
    the_last_bar_of_a_session_is_over_with_it,
];

async fn a_run_trades_its_signals_and_reverses(ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    assert_eq!(run.state, RunState::Running);
    for (price, held) in [(101, 0), (102, 10), (103, 10), (101, -10), (102, 10)] {
        ground.minute(price).await;
        if held != 0 {
            assert_eq!(ground.held(Some(&run)), held, "at {price}");
        }
    }
    let orders = store::orders::of_run(ground.store(), ground.asha, run.id).await.unwrap();
    assert!(orders.iter().all(|o| o.origin == Origin::Strategy && o.decision.is_some()), "{orders:?}");
    ground.check().await;
}

async fn a_paused_run_enters_nothing_until_it_is_resumed(mut ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    ground.desk().runs().pause(ground.asha, run.id).await.unwrap();
    assert!(ground.desk().runs().pause(ground.asha, run.id).await.is_err(), "it is paused");
    ground.minute(101).await;
    ground.restart().await;
    ground.minute(102).await;
    ground.minute(103).await;
    assert_eq!((ground.held(Some(&run)), ground.run_now(&run).await.state), (0, RunState::Paused));
    ground.desk().runs().resume(ground.asha, run.id).await.unwrap();
    ground.minute(101).await;
    assert_eq!(ground.held(Some(&run)), -10);
    ground.check().await;
}

async fn a_run_stops_with_or_without_its_positions(ground: Ground) {
    ground.minute(100).await;
    let guarded = RunSettings { stop: Some("points=5".to_owned()), ..settings() };
    let keeps = ground.run(ground.account, guarded.clone()).await;
    let closes = ground.run(ground.account, guarded).await;
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!((ground.held(Some(&keeps)), ground.held(Some(&closes))), (10, 10));
    let runs = ground.desk().runs().clone();
    assert_eq!(runs.stop(ground.asha, keeps.id, false).await.unwrap().state, RunState::Stopped);
    runs.stop(ground.asha, closes.id, true).await.unwrap();
    ground.settle().await;
    // It is marked by a task of its own.
    ground.becomes(&closes, RunState::Stopped).await;
    assert_eq!((ground.held(Some(&keeps)), ground.held(Some(&closes))), (10, 0));
    assert_eq!(ground.floor.working(ground.account.0).len(), 1, "the stop of what is kept");
    assert!(runs.live().is_empty());
    ground.minute(103).await;
    ground.minute(99).await;
    assert_eq!(ground.held(Some(&keeps)), 10, "it decides nothing more");
    ground.price(SHARE, 96).await;
    assert_eq!(ground.held(Some(&keeps)), 0, "its stop still guards");
    ground.check().await;
}

async fn a_run_that_fails_leaves_the_others_trading(mut ground: Ground) {
    ground.minute(100).await;
    let well = ground.run(ground.account, settings()).await;
    let wish = desk::runs::StartRun {
        strategy: ground
            .desk()
            .add_strategy(
                ground.asha,
                "future",
                &desk::strategies::Definition::BuiltIn("sma_cross".to_owned()),
            )
            .await
            .unwrap()
            .0
            .id,
        version: None,
        account: ground.account,
        instruments: vec![FUTURE.parse().unwrap()],
        timeframe: "1m".parse().unwrap(),
        settings: RunSettings { product: domain::Product::Nrml, ..settings() },
    };
    let ill = ground.desk().runs().start(ground.asha, &ground.at_work(ground.account), wish).await.unwrap();
    // After the restart the feed does not have its instrument any more.
    ground.kill().await;
    ground.listed = vec![SHARE];
    ground.start().await;
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!(ground.held(Some(&well)), 10);
    let ill = ground.run_now(&ill).await;
    assert_eq!(ill.state, RunState::Failed);
    assert!(ill.because.as_deref().unwrap_or_default().contains(FUTURE), "{ill:?}");
    assert_eq!(ground.desk().runs().live().len(), 1);
    ground.check().await;
}

async fn a_run_is_flat_at_its_time(mut ground: Ground) {
    ground.minute(100).await;
    let timed = RunSettings { square_off: MinuteOfDay::new(10, 30), ..settings() };
    let run = ground.run(ground.account, timed.clone()).await;
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!(ground.held(Some(&run)), 10);
    // The server is down when the time comes.
    ground.kill().await;
    ground.clock.set(ground.clock.now() + domain::time::Span::minutes(40));
    ground.start().await;
    ground.price(SHARE, 103).await;
    ground.pass(1).await;
    assert_eq!((ground.held(Some(&run)), ground.floor.held(ground.account.0)), (0, 0));
    // Begun after its time it waits for tomorrow.
    let late = ground.run(ground.account, timed).await;
    ground.minute(104).await;
    ground.minute(106).await;
    ground.minute(103).await;
    assert_eq!((ground.held(Some(&run)), ground.held(Some(&late))), (0, 0));
    ground.check().await;
}

async fn a_run_waits_for_the_past_of_its_instrument(mut ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    ground.kill().await;
    ground.delay_history(true);
    ground.start().await;
    // Ticks alone would say that the price has risen.
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!((ground.held(Some(&run)), ground.orders().await.len()), (0, 0));
    ground.delay_history(false);
    // It is asked for again within a second, and the next minutes are judged with what came meanwhile.
    let mut price = 102;
    for _ in 0..100 {
        if ground.held(Some(&run)) != 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        price -= 1;
        ground.minute(price).await;
        price += 2;
        ground.minute(price).await;
    }
    assert_ne!(ground.held(Some(&run)), 0, "it decides again");
    ground.check().await;
}

async fn a_run_that_begins_lets_others_orders_rest(ground: Ground) {
    ground.place(&ground.limit(Side::Buy, 5, 90)).await;
    ground.run(ground.account, settings()).await;
    ground.price(SHARE, 99).await;
    assert_eq!(ground.floor.working(ground.account.0).len(), 1);
    ground.check().await;
}

async fn a_run_looks_back_as_far_as_its_strategy_does(ground: Ground) {
    ground.traded_before(240, 100);
    let slow = [("fast", "1"), ("slow", "200")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let long = RunSettings { parameters: slow.to_vec(), ..settings() };
    let averages = Definition::BuiltIn("sma_cross".to_owned());
    let run = ground.run_of(&averages, "1h", ground.account, long).await.unwrap();
    ground.minute(101).await;
    // The hour that ended at 09:15 was over before the run began.
    assert!(ground.view().of_run(run.id).all(|book| book.decided.is_none()));
    ground.pass(13 * 60).await;
    assert_eq!(ground.held(Some(&run)), 0);
    // The hour from 09:15 ends: 101 is above the average of the 200 hours before.
    ground.minute(101).await;
    assert_eq!(ground.held(Some(&run)), 10);
    ground.check().await;
}

/// What the file says of stop, target, size and days holds here as in a backtest; what is asked for goes before it.
async fn a_rule_file_sets_its_run_up(ground: Ground) {
    let text = "name = \"rising\"\n[long]\nenter = \"close > sma(close, 2)\"\n[protect]\nstop = \"points = 5\"\n\
                target = \"points = 50\"\n[size]\nquantity = 20\n[entries]\nmax_a_day = 1\n[exits]\nsquare_off = \"15:10\"\n";
    let rules = Definition::Rules(text.to_owned());
    ground.minute(100).await;
    let plain = RunSettings { size: None, parameters: Vec::new(), ..settings() };
    let own = RunSettings { size: settings().size, stop: Some("points=9".to_owned()), ..plain.clone() };
    let run = ground.run_of(&rules, "1m", ground.account, plain.clone()).await.unwrap();
    let other = ground.run_of(&rules, "1m", ground.account, own).await.unwrap();
    ground.minute(101).await;
    ground.minute(102).await;
    let view = ground.view();
    let stop = |run| view.of_run(run).find_map(|book| book.stop_loss).unwrap().to_string();
    assert_eq!((ground.held(Some(&run)), stop(run.id)), (20, "96.00".to_owned()));
    assert_eq!((ground.held(Some(&other)), stop(other.id)), (10, "92.00".to_owned()));
    let kept: RunSettings = serde_json::from_str(&run.config).unwrap();
    assert_eq!((kept.limits.max_trades_per_day, kept.square_off), (Some(1), MinuteOfDay::new(15, 10)));

    let unguarded = Definition::Rules("name = \"x\"\n[long]\nenter = \"close > open\"\n".to_owned());
    let risky = RunSettings { size: Some(desk::path::Size::Rule("risk=1".to_owned())), ..plain.clone() };
    let why = ground.run_of(&unguarded, "1m", ground.account, risky).await.unwrap_err().to_string();
    assert!(why.contains("add stop or trail"), "{why}");
    let hourly =
        Definition::Rules("name = \"x\"\n[long]\nenter = \"tf(1h, close > sma(close, 3))\"\n".to_owned());
    let why = ground.run_of(&hourly, "7m", ground.account, plain).await.unwrap_err().to_string();
    assert!(why.contains("1h") && why.contains("7m"), "{why}");
}

async fn a_restarted_run_goes_on_and_decides_nothing_twice(mut ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    for price in [101, 102, 103, 101, 100, 102, 104] {
        ground.minute(price).await;
        ground.restart().await;
        let before = ground.floor.arrived();
        ground.judge().await;
        assert_eq!(ground.floor.arrived(), before, "the same bar again at {price}");
    }
    assert_eq!(ground.run_now(&run).await.state, RunState::Running);
    assert!(ground.floor.arrived() > 1);
    ground.check().await;
}

async fn a_run_that_was_being_stopped_is_stopped_after_a_restart(mut ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!(ground.held(Some(&run)), 10);
    // The exit fills in parts: it is not flat at once.
    ground.floor.share(Some(Qty::units(4)));
    ground.desk().runs().stop(ground.asha, run.id, true).await.unwrap();
    ground.settle().await;
    assert_eq!(ground.run_now(&run).await.state, RunState::Stopping);
    ground.kill().await;
    ground.floor.price(&SHARE.parse().unwrap(), domain::Price::rupees(102));
    ground.floor.price(&SHARE.parse().unwrap(), domain::Price::rupees(102));
    ground.start().await;
    ground.price(SHARE, 102).await;
    ground.becomes(&run, RunState::Stopped).await;
    assert_eq!(ground.held(Some(&run)), 0);
    ground.check().await;
}

async fn runs_of_mis_are_flat_before_the_close_where_there_is_one(mut ground: Ground) {
    for (mode, at_the_end) in [(Mode::Live, 0), (Mode::Paper, 10)] {
        ground.kill().await;
        ground.mode = mode;
        ground.start().await;
        ground.minute(100).await;
        let run = ground.run(ground.account, settings()).await;
        ground.minute(101).await;
        ground.minute(102).await;
        let until = |hour, minute| {
            let time = MinuteOfDay::new(hour, minute).unwrap();
            (ground.clock.now().day().at(time) - ground.clock.now()).as_seconds()
        };
        ground.pass(until(15, 9)).await;
        ground.price(SHARE, 102).await;
        assert_eq!(ground.held(Some(&run)), 10, "{mode:?}");
        ground.pass(until(15, 10)).await;
        ground.price(SHARE, 102).await;
        assert_eq!(ground.held(Some(&run)), at_the_end, "{mode:?}");
        let flat = ground.desk().runs().square_off(&run, &settings());
        assert_eq!(flat, MinuteOfDay::new(15, 10).filter(|_| mode == Mode::Live));
        ground.desk().runs().stop(ground.asha, run.id, true).await.unwrap();
        ground.settle().await;
        // The next morning.
        ground.pass(19 * 3_600).await;
    }
    ground.check().await;
}

async fn a_run_tells_what_it_makes_and_decides(ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    let mut told = ground.desk().hub().subscribe(&Topic::Runs(ground.asha), None).receiver;
    let mut newest = || {
        let mut newest = None;
        while let Ok((_, note)) = told.try_recv() {
            if let Note::RunMoved(id, view) = &*note {
                assert_eq!(*id, run.id);
                newest = view.of_run(run.id).next().cloned();
            }
        }
        newest.expect("the run is told of")
    };
    ground.minute(101).await;
    ground.minute(102).await;
    let opened = ground.clock.now() + Span::minutes(-1);
    let book = newest();
    let decided = book.decided.unwrap();
    assert_eq!((book.quantity, book.trades_today, decided.bar), (Qty::units(10), 0, opened));
    assert!(decided.at > decided.bar);
    ground.price(SHARE, 105).await;
    assert_eq!(newest().unrealised, book.unrealised + Money::rupees(30));
    ground.minute(99).await;
    let book = newest();
    assert_eq!((book.quantity, book.trades_today), (Qty::units(-10), 1));
    assert!(book.decided.unwrap().signals.enter_short);
    ground.check().await;
}

async fn a_start_that_failed_leaves_no_run(mut ground: Ground) {
    ground.minute(100).await;
    // Its account stops between the row and the book.
    let gone = ground.at_work(ground.second);
    gone.stop().await;
    let averages = Definition::BuiltIn("sma_cross".to_owned());
    let started = ground.run_of(&averages, "1m", ground.second, settings()).await;
    assert!(started.is_err());
    let runs =
        store::runs::list(ground.store(), ground.asha, Some(ground.second), crate::ground::page()).await;
    let [ill] = &runs.unwrap().rows[..] else { panic!("one run") };
    assert_eq!(ill.state, RunState::Failed);
    assert!(ill.because.as_deref().unwrap_or_default().starts_with("it could not be started: "), "{ill:?}");
    assert!(ground.desk().runs().live().is_empty());

    // The process ended while it was being started.
    ground.restart().await;
    let run = ground.run(ground.account, settings()).await;
    ground.kill().await;
    ground.foreign_hand(&format!("update strategy_runs set state = 'created' where id = {}", run.id)).await;
    ground.start().await;
    let ill = ground.run_now(&run).await;
    assert_eq!(ill.state, RunState::Failed);
    assert!(ill.because.as_deref().unwrap_or_default().contains("start it again"), "{ill:?}");
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!(ground.held(Some(&run)), 0);
    ground.check().await;
}

async fn books_follow_the_row_of_their_run_after_a_restart(mut ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    let id = run.id;
    // Stored, and the process ended before the books were told.
    let cases = [("paused", 101, 102, 0), ("running", 103, 104, 10), ("stopping", 105, 106, 0)];
    for (state, first, second, held) in cases {
        ground.kill().await;
        ground.foreign_hand(&format!("update strategy_runs set state = '{state}' where id = {id}")).await;
        ground.start().await;
        ground.minute(first - 5).await;
        ground.minute(first).await;
        ground.minute(second).await;
        assert_eq!(ground.held(Some(&run)), held, "{state}");
    }
    ground.becomes(&run, RunState::Stopped).await;
    ground.check().await;
}

async fn a_run_is_stopped_only_when_nothing_of_it_can_open(ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    // The entry is taken in silence: nobody knows what became of it.
    ground.floor.silent(true);
    ground.minute(101).await;
    assert_eq!((ground.held(Some(&run)), ground.floor.held(ground.account.0)), (0, 10));
    ground.desk().runs().stop(ground.asha, run.id, true).await.unwrap();
    ground.settle().await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(ground.run_now(&run).await.state, RunState::Stopping);
    ground.floor.silent(false);
    for _ in 0..6 {
        ground.pass(11).await;
        ground.price(SHARE, 101).await;
    }
    ground.becomes(&run, RunState::Stopped).await;
    assert_eq!((ground.held(Some(&run)), ground.floor.held(ground.account.0)), (0, 0));
    ground.check().await;
}

async fn a_run_lives_until_its_end_is_stored(ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    ground.minute(101).await;
    ground.minute(102).await;
    ground.floor.share(Some(Qty::units(4)));
    ground.desk().runs().stop(ground.asha, run.id, true).await.unwrap();
    ground.settle().await;
    ground.rename("strategy_runs", "elsewhere").await;
    ground.floor.share(None);
    ground.price(SHARE, 102).await;
    assert_eq!(ground.held(Some(&run)), 0);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(ground.desk().runs().live().len(), 1, "its row says that it is being stopped");
    ground.rename("elsewhere", "strategy_runs").await;
    ground.becomes(&run, RunState::Stopped).await;
    assert!(ground.desk().runs().live().is_empty());
    ground.check().await;
}

async fn what_a_run_that_is_over_made_is_still_shown(mut ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    ground.minute(101).await;
    ground.minute(104).await;
    ground.desk().runs().stop(ground.asha, run.id, true).await.unwrap();
    ground.becomes(&run, RunState::Stopped).await;
    ground.place(&ground.order(Side::Buy, 3)).await;
    let book = |ground: &Ground| ground.view().of_run(run.id).next().cloned().unwrap();
    let before = book(&ground);
    assert!(!before.is_retired && before.realised != Money::ZERO, "the broker may still say more today");
    let told = |ground: &Ground| {
        let mut ticks = 0;
        desk::Journal::open(&ground.journal(), 1, |entry| {
            let desk::path::Input::Event(engine::Event::Tick { book, .. }) = entry.input else { return };
            ticks += usize::from(book == before.id);
        })
        .unwrap();
        ticks
    };
    // The next morning.
    ground.pass(24 * 3_600).await;
    ground.price(SHARE, 105).await;
    assert!(book(&ground).is_retired);
    ground.kill().await;
    let ticks = told(&ground);
    ground.start().await;
    ground.price(SHARE, 106).await;
    ground.price(SHARE, 107).await;
    let after = book(&ground);
    assert_eq!((after.is_retired, after.realised, after.charges), (true, before.realised, before.charges));
    assert_eq!(ground.held(None), 3);
    let done = ground.desk().kill(ground.asha, desk::Whom::Run(run.id), true, "odd").await.unwrap();
    assert_eq!(done.refused, []);
    ground.kill().await;
    assert_eq!(told(&ground), ticks);
    ground.start().await;
    ground.check().await;
}

async fn the_last_bar_of_a_session_is_over_with_it(mut ground: Ground) {
    ground.kill().await;
    ground.mode = desk::Mode::Live;
    ground.start().await;
    ground.minute(100).await;
    let hourly = Definition::BuiltIn("sma_cross".to_owned());
    let run = ground.run_of(&hourly, "1h", ground.account, settings()).await.unwrap();
    let decided = |ground: &Ground| {
        let bar = ground.view().of_run(run.id).find_map(|book| book.decided);
        bar.map(|decided| decided.bar.minute_of_day().to_string())
    };
    let until = async |ground: &Ground, hour, minute| {
        let time = ground.clock.now().day().at(MinuteOfDay::new(hour, minute).unwrap());
        ground.pass((time - ground.clock.now()).as_seconds()).await;
    };
    until(&ground, 15, 13).await;
    ground.minute(101).await;
    assert_eq!(decided(&ground), None);
    ground.minute(101).await;
    assert_eq!(decided(&ground).as_deref(), Some("14:15"));
    // The closing auction may print at 15:35 (data/calendar/equity.toml).
    until(&ground, 15, 34).await;
    ground.minute(101).await;
    assert_eq!(decided(&ground).as_deref(), Some("14:15"));
    ground.minute(101).await;
    assert_eq!(decided(&ground).as_deref(), Some("15:15"));
    ground.check().await;
}
