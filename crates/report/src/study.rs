//! What a search over many runs adds to a page: the court's verdict, a map of parameters, a strip of folds.
//!
//! Shapes only: the figures are worked out where the search is. A ratio without an answer is null.

use serde::Serialize;

/// A section of the page. They are shown in the order given: the verdict belongs first.
#[derive(Serialize, Debug)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Study {
    Court(Court),
    Heatmap(Heatmap),
    WalkForward(WalkForward),
}

/// Whether a result is more than luck, in one sentence, with the figures behind it.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Court {
    /// `good`, `doubtful` or `bad`: how the sentence is coloured and marked.
    pub outcome: &'static str,
    pub sentence: String,
    pub figures: Vec<Figure>,
}

/// A figure and what it means, in words.
#[derive(Serialize, Debug)]
pub struct Figure {
    pub name: String,
    /// As it is to be read: the page does not round it.
    pub value: String,
    pub meaning: String,
}

/// One figure of each pair of two parameters' values.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Heatmap {
    /// What the colours mean, such as `Sharpe`.
    pub figure: String,
    pub x_name: String,
    pub x: Vec<f64>,
    /// Empty, as `y` is, where one parameter alone varies: then there is one row.
    pub y_name: String,
    pub y: Vec<f64>,
    /// Row by row: the first row belongs to `y[0]`. Null where a pair was not tried or has no answer.
    pub cells: Vec<Option<f64>>,
    /// The pair that ranks first, as places in `x` and `y`.
    pub best: Option<(usize, usize)>,
    /// Parameters that were held still, and how: shown below.
    pub note: String,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct WalkForward {
    /// What `inside` and `outside` are, such as `Sharpe`.
    pub figure: String,
    pub folds: Vec<Fold>,
    pub note: String,
}

/// One training span and the test that follows it. Days as `2024-01-31`, both ends inclusive.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Fold {
    pub train_from: String,
    pub train_to: String,
    pub test_from: String,
    pub test_to: String,
    /// What was chosen in training, as text.
    pub chosen: String,
    /// In training.
    pub inside: Option<f64>,
    /// In the test.
    pub outside: Option<f64>,
    /// Net P&L of the test, 1/10,000 rupee.
    pub net_pnl: i64,
}
