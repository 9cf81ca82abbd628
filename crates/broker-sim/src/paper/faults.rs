//! Faults in the words of the command line: `lost=5,unanswered=5,reject=10,partial=300,delay=200ms`.

use domain::time::Span;
use exchange::Faults;
use thiserror::Error;

/// How long a client waits before it gives a request up, unless the configuration says otherwise.
const USUAL_TIMEOUT: Span = Span::micros(3_000_000);

#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error(
    "fault `{0}` is not known; write lost, unanswered, reject, refuse, repeat, partial or unreadable =0..1000 (thousandths), delay or timeout =200ms"
)]
pub struct FaultError(String);

/// Reads the list; what it does not name does not happen. Answers overtake each other as soon as there is a delay.
pub fn parse(text: &str) -> Result<Faults, FaultError> {
    let mut faults = Faults { timeout: USUAL_TIMEOUT, ..Faults::default() };
    for part in text.split(',').map(str::trim) {
        let bad = || FaultError(part.chars().take(40).collect());
        let (name, value) = part.split_once('=').ok_or_else(bad)?;
        let often = || value.parse::<u32>().ok().filter(|n| *n <= 1_000).ok_or_else(bad);
        match name {
            "lost" => faults.lost = often()?,
            "unanswered" => faults.unanswered = often()?,
            "reject" => faults.rejected = often()?,
            "refuse" => faults.refused = often()?,
            "repeat" => faults.repeated = often()?,
            "partial" => faults.partial = often()?,
            "unreadable" => faults.unreadable = often()?,
            "delay" => faults.delay = span(value).ok_or_else(bad)?,
            "timeout" => faults.timeout = span(value).ok_or_else(bad)?,
            _ => return Err(bad()),
        }
    }
    Ok(faults)
}

/// `200ms` or `3s`, at most a minute.
fn span(text: &str) -> Option<Span> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1_000),
        None => (text.strip_suffix('s')?, 1_000_000),
    };
    let micros = number.parse::<u32>().ok().map(|n| i64::from(n) * unit)?;
    (micros <= 60_000_000).then_some(Span::micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_by_name() {
        let faults = parse("lost=5, unanswered=6,reject=10,partial=300,delay=200ms").unwrap();
        assert_eq!((faults.lost, faults.unanswered, faults.rejected, faults.partial), (5, 6, 10, 300));
        assert_eq!((faults.delay, faults.timeout), (Span::micros(200_000), USUAL_TIMEOUT));
        assert_eq!(faults.refused, 0);
    }

    #[test]
    fn a_mistake_names_itself_and_the_cure() {
        for bad in [
            "",
            "lost",
            "lost=1001",
            "lost=-1",
            "lots=5",
            "delay=200",
            "delay=2h",
            "delay=61s",
            "lost=5;reject=1",
        ] {
            let error = parse(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("`{bad}`")) && error.contains("unanswered"), "{error}");
        }
    }
}
