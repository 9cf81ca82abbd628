//! TLS: certificate and key from PEM files, and a listener that hands out connections once they are encrypted.
//!
//! Promises: a client that is slow with its handshake holds up nobody else, and is let go of after some seconds.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::failure::Failure;

/// For the handshake.
const PATIENCE: Duration = Duration::from_secs(10);
/// Handshakes at once; more wait in the system's own queue.
const AT_ONCE: usize = 256;

pub fn config(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, Failure> {
    let bad = |flag: &str, path: &Path, why: &dyn std::fmt::Display| {
        Failure::usage(format!("--{flag}: {}: {why}", path.display()))
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|why| bad("tls-cert", cert, &format!("{why}; give a file with certificates as PEM")))?;
    if chain.is_empty() {
        return Err(bad("tls-cert", cert, &"it holds no certificate; give a file with `BEGIN CERTIFICATE`"));
    }
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|why| bad("tls-key", key, &format!("{why}; give a file with `BEGIN PRIVATE KEY`")))?;
    // One provider of cryptography for the whole process; the first to come has set it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|why| bad("tls-key", key, &format!("{why}; give the key of the certificate --tls-cert")))?;
    // Sockets need HTTP/1.1.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Connections that are encrypted.
pub struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    local: SocketAddr,
}

/// Who is at the other end of one.
#[derive(Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Peer {
        Peer(*stream.remote_addr())
    }
}

impl TlsListener {
    pub fn new(mut listener: TcpListener, config: Arc<ServerConfig>) -> io::Result<TlsListener> {
        let local = listener.local_addr()?;
        let (hand, ready) = mpsc::channel(AT_ONCE);
        let acceptor = TlsAcceptor::from(config);
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        tokio::spawn(async move {
            while let Ok(permit) = gate.clone().acquire_owned().await {
                // The plain listener's own: it goes on after errors of single connections.
                let (stream, peer) = Listener::accept(&mut listener).await;
                if hand.is_closed() {
                    return;
                }
                let (acceptor, hand) = (acceptor.clone(), hand.clone());
                tokio::spawn(async move {
                    let _permit = permit;
                    match tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                        Ok(Ok(encrypted)) => drop(hand.send((encrypted, peer)).await),
                        Ok(Err(why)) => tracing::debug!(%peer, "no TLS with {peer}: {why}"),
                        Err(_) => tracing::debug!(%peer, "no TLS with {peer} in time"),
                    }
                });
            }
        });
        Ok(TlsListener { ready, local })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task that accepts ends with the process.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }
}
