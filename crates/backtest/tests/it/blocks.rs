//! However bars are cut into blocks, an engine's strategy marks the same.

use domain::Money;
use domain::trade::BookId;
use engine::{AccountLimits, Engine};
use proptest::prelude::*;
use strategy::{Block, Signals};

use crate::random::{bars, cases, walk};
use crate::story::plain_book;

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn any_cut_into_blocks_gives_the_same_marks(walk in walk(1..300), cuts in prop::collection::vec(1usize..90, 1..8)) {
        let bars = bars(&walk, 75);
        let float = |prices: &[domain::Price]| prices.iter().map(|p| p.to_f64()).collect::<Vec<_>>();
        let (open, high) = (float(bars.opens()), float(bars.highs()));
        let (low, close) = (float(bars.lows()), float(bars.closes()));
        let volume: Vec<f64> = bars.volumes().iter().map(|v| v.raw() as f64).collect();
        let session: Vec<u32> = (0..bars.len()).map(|i| (i / 75) as u32).collect();
        let minute: Vec<u32> = (0..bars.len()).map(|i| (i % 75) as u32).collect();
        let block = |range: std::ops::Range<usize>| Block {
            open: &open[range.clone()],
            high: &high[range.clone()],
            low: &low[range.clone()],
            close: &close[range.clone()],
            volume: &volume[range.clone()],
            session: &session[range.clone()],
            minute: &minute[range.clone()],
            len: range.len(),
            ..Block::default()
        };
        for description in strategy::registry() {
            let book = |engine: &mut Engine| {
                let strategy = description.build(&description.values(&[]).unwrap()).unwrap();
                engine.add_book(plain_book(0), Some(strategy))
            };
            let mut engine = Engine::new(Money::rupees(1), AccountLimits::default());
            let (at_once, in_parts, one_by_one): (BookId, BookId, BookId) =
                (book(&mut engine), book(&mut engine), book(&mut engine));
            let mut marks = [Signals::default(), Signals::default(), Signals::default()];
            engine.scan(at_once, &block(0..bars.len()), &mut marks[0]);
            let mut from = 0;
            for cut in cuts.iter().cycle() {
                let to = (from + cut).min(bars.len());
                engine.scan(in_parts, &block(from..to), &mut marks[1]);
                from = to;
                if from == bars.len() {
                    break;
                }
            }
            for i in 0..bars.len() {
                engine.scan(one_by_one, &block(i..i + 1), &mut marks[2]);
            }
            prop_assert_eq!(&marks[0], &marks[1], "{}", description.name);
            prop_assert_eq!(&marks[0], &marks[2], "{}", description.name);
        }
    }
}
