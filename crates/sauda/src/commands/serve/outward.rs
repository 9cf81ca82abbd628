//! How the server looks from outside: TLS, limits, who may read what.

use std::sync::Arc;
use std::time::Duration;

use api::{ApiSettings, Demo};
use back_office::access::{Lives, Secret};
use rustls::ServerConfig;

use super::{Args, is_here, tls};
use crate::failure::Failure;

/// Fewer characters can be guessed.
const SHORTEST_TOKEN: usize = 16;

pub struct Outward {
    pub tls: Option<Arc<ServerConfig>>,
    pub measured: bool,
    /// Whether other machines reach it.
    pub reached: bool,
    pub lives: Lives,
    /// Why what is said on the way can be read and changed by others, if it can.
    pub warning: Option<String>,
    settings: ApiSettings,
}

impl Outward {
    pub fn read(args: &Args) -> Result<Outward, Failure> {
        let tls = match (&args.tls_cert, &args.tls_key) {
            (Some(cert), Some(key)) => Some(tls::config(cert, key)?),
            _ => None,
        };
        let plain = tls.is_none() && !is_here(args.listen.ip());
        let warning = (plain && !args.behind_proxy).then(|| {
            format!(
                "{} can be reached from other machines, without TLS: whoever is on the way reads passwords and sends \
                 orders. Give --tls-cert and --tls-key, or listen on 127.0.0.1",
                args.listen
            )
        });
        let metrics_token = args.metrics_token.clone().map(Secret::new);
        if let Some(token) = &metrics_token
            && token.expose().chars().count() < SHORTEST_TOKEN
        {
            return Err(Failure::usage(format!(
                "metrics-token: {} characters can be guessed; use {SHORTEST_TOKEN} or more, for example from `openssl rand -hex 16`",
                token.expose().chars().count()
            )));
        }
        let settings = ApiSettings {
            feed_speed: if args.feed == "replay" { args.speed } else { 1 },
            cors_origins: args.allow_origin.clone(),
            // A browser behind the proxy speaks TLS with it, and would not send the cookie without.
            secure_cookie: tls.is_some() || args.behind_proxy,
            behind_proxy: args.behind_proxy,
            timeout: Duration::from_secs(args.timeout_s.into()),
            body_limit: args.body_limit_kb as usize * 1_024,
            sockets_per_user: args.sockets_per_user as usize,
            metrics_token,
            ..ApiSettings::default()
        };
        let lives = Lives {
            access_token_seconds: i64::from(args.access_token_minutes) * 60,
            session_seconds: i64::from(args.session_days) * 24 * 3_600,
        };
        let reached = args.behind_proxy || !is_here(args.listen.ip());
        Ok(Outward { tls, measured: args.metrics, reached, lives, warning, settings })
    }

    pub fn settings(&self, demo: Option<Demo>) -> ApiSettings {
        ApiSettings { demo, ..self.settings.clone() }
    }
}

/// An origin as browsers write it: scheme, host, port, and nothing behind.
pub fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |host: &str| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
    };
    match host {
        Some(host) if plain(host) && text == text.to_ascii_lowercase() => Ok(text.to_owned()),
        _ => {
            Err("it is no origin; write scheme, host and port alone, as https://desk.example:8443".to_owned())
        }
    }
}
