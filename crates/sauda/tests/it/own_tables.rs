//! A user's own rows of calendar, charges and instruments: laid on top of ours by every command, or refused with their line.

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
