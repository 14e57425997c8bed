//! The real model against what transformers and llama.cpp make of the same file, on every backend.
//!
//! It is not in the repository: `cargo xtask chat` fetches it. Where it is not in the cache, each of these tests is reported as
//! ignored, and fails where `CROSSCHECK_REQUIRE_MODEL=1` says that it must be there. A suite of crosscheck has no such
//! outcome, on purpose: what a check needs is either linked into the executable, or the backend's.

use std::env;
use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crosscheck::OpenError;
use crosscheck_backends::Kernels;
use crosscheck_inference::generate::{Engine, Finish, Options};
use crosscheck_inference::model::{Form, Llama};
use crosscheck_inference::tokenizer::{Message, Show, Special, Tokenizer, TokenizerError};
use crosscheck_inference::weights::Weights;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use sha2::{Digest, Sha256};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/smollm2");

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let model = path();
    let mut trials = vec![
        trial("the_file_is_that_of_the_goldens", &model, the_file_is_that_of_the_goldens),
        trial("tokenizer::ids_are_those_of_hugging_face", &model, ids),
        trial("tokenizer::each_piece_is_what_is_sure_by_then", &model, pieces),
        trial("tokenizer::a_chat_is_rendered_and_encoded_as_by_hugging_face", &model, chats),
    ];
    for backend in ["reference", "mlx_cpu", "mlx_metal", "mlx_cuda"] {
        for (name, form) in [("stored", Form::Stored), ("dense", Form::Dense)] {
            let name = format!("greedy_tokens_are_those_of_transformers::{name}::{backend}");
            trials.push(match kernels(backend) {
                Ok(_) => trial(&name, &model, move |path| greedy(path, backend, form)),
                Err(reason) => {
                    Trial::test(name, move || Err(reason.into())).with_kind("unavailable").with_ignored_flag(true)
                }
            });
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !model.is_file() && !arguments.list {
        println!("{} is not there: `cargo xtask chat` fetches it", model.display());
    }
    conclusion.exit_code()
}

/// Where `cargo xtask chat` puts the model, by the XDG base directory specification.
fn path() -> PathBuf {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache"))).unwrap_or_default();
    let golden: Value = golden().unwrap_or_default();
    caches.join("crosscheck/models").join(golden["file"].as_str().unwrap_or_default())
}

/// A test that needs the model.
fn trial(name: &str, model: &Path, test: impl FnOnce(&Path) -> Outcome + Send + 'static) -> Trial {
    let (there, path) = (model.is_file(), model.to_owned());
    let required = env::var_os("CROSSCHECK_REQUIRE_MODEL").is_some_and(|value| !value.is_empty() && value != "0");
    let trial = Trial::test(name, move || {
        if !there {
            return Err(format!("{} is not there: `cargo xtask chat` fetches it", path.display()).into());
        }
        test(&path).map_err(|error| Failed::from(error.to_string()))
    });
    if there { trial } else { trial.with_kind("no model").with_ignored_flag(!required) }
}

fn kernels(backend: &str) -> Result<Box<dyn Kernels>, OpenError> {
    crosscheck::open(backend)
}

fn golden() -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(format!("{FIXTURES}/chat.json"))?)?)
}

fn numbers(value: &Value) -> Vec<u32> {
    value.as_array().into_iter().flatten().filter_map(|id| u32::try_from(id.as_u64()?).ok()).collect()
}

fn equal<T: PartialEq + Debug>(what: &str, made: &T, expected: &T) -> Outcome {
    if made == expected { Ok(()) } else { Err(format!("{what}: {made:?}, and not {expected:?}").into()) }
}

fn the_file_is_that_of_the_goldens(model: &Path) -> Outcome {
    let made: String = Sha256::digest(fs::read(model)?).iter().map(|byte| format!("{byte:02x}")).collect();
    equal("its SHA-256", &Value::from(made), &golden()?["sha256"])
}

/// The last token of the goldens ends the answer.
fn greedy(model: &Path, backend: &str, form: Form) -> Outcome {
    let (golden, weights) = (golden()?, Weights::open(model)?);
    let tokenizer = tokenizer(&weights)?;
    let message = golden["message"].as_str().ok_or("no message")?;
    let prompt = tokenizer.chat(&[Message::new("user", message)], true)?;
    equal("the prompt", &prompt, &numbers(&golden["ids"]))?;
    let device = kernels(backend)?.device()?;
    let engine = Engine::start(Llama::load(&weights, &*device, form, &mut |_, _| ())?, device)?;
    let options = Options { stop: tokenizer.ends().to_vec(), ..Options::default() };
    let mut stream = engine.session().generate(&prompt, &options)?;
    let mut tokens = Vec::new();
    while let Some(token) = stream.next_blocking() {
        tokens.push(token?);
    }
    let Some(Finish::Stop(end)) = stream.finish() else { return Err(format!("it did not end: {tokens:?}").into()) };
    tokens.push(end);
    equal("the tokens", &tokens, &numbers(&golden["greedy"]))?;
    equal("the text", &Value::from(tokenizer.decode(&tokens, Show::Special)?), &golden["text"])
}

fn tokenizer(weights: &Weights) -> Result<Tokenizer, Box<dyn Error>> {
    Ok(Tokenizer::from_gguf(weights.vocabulary().ok_or("the file has no vocabulary")?)?)
}

/// The tokenizer of the file, and the cases that have these fields.
fn cases(model: &Path, fields: [&str; 2]) -> Result<(Tokenizer, Vec<Value>), Box<dyn Error>> {
    let lines = fs::read_to_string(format!("{FIXTURES}/tokenizer_cases.jsonl"))?;
    let cases: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let cases: Vec<_> = cases.into_iter().filter(|case| fields.iter().all(|field| case.get(field).is_some())).collect();
    if cases.is_empty() {
        return Err("there are no such cases".into());
    }
    Ok((tokenizer(&Weights::open(model)?)?, cases))
}

fn text<'a>(case: &'a Value, field: &str) -> Result<&'a str, String> {
    case[field].as_str().ok_or_else(|| format!("{field} is no text: {case}"))
}

fn ids(model: &Path) -> Outcome {
    let (tokenizer, cases) = cases(model, ["text", "decoded"])?;
    for case in &cases {
        let (name, given, decoded, ids) =
            (text(case, "name")?, text(case, "text")?, text(case, "decoded")?, numbers(&case["ids"]));
        let special = if case["special"] == true { Special::Parse } else { Special::AsText };
        equal(name, &tokenizer.decode(&ids, Show::Special)?.as_str(), &decoded)?;
        match tokenizer.encode(given, special) {
            // Hugging Face leaves out what has no token.
            Err(TokenizerError::NoToken { .. }) if given != decoded => {}
            made => equal(name, &made?, &ids)?,
        }
    }
    Ok(())
}

fn pieces(model: &Path) -> Outcome {
    let (tokenizer, cases) = cases(model, ["pieces", "rest"])?;
    for case in &cases {
        let mut decoder = tokenizer.stream(Show::Special);
        let made: Vec<Value> = numbers(&case["ids"])
            .into_iter()
            .map(|id| Ok(decoder.push(id)?.into()))
            .collect::<Result<_, TokenizerError>>()?;
        equal(
            text(case, "name")?,
            &(Value::from(made), decoder.finish().into()),
            &(case["pieces"].clone(), case["rest"].clone()),
        )?;
    }
    Ok(())
}

fn chats(model: &Path) -> Outcome {
    let (tokenizer, cases) = cases(model, ["messages", "rendered"])?;
    for case in &cases {
        let (name, rendered) = (text(case, "name")?, text(case, "rendered")?);
        let messages: Vec<Message> = serde_json::from_value(case["messages"].clone())?;
        let begin_answer = case["add_generation_prompt"] == true;
        equal(name, &tokenizer.chat_template()?.render(&messages, begin_answer)?.as_str(), &rendered)?;
        let made = tokenizer.chat(&messages, begin_answer)?;
        equal(name, &tokenizer.decode(&made, Show::Special)?.as_str(), &rendered)?;
        // What looks like a special token in a message is text here, and becomes one in transformers.
        let imitates = messages.iter().any(|message| message.content.contains("<|"));
        match (made == numbers(&case["ids"]), imitates) {
            (true, false) | (false, true) => {}
            (same, _) => return Err(format!("{name}: the tokens are the same: {same}").into()),
        }
    }
    Ok(())
}
