//! How much one address and one user may ask.

use std::hash::Hash;
use std::net::IpAddr;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use store::UserId;

use crate::problem::Code;
use crate::{Problem, Rate, RateLimits};

/// Keys past which those are forgotten that could ask at full rate again anyway.
const MANY: usize = 10_000;

pub(crate) struct Limiters {
    entry: Option<DefaultKeyedRateLimiter<IpAddr>>,
    address: Option<DefaultKeyedRateLimiter<IpAddr>>,
    user: Option<DefaultKeyedRateLimiter<UserId>>,
}

impl Limiters {
    pub fn new(rates: RateLimits) -> Limiters {
        Limiters { entry: limiter(rates.entry), address: limiter(rates.address), user: limiter(rates.user) }
    }

    /// Asked before anything is looked at.
    pub fn address(&self, address: IpAddr) -> Result<(), Problem> {
        check(self.address.as_ref(), &address, "this address asks too often")
    }

    /// Where passwords and tokens are tried.
    pub fn entry(&self, address: IpAddr) -> Result<(), Problem> {
        check(self.entry.as_ref(), &address, "this address knocks too often")
    }

    pub fn user(&self, user: UserId) -> Result<(), Problem> {
        check(self.user.as_ref(), &user, "this user asks too often")
    }
}

fn limiter<K: Hash + Eq + Clone>(rate: Option<Rate>) -> Option<DefaultKeyedRateLimiter<K>> {
    let rate = rate?;
    let burst = std::num::NonZeroU32::new(rate.requests)?;
    Some(RateLimiter::keyed(Quota::with_period(rate.within / rate.requests)?.allow_burst(burst)))
}

fn check<K: Hash + Eq + Clone>(
    limiter: Option<&DefaultKeyedRateLimiter<K>>,
    key: &K,
    who: &'static str,
) -> Result<(), Problem> {
    let Some(limiter) = limiter else { return Ok(()) };
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).saturating_add(1);
        Problem::new(Code::TooManyRequests, format!("{who}; wait {seconds} s and try again"))
            .retry_after(seconds)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_address_has_its_own_limit() {
        let rate = Some(Rate { requests: 2, within: Duration::from_hours(1) });
        let limiters = Limiters::new(RateLimits { entry: rate, address: None, user: None });
        let [a, b] = ["203.0.113.1", "203.0.113.2"].map(|a| a.parse::<IpAddr>().unwrap());
        assert!(limiters.entry(a).is_ok() && limiters.entry(a).is_ok());
        let refused = limiters.entry(a).unwrap_err();
        assert_eq!(refused.code(), "too_many_requests");
        assert!(limiters.entry(b).is_ok() && limiters.address(a).is_ok());
    }
}
