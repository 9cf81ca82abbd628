//! The figures behind a verdict, for a person: each with its value and what it means.

use ::backtest::court::Figures;
use report::Figure;

use crate::commands::backtest::summary::rupees;
use crate::view::table::{Align, lines};

/// As lines of text, set in a little.
pub fn table(figures: Vec<Figure>) -> String {
    let row = |f: Figure| vec![String::new(), f.name, f.value, f.meaning];
    lines(&[Align::Left; 4], &figures.into_iter().map(row).collect::<Vec<_>>())
}

/// What judges the best of a sweep. A figure without an answer is left out.
pub fn of_sweep(f: &Figures) -> Vec<Figure> {
    let none = || (f.sets > 1 && f.sharpe > Some(0.0)).then(|| "none was tried".to_owned());
    let plateau = f.plateau.map(|p| format!("{} of {} tried", p.holding, p.neighbours)).or_else(none);
    let all = [
        figure(
            "Sets tried",
            Some(f.sets.to_string()),
            "the more are tried, the better the best is by luck alone",
        ),
        figure(
            "Sets within reach",
            f.reachable.map(|n| n.to_string()),
            "a search that climbs is judged as if it had tried all that it could",
        ),
        figure(
            "Effective tries",
            Some(format!("{:.1}", f.effective_trials)),
            "independent tries that the sets are worth",
        ),
        figure("Sessions", Some(f.sessions.to_string()), "days that the verdict rests on"),
        figure("Sharpe of the best", f.sharpe.map(ratio), "annualised"),
        interval(f),
        figure(
            "Best Sharpe by luck",
            f.expected_best_sharpe.map(ratio),
            "expected of the best of as many sets without skill",
        ),
        figure(
            "Chance of luck",
            f.luck_probability.map(share),
            "that the best of as many sets without skill does as well",
        ),
        figure(
            "Deflated Sharpe ratio",
            f.deflated_sharpe.map(share),
            "probability that the true Sharpe is above what luck gives (Bailey and López de Prado 2014)",
        ),
        figure(
            "Probability of overfitting",
            f.overfit.map(|o| share(o.probability)),
            "splits in which the best of one half is in the worse half of the other (Bailey et al. 2017)",
        ),
        figure(
            "Loss out of sample",
            f.overfit.map(|o| share(o.loss_probability)),
            "splits in which the best of one half loses money in the other",
        ),
        figure(
            "Neighbours that hold",
            plateau,
            "sets beside the best that reach half of its Sharpe: few mean a spike",
        ),
        drawdown(f),
    ];
    all.into_iter().flatten().collect()
}

/// What judges a walk-forward.
pub fn of_walk_forward(f: &Figures) -> Vec<Figure> {
    let walked = f.walk_forward;
    let all = [
        figure("Sets tried", Some(f.sets.to_string()), "in each fold, on its training days alone"),
        figure("Sessions", Some(f.sessions.to_string()), "days out of sample that the verdict rests on"),
        figure("Sharpe out of sample", f.sharpe.map(ratio), "annualised"),
        interval(f),
        figure(
            "Chance of luck",
            f.luck_probability.map(share),
            "that as many sessions without skill do as well",
        ),
        figure(
            "Walk-forward efficiency",
            walked.map(|w| w.efficiency.map_or("–".to_owned(), share)),
            "of the yearly return in training that came in the tests; under 50 % is little (Pardo 1992)",
        ),
        figure(
            "Return in training, tests",
            walked.map(|w| format!("{}, {}", share(w.in_sample_annual), share(w.out_of_sample_annual))),
            "mean session return of what was chosen, times 252",
        ),
        figure(
            "Tests that gained",
            walked.map(|w| format!("{} of {}", w.profitable_folds, w.folds)),
            "folds whose session returns sum to more than zero",
        ),
        drawdown(f),
    ];
    all.into_iter().flatten().collect()
}

fn figure(name: &str, value: Option<String>, meaning: &str) -> Option<Figure> {
    value.map(|value| Figure { name: name.to_owned(), value, meaning: meaning.to_owned() })
}

fn interval(f: &Figures) -> Option<Figure> {
    let interval = f.sharpe_interval.map(|i| format!("{:.2} to {:.2}", i.low, i.high));
    figure("Its 95 % interval", interval, "by bootstrap; an edge that may be zero reaches 0")
}

fn drawdown(f: &Figures) -> Option<Figure> {
    let odds = f.drawdown.map(|d| format!("{} to {}", rupees(d.median), rupees(d.p95)));
    let meaning = "greatest drawdown of the same trades in random order: the middle, and the worst in twenty";
    figure("Drawdown in other orders", odds, meaning)
}

fn ratio(x: f64) -> String {
    format!("{x:.2}")
}

fn share(x: f64) -> String {
    format!("{:.1} %", 100.0 * x)
}
