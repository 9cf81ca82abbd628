//! Joining two series of bars: where both have a bar, the later data wins.

use std::ops::AddAssign;

use domain::Bars;
use domain::bars::BarError;

/// What became of the bars that were given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Counts {
    pub added: usize,
    pub replaced: usize,
    pub unchanged: usize,
}

impl Counts {
    pub(crate) fn changed(self) -> bool {
        self.added + self.replaced > 0
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.added += other.added;
        self.replaced += other.replaced;
        self.unchanged += other.unchanged;
    }
}

/// All bars of both, `new` winning where both have one, and what that did to `old`.
pub(crate) fn union(old: &Bars, new: &Bars) -> Result<(Bars, Counts), (usize, BarError)> {
    let mut counts = Counts::default();
    let mut joined = Bars::with_capacity(old.len() + new.len());
    let mut push = |bar| {
        let row = joined.len();
        joined.push(bar).map_err(|rule| (row, rule))
    };
    let mut kept = old.iter().peekable();
    for bar in new.iter() {
        while let Some(earlier) = kept.next_if(|k| k.time < bar.time) {
            push(earlier)?;
        }
        match kept.next_if(|k| k.time == bar.time) {
            None => counts.added += 1,
            Some(same) if same == bar => counts.unchanged += 1,
            Some(_) => counts.replaced += 1,
        }
        push(bar)?;
    }
    for bar in kept {
        push(bar)?;
    }
    Ok((joined, counts))
}
