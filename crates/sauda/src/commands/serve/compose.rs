//! Puts the server together, runs it, and takes it down in order.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::{AppState, Demo, PartHealth, Parts};
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use back_office::access::{Access, AccessSettings, Secret};
use desk::hub::Hub;
use desk::{Clock, Desk, DeskParts, Mode};
use domain::time::Span;
use store::{PageRequest, Store};

use super::market::Venue;
use super::outward::Outward;
use super::tls::{Peer, TlsListener};
use super::{Settings, console, demo};
use crate::failure::Failure;
use crate::installation::{Installation, Opened};
use crate::pages;

pub async fn serve(settings: Settings) -> Result<(), Failure> {
    let Settings { listen, demo: is_demo, database, folder, market, outward } = settings;
    let installation = Installation { folder: folder.clone(), database };
    let end = ended()?;
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|why| {
        Failure::failed(format!("cannot listen on {listen}: {why}; choose another with --listen"))
    })?;

    let _held = installation.hold()?;
    let Opened { store, key } = installation.open().await?;
    let metrics = outward.measured.then(api::install_metrics).transpose().map_err(Failure::failed)?;
    let access_settings = AccessSettings { lives: outward.lives, ..AccessSettings::default() };
    let access = Access::open(store.clone(), &key, access_settings).await.map_err(Failure::failed)?;

    let (demo_user, open_door) = if is_demo {
        (Some(demo::user(&access).await?), None)
    } else {
        (None, demo::open_door(&access, &outward).await?)
    };
    let demo_account = match &demo_user {
        Some(user) => Some(demo::account(&access, user).await?),
        None => None,
    };

    let hub = Hub::default();
    let venue = Arc::new(Venue::open(market, &folder, hub.clone()).await?);
    let desk = Desk::open(DeskParts {
        store: store.clone(),
        clock: venue.clock.clone(),
        hub,
        market: venue.market.clone(),
        history: venue.history(),
        links: venue.links(),
        mode: if venue.span.is_some() { Mode::Replay } else { Mode::Paper },
        folder: folder.clone(),
    })
    .await
    .map_err(Failure::failed)?;
    if let Some(Err(why)) = venue.span.as_ref().map(|span| span.check(&desk)) {
        desk.close().await;
        return Err(why);
    }
    venue.begin();
    if let (Some(user), Some(account)) = (&demo_user, demo_account) {
        demo::runs(&desk, &access, user, account).await?;
    }
    if let Some(span) = &venue.span {
        span.play(desk.clone(), venue.lanes());
    } else {
        let clockwork = desk.clone();
        tokio::spawn(async move { clockwork.keep_time().await });
    }
    keep_trade_logs(&desk, &store).await?;
    tokio::spawn(forget_answers(store.clone()));

    let state = AppState::new(
        access.clone(),
        desk.clone(),
        outward.settings(
            demo_user.as_ref().map(|d| Demo { name: d.name.clone(), password: d.password.clone() }),
        ),
        metrics,
        Arc::new(VenueHealth(venue.clone())),
    );
    let router = api::router_with(&state, Some(pages::pages()));
    let address = listener.local_addr().map_err(Failure::failed)?;
    let setup_token = access.setup_token().await;
    console::ready(
        address,
        &outward,
        venue.span.as_ref(),
        demo_user.as_ref(),
        open_door.as_deref(),
        setup_token.as_ref().map(Secret::expose),
    )?;

    let served = tokio::select! {
        // Sockets stay open for as long as their pages do: they are not waited for.
        served = answer(listener, router, &outward) => served.map_err(Failure::failed),
        () = end => Ok(()),
    };
    desk.close().await;
    venue.close();
    store.close().await.map_err(Failure::failed)?;
    served
}

/// Answers until the process ends.
async fn answer(
    listener: tokio::net::TcpListener,
    router: axum::Router,
    outward: &Outward,
) -> std::io::Result<()> {
    let Some(config) = outward.tls.clone() else {
        return axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await;
    };
    // A browser that was here over TLS never comes without it.
    let strict = HeaderValue::from_static("max-age=31536000");
    let router =
        router.layer(axum::middleware::map_response(move |mut response: axum::response::Response| {
            response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, strict.clone());
            std::future::ready(response)
        }));
    // The routes know the peer by its address, however it came.
    let router = router.layer(axum::middleware::map_request(
        |ConnectInfo(Peer(peer)): ConnectInfo<Peer>, mut request: axum::extract::Request| async move {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        },
    ));
    let listener = TlsListener::new(listener, config)?;
    axum::serve(listener, router.into_make_service_with_connect_info::<Peer>()).await
}

/// Each user's trade log is kept in step from the start.
async fn keep_trade_logs(desk: &Desk, store: &Store) -> Result<(), Failure> {
    let mut page = PageRequest::first(PageRequest::MAX).map_err(Failure::failed)?;
    loop {
        let found = store::users::list(store, page).await.map_err(Failure::failed)?;
        for user in &found.rows {
            tokio::spawn(desk.clone().keep_tradelog(user.id));
        }
        match found.next {
            Some(cursor) => page = page.after(cursor),
            None => return Ok(()),
        }
    }
}

/// How long the answer to a request under an `Idempotency-Key` is kept, and how often the older ones are let go.
const ANSWERS_KEPT: Span = Span::minutes(48 * 60);
const TIDY_EVERY: Duration = Duration::from_hours(1);

async fn forget_answers(store: Store) {
    let mut turns = tokio::time::interval(TIDY_EVERY);
    loop {
        turns.tick().await;
        let before = Clock::System.now() + Span::micros(-ANSWERS_KEPT.as_micros());
        let work = async {
            let unit = store.begin().await?;
            let gone = store::idempotency::forget_before(&unit, before).await?;
            unit.commit().await.map(|()| gone)
        };
        match work.await {
            Ok(0) => {}
            Ok(gone) => tracing::info!("{gone} answers to requests of more than two days ago are forgotten"),
            Err(why) => tracing::warn!("old answers to requests are kept for now: {why}"),
        }
    }
}

struct VenueHealth(Arc<Venue>);

impl Parts for VenueHealth {
    fn health(&self) -> Vec<PartHealth> {
        vec![PartHealth { name: "exchange".to_owned(), fault: self.0.fault() }]
    }
}

/// Ctrl-C, or what a supervisor sends.
fn ended() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error| Failure::failed(format!("cannot listen for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
