//! What a function does wrong.

use super::Corruption;

/// One way in which a function of a contract is wrong. Arguments are meant by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
pub enum Fault {
    /// None: it is only watched.
    Watched,
    /// It does nothing, and returns a default value.
    Nothing,
    /// What it returns is made wrong.
    Value(Corruption),
    /// It returns what its last call should have.
    Last,
    /// It returns what its first call returned, for ever.
    First,
    /// It returns an error instead of its value.
    Error,
    /// It returns a value instead of its error.
    NoError,
    /// It panics.
    Panics,
    /// Two arguments of one type are exchanged.
    Swapped(usize, usize),
    /// An argument is taken for the default of its type.
    Default(usize),
    /// An argument is taken for that of the first call.
    Stuck(usize),
}

/// All that have nothing to do with arguments, in the order in which they are shown.
#[cfg(all(feature = "harness", unix))]
pub(crate) const ALL: [Fault; 14] = [
    Fault::Panics,
    Fault::Nothing,
    Fault::Value(Corruption::Emptied),
    Fault::Value(Corruption::Zeroed),
    Fault::Value(Corruption::Nan),
    Fault::Value(Corruption::Negated),
    Fault::Value(Corruption::Shortened),
    Fault::Value(Corruption::Off),
    Fault::Value(Corruption::Exchanged),
    Fault::Value(Corruption::Nudged),
    Fault::First,
    Fault::Last,
    Fault::Error,
    Fault::NoError,
];

#[cfg(all(feature = "harness", unix))]
impl Fault {
    /// What is wrong, where no argument is, in words.
    pub(crate) fn of_value(self) -> &'static str {
        match self {
            Self::Panics => "it panics",
            Self::Nothing => "it does nothing, and returns a default",
            Self::Value(Corruption::Emptied) => "its value is empty",
            Self::Value(Corruption::Zeroed) => "its value is 0",
            Self::Value(Corruption::Nan) => "one number is NaN",
            Self::Value(Corruption::Negated) => "the sign is the other one",
            Self::Value(Corruption::Shortened) => "the last element is missing",
            Self::Value(Corruption::Off) => "one element is off by much",
            Self::Value(Corruption::Exchanged) => "two elements are exchanged",
            Self::Value(Corruption::Nudged) => "one number is off by a few units in the last place",
            Self::First => "it returns the value of its first call for ever",
            Self::Last => "it returns the value of its last call",
            Self::Error => "it returns an error where there is none",
            Self::NoError => "it returns a value where there is an error",
            Self::Swapped(..) | Self::Default(_) | Self::Stuck(_) | Self::Watched => "",
        }
    }
}

/// What the types of a function let be wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
pub struct Can {
    /// Whether its value can be corrupted, and kept.
    pub value: bool,
    /// Whether its value has a default.
    pub nothing: bool,
    /// The type of its error, where one of another call can be returned.
    pub error: Option<String>,
    /// The arguments that have a default, by position.
    pub defaults: Vec<usize>,
    /// The arguments that can be kept.
    pub stuck: Vec<usize>,
    /// The arguments that have one type.
    pub swapped: Vec<(usize, usize)>,
    /// How many arguments there are.
    arguments: usize,
}

impl Can {
    /// Of a function without arguments.
    pub fn new(value: bool, nothing: bool, error: Option<&str>) -> Self {
        Self { value, nothing, error: error.map(str::to_owned), ..Self::default() }
    }

    /// With another argument, that has a default, and can be kept.
    #[must_use]
    pub fn argument(mut self, has_default: bool, can_be_kept: bool) -> Self {
        self.defaults.extend(has_default.then_some(self.arguments));
        self.stuck.extend(can_be_kept.then_some(self.arguments));
        self.arguments += 1;
        self
    }

    /// With two arguments of one type.
    #[must_use]
    pub fn swapped(mut self, a: usize, b: usize) -> Self {
        self.swapped.push((a, b));
        self
    }
}
