//! Runs specs, over columns or bar by bar.

use super::bars::{Bar, Columns, Input};
use super::kernels::Kernel;
use super::names::column_names;
use super::{MAX_OUTPUTS, Spec};

/// One output of an indicator, as long as the bars; NaN where it is not defined.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub values: Vec<f64>,
}

/// Computes one indicator over all bars.
pub fn compute(spec: &Spec, columns: &Columns<'_>) -> Vec<Column> {
    compute_all(std::slice::from_ref(spec), columns)
}

/// Computes several indicators over all bars, their columns side by side, named by [`column_names`].
pub fn compute_all(specs: &[Spec], columns: &Columns<'_>) -> Vec<Column> {
    let mut whole = Whole::default();
    let mut all = Vec::new();
    for (spec, names) in specs.iter().zip(column_names(specs)) {
        let mut values = vec![vec![f64::NAN; columns.len()]; names.len()];
        {
            let mut out: Vec<&mut [f64]> = values.iter_mut().map(Vec::as_mut_slice).collect();
            let mut instance = spec.start();
            if whole.covers(spec.inputs(), columns) {
                instance.kernel.whole(columns, &mut out);
            } else {
                instance.step_over(columns, &mut out);
            }
        }
        all.extend(names.into_iter().zip(values).map(|(name, values)| Column { name, values }));
    }
    all
}

/// Which columns have a number for every bar; each is looked at once, however many indicators read it.
#[derive(Default)]
struct Whole {
    known: Vec<(Input, bool)>,
}

impl Whole {
    fn covers(&mut self, inputs: &[Input], columns: &Columns<'_>) -> bool {
        inputs.iter().all(|&input| {
            if let Some((_, whole)) = self.known.iter().find(|(known, _)| *known == input) {
                return *whole;
            }
            let whole = columns.is_whole(input);
            self.known.push((input, whole));
            whole
        })
    }
}

/// A running indicator: takes bars one at a time or in blocks and remembers what it needs.
pub struct Instance {
    kernel: Box<dyn Kernel>,
    inputs: Vec<Input>,
    outputs: usize,
}

impl Clone for Instance {
    fn clone(&self) -> Self {
        Self { kernel: self.kernel.fork(), inputs: self.inputs.clone(), outputs: self.outputs }
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance")
            .field("inputs", &self.inputs)
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

impl Instance {
    pub(super) fn new(spec: &Spec) -> Self {
        let outputs = spec.indicator().outputs.len();
        Self { kernel: spec.fresh.fork(), inputs: spec.inputs().to_vec(), outputs }
    }

    /// How many values each bar gives.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Takes one bar and writes its values, as many as `out` has room for.
    pub fn next(&mut self, bar: &Bar, out: &mut [f64]) {
        let values = self.values(bar.has(&self.inputs).then_some(bar));
        for (out, value) in out.iter_mut().zip(&values[..self.outputs]) {
            *out = *value;
        }
    }

    fn values(&mut self, bar: Option<&Bar>) -> [f64; MAX_OUTPUTS] {
        let mut values = [f64::NAN; MAX_OUTPUTS];
        if let Some(bar) = bar {
            self.kernel.next(bar, &mut values[..self.outputs]);
        }
        values
    }

    /// Takes a block of bars and appends its values to `out`, a column for each output.
    pub fn extend(&mut self, block: &Columns<'_>, out: &mut [Vec<f64>]) {
        let mut unwanted = vec![Vec::new(); self.outputs.saturating_sub(out.len())];
        let mut tails: Vec<&mut [f64]> = Vec::with_capacity(self.outputs);
        for column in out.iter_mut().take(self.outputs).chain(&mut unwanted) {
            let from = column.len();
            column.resize(from + block.len(), f64::NAN);
            tails.push(&mut column[from..]);
        }
        if Whole::default().covers(&self.inputs, block) {
            self.kernel.extend(block, &mut tails);
        } else {
            self.step_over(block, &mut tails);
        }
    }

    fn step_over(&mut self, block: &Columns<'_>, out: &mut [&mut [f64]]) {
        for i in 0..block.len() {
            let values = self.values(block.bar(i, &self.inputs).as_ref());
            for (column, value) in out.iter_mut().zip(values) {
                column[i] = value;
            }
        }
    }
}
