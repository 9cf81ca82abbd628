//! `sauda strategies`, and the ways in: help, version, usage.

use super::*;

#[test]
fn every_strategy_shows_its_parameters() {
    let sauda = Sauda::new();
    let all = sauda.line("strategies --json").json();
    let cross = all.as_array().unwrap().iter().find(|s| s["name"] == "sma_cross").unwrap();
    assert_eq!(cross["parameters"][0]["name"], "fast");
    for key in ["type", "default", "min", "max", "doc"] {
        assert!(!cross["parameters"][1][key].is_null(), "{key}");
    }
    assert_eq!(
        (&cross["parameters"][1]["default"], &cross["parameters"][1]["type"]),
        (&30.into(), &"integer".into())
    );
    let text = sauda.line("strategies").ok();
    for strategy in all.as_array().unwrap() {
        assert!(text.contains(strategy["name"].as_str().unwrap()));
        assert!(text.contains(strategy["doc"].as_str().unwrap()));
    }
}

#[test]
fn help_has_an_example_and_unknown_words_are_usage() {
    let sauda = Sauda::new();
    for command in [
        "import",
        "data",
        "data list",
        "data show",
        "data verify",
        "data export",
        "data remove",
        "indicators",
        "strategies",
        "check",
        "demo",
    ] {
        let help = sauda.line(&format!("{command} --help")).ok();
        assert!(help.contains("Example"), "{command}: {help}");
        assert!(help.contains("sauda "), "{command}: {help}");
    }
    sauda.line("--version").ok();
    sauda.line("nonsense").fails(2, &["nonsense"]);
    sauda.line("strategies --nonsense").fails(2, &["--nonsense"]);
    sauda.line("data").fails(2, &[]);
}

#[test]
fn a_data_dir_that_is_a_file_fails() {
    let sauda = Sauda::new();
    sauda.file("data", "not a folder");
    let csv = sauda.file("week.csv", minute_csv(&WEEK, 5, 600));
    sauda.line("data list").fails(1, &["data"]);
    sauda.run(&["import", &csv, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).fails(1, &["data"]);
}
