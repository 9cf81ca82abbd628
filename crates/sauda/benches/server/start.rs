//! From the command to an answer, with a past of a hundred thousand orders.

use std::path::Path;
use std::time::{Duration, Instant};

use desk::Journal;
use desk::path::Input;
use domain::Price;
use domain::time::Span;
use engine::Event;

use crate::past;
use crate::serving::Serving;

const ORDERS: usize = 100_000;
/// As many as come between two snapshots of an account.
const PRICES: i64 = 50_000;
/// Some prices are heard in it.
const WHILE: Duration = Duration::from_secs(1);
const TIMES: usize = 7;
const GOAL: Duration = Duration::from_secs(2);

pub fn measure() {
    let folder = tempfile::tempdir().unwrap();
    // A first start makes user, account and runs.
    let first = Serving::start(folder.path());
    println!("ready after {:.2?} the first time, with nothing stored", first.ready);
    std::thread::sleep(WHILE);
    first.stop();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let began = Instant::now();
    runtime.block_on(async {
        let store = past::open(folder.path()).await;
        let user = store::users::by_name(&store, "demo").await.unwrap().unwrap().id;
        let page = store::PageRequest::first(1).unwrap();
        let account = store::accounts::list(&store, user, page).await.unwrap().rows.remove(0);
        past::traded(folder.path(), &store, &account, ORDERS).await;
        store.close().await.unwrap();
    });
    println!("{ORDERS} orders traded through desk and paper exchange in {:.0?}", began.elapsed());
    // First as the account's task left it, then killed after a day of prices without a snapshot.
    goal(&format!("ready with {ORDERS} orders of today stored"), several(folder.path()));
    let account = std::fs::read_dir(folder.path().join("accounts")).unwrap().next().unwrap().unwrap().path();
    let mut times = Vec::new();
    for _ in 0..3 {
        lengthen(&account);
        let serving = Serving::start(folder.path());
        times.push(serving.ready);
        std::thread::sleep(WHILE);
        serving.stop();
    }
    goal(&format!("the same, {PRICES} prices in the journal since its snapshot"), times);
}

fn several(folder: &Path) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let serving = Serving::start(folder);
        times.push(serving.ready);
        assert_eq!(serving.running(), 2, "the runs are taken up");
        std::thread::sleep(WHILE);
        serving.stop();
    }
    times
}

fn goal(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let (best, middle, worst) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    let verdict = crate::verdict(worst < GOAL);
    println!(
        "{name}: {best:.2?} to {worst:.2?}, middle {middle:.2?} of {} (goal: under {GOAL:?}, {verdict})",
        times.len()
    );
}

/// Adds a day of prices of the account's books to its journal, as if it had been killed before the next snapshot.
fn lengthen(folder: &Path) {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let begins = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<i64>().unwrap();
    let newest = files.filter(|path| path.extension().is_some_and(|e| e == "journal"));
    let newest = newest.map(|path| begins(&path)).max().unwrap();
    let (mut books, mut last) = (Vec::new(), None);
    let mut journal = Journal::open(folder, newest, |entry| {
        if let Input::Event(Event::Tick { book, price }) = entry.input {
            match books.iter_mut().find(|(known, _)| *known == book) {
                Some(known) => *known = (book, price),
                None => books.push((book, price)),
            }
        }
        last = Some(entry.at);
    })
    .unwrap();
    let began = last.unwrap();
    for i in 0..PRICES {
        let (book, price) = books[i as usize % books.len()];
        let price = price + Price::from_raw(500 * (i / 7 % 2));
        journal.append(began + Span::micros(i), &Input::Event(Event::Tick { book, price })).unwrap();
    }
}
