//! llama.cpp, by way of llama-cpp-python, in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::threads::THREADS;
use crate::{Contender, Result, Run};

/// Names a Python that has llama-cpp-python.
pub const PYTHON: &str = "CROSSCHECK_LLAMA_CPP_PYTHON";

/// A process that answers a line with a line.
pub struct LlamaCpp {
    process: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    version: String,
}

impl LlamaCpp {
    /// Loads a GGUF file.
    ///
    /// # Errors
    /// Why it is not measured.
    pub fn load(path: &Path) -> Result<Self> {
        let python = std::env::var_os(PYTHON)
            .ok_or_else(|| format!("{PYTHON} is not set: it names a Python that has llama-cpp-python"))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("llama_cpp_rounds.py");
        let mut process = Command::new(&python)
            .arg(script)
            .arg(path)
            .arg(THREADS.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", python.display()))?;
        let requests = process.stdin.take().ok_or("no standard input")?;
        let replies = BufReader::new(process.stdout.take().ok_or("no standard output")?);
        let mut loaded = Self { process, requests, replies, version: String::new() };
        loaded.version = loaded.reply()?;
        Ok(loaded)
    }

    fn reply(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.replies.read_line(&mut line)? == 0 {
            return Err("its process has ended; what it said is above".into());
        }
        Ok(line.trim().to_owned())
    }
}

impl Contender for LlamaCpp {
    fn name(&self) -> String {
        format!("llama-cpp-python {}", self.version)
    }

    fn run(&mut self, prompt: &[u32], tokens: usize) -> Result<Run> {
        let prompt: Vec<_> = prompt.iter().map(u32::to_string).collect();
        writeln!(self.requests, "{tokens} {}", prompt.join(" "))?;
        self.requests.flush()?;
        let mut run = Run { tokens: Vec::new(), at: Vec::new() };
        for pair in self.reply()?.split_whitespace() {
            let (token, at) = pair.split_once(':').ok_or("a reply is pairs of a token and its time")?;
            run.tokens.push(token.parse()?);
            run.at.push(Duration::from_nanos(at.parse()?));
        }
        Ok(run)
    }
}

impl Drop for LlamaCpp {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
