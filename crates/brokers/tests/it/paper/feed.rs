//! Prices: ticks and history are one market.

use domain::bars::Bar;

use super::*;

#[tokio::test(start_paused = true)]
async fn history_is_what_the_ticks_showed() {
    let mut stage = PaperStage::in_memory(None).await;
    let (id, _) = stage.instrument();
    stage.paper.subscribe(vec![id.clone()]);
    let minute = ten_o_clock() + Span::minutes(1);
    let mut shown: Option<Bar> = None;
    let mut last = ten_o_clock();
    while last < minute + Span::minutes(1) {
        let Some(MarketUpdate::Tick { instrument, at, price, volume }) = stage.prices.recv().await else {
            continue;
        };
        assert_eq!(instrument, id);
        assert!(at > last, "ticks come in order, each once");
        last = at;
        if at < minute || at >= minute + Span::minutes(1) {
            continue;
        }
        let bar = shown.get_or_insert(Bar {
            time: minute,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: volume - volume,
        });
        bar.high = bar.high.max(price);
        bar.low = bar.low.min(price);
        bar.close = price;
        bar.volume += volume;
    }
    let history = stage.paper.history(&id, minute, minute + Span::minutes(5)).await.unwrap();
    assert_eq!(history.bars.len(), 1, "only closed minutes");
    assert_eq!(history.bars.get(0), shown.unwrap());
    assert_eq!(history.forming.unwrap().time, minute + Span::minutes(1));
}

#[tokio::test(start_paused = true)]
async fn a_long_history_comes_whole_and_without_gaps() {
    let stage = PaperStage::in_memory(None).await;
    let (id, _) = stage.instrument();
    let from = ten_o_clock() - Span::minutes(25_000);
    let history = stage.paper.history(&id, from, ten_o_clock() + Span::minutes(2)).await.unwrap();
    assert_eq!(history.bars.len(), 25_000);
    assert!((1..25_000).all(|i| history.bars.times()[i] - history.bars.times()[i - 1] == Span::minutes(1)));
    assert_eq!(history.forming.unwrap().time, ten_o_clock());
}

#[tokio::test(start_paused = true)]
async fn the_market_is_the_same_after_a_restart() {
    let (from, to) = (ten_o_clock() - Span::minutes(60), ten_o_clock());
    let mut seen = Vec::new();
    for _ in 0..2 {
        let stage = PaperStage::in_memory(None).await;
        let (id, _) = stage.instrument();
        seen.push(stage.paper.history(&id, from, to).await.unwrap());
        stage.server.stop();
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_listed_is_refused_by_name() {
    let stage = PaperStage::in_memory(None).await;
    let unknown: InstrumentId = "NSE:NOSUCH-EQ".parse().unwrap();
    let error =
        stage.paper.history(&unknown, ten_o_clock(), ten_o_clock() + Span::minutes(1)).await.unwrap_err();
    assert!(error.to_string().contains("NSE:NOSUCH-EQ"), "{error}");
    let listed = stage.paper.instruments().await.unwrap();
    assert_eq!(listed.len(), Listing::usual(today()).len());
    assert!(listed.iter().any(|l| !l.tradable) && listed.iter().any(|l| l.lot.raw() > 1));
}
