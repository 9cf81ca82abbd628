//! Where the other end of the line comes from.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;

/// Anything that carries bytes both ways.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

pub type Dialing = Pin<Box<dyn Future<Output = io::Result<Box<dyn Wire>>> + Send>>;

/// Makes a new connection each time it is asked.
pub type Dial = Arc<dyn Fn() -> Dialing + Send + Sync>;

/// A paper exchange in a process of its own: `127.0.0.1:7000`.
pub fn tcp(address: impl Into<String>) -> Dial {
    let address = address.into();
    Arc::new(move || {
        let address = address.clone();
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Wire>)
        })
    })
}

/// A paper exchange in this process: `in_memory(move || server.connect())`.
pub fn in_memory(connect: impl Fn() -> DuplexStream + Send + Sync + 'static) -> Dial {
    Arc::new(move || {
        let stream = connect();
        Box::pin(async move { Ok(Box::new(stream) as Box<dyn Wire>) })
    })
}
