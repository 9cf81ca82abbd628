//! What the person who started the server sees.

use std::fmt::Write as _;
use std::net::SocketAddr;

use tracing_subscriber::EnvFilter;

use super::demo::DemoUser;
use super::outward::Outward;
use super::replay::Span;
use crate::failure::Failure;
use crate::outside;

/// Logs go to standard error; the filter chooses how much (`info`, `debug`, `desk=debug,warn`).
pub fn log(filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|why| {
        Failure::usage(format!("--log `{filter}`: {why}; write for example info, or desk=debug,warn"))
    })?;
    // A second one in one process, as in tests, changes nothing.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    Ok(())
}

pub fn ready(
    address: SocketAddr,
    outward: &Outward,
    replay: Option<&Span>,
    demo: Option<&DemoUser>,
    open_door: Option<&str>,
    setup_token: Option<&str>,
) -> Result<(), Failure> {
    let what = replay.map_or_else(
        || "paper trading in a simulated market".to_owned(),
        |span| format!("replay of stored days on paper: {}", span.words()),
    );
    let scheme = if outward.tls.is_some() { "https" } else { "http" };
    let mut text =
        format!("\n  Sauda is ready:  {scheme}://{address}/\n  {what}; no order leaves this machine\n");
    for warning in outward.warning.as_deref().into_iter().chain(open_door) {
        tracing::warn!("{warning}");
        let _ = write!(text, "\n  WARNING: {warning}\n");
    }
    if let Some(demo) = demo {
        let _ = write!(
            text,
            "\n  DEMO: everybody who reaches this page can log in as\n      user      {}\n      password  {}\n  Start without --demo for an installation of your own.\n",
            demo.name, demo.password
        );
        if demo.others > 0 {
            let _ = writeln!(
                text,
                "\n  WARNING: it administers the {} other users here too; give a demo a --data-dir of its own",
                demo.others
            );
        }
    }
    if let Some(token) = setup_token {
        let _ = write!(
            text,
            "\n  First start: open the page and make the first user with this set-up token\n      {token}\n  It holds until there is a user.\n"
        );
    }
    text += "\n  Ctrl-C stops it; positions and orders stay as they are.\n\n";
    outside::say(&text)
}
