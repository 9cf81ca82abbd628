//! Courts as bytes, and bytes that are none.

use proptest::prelude::*;

use super::sweeps::{Shape, Sweep};
use crate::court::*;
use crate::random::Random;

/// What an interrupted sweep leaves behind is the court itself, to the bit; of what no court holds nothing is made.
#[test]
fn a_saved_court_is_the_court() {
    let sweep = Sweep::without_skill(Shape::Smooth, [8, 8], 200, &mut Random::new(4, 701));
    let mut court = Court::new(200, 3);
    for (set, returns) in (0..).zip(&sweep.sets) {
        match set % 5 {
            0 => court.hear_steered(set, returns).map(|_| ()).unwrap(),
            1 => court.hear_ruined(),
            _ => court.hear(set, returns).map(|_| ()).unwrap(),
        }
    }
    let bytes = court.to_bytes();
    let again = Court::from_bytes(&bytes).unwrap();
    assert_eq!(again.to_bytes(), bytes);
    let case = Case { returns: &sweep.sets[9], threads: 1, reachable: Some(900), ..Case::default() };
    assert_eq!(again.judge(&case), court.judge(&case));
    assert_eq!(Court::from_bytes(b"[]").unwrap_err(), Unreadable::Foreign);
    assert_eq!(Court::from_bytes(&bytes[..bytes.len() - 3]).unwrap_err(), Unreadable::Length);
    let one = (bytes.len() - 88) / 38;
    assert_eq!(
        Court::from_bytes(&bytes[..bytes.len() - one]).unwrap_err(),
        Unreadable::Numbers,
        "a set is missing"
    );
    let twice = [&bytes[..bytes.len() - one], &bytes[bytes.len() - 2 * one..bytes.len() - one]].concat();
    assert_eq!(Court::from_bytes(&twice).unwrap_err(), Unreadable::Numbers, "a set is there twice");
}

proptest! {
    #[test]
    fn no_bytes_make_a_court_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..2_000), marked in any::<bool>()) {
        if marked {
            let whole = Court::new(9, 9).to_bytes();
            let n = bytes.len().min(88);
            bytes[..n].copy_from_slice(&whole[..n]);
        }
        let _ = Court::from_bytes(&bytes);
    }
}
