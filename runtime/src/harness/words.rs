//! What the words of a command line, and the variables that stand for them, say.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;

use lexopt::{Arg, Parser};

use super::flags::{self, Flag, Takes};
use crate::nearest;

/// The flags that are given, and the words that are none.
#[derive(Debug, Default)]
pub(super) struct Words {
    given: Vec<(&'static Flag, Vec<OsString>)>,
    /// What is no flag and belongs to none.
    pub(super) filters: Vec<String>,
    /// Whether the help is asked for.
    pub(super) help: bool,
}

/// Why a command line means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum WordsError {
    #[error("unexpected argument '{given}' found{}", tip("argument", .near))]
    Unknown { given: String, near: Option<String> },
    #[error("a value is required for '{flag}' but none was supplied")]
    NoValue { flag: String },
    #[error("unexpected value '{value}' for '{flag}' found; no more were expected")]
    Value { flag: String, value: String },
    #[error("the argument '{flag}' cannot be used multiple times")]
    Twice { flag: String },
    #[error("the argument '{flag}' cannot be used with '{other}'")]
    Conflict { flag: String, other: String },
    #[error("invalid value '{value}' for '{flag}': {why}")]
    Invalid { flag: String, value: String, why: String },
    #[error("invalid value '{value}' for '{flag}'\n  [possible values: {}]{}", .possible.join(", "), tip("value", .near))]
    NoChoice { flag: String, value: String, possible: Vec<&'static str>, near: Option<String> },
    #[error("'{0}' is no UTF-8")]
    NoText(String),
}

fn tip(what: &str, near: &Option<String>) -> String {
    near.as_ref().map(|near| format!("\n\n  tip: a similar {what} exists: '{near}'")).unwrap_or_default()
}

impl Words {
    /// Reads a command line without its program, and the variables of the flags that it does not give.
    ///
    /// # Errors
    /// The first thing in it that means nothing.
    pub(super) fn read(
        words: impl IntoIterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, WordsError> {
        let mut read = Self::default();
        let mut parser = Parser::from_args(words);
        while let Some(arg) = parser.next().map_err(|error| WordsError::NoText(error.to_string()))? {
            match arg {
                Arg::Long("help") | Arg::Short('h') => read.help = true,
                Arg::Long(name) => match flags::all().find(|flag| flag.name == name && name.len() > 1) {
                    Some(flag) => {
                        let with_it = parser.optional_value();
                        read.flag(flag, with_it, &mut parser)?;
                    }
                    None => return Err(unknown(name)),
                },
                Arg::Short(short) => {
                    let mut tmp = [0; 4];
                    let name = &*short.encode_utf8(&mut tmp);
                    match flags::all().find(|flag| flag.short == Some(short) || flag.name == name) {
                        Some(flag) => {
                            // Behind a letter may stand another flag.
                            let takes = flag.takes != Takes::Nothing;
                            let with_it = if takes { parser.optional_value() } else { None };
                            read.flag(flag, with_it, &mut parser)?;
                        }
                        None => return Err(WordsError::Unknown { given: format!("-{short}"), near: None }),
                    }
                }
                Arg::Value(word) => read.filters.push(text(word)?),
            }
        }
        for flag in flags::all() {
            // A variable that is set to nothing means the same as one that is not set.
            let value = flag.variable.and_then(&variable).filter(|value| !value.is_empty());
            if let Some(value) = value.filter(|_| read.values(flag.name).is_none()) {
                if flag.takes != Takes::Nothing {
                    read.given.push((flag, vec![value]));
                } else if !is_false(&value) {
                    read.given.push((flag, Vec::new()));
                }
            }
        }
        for (one, other) in [
            ("test", "bench"),
            ("quiet", "format"),
            ("last-failed", "resume"),
            ("strength", "resume"),
            ("strength", "last-failed"),
        ] {
            if let (Some((one, _)), Some((other, _))) = (read.find(one), read.find(other)) {
                return Err(WordsError::Conflict { flag: one.shown(), other: other.shown() });
            }
        }
        Ok(read)
    }

    fn flag(&mut self, flag: &'static Flag, with_it: Option<OsString>, parser: &mut Parser) -> Result<(), WordsError> {
        let shown = || flag.shown();
        let value = match (flag.takes, with_it) {
            (Takes::Nothing | Takes::Perhaps(_), None) => None,
            (Takes::Nothing, Some(value)) => {
                return Err(WordsError::Value { flag: shown(), value: value.to_string_lossy().into_owned() });
            }
            (_, Some(value)) => Some(value),
            (takes, None) => {
                let mut rest = parser.try_raw_args();
                let next = rest.as_mut().and_then(|rest| rest.next_if(|next| !is_flag(next)));
                match (takes, next) {
                    (_, Some(value)) => Some(value),
                    (Takes::OrLast(_), None) => Some("last".into()),
                    (_, None) => return Err(WordsError::NoValue { flag: shown() }),
                }
            }
        };
        match self.given.iter_mut().find(|(known, _)| known.name == flag.name) {
            Some((_, values)) if matches!(flag.takes, Takes::Values(_) | Takes::List(_)) => values.extend(value),
            Some(_) => return Err(WordsError::Twice { flag: shown() }),
            None => self.given.push((flag, value.into_iter().collect())),
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<&(&'static Flag, Vec<OsString>)> {
        // A user's debug build is not to look for each of them twice.
        #[cfg(test)]
        assert!(flags::all().any(|flag| flag.name == name), "{name} is no flag");
        self.given.iter().find(|(flag, _)| flag.name == name)
    }

    fn values(&self, name: &str) -> Option<&[OsString]> {
        self.find(name).map(|(_, values)| values.as_slice())
    }

    /// Whether the flag is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Its value as it stands there.
    pub(super) fn path(&self, name: &str) -> Option<&OsStr> {
        self.values(name)?.last().map(OsString::as_os_str)
    }

    /// All of its values.
    ///
    /// # Errors
    /// When one of them is no text.
    pub(super) fn all(&self, name: &str) -> Result<Vec<String>, WordsError> {
        let Some((flag, values)) = self.find(name) else { return Ok(Vec::new()) };
        let values = values.iter().cloned().map(text).collect::<Result<Vec<_>, _>>()?;
        Ok(match flag.takes {
            Takes::List(_) => values.iter().flat_map(|value| value.split(',')).map(str::to_owned).collect(),
            _ => values,
        })
    }

    /// Its value.
    ///
    /// # Errors
    /// When it is no text.
    pub(super) fn one(&self, name: &str) -> Result<Option<String>, WordsError> {
        self.path(name).map(|value| text(value.to_owned())).transpose()
    }

    /// What its value says.
    ///
    /// # Errors
    /// When it says nothing, with what `parse` says of it.
    pub(super) fn parsed<T, E: ToString>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, WordsError> {
        let (Some((flag, _)), Some(value)) = (self.find(name), self.one(name)?) else { return Ok(None) };
        let invalid = |why: E| WordsError::Invalid { flag: flag.shown(), value: value.clone(), why: why.to_string() };
        parse(&value).map(Some).map_err(invalid)
    }

    /// Which of these its value is.
    ///
    /// # Errors
    /// When it is none of them.
    pub(super) fn choice<T: Copy>(&self, name: &str, of: &[(&'static str, T)]) -> Result<Option<T>, WordsError> {
        let (Some((flag, _)), Some(value)) = (self.find(name), self.one(name)?) else { return Ok(None) };
        if let Some((_, choice)) = of.iter().find(|(name, _)| *name == value) {
            return Ok(Some(*choice));
        }
        let possible: Vec<_> = of.iter().map(|(name, _)| *name).collect();
        let near = nearest::nearest(&value, possible.iter().copied()).map(str::to_owned);
        Err(WordsError::NoChoice { flag: flag.shown(), value, possible, near })
    }
}

impl WordsError {
    /// With how the executable is called.
    pub(super) fn explained(&self) -> String {
        let mut text = self.to_string();
        let _ = write!(text, "\n\nUsage: {}\n\nFor more information, try '--help'.", flags::USAGE);
        text
    }
}

fn unknown(name: &str) -> WordsError {
    let shown = flags::all().filter(|flag| flag.is_shown() && flag.name.len() > 1).map(|flag| flag.name);
    let near = nearest::nearest(name, shown.chain(["help"]));
    WordsError::Unknown { given: format!("--{name}"), near: near.map(|near| format!("--{near}")) }
}

/// Whether a word is a flag where a value could stand: a negative number is none.
fn is_flag(word: &OsStr) -> bool {
    let word = word.to_string_lossy();
    word.len() > 1 && word.starts_with('-') && word.parse::<f64>().is_err()
}

/// What stands for no in the variable of a flag without a value.
fn is_false(value: &OsStr) -> bool {
    let value = value.to_string_lossy().to_lowercase();
    ["n", "no", "f", "false", "off", "0"].contains(&value.as_str())
}

fn text(word: OsString) -> Result<String, WordsError> {
    word.into_string().map_err(|word| WordsError::NoText(word.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Words, WordsError> {
        let variables = [("CROSSCHECK_BACKEND", "c,d"), ("CROSSCHECK_ISOLATE", "No"), ("CROSSCHECK_MATRIX", "1")];
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        Words::read(line.split_whitespace().map(OsString::from), variable)
    }

    fn refused(line: &str) -> String {
        read(line).and_then(|words| words.choice("format", &[("json", 1), ("terse", 2)])).unwrap_err().to_string()
    }

    #[test]
    fn a_flag_is_given_by_itself_or_by_its_variable() {
        let words = read("one --list --backend a,b --skip=x --backend= --skip y -- --exact").unwrap();
        assert_eq!(words.all("backend").unwrap(), ["a", "b", ""]);
        assert_eq!(
            (words.all("skip").unwrap(), &words.filters),
            (vec!["x".into(), "y".into()], &vec!["one".into(), "--exact".into()])
        );
        assert!(words.has("list") && words.has("matrix") && !words.has("isolate") && !words.has("exact"));
        let words = read("-qZ unstable-options --resume --timeout -1 --isolate").unwrap();
        assert_eq!(words.all("backend").unwrap(), ["c", "d"]);
        assert_eq!(
            (words.path("resume"), words.one("timeout").unwrap().as_deref()),
            (Some(OsStr::new("last")), Some("-1"))
        );
        assert!(words.has("quiet") && words.has("Z") && words.has("isolate"));
        assert_eq!(read("--resume a.jsonl").unwrap().path("resume"), Some(OsStr::new("a.jsonl")));
        assert!(read("-h").unwrap().help && read("--help").unwrap().help);
    }

    #[test]
    fn what_means_nothing_is_refused_with_what_is_nearest() {
        for (line, why) in [
            ("--bakend a", "unexpected argument '--bakend' found\n\n  tip: a similar argument exists: '--backend'"),
            ("--xyzzy", "unexpected argument '--xyzzy' found"),
            ("-x", "unexpected argument '-x' found"),
            ("--Z unstable-options", "unexpected argument '--Z' found"),
            ("--skip", "a value is required for '--skip <FILTER>' but none was supplied"),
            ("--skip --list", "a value is required for '--skip <FILTER>' but none was supplied"),
            ("--list=yes", "unexpected value 'yes' for '--list' found; no more were expected"),
            ("--list --list", "the argument '--list' cannot be used multiple times"),
            ("--seed 1 --seed 2", "the argument '--seed <N>' cannot be used multiple times"),
            ("--test --bench", "the argument '--test' cannot be used with '--bench'"),
            (
                "--resume --last-failed",
                "the argument '--last-failed [<RECORD>]' cannot be used with '--resume [<RECORD>]'",
            ),
            ("-q --format json", "the argument '--quiet' cannot be used with '--format <pretty|terse|json>'"),
            (
                "--format jsn",
                "invalid value 'jsn' for '--format <pretty|terse|json>'\n  [possible values: json, terse]\n\n  tip: a similar value exists: 'json'",
            ),
        ] {
            assert_eq!(refused(line), why, "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_no_text_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let word = OsString::from_vec(b"\xff".to_vec());
        let refused = Words::read([word.clone()], |_| None).unwrap_err();
        assert_eq!(refused, WordsError::NoText("\u{fffd}".to_owned()));
        let words = Words::read(["--resume".into(), word.clone()], |_| None).unwrap();
        assert_eq!(words.path("resume"), Some(word.as_os_str()));
    }

    #[test]
    fn the_help_has_every_flag_that_is_not_hidden() {
        let help = flags::help();
        for flag in flags::all() {
            assert_eq!(
                help.contains(&format!("{}\n", flag.shown())),
                !flag.name.starts_with("crosscheck-"),
                "{flag:?}"
            );
        }
    }
}
