//! A court as bytes, so that an interrupted sweep ends with the verdict of a whole one.
//!
//! Numbers are kept to the bit, least byte first; at most 2.7 MB. Whoever keeps the bytes checks them for damage: here only
//! what no court could hold is refused.

use thiserror::Error;

use super::Court;
use super::sample::{BLOCKS, GRAINS, Kept, MOST_SETS, Sample};

/// Bytes that are no court.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Unreadable {
    #[error("the court's state does not begin as one of this version does")]
    Foreign,
    #[error("the court's state is cut short or too long")]
    Length,
    #[error("the court's state holds numbers that no sweep gives")]
    Numbers,
}

/// Name and version of the layout.
const MARK: [u8; 8] = *b"court  1";

impl Court {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut kept = self.sample.by_rank();
        kept.sort_unstable_by_key(|kept| kept.set);
        let mut out = MARK.to_vec();
        let counts =
            [self.sessions as u64, self.seed, self.heard, self.ranked, self.steered, self.steered_ranked];
        out.extend(counts.iter().flat_map(|n| n.to_le_bytes()));
        out.extend([self.sharpes, self.sharpe_squares].iter().flat_map(|sum| sum.to_le_bytes()));
        for one in kept {
            out.extend(one.set.to_le_bytes());
            let doubles = [one.sharpe].into_iter().chain(one.sums).chain(one.squares);
            out.extend(doubles.flat_map(f64::to_le_bytes));
            out.extend(one.grains.iter().flat_map(|x| x.to_le_bytes()));
        }
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Court, Unreadable> {
        let mut rest = bytes.strip_prefix(&MARK).ok_or(Unreadable::Foreign)?;
        let rest = &mut rest;
        let [sessions, seed, heard, ranked, steered, steered_ranked] = numbers(rest, u64::from_le_bytes)?;
        let [sharpes, sharpe_squares] = numbers(rest, i128::from_le_bytes)?;
        let mut court = Court {
            sessions: sessions as usize,
            seed,
            heard,
            ranked,
            steered,
            steered_ranked,
            sharpes,
            sharpe_squares,
            sample: Sample::new(seed, MOST_SETS),
        };
        let (mut kept, mut last) = (0u64, None);
        while !rest.is_empty() {
            let one = Kept::read(rest)?;
            if last >= Some(one.set) || !one.is_finite() {
                return Err(Unreadable::Numbers);
            }
            last = Some(one.set);
            kept += 1;
            court.sample.offer(one.set, || one);
        }
        let drawn = heard.checked_sub(steered).ok_or(Unreadable::Numbers)?;
        let believable = ranked <= drawn
            && steered_ranked <= steered
            && kept == ranked.min(MOST_SETS as u64)
            && sharpe_squares >= 0
            && u32::try_from(sessions).is_ok();
        if believable { Ok(court) } else { Err(Unreadable::Numbers) }
    }
}

impl Kept {
    fn read(rest: &mut &[u8]) -> Result<Kept, Unreadable> {
        let [set] = numbers(rest, u64::from_le_bytes)?;
        let [sharpe] = numbers(rest, f64::from_le_bytes)?;
        Ok(Kept {
            set,
            sharpe,
            sums: numbers::<_, BLOCKS, 8>(rest, f64::from_le_bytes)?,
            squares: numbers::<_, BLOCKS, 8>(rest, f64::from_le_bytes)?,
            grains: numbers::<_, GRAINS, 4>(rest, f32::from_le_bytes)?,
        })
    }

    fn is_finite(&self) -> bool {
        self.sharpe.is_finite()
            && self.sums.iter().chain(&self.squares).all(|x| x.is_finite())
            && self.grains.iter().all(|x| x.is_finite())
    }
}

/// The next `N` numbers of `B` bytes each.
fn numbers<T: Copy + Default, const N: usize, const B: usize>(
    rest: &mut &[u8],
    read: impl Fn([u8; B]) -> T,
) -> Result<[T; N], Unreadable> {
    let mut found = [T::default(); N];
    for slot in &mut found {
        let (bytes, after) = rest.split_first_chunk::<B>().ok_or(Unreadable::Length)?;
        *slot = read(*bytes);
        *rest = after;
    }
    Ok(found)
}
