//! Names of columns, and the nearest right name to a wrong one.

use super::bars::Input;
use super::{ParameterKind, Spec, catalogue};

/// As short as it can be written: `20`, `2.5`.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if (1e-6..1e15).contains(&value.abs()) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

pub(super) fn list(words: impl IntoIterator<Item = impl Into<String>>) -> String {
    words.into_iter().map(Into::into).collect::<Vec<String>>().join(", ")
}

pub(super) fn up_to(most: usize) -> String {
    match most {
        0 => "no parameter".into(),
        1 => "at most 1 parameter".into(),
        most => format!("at most {most} parameters"),
    }
}

pub(super) fn sources(most: usize) -> String {
    match most {
        0 => "no source".into(),
        1 => "at most 1 source".into(),
        most => format!("at most {most} sources"),
    }
}

fn suffix(values: impl Iterator<Item = String>) -> String {
    values.fold(String::new(), |suffix, value| suffix + "_" + &value)
}

/// `sma_20`; parameters stand as given or as the default, a choice (a kind of average) only when it is not the
/// default, and a source other than the usual one is added at the end: `sma_20_of_volume`.
pub(super) fn columns(spec: &Spec) -> Vec<String> {
    let indicator = spec.indicator();
    let shown = |i: usize| match indicator.parameters.get(i).map(|parameter| &parameter.kind) {
        Some(ParameterKind::Choice(values)) => {
            let value = spec.parameters()[i];
            let word = values.iter().find(|(number, _)| *number as f64 == value).map(|(_, word)| *word);
            (value != indicator.parameters[i].default).then(|| word.unwrap_or_default().to_ascii_lowercase())
        }
        Some(_) => Some(number(spec.parameters()[i])),
        None => None,
    };
    let all = suffix((0..spec.parameters().len()).filter_map(shown));
    let source = if spec.inputs() == indicator.inputs {
        String::new()
    } else {
        let sources: Vec<&str> = spec.inputs()[..indicator.series].iter().map(|input| input.name()).collect();
        format!("_of_{}", sources.join("_"))
    };
    let fill = |template: &String| {
        let mut name = template.replace("{*}", &all);
        for i in 0..spec.parameters().len() {
            name = name.replace(&format!("{{{i}}}"), &shown(i).unwrap_or_default());
        }
        name + &source
    };
    indicator.outputs.iter().map(fill).collect()
}

/// The column names of several specs side by side. A name that is already taken (`supertrend_dir` of a second
/// Supertrend) gets its indicator's parameters at the end.
pub fn column_names(specs: &[Spec]) -> Vec<Vec<String>> {
    let mut taken = std::collections::BTreeSet::new();
    let mut free = |name: String, spec: &Spec| {
        let parameters = || suffix(spec.parameters().iter().map(|&value| number(value)));
        let mut name = if taken.contains(&name) { name + &parameters() } else { name };
        while taken.contains(&name) {
            name.push_str("_again");
        }
        taken.insert(name.clone());
        name
    };
    specs.iter().map(|spec| spec.columns().into_iter().map(|name| free(name, spec)).collect()).collect()
}

pub(super) fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

pub(super) fn nearest_indicator(name: &str) -> Option<&'static str> {
    nearest(name, catalogue().iter().map(|indicator| indicator.name.as_str()))
}

pub(super) fn nearest_source(name: &str) -> Option<&'static str> {
    nearest(name, Input::SERIES.into_iter().map(Input::name))
}

/// The closest of the known words, if it is close enough to be what was meant; indicators of this crate before
/// `ta_` ones at the same distance, as those are longer.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let allowed = 1 + word.chars().count() / 4;
    known
        .map(|name| (distance(&word, name), name.len(), name))
        .filter(|(distance, ..)| *distance <= allowed)
        .min()
        .map(|(.., name)| name)
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
