//! A line of the index: what is known of a program before it is read.

use crosscheck::compare::Tolerance;
use crosscheck::{Case, CasesError};

use super::Program;

/// The first line of an index.
pub const FIELDS: &str = "name\toperator\tkind\tuses\tnotes\tfunctions";
const EACH_STEP: &str = "16 bits are rounded to at each step, and a backend may do so";

/// The files that say programs: their names, and what is in them.
#[derive(Clone, Copy)]
pub struct Files {
    /// The index, with a line for the names of the fields.
    pub index: (&'static str, &'static str),
    /// A program a line, in the order of the index.
    pub programs: (&'static str, &'static str),
}

/// A program that is not read yet.
pub struct Entry {
    file: &'static str,
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
    ///
    /// # Errors
    /// When a line has other fields than it has to have, or there are more lines in one file than in the other.
    pub fn all(files: Files) -> Result<Vec<Self>, CasesError> {
        let (name, text) = files.index;
        let mut index = text.lines();
        let first = index.next();
        if first != Some(FIELDS) {
            return Err(CasesError::at(format!("{name}:1"), format!("the fields are {first:?} instead of {FIELDS:?}")));
        }
        let (entries, programs) = (index.clone().count(), files.programs.1.lines().count());
        if entries != programs {
            let counts = format!("{entries} programs are named, where {} holds {programs}", files.programs.0);
            return Err(CasesError::at(name, counts));
        }
        index.zip(files.programs.1.lines()).enumerate().map(|(at, line)| Self::of(files, at, line)).collect()
    }

    fn of(files: Files, at: usize, (text, program): (&'static str, &'static str)) -> Result<Self, CasesError> {
        let fields: Vec<_> = text.split('\t').collect();
        let [name, _operator, _kind, uses, notes, functions] = fields[..] else {
            let count = format!("there are {} fields instead of 6: {text:?}", fields.len());
            return Err(CasesError::at(format!("{}:{}", files.index.0, at + 2), count));
        };
        Ok(Self { file: files.programs.0, name, uses, notes, functions, program, line: at + 1 })
    }

    /// Whether the contract refuses its last call.
    pub fn is_refused(&self) -> bool {
        self.notes.split(' ').any(|note| note == "extreme_of_nothing")
    }

    /// The case, whose program is read when it runs.
    pub fn into_case(self) -> Case<Program> {
        let Self { file, name, uses, notes, functions, program, line } = self;
        let case = Case::lazy(name, move || Program::parse(program));
        let mut case = case.at(format!("{file}:{line}")).covering(program);
        case = match functions.split_once(' ') {
            None => case.of(functions),
            Some(_) => words(functions).fold(case, Case::calls),
        };
        case = words(uses).fold(case, Case::marker);
        for note in words(notes) {
            case = match note {
                "constant" => case.expects_constant("what was chosen is like that"),
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
