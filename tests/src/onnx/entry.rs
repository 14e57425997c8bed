//! A line of the index: what is known of a program before it is read.

use crosscheck::compare::Tolerance;
use crosscheck::{Case, CasesError};
use crosscheck_fixtures::{NODE_PROGRAMS, NODES};

use super::program::Program;

const FIELDS: &str = "name\toperator\tkind\tuses\tnotes\tfunctions";
const EACH_STEP: &str = "ONNX rounds to 16 bits at each step, and so may a backend";

/// A test of ONNX that has a program.
pub struct Entry {
    name: &'static str,
    /// The markers of what a backend may lack.
    uses: &'static str,
    /// What else there is to know, in words.
    notes: &'static str,
    /// The functions of the contract that it calls.
    functions: &'static str,
    program: &'static str,
    /// The line of the program.
    line: usize,
}

impl Entry {
    /// All of them, in the order of the index.
    pub fn all() -> Result<Vec<Self>, CasesError> {
        let mut index = NODES.lines();
        match index.next() {
            Some(FIELDS) => index.zip(NODE_PROGRAMS.lines()).enumerate().map(Self::of).collect(),
            other => Err(CasesError::at("nodes.tsv:1", format!("the fields are {other:?} instead of {FIELDS:?}"))),
        }
    }

    fn of((at, (text, program)): (usize, (&'static str, &'static str))) -> Result<Self, CasesError> {
        let mut fields = text.split('\t');
        let mut next =
            || fields.next().ok_or_else(|| CasesError::at(format!("nodes.tsv:{}", at + 2), "a field is missing"));
        let [name, _operator, _kind, uses, notes, functions] = [next()?, next()?, next()?, next()?, next()?, next()?];
        Ok(Self { name, uses, notes, functions, program, line: at + 1 })
    }

    /// Whether the contract refuses what ONNX gives an answer to.
    pub fn is_refused(&self) -> bool {
        self.notes.split(' ').any(|note| note == "extreme_of_nothing")
    }

    /// The case, whose program is read when it runs.
    pub fn into_case(self) -> Case<Program> {
        let Self { name, uses, notes, functions, program, line } = self;
        let case = Case::lazy(name, move || Program::parse(program));
        let mut case = case.at(format!("fixtures/onnx/programs.jsonl:{line}")).covering(program);
        case = match functions.split_once(' ') {
            None => case.of(functions),
            Some(_) => words(functions).fold(case, Case::calls),
        };
        case = words(uses).fold(case, Case::marker);
        for note in words(notes) {
            case = match note {
                "constant" => case.expects_constant("what ONNX chose is like that"),
                "exact" => case.tolerance(Tolerance::EXACT),
                // Twice what is allowed elsewhere.
                "inexact_f16" => case.tolerance(Tolerance::new(2e-3, 1e-5).because(EACH_STEP)),
                "inexact_bf16" => case.tolerance(Tolerance::new(3.2e-2, 1e-5).because(EACH_STEP)),
                note => case.tag(note),
            };
        }
        case
    }
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(' ').filter(|word| !word.is_empty())
}
