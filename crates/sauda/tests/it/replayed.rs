//! `sauda serve --feed replay`: which days it takes, and what it says of the others.

use super::*;

#[test]
fn days_that_cannot_be_replayed_are_refused() {
    let sauda = with_a_week();
    for (flags, words) in [
        ("--feed replay", &["--from 2024-01-31"][..]),
        ("--feed replay --from 2024-13-01", &["--from", "2024-13-01", "not a date"]),
        ("--feed replay --from 2024-01-06", &["--from", "2024-01-05", "earlier day"]),
        ("--feed replay --from 2023-12-01 --to 2023-12-05", &["--to", "2024-01-01", "later day"]),
        ("--feed replay --from 2024-01-05 --to 2024-01-01", &["--to", "swap"]),
        ("--feed replay --from 2024-01-01 --speed 0", &["--speed", "3600"]),
        // Nobody who names a day wants made-up prices.
        ("--from 2024-01-01", &["--from", "--feed replay"]),
        ("--to 2024-01-01", &["--to", "--feed replay"]),
    ] {
        sauda.line(&format!("serve --listen 127.0.0.1:0 {flags}")).fails(2, words);
    }
}
