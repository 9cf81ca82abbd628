//! HTTPS: the certificates under `tests/tls` were made for these tests and guard nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::*;
use crate::served::Served;
use crate::users::PASSWORD;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name);
    path.to_str().unwrap().to_owned()
}

/// Asks over TLS, trusting the test's own authority alone; gives the whole answer.
fn ask(address: &str, request: &str) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut tls = StreamOwned::new(connection, stream);
    tls.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = tls.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn pages_and_cookies_travel_encrypted() {
    let sauda = Sauda::new();
    sauda.add_user("asha", "admin").json();
    let server = Served::start(&sauda, &["--tls-cert", &file("cert.pem"), "--tls-key", &file("key.pem")]);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.greeting);
    assert!(!server.greeting.contains("WARNING"), "{}", server.greeting);
    // Who opens a connection and says nothing holds up nobody.
    let _silent = TcpStream::connect(server.address()).unwrap();
    let body = format!(r#"{{"name":"asha","password":"{PASSWORD}"}}"#);
    let entered = ask(
        server.address(),
        &format!(
            "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert!(entered.starts_with("HTTP/1.1 200"), "{entered}");
    assert!(entered.to_lowercase().contains("strict-transport-security: max-age="), "{entered}");
    let cookie = entered.lines().find(|line| line.to_lowercase().starts_with("set-cookie")).unwrap();
    for word in ["Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    // The peer is known through TLS: the figures are for this machine.
    let figures =
        ask(server.address(), "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(figures.starts_with("HTTP/1.1 200") && figures.contains("sauda_build_info"), "{figures}");
    // In the clear there is no answer.
    let mut plain = TcpStream::connect(server.address()).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    plain.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1 200"));
    server.stop();
}

#[test]
fn what_is_no_certificate_or_not_its_key_is_refused() {
    let sauda = Sauda::new();
    let serve = |cert: &str, key: &str| {
        sauda.run(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key])
    };
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    serve("nowhere.pem", &key).fails(2, &["--tls-cert", "nowhere.pem"]);
    serve(&key, &key).fails(2, &["--tls-cert", "holds no certificate", "BEGIN CERTIFICATE"]);
    serve(&cert, &cert).fails(2, &["--tls-key", "BEGIN PRIVATE KEY"]);
    serve(&cert, &file("other.key.pem")).fails(2, &["--tls-key", "other.key.pem", "key of the certificate"]);
    sauda.run(&["serve", "--tls-cert", &cert]).fails(2, &["--tls-key"]);
    assert!(!sauda.data_dir().exists(), "nothing is made before the settings are right");
}

#[test]
fn an_open_door_without_tls_is_warned_about() {
    let sauda = Sauda::new();
    let open = Served::spawn(&mut sauda.command(&["serve", "--listen", "0.0.0.0:0"]));
    for word in ["WARNING", "without TLS", "--tls-cert", "127.0.0.1"] {
        assert!(open.greeting.contains(word), "{}", open.greeting);
    }
    open.stop();
    let closed = Served::start(&sauda, &[]);
    assert!(!closed.greeting.contains("WARNING"), "{}", closed.greeting);
}
