//! The program behind `cargo xtask chat`, on the tiny models and the reference.

use std::ffi::OsStr;
use std::process::{Command, Output};

use crosscheck_fixtures::tiny_llama::{FOLDER, GGUF_FILE as GGUF};

fn chat(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosscheck-chat"));
    command.args(args);
    command
}

/// The options that say what computes, and these.
fn on_reference<'a>(model: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    [&["--backend", "reference", "--form", "dense", "--model", model], args].concat()
}

fn ended(output: &Output) -> (Option<i32>, String, String) {
    // A test may have read a part of a character.
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn asked(model: &str, args: &[&str]) -> (String, String) {
    let (status, answer, said) = ended(&chat(on_reference(model, args)).output().unwrap());
    assert_eq!(status, Some(0), "{said}");
    (answer, said)
}

#[test]
fn the_answer_is_on_standard_output_and_all_else_is_not() {
    let (answer, said) = asked(GGUF, &["--max-tokens", "8", "The cat"]);
    assert!(answer.len() > 8 && answer.ends_with('\n'), "{answer:?}");
    let lines: Vec<_> = said.lines().collect();
    let [loading, loaded, statistics] = lines[..] else { panic!("{said}") };
    assert_eq!(loading, "loading tiny-llama.gguf on reference");
    assert!(loaded.starts_with("tiny-llama.gguf on reference: 20 weights in "), "{loaded}");
    assert!(statistics.starts_with("prompt: ") && statistics.contains(" tokens, first token after "), "{statistics}");
    assert!(statistics.contains("; answer: 8 tokens, ") && statistics.contains(" tokens/s"), "{statistics}");
    assert!(statistics.ends_with("; cut off there: `--max-tokens` allows more"), "{statistics}");
}

#[test]
fn the_goldens_message_gets_the_goldens_answer() {
    use crosscheck_inference::tokenizer::{Show, Tokenizer};

    let bytes = std::fs::read(format!("{FOLDER}/golden.safetensors")).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let message = header.metadata().as_ref().unwrap()["message"].clone();
    let goldens = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let tokenizer = Tokenizer::open(FOLDER).unwrap();
    for (name, model) in [("gguf", GGUF), ("safetensors", FOLDER)] {
        let tokens = goldens.tensor(&format!("{name}.chat.greedy")).unwrap();
        let (tokens, _) = tokens.data().as_chunks();
        let tokens: Vec<_> = tokens.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let expected = tokenizer.decode(&tokens, Show::TextOnly).unwrap() + "\n";
        assert_eq!(asked(model, &["--max-tokens", "32", &message]).0, expected, "{name}");
    }
}

#[test]
fn chance_depends_on_the_seed_and_on_nothing_else() {
    let of = |seed| asked(GGUF, &["--max-tokens", "16", "--temperature", "2", "--seed", seed, "The cat"]).0;
    assert_eq!(of("1"), of("1"));
    assert_ne!(of("1"), of("2"));
    let (greedy, _) = asked(GGUF, &["--max-tokens", "16", "The cat"]);
    let of = |option, value| {
        let temperature = ["--max-tokens", "16", "--temperature", "2", option, value, "The cat"];
        asked(GGUF, &temperature).0
    };
    // Each of these leaves the most likely token only.
    assert_eq!(of("--top-k", "1"), greedy);
    assert_eq!(of("--top-p", "1e-9"), greedy);
    assert_ne!(asked(GGUF, &["--max-tokens", "16", "--repetition-penalty", "9", "The cat"]).0, greedy);
}

#[test]
fn what_the_model_is_told_before_is_part_of_the_prompt() {
    let tokens = |args: &[&str]| {
        let (_, said) = asked(GGUF, &[&["--max-tokens", "1"], args].concat());
        let (_, rest) = said.split_once("prompt: ").unwrap();
        rest.split(' ').next().unwrap().parse::<usize>().unwrap()
    };
    assert!(tokens(&["--system", "a b c d e f g h i j k l m n o p q r s t u v w x y z", "Hi"]) > tokens(&["Hi"]));
}

#[test]
fn a_backend_has_its_names_and_an_alias() {
    let (status, _, said) =
        ended(&chat(["--backend", "ref", "--model", GGUF, "--max-tokens", "1", "Hi"]).output().unwrap());
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(" on ref: "), "{said}");
}

#[test]
fn what_makes_no_sense_is_refused_in_a_line() {
    let long = "a b ".repeat(1024);
    let cases: &[(&[&str], i32, &str)] = &[
        (&["--model", "no/such/file", "Hi"], 1, "error: no/such/file cannot be read: "),
        (
            &["--model", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "Hi"],
            1,
            "/Cargo.toml is not a model: give a GGUF file, ",
        ),
        (&["--model", env!("CARGO_MANIFEST_DIR"), "Hi"], 1, "model.safetensors cannot be read: "),
        (&["Hi"], 2, "error: no model was given: name one with `--model PATH`"),
        (&["--model", GGUF, &long], 1, "but the model has room for 1024, with its answer: shorten the prompt"),
        (&["--model", GGUF, ""], 2, "error: invalid value '' for '<PROMPT>': ask something: the prompt is empty"),
        (&["--model", GGUF, " \n"], 2, "ask something: the prompt is empty"),
        (&["--model", GGUF], 2, "error: the following required arguments were not provided:"),
        (
            &["--backend", "mlx_cpo", "--model", GGUF, "Hi"],
            2,
            "error: unknown backend `mlx_cpo`; did you mean `mlx_cpu`? (known: reference, ref, mlx_cpu, cpu, mlx_cuda, cuda, mlx_metal, metal)",
        ),
        (&["--backend", "Reference", "--model", GGUF, "Hi"], 2, "; did you mean `reference`? "),
        (&["--backend", "vulkan", "--model", GGUF, "Hi"], 2, "error: unknown backend `vulkan` (known: "),
        (&["--temperature", "-1", "--model", GGUF, "Hi"], 2, "error: the temperature is -1; it must be at least 0, "),
        (&["--temperature", "nan", "--model", GGUF, "Hi"], 2, "error: the temperature is NaN; "),
        (&["--temperature", "hot", "--model", GGUF, "Hi"], 2, "error: invalid value 'hot' for '--temperature <T>': "),
        (&["--top-k", "0", "--model", GGUF, "Hi"], 2, "error: invalid value '0' for '--top-k <K>': "),
        (&["--top-p", "1.5", "--model", GGUF, "Hi"], 2, "error: top_p is 1.5; it must be above 0, and at most 1"),
        (&["--repetition-penalty", "0", "--model", GGUF, "Hi"], 2, "error: the repetition penalty is 0; "),
        (&["--max-tokens", "0", "--model", GGUF, "Hi"], 2, "error: invalid value '0' for '--max-tokens <N>': "),
        (&["--form", "small", "--model", GGUF, "Hi"], 2, "error: invalid value 'small' for '--form <FORM>'"),
    ];
    for (args, expected, message) in cases {
        // The first of two is the one that counts, where a case does not name a backend.
        let backend: &[&str] = if args.contains(&"--backend") { &[] } else { &["--backend", "reference"] };
        let (status, answer, said) = ended(&chat([backend, args].concat()).output().unwrap());
        assert_eq!((status, &*answer), (Some(*expected), ""), "{args:?}: {said}");
        assert!(said.contains(message), "{args:?}: {said}");
        assert!(said.starts_with("error: ") && said.matches("error: ").count() == 1, "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[cfg(not(feature = "mlx"))]
#[test]
fn a_backend_that_is_not_available_says_why() {
    let (status, _, said) = ended(&chat(["--backend", "mlx_cpu", "--model", GGUF, "Hi"]).output().unwrap());
    assert_eq!(status, Some(1));
    assert_eq!(said, "error: the backend `mlx_cpu` is not available: built without the cargo feature `mlx`\n");
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::ffi::OsStrExt;
    use std::process::Stdio;

    use super::*;

    #[test]
    fn an_argument_that_is_no_text_is_refused() {
        let args = ["--model", GGUF].map(OsStr::new).into_iter().chain([OsStr::from_bytes(b"a\xff")]);
        let (status, answer, said) = ended(&chat(args).output().unwrap());
        assert_eq!((status, &*answer), (Some(2), ""));
        assert!(said.starts_with("error: invalid UTF-8 was detected in one or more arguments"), "{said}");
    }

    /// A long answer of which several tokens are there: one token has no rate.
    fn begun() -> std::process::Child {
        let args = on_reference(FOLDER, &["--max-tokens", "1000", "--temperature", "1", "The cat"]);
        let mut child = chat(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 64]).unwrap();
        child
    }

    #[test]
    fn an_interrupt_ends_the_answer_and_the_statistics_follow() {
        let child = begun();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let (status, _, said) = ended(&child.wait_with_output().unwrap());
        assert_eq!(status, Some(130), "{said}");
        assert!(said.lines().last().unwrap().ends_with(" tokens/s; interrupted"), "{said}");
    }

    #[test]
    fn a_reader_who_has_enough_is_no_failure() {
        let mut child = begun();
        drop(child.stdout.take());
        let mut said = String::new();
        BufReader::new(child.stderr.take().unwrap()).lines().for_each(|line| said = line.unwrap());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
        assert!(said.starts_with("prompt: ") && !said.contains("cut off"), "{said}");
    }
}
