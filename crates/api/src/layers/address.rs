//! The client's address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

/// Who is at the other end: the connection's peer, or, behind a proxy that we trust, what it says last.
///
/// The connection is known where the router is served with `into_make_service_with_connect_info::<SocketAddr>()`;
/// without it everybody is one address, and shares its limits.
pub fn client_address(headers: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> IpAddr {
    // The last entry is the proxy's own; those before it anybody can write.
    let forwarded = || {
        let text = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        written(text.rsplit(',').next()?.trim())
    };
    let peer = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let known = if behind_proxy { forwarded().or_else(peer) } else { peer() };
    known.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()
}

/// An address as proxies write it: alone, in brackets, or with the port that the client came from.
fn written(text: &str) -> Option<IpAddr> {
    let alone = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    alone().or_else(with_port).or_else(in_brackets)
}

/// What shares one limit: an IPv4 address, or the /64 that one IPv6 subscriber gets.
pub(super) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "10.9.9.9, 203.0.113.7".parse().unwrap());
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 5000))));
        let address = |behind| client_address(&headers, &extensions, behind).to_string();
        assert_eq!([address(false), address(true)], ["127.0.0.1", "203.0.113.7"]);
    }

    #[test]
    fn a_proxy_may_name_the_port_too() {
        for (text, address) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7:51234", Some("203.0.113.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:51234", Some("2001:db8::1")),
            ("[203.0.113.7]", None),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(written(text).map(|a| a.to_string()).as_deref(), address, "{text}");
        }
    }

    #[test]
    fn a_subscriber_cannot_leave_the_limit_by_another_address_of_theirs() {
        let [a, b] = ["2001:db8::1", "2001:db8::ffff:1"].map(|a| neighbourhood(a.parse().unwrap()));
        assert_eq!(a, b);
    }
}
