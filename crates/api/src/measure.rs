//! What is measured: the recorder behind `/metrics`, who may read it, and what is only looked at when it is read.
//!
//! Promises: no figure tells of one user; labels come from fixed sets, so that nobody can fill the memory with them.
//! Counted where it happens: requests in [`crate::layers`], orders and commits on the desk.

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, header};
use back_office::access::Secret;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{AppState, Problem};

/// Seconds. From a read in memory to a request that is about to time out; a commit waits for the disk for 1 to 30 ms.
const BUCKETS: [f64; 15] =
    [0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Between two takings-in of what histograms have gathered: unread they would grow without end.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why nothing can be measured.
#[derive(Debug)]
pub struct Unmeasured(String);

impl std::fmt::Display for Unmeasured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "nothing can be measured: {}", self.0)
    }
}

impl std::error::Error for Unmeasured {}

/// Makes this process measure itself, from now on. Once for each process, inside a tokio runtime.
pub fn install_metrics() -> Result<PrometheusHandle, Unmeasured> {
    let told = |why: &dyn std::fmt::Display| Unmeasured(why.to_string());
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_duration_seconds".to_owned()), &BUCKETS)
        .map_err(|why| told(&why))?;
    let handle = builder.install_recorder().map_err(|why| told(&why))?;
    describe_counter!("sauda_http_requests_total", "Requests that were answered");
    describe_histogram!("sauda_http_request_duration_seconds", Unit::Seconds, "From request to answer");
    describe_counter!("sauda_orders_total", "Orders that came so far: sent, filled, rejected, unknown, ...");
    describe_histogram!("sauda_commit_duration_seconds", Unit::Seconds, "Durable commits of the order path");
    describe_gauge!("sauda_sockets_open", "Sockets of logged-in users");
    describe_gauge!("sauda_desk_inbox_messages", "Told to accounts and not taken up yet");
    describe_gauge!("sauda_desk_unwritten_entries", "Decided by accounts and not stored yet");
    describe_gauge!("sauda_incidents_open", "Incidents that nobody has resolved");
    describe_gauge!("sauda_part_up", "1 where a part of the server is well");
    describe_gauge!("sauda_build_info", "Always 1; which build this is stands in its labels");
    describe_gauge!("process_start_time_seconds", Unit::Seconds, "Start of the process since 1970");
    describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Memory that the process holds");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    gauge!("process_start_time_seconds").set(now.as_secs_f64());
    // There before the first one: a rate over something absent alarms nobody.
    for outcome in ["sent", "filled", "rejected", "unknown"] {
        metrics::counter!("sauda_orders_total", "outcome" => outcome).absolute(0);
    }
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

/// Whether the figures are for who asks.
pub(crate) fn admit(
    headers: &HeaderMap,
    extensions: &Extensions,
    token: Option<&Secret>,
) -> Result<(), Problem> {
    if let Some(token) = token {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|text| text.strip_prefix("Bearer ")).map(Secret::new);
        return match given {
            Some(given) if given.same_as(token) => Ok(()),
            _ => Err(Problem::unauthenticated(
                "the figures need the configured `metrics-token`; send it as `Authorization: Bearer TOKEN`",
            )),
        };
    }
    // A proxy on this machine speaks for the whole world.
    let forwarded = ["x-forwarded-for", "forwarded"].iter().any(|name| headers.contains_key(*name));
    let here = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if here && !forwarded {
        return Ok(());
    }
    Err(Problem::forbidden(
        "the figures are for programs of this machine; set `metrics-token` in the configuration to read them from elsewhere",
    ))
}

/// Takes the figures that stand somewhere else than in the recorder.
pub(crate) async fn look(state: &AppState) {
    let (inbox, unwritten) = state.desk.queues();
    gauge!("sauda_desk_inbox_messages").set(inbox as f64);
    gauge!("sauda_desk_unwritten_entries").set(unwritten as f64);
    gauge!("sauda_sockets_open").set(state.seats.count() as f64);
    for part in state.parts.health() {
        gauge!("sauda_part_up", "part" => part.name).set(if part.fault.is_none() { 1.0 } else { 0.0 });
    }
    gauge!(
        "sauda_build_info",
        "version" => env!("CARGO_PKG_VERSION"), "mode" => state.desk.mode().name()
    )
    .set(1.0);
    if let Some(bytes) = resident_memory() {
        gauge!("process_resident_memory_bytes").set(bytes as f64);
    }
    // A database that does not answer must not hide the other figures.
    match store::risk::open_incidents(state.access.store()).await {
        Ok(open) => {
            gauge!("sauda_part_up", "part" => "database").set(1.0);
            gauge!("sauda_incidents_open").set(open as f64);
        }
        Err(why) => {
            tracing::error!(cause = %why, "open incidents cannot be counted: {why}");
            gauge!("sauda_part_up", "part" => "database").set(0.0);
        }
    }
}

/// Where the system tells it: Linux.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024)
}
