//! Lists of orders a second, over real sockets, with the token judged and the page shaped each time.
//!
//! The server's own parts in this process, with `ApiSettings::rates` off: else the limit of 60 a second for one user is
//! what would be measured. The clients are threads of this process on the same cores.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use api::{ApiSettings, AppState, NoParts, RateLimits};
use back_office::access::{Access, AccessSettings, LogIn, MasterKey, Origin, OsRandomness, Secret};
use broker::{Fetched, History};
use desk::feeds::Market;
use desk::hub::{Hub, Note, Topic};
use desk::{Clock, Desk, DeskError, DeskParts, Mode};
use domain::calendar::Calendar;
use domain::instrument::InstrumentId;
use domain::{Bars, Timestamp};
use store::users::Role;

use crate::past;

const CONNECTIONS: usize = 8;
const WARM_UP: Duration = Duration::from_secs(1);
const TIME: Duration = Duration::from_secs(5);
const ORDERS: i64 = 100_000;
const GOAL: f64 = 5_000.0;
const PASSWORD: &str = "five words nobody else has";

pub fn measure() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (address, token, hub, user) = runtime.block_on(serve(folder.path()));
    let request = |query: &str| {
        format!("GET /api/orders{query} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n")
    };
    println!(
        "GET /api/orders of one user with {ORDERS} orders, {CONNECTIONS} connections kept alive, {TIME:?} each:"
    );
    let page = request("");
    load(address, &page, WARM_UP);
    for i in 1..=3 {
        let load = load(address, &page, TIME);
        println!("  the newest 100, time {i}:                     {load} (goal: {GOAL}, {})", load.verdict());
    }
    // Each change of an order makes the page anew.
    let quiet = Arc::new(AtomicBool::new(false));
    let busy = std::thread::spawn({
        let quiet = quiet.clone();
        move || {
            while !quiet.load(Ordering::Relaxed) {
                hub.publish(&Topic::Orders(user), Note::RiskChanged);
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let load_of = |request: &str| load(address, request, TIME);
    let busily = load_of(&page);
    println!(
        "  the same while orders change 50 times a second: {busily} (goal: {GOAL}, {})",
        busily.verdict()
    );
    quiet.store(true, Ordering::Relaxed);
    busy.join().unwrap();
    println!("  a page read from the database each time:        {}", load_of(&request("?cursor=90000")));
}

async fn serve(folder: &std::path::Path) -> (SocketAddr, String, Hub, store::UserId) {
    let store = past::open(folder).await;
    let key = MasterKey::load(None, &folder.join("master.key"), &OsRandomness).unwrap();
    let access = Access::open(store.clone(), &key, AccessSettings::default()).await.unwrap();
    access.add_user("trader", &Secret::new(PASSWORD), Role::Trader).await.unwrap();
    let user = store::users::by_name(&store, "trader").await.unwrap().unwrap().id;
    let account = past::account_of(&store, user, "Paper").await;
    past::orders(&store, user, account, ORDERS).await;
    let who = LogIn {
        name: "trader".to_owned(),
        password: Secret::new(PASSWORD),
        code: None,
        origin: Origin::default(),
    };
    let token = access.log_in(who).await.unwrap().access_token.expose().to_owned();
    let hub = Hub::default();
    let desk = Desk::open(DeskParts {
        store,
        clock: Clock::System,
        hub: hub.clone(),
        market: Market::new(Vec::new(), Calendar::builtin(), hub.clone()),
        history: Arc::new(NoHistory),
        links: Arc::new(|_| Err(DeskError::Unavailable("there is no exchange here".to_owned()))),
        mode: Mode::Paper,
        folder: folder.to_owned(),
    })
    .await
    .unwrap();
    let rates = RateLimits { entry: None, address: None, user: None };
    let state =
        AppState::new(access, desk, ApiSettings { rates, ..ApiSettings::default() }, None, Arc::new(NoParts));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = api::router(&state).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    (address, token, hub, user)
}

struct NoHistory;

impl History for NoHistory {
    fn minutes(&self, _: &InstrumentId, _: Timestamp, _: Timestamp) -> Fetched {
        Box::pin(async { Ok(Bars::new()) })
    }
}

struct Load {
    rate: f64,
    times: Vec<Duration>,
    bytes: usize,
}

impl Load {
    fn verdict(&self) -> &'static str {
        crate::verdict(self.rate >= GOAL)
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |part: f64| self.times[((self.times.len() - 1) as f64 * part) as usize];
        write!(
            f,
            "{:>7.0} requests/s  p50 {:.1?}  p99 {:.1?}  {} bytes each",
            self.rate,
            at(0.5),
            at(0.99),
            self.bytes
        )
    }
}

fn load(address: SocketAddr, request: &str, time: Duration) -> Load {
    let began = Instant::now();
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let request = request.to_owned();
            std::thread::spawn(move || {
                let mut stream = BufReader::with_capacity(128 * 1024, TcpStream::connect(address).unwrap());
                stream.get_ref().set_nodelay(true).unwrap();
                let (mut times, mut bytes) = (Vec::new(), 0);
                while began.elapsed() < time {
                    let asked = Instant::now();
                    stream.get_mut().write_all(request.as_bytes()).unwrap();
                    bytes = answer(&mut stream);
                    times.push(asked.elapsed());
                }
                (times, bytes)
            })
        })
        .collect();
    let (mut times, mut bytes) = (Vec::new(), 0);
    for thread in threads {
        let (own, size) = thread.join().unwrap();
        times.extend(own);
        bytes = size;
    }
    let rate = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    Load { rate, times, bytes }
}

fn answer(stream: &mut BufReader<TcpStream>) -> usize {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert!(line.contains(" 200 "), "{line}");
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap();
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    length
}
