//! The catalogue against reference values computed elsewhere.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use indicators::{Columns, compute_all, parse};

/// Reference values are printed with 10 digits; near zero the printed digits themselves are the tolerance.
fn close_enough(ours: f64, theirs: f64, tolerance: f64) -> bool {
    (ours - theirs).abs() <= tolerance * theirs.abs().max(1e-2)
}

/// What we call a column that the reference calls otherwise.
const RENAMED: &[(&str, &str)] = &[("macd_12_26", "macd_talib"), ("macd_signal_9", "macd_signal_talib")];

/// The reference has these from where their window is full, TA-Lib (and we) when the last of the two lines is.
const LATER: &[&str] = &["stoch_k_14_3", "macd_12_26"];

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn table(file: &str) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/golden");
    let Ok(packed) = std::fs::read(folder.join(file)) else {
        eprintln!("skipped: no reference values at {}", folder.join(file).display());
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("the file is gzip");
    let mut rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = rows.next().expect("the file has a header");
    Some((header, rows.collect()))
}

fn check(file: &str, with: &str) {
    let Some((header, rows)) = table(file) else { return };
    let at: HashMap<&str, usize> = header.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let number = |text: &str| if text.is_empty() { f64::NAN } else { text.parse().expect("a number") };
    let column = |name: &str| rows.iter().map(|row| number(&row[at[name]])).collect::<Vec<f64>>();
    let (open, high, low) = (column("open"), column("high"), column("low"));
    let (close, volume) = (column("close"), column("volume"));
    let mut session = vec![0; rows.len()];
    let mut minute = vec![0; rows.len()];
    for i in 0..rows.len() {
        let time = &rows[i][0];
        if i > 0 {
            session[i] = session[i - 1] + u32::from(time[..10] != rows[i - 1][0][..10]);
        }
        if let (Some(hour), Some(minutes)) = (time.get(11..13), time.get(14..16)) {
            let clock = hour.parse::<u32>().expect("hour") * 60 + minutes.parse::<u32>().expect("minute");
            minute[i] = clock - (9 * 60 + 15);
        }
    }
    let columns = Columns {
        open: &open,
        high: &high,
        low: &low,
        close: &close,
        volume: &volume,
        session: &session,
        minute: &minute,
    };
    for ours in compute_all(&parse(with).expect("a right list"), &columns) {
        let theirs = RENAMED.iter().find(|(name, _)| *name == ours.name).map_or(ours.name.as_str(), |x| x.1);
        let wanted: Vec<f64> = match theirs {
            // The reference's histogram is of its own MACD, not of TA-Lib's.
            "macd_hist" => {
                column("macd_talib").iter().zip(column("macd_signal_talib")).map(|(m, s)| m - s).collect()
            }
            name => column(name),
        };
        let tolerance = if ours.name.starts_with("bb_") { 1e-6 } else { 1e-8 };
        let mut compared = 0;
        for (i, (&ours_at, &wanted)) in ours.values.iter().zip(&wanted).enumerate() {
            let row = &rows[i][0];
            if ours_at.is_nan() && !wanted.is_nan() {
                assert!(
                    LATER.contains(&ours.name.as_str()) && i < 33,
                    "{} undefined at {i} {row}",
                    ours.name
                );
            } else if wanted.is_nan() {
                assert!(ours_at.is_nan(), "{} defined at {i} {row}: {ours_at}", ours.name);
            } else {
                let name = &ours.name;
                let tolerance = if name == "macd_hist" { 1e-6 } else { tolerance };
                assert!(
                    close_enough(ours_at, wanted, tolerance),
                    "{name} at {i} {row}: {ours_at} not {wanted}"
                );
                compared += 1;
            }
        }
        assert!(compared > rows.len() / 2, "{}: only {compared} values compared", ours.name);
    }
}

const EVERYWHERE: &str =
    "sma(20),sma(50),ema(9),ema(21),ema(200),rsi(14),macd(12,26,9),tr,atr(14),bbands(20,2),
    supertrend(10,3),plus_di(14),minus_di(14),adx(14),stoch_k_raw(14),stoch(14,3,3),donchian(20)";

#[test]
fn intraday_reference_values_hold() {
    check("indicators.csv.gz", &format!("{EVERYWHERE},vwap(),opening_range(15)"));
}

#[test]
fn daily_reference_values_hold() {
    check("indicators_daily.csv.gz", EVERYWHERE);
}
