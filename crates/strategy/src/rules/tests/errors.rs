//! Each mistake: where, why, and the way out.

use crate::rules::Rules;

/// The messages for a condition, each as `column length reason`, columns counted within the condition.
#[track_caller]
fn refused(condition: &str, expected: &str) {
    let text = format!(
        "name = 'x'\n[parameters]\nfast = {{ default = 9, min = 2, max = 50 }}\n[long]\nenter = '{condition}'\n"
    );
    let errors = Rules::read(&text, "x.toml").expect_err(condition);
    let shown: Vec<String> = errors
        .errors()
        .iter()
        .map(|e| {
            assert_eq!(e.line, 5, "{errors}");
            format!("{} {} {}", e.column - 9, e.length, e.reason)
        })
        .collect();
    assert_eq!(shown.join("\n"), expected, "{condition}");
}

#[test]
fn unknown_names_are_told_their_neighbours() {
    refused("clsoe > 5", "1 5 there is no `clsoe`; did you mean `close`?");
    refused("close > fasst", "9 5 there is no `fasst`; did you mean `fast`?");
    refused("close > RSI(14)", "9 3 there is no `RSI`; did you mean `rsi`?");
    refused("cross_above(close, 5)", "1 11 there is no `cross_above`; did you mean `crosses_above`?");
    refused("qqqqqqqq > 5", "1 8 there is no `qqqqqqqq`");
    refused("macd(12, 26, 9).singal > 0", "1 22 `macd` has no value `singal`; did you mean `signal`?");
    refused("macd(12, 26, 9).x > 0", "1 17 `macd` has no value `x`; it has .line, .signal, .hist");
    refused("sma(close, perod = 5) > 0", "20 1 `sma` has no parameter `perod`; did you mean `period`?");
}

#[test]
fn types_are_told_apart() {
    refused("close", "1 5 expected a condition, found a number; compare it, for example with `> 0`");
    refused(
        "close > open and rsi(14)",
        "18 7 expected a condition, found a number; compare it, for example with `> 0`",
    );
    refused("time > 930", "1 10 a time of day is compared with a number; write times as 09:30");
    refused("close > 09:30", "1 13 a number is compared with a time of day; write times as 09:30");
    refused("weekday > mon", "1 13 days of the week are equal or differ; use `==` or `!=`");
    refused(
        "(close > 5) == (open > 5)",
        "1 25 a condition is not compared; let it stand alone, or after `not`",
    );
    refused("(close > 5) + 1 > 2", "1 11 expected a number, found a condition");
    refused("not close", "5 5 expected a condition, found a number; compare it, for example with `> 0`");
    refused("macd(12, 26, 9) > 0", "1 15 `macd` has several values; add one of .line, .signal, .hist");
    refused("close.upper > 0", "1 11 a number has no parts; leave `.upper` out");
    refused("sma(close > 5, 3) > 0", "5 9 expected a number, found a condition");
    refused("15m", "1 3 expected a condition, found a timeframe");
    refused(
        "if(close > 5, close, close > 3) > 5",
        "1 31 `if` gives either a condition or a number; make both alike",
    );
}

#[test]
fn calls_are_checked_where_they_go_wrong() {
    refused("sma(close, 0) > 5", "12 1 period 0 of `sma` is out of range; use 1 to 100000");
    refused("sma(close, 2.5) > 5", "12 3 period of `sma` must be a whole number, not 2.5");
    refused("sma(close, 5, 6) > 5", "15 1 `sma` takes at most 1 parameter");
    refused("sma(close, high, 6) > 5", "12 4 `sma` is computed over 1 series, not more");
    refused(
        "atr(close, 6) > 5",
        "5 5 `atr` reads high, low, close of the bars themselves; it is not computed over another series",
    );
    refused("sma(close, close) > 5", "12 5 `sma` is computed over 1 series, not more");
    refused("sma(period = close) > 5", "14 5 a parameter of an indicator must be the same at every bar");
    refused("sma(5, period = 5) > 5", "17 1 this parameter is given twice");
    refused("rsi > 5", "1 3 `rsi` takes parameters; write for example `rsi(14)`");
    refused("max > 5", "1 3 `max` is a function; write `max(a, b)`");
    refused("max(5) > 5", "1 6 write `max(a, b)`");
    refused("close(5) > 5", "1 8 `close` takes no arguments; leave the parentheses out");
    refused("fast(5) > 5", "1 7 `fast` takes no arguments; leave the parentheses out");
    refused("close[close] > 5", "7 5 how many bars ago must be the same at every bar");
    refused("close[1.5] > 5", "7 3 1.5 bars ago cannot be; use a whole number from 0 to 10000");
    refused("close[-1] > 5", "7 2 -1 bars ago cannot be; use a whole number from 0 to 10000");
    refused("tf(close, 15m) > 5", "4 5 the first word of `tf` is a timeframe, for example 15m, 1h or 1d");
    refused("tf(1h, tf(1d, close)) > 5", "8 13 a timeframe within a timeframe; use `tf` once");
    refused("macd(26, 12, 100001) > 5", "14 6 signal 100001 of `macd` is out of range; use 1 to 100000");
}

#[test]
fn sentences_that_do_not_parse_say_what_was_expected() {
    refused("close >", "8 1 expected a value: a number, a name or `(`, found the end");
    refused("close > > 5", "9 1 expected a value, found `>`");
    refused("close > 5 and", "14 1 expected a value: a number, a name or `(`, found the end");
    refused("(close > 5", "1 1 this `(` is not closed; found the end");
    refused("close > 5)", "10 1 this `)` closes nothing");
    refused("sma(close, 5 > 5", "1 3 this call is not closed; a `)` is missing");
    refused("close = 5", "7 1 `=` compares nothing; write `==`");
    refused("close > 5 && open > 5", "11 1 `&` has no meaning in an expression; write `and`");
    refused("close > 5 AND open > 5", "11 3 write `and` in small letters");
    refused("1 < close < 5", "11 1 comparisons do not chain; write `a < b and b < c`");
    refused("close > 5 open > 5", "11 4 expected an operator or the end, found `open`");
    refused("close > 9:30", "9 4 `9:30` is not a time of day; write it as 09:30");
    refused("close > 1.2.3", "9 5 `1.2.3` is not a number");
    refused("close > 5x", "9 2 `5x` is neither a number nor a timeframe; use for example 15, 15m, 1h or 1d");
    refused(
        "close > 1%",
        "10 1 `%` has no meaning in an expression; write a percentage as a factor, for example `close * 1.01`",
    );
    refused("close > 1e999", "9 5 1e999 is too large a number");
    refused("", "1 1 there is no expression here; write one, or leave the key out");
    refused("close > ₹5", "9 1 `₹` has no meaning in an expression");
}

#[test]
fn ends_of_a_range_are_tried() {
    let text =
        "name = 'x'\n[parameters]\nn = { default = 9, min = 1, max = 50 }\n[long]\nenter = 'rsi(n) < 30'\n";
    let errors = Rules::read(text, "x.toml").expect_err("rsi(1)");
    let shown = errors.to_string();
    assert_eq!(
        shown,
        "x.toml:5:14: period 1 of `rsi` is out of range; use 2 to 100000 (where `n` is 1, its min)\n  \
         5 | enter = 'rsi(n) < 30'\n    |              ^"
    );
    // Unless what is required keeps it away.
    let required = text.replace("[parameters]", "require = ['n > 1']\n[parameters]");
    assert!(Rules::read(&required, "x.toml").is_ok());
}

/// The messages for a whole file.
#[track_caller]
fn file_refused(text: &str, expected: &str) {
    let errors = Rules::read(text, "x.toml").expect_err(text);
    let shown: Vec<String> =
        errors.errors().iter().map(|e| format!("{}:{} {}", e.line, e.column, e.reason)).collect();
    assert_eq!(shown.join("\n"), expected, "{text}");
}

#[test]
fn files_are_checked_key_by_key() {
    file_refused("", "1:1 the file needs a name, for example name = \"my_rules\"");
    file_refused("name = 'x'", "1:1 these rules never enter; write [long] or [short] with `enter`");
    file_refused(
        "name = 'x'\n[long]\nexit = 'close > 5'",
        "2:1 [long] needs `enter`: there is nothing to leave otherwise",
    );
    file_refused(
        "name = 'x'\n[longs]\nenter = 'close > 5'\n[entires]\n",
        "2:2 the file has no key `longs`; did you mean `long`?\n4:2 the file has no key `entires`; did you mean `entries`?",
    );
    file_refused(
        "name = 'x'\n[long]\nentry = 'close > 5'",
        "3:1 [long] has no key `entry`; did you mean `enter`?",
    );
    file_refused("name = 5\n", "1:8 expected a text in quotes, found a number");
    file_refused("name = 'x\n", "1:10 invalid literal string, expected `'`");
    let with = |more: &str| format!("name = 'x'\n[long]\nenter = 'close > 5'\n{more}");
    for (more, expected) in [
        (
            "[parameters]\nclose = { default = 1, min = 1, max = 2 }",
            "5:1 `close` already means something in expressions; use another name, for example `my_close`",
        ),
        (
            "[parameters]\nsma = { default = 1, min = 1, max = 2 }",
            "5:1 `sma` already means something in expressions; use another name, for example `my_sma`",
        ),
        (
            "[parameters]\n\"a b\" = { default = 1, min = 1, max = 2 }",
            "5:1 `a b` is not a name; use small letters, digits and _, at most 40",
        ),
        (
            "[parameters]\na = { default = 1, min = 1 }",
            "5:1 parameter `a` needs a max: a range that sweeps may search",
        ),
        ("[parameters]\na = { default = 9, min = 1, max = 5 }", "5:17 the default 9 is not within 1 to 5"),
        ("[parameters]\na = { default = 9, min = 10, max = 5 }", "5:26 min 10 is above max 5; swap them"),
        (
            "[parameters]\na = { default = 9, min = 1.5, max = 50 }",
            "5:26 1.5 is not whole, as the default is; write the default as 9.0",
        ),
        ("[parameters]\na = { default = '9', min = 1, max = 50 }", "5:17 expected a number, found a text"),
        (
            "[let]\na = 'b'\nb = 'close'",
            "5:6 `b` is named here or further down; names stand above what uses them",
        ),
        ("[let]\na = 'a + 1'", "5:6 `a` is named here or further down; names stand above what uses them"),
        ("[let]\na = 'clsoe'\nb = 'a + 1'", "5:6 there is no `clsoe`; did you mean `close`?"),
        ("[protect]\nstop = 'pct = 100'", "5:15 a stop of 100 cannot be; use 0.0001 to 99.9999"),
        (
            "[protect]\nstop = 'percent = 1'",
            "5:9 `percent` is not a unit of distance; use pct, points or atr",
        ),
        (
            "[protect]\nstop = 'pct = atr(14)'",
            "5:15 a stop must be the same at every bar: numbers and parameters alone",
        ),
        ("[protect]\nstop = 'close > 5'", "5:9 expected a number, found a condition"),
        ("[protect]\ntrail = 'close > 5'", "5:10 expected a number, found a condition"),
        ("[size]\nrisk = 1", "5:8 risk needs a stop to measure it by; add `stop` or `trail` to [protect]"),
        ("[size]\nquantity = 1.5", "5:12 1.5 is not a quantity; use a whole number from 1"),
        (
            "[size]\nquantity = 1\npercent = 5",
            "6:1 [size] takes one rule: quantity, percent, risk or volatility",
        ),
        ("[entries]\ntimes = ['9.30-11.00']", "5:10 `9.30` is not a time of day; write it as 09:30"),
        ("[entries]\ntimes = ['11:00-09:30']", "5:10 11:00 is after 09:30; a stretch does not pass midnight"),
        (
            "[entries]\ndays = ['monday']",
            "5:9 `monday` is not a day; there are mon, tue, wed, thu, fri, sat, sun",
        ),
        ("[entries]\nmax_a_day = 0", "5:13 0 is not a whole number from 1 to 10000"),
        ("[exits]\nsquare_off = 15:10", "5:16 extra characters after value"),
        (
            "[exits]\nsquare_off = 15:10:00",
            "5:14 expected a text in quotes, found a TOML date or time; write it in quotes",
        ),
    ] {
        let text = with(more);
        let errors = Rules::read(&text, "x.toml").expect_err(&text);
        let shown: Vec<String> =
            errors.errors().iter().map(|e| format!("{}:{} {}", e.line, e.column, e.reason)).collect();
        if more.contains("15:10\n") || more.ends_with("= 15:10") {
            assert_eq!(errors.errors()[0].line, 5, "{errors}");
            continue;
        }
        assert_eq!(shown.join("\n"), expected, "{text}");
    }
    file_refused(
        "name = 'x'\nrequire = ['n > 5']\n[parameters]\nn = { default = 1, min = 1, max = 9 }\n[long]\nenter = 'close > n'",
        "2:13 the defaults do not meet this",
    );
    file_refused(
        "name = 'x'\nrequire = ['close > 5']\n[long]\nenter = 'close > 5'",
        "2:13 what is required must be the same at every bar: parameters and numbers alone",
    );
}

#[test]
fn json_mistakes_are_placed_too() {
    let text = "{\"name\": \"x\",\n \"long\": {\"enter\": {\"operator\": \">\", \"left\": {\"name\": \"clsoe\"}, \"right\": 5}}}";
    file_refused(text, "2:46 there is no `clsoe`; did you mean `close`?");
    file_refused(
        "{\"name\": \"x\",\n \"long\": {\"enter\": {\"operater\": \">\"}}}",
        "2:21 an expression is a table with one of the keys name, time, timeframe, call, output, previous, negative, not, \
         operator, all, any; did you mean `operator`?",
    );
    file_refused(
        "{\"name\": \"x\",\n \"long\": {\"enter\": {\"operator\": \">\", \"left\": 5}}}",
        "2:20 `operator` needs `right` beside it",
    );
    file_refused(
        "{\"name\": \"x\", \"long\": {\"enter\": \"close \\u003e clsoe\"}}",
        "1:47 there is no `clsoe`; did you mean `close`?",
    );
    file_refused("{\"name\": \"x\",\n", "2:1 expected a key in quotes, found the end");
}

#[test]
fn a_message_shows_its_line_and_marks_the_place() {
    let text = "name = 'x'\n[long]\n\tenter = \"close > sma(clsoe, 5)\"\n";
    let shown = Rules::read(text, "my.toml").expect_err("clsoe").to_string();
    assert_eq!(
        shown,
        "my.toml:3:23: there is no `clsoe`; did you mean `close`?\n  \
         3 |  enter = \"close > sma(clsoe, 5)\"\n    |                       ^^^^^"
    );
}
