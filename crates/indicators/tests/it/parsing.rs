//! The text that names indicators: what it means, what it refuses and how.

use indicators::catalogue::{catalogue, column_names, parse_one};
use indicators::{Spec, parse};
use proptest::prelude::*;

fn names(text: &str) -> String {
    let specs = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    column_names(&specs).concat().join(" ")
}

fn error(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn columns_have_the_agreed_names() {
    let text =
        "sma(20),ema(20),rsi(14),macd(12,26,9),atr(14),bbands(20,2),supertrend(10,3),adx(14),plus_di(14),
        minus_di(14),vwap(),stoch(14,3,3),donchian(20)";
    assert_eq!(
        names(text),
        "sma_20 ema_20 rsi_14 macd_12_26 macd_signal_9 macd_hist atr_14 bb_upper_20_2 bb_mid_20 bb_lower_20_2 \
         supertrend_10_3 supertrend_dir adx_14 plus_di_14 minus_di_14 vwap stoch_k_14_3 stoch_d_3 \
         donchian_high_20 donchian_low_20 donchian_mid_20"
    );
    assert_eq!(names("opening_range(15)"), "or15_high or15_low");
    assert_eq!(names("bbands(20,2.5)"), "bb_upper_20_2.5 bb_mid_20 bb_lower_20_2.5");
    assert_eq!(names("rsi()"), "rsi_14");
    assert_eq!(names(" RSI "), "rsi_14");
    assert_eq!(names("sma(20, volume)"), "sma_20_of_volume");
    assert_eq!(
        names("aroon(14),cci(20),mama,apo(12,26,sma),apo(5,9)"),
        "aroon_down_14 aroon_up_14 cci_20 mama_0.5_0.05 mama_fama_0.5_0.05 apo_12_26_sma apo_5_9"
    );
    assert_eq!(names("cdlengulfing,correl(30,high,close)"), "cdlengulfing correl_30_of_high_close");
}

#[test]
fn a_name_taken_twice_gets_its_parameters() {
    assert_eq!(
        names("supertrend(10,3),supertrend(7,2)"),
        "supertrend_10_3 supertrend_dir supertrend_7_2 supertrend_dir_7_2"
    );
}

#[test]
fn no_two_indicators_share_a_column_name_by_default() {
    let specs: Vec<Spec> =
        catalogue().iter().map(|i| Spec::new(&i.name, &[], &[]).expect("defaults")).collect();
    let mut all: Vec<String> = specs.iter().flat_map(Spec::columns).collect();
    all.sort();
    let before = all.len();
    all.dedup();
    assert_eq!(all.len(), before);
    for name in all {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)), "{name}");
    }
}

#[test]
fn errors_say_where_and_what() {
    for (text, message) in [
        ("smaa(20)", "unknown indicator `smaa` at 0; did you mean `sma`?"),
        ("sma(20), donchain(5)", "unknown indicator `donchain` at 9; did you mean `donchian`?"),
        ("sma(20),qqqqqq", "unknown indicator `qqqqqq` at 8"),
        ("", "expected an indicator at 0, found the end"),
        ("sma(20),", "expected an indicator at 8, found the end"),
        ("sma(20", "expected `,` or `)` at 6, found the end"),
        ("sma(20))", "expected `,` or the end at 7, found `)`"),
        ("sma(sma(5))", "unknown word `sma` at 4"),
        ("sma(20,hihg)", "unknown word `hihg` at 7; did you mean `high`?"),
        ("sma(,)", "expected a number or a source at 4, found `,`"),
        ("sma(2.5)", "period of `sma` must be a whole number, not 2.5 (at 4)"),
        ("sma(0)", "period 0 of `sma` is out of range; use 1 to 100000 (at 4)"),
        ("sma(1,2)", "`sma` takes at most 1 parameter, not 2 (at 0)"),
        ("vwap(1)", "`vwap` takes no parameter, not 1 (at 0)"),
        ("atr(14,close)", "`atr` reads high, low, close; it takes no source, not 1 (at 0)"),
        ("sma(1e999)", "expected a number at 4, found `1e999`"),
        ("rsi(5),rsi(5)", "`rsi(5)` at 7 is given twice"),
        ("é(5)", "expected an indicator at 0, found `é`"),
    ] {
        assert_eq!(error(text), message, "{text}");
    }
    assert!(error("apo(12,26,99)").starts_with("ma_type 99 of `apo` is not known; use 0 (SMA), 1 (EMA)"));
    let many = (1..=65).map(|n| format!("sma({n})")).collect::<Vec<_>>().join(",");
    assert!(error(&many).contains("at most 64"));
    assert!(error(&"(".repeat(10_000)).contains("at most 8192"));
    assert_eq!(parse_one("sma(20),ema(20)").expect_err("one").position(), 7);
}

#[test]
fn what_is_printed_reads_back() {
    for indicator in catalogue() {
        let spec = Spec::new(&indicator.name, &[], &[]).expect("defaults are right");
        assert_eq!(parse_one(&spec.to_string()).as_ref(), Ok(&spec));
    }
    let spec = parse_one("bbands(30, 2.25, volume)").expect("right");
    assert_eq!(spec.to_string(), "bbands(30,2.25,volume)");
    assert_eq!(parse_one(&spec.to_string()), Ok(spec));
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_text_of_its_own_letters_panics(text in "[a-z_0-9(),. +-]{0,60}") {
        if let Err(error) = parse(&text) {
            prop_assert!(error.position() <= text.chars().count());
        }
    }

    #[test]
    fn no_number_panics(at in 0_usize..260, numbers in prop::collection::vec(any::<f64>(), 0..12)) {
        let indicator = &catalogue()[at % catalogue().len()];
        let _ = Spec::new(&indicator.name, &numbers, &[]);
        let text = format!("{}({})", indicator.name, numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(","));
        let _ = parse(&text);
    }
}
