//! Market facts that are not simply ours: a user's own rows, and facts that change within a run.

use super::*;

use super::backtest::with_waves;

const RUN: &str = "backtest --strategy sma_cross --param fast=3 --param slow=8 --symbol NSE:SBIN-EQ --timeframe 15m \
     --product MIS --json";

fn table(sauda: &Sauda, name: &str, text: &str) {
    let folder = sauda.data_dir().join("tables");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn own_rows_go_before_ours() {
    let sauda = with_waves();
    let before = sauda.line(&format!("{RUN} --charges dhan")).json();
    assert_eq!(before["run"]["ownTables"], serde_json::json!([]));
    let first = before["run"]["firstBar"].as_str().unwrap()[..10].to_owned();

    let charge = "[[stt]]\non = [\"intraday\"]\nside = \"sell\"\npercent = \"1\"\nvalid_from = 2006-06-01\n\
         source = \"a test\"\n";
    table(&sauda, "charges.toml", charge);
    let after = sauda.line(&format!("{RUN} --charges dhan")).json();
    assert_eq!(after["run"]["ownTables"], serde_json::json!(["charges"]));
    let paid = |run: &Value| run["metrics"]["charges"].as_f64().unwrap();
    assert!(paid(&after) > 5.0 * paid(&before), "{} is not far above {}", paid(&after), paid(&before));

    let closed = format!(
        "classes = [\"equity\"]\nsource = \"a test\"\nclosed = [{{ date = {first}, name = \"extra holiday\" }}]\n"
    );
    table(&sauda, "calendar.toml", &closed);
    let verified = sauda.line("data verify NSE:SBIN-EQ").ok();
    assert!(verified.contains(&first), "a bar on a closed day is told: {verified}");
    let after = sauda.line(&format!("{RUN} --charges dhan")).json();
    assert_eq!(after["run"]["ownTables"], serde_json::json!(["calendar", "charges"]));
    assert!(after["run"]["data"][0]["outOfSessionBars"].as_u64() > Some(0), "{}", after["run"]["data"]);
}

#[test]
fn a_wrong_row_stops_every_command_that_would_need_it() {
    let sauda = with_waves();
    let charge = "[[stt]]\non = [\"intraday\"]\nside = \"sell\"\npercent = \"much\"\nvalid_from = 2006-06-01\n\
         source = \"a test\"\n";
    table(&sauda, "charges.toml", charge);
    for line in [RUN, "sweep --strategy sma_cross --param fast=2..4 --symbol NSE:SBIN-EQ --timeframe 15m"] {
        sauda.line(line).fails(2, &["charges.toml", "line 4", "much"]);
    }
}

#[test]
fn facts_that_change_within_the_run_are_told() {
    let sauda = Sauda::new();
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    for day in ["2025-04-09", "2025-04-11", "2025-04-15", "2025-04-16"] {
        writeln!(text, "{day},1200,1210,1190,1205,1000").unwrap();
    }
    let file = sauda.file("days.csv", text);
    sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1d"]).ok();
    let run =
        "backtest --strategy sma_cross --param fast=1 --param slow=2 --symbol NSE:SBIN-EQ --timeframe 1d";
    let words = "NSE:SBIN-EQ: its tick size is 0.05 on the first day and 0.10 on 2025-04-16: 0.05 is taken throughout";
    let text = sauda.line(run).ok();
    assert!(text.contains(words), "{text}");
    let text = sauda.line(&format!("{run} --tick 0.05")).ok();
    assert!(!text.contains("tick size"), "{text}");
}
