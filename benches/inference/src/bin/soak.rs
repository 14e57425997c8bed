//! Generates for as long as it is told, in sessions that come and go, and looks after memory and threads: one line of CSV every
//! ten seconds, and exit status 1 when something has grown.
//!
//! `cargo run --release -p crosscheck-inference-benches --features mlx --bin soak -- MINUTES [MODEL.gguf]`

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crosscheck_backends::Kernels;
use crosscheck_backends::mlx::{Mlx, MlxDevice};
use crosscheck_inference::generate::{Engine, Options, Session, TokenStream};
use crosscheck_inference::model::{Form, Llama};
use crosscheck_inference::sampler::Sampling;
use crosscheck_inference::weights::Weights;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SESSIONS: usize = 8;
const BETWEEN_SAMPLES: Duration = Duration::from_secs(10);
/// Until MLX's own thread has let go of the last tensors that it computed.
const A_MOMENT: Duration = Duration::from_millis(500);
/// What a token's computation may leave on the device until the next one, seen to come and go: 128 bytes of the tiny model, 7 KiB
/// of SmolLM2. A session that was forgotten leaves 128 KiB of the tiny one.
const REST: usize = 32 << 10;
/// What a process may gain that is no leak: what an allocator cannot give back between what is in use. Seen in ten minutes of the
/// tiny model: 1.6 MB.
const SLACK: usize = 8 << 20;

fn main() -> ExitCode {
    match run() {
        Ok(grown) if grown.is_empty() => ExitCode::SUCCESS,
        Ok(grown) => {
            eprintln!("error: grown: {}", grown.join("; "));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// What the process has at a moment without generations.
#[derive(Clone, Copy, Debug)]
struct Sample {
    device: usize,
    resident: usize,
    threads: usize,
}

fn run() -> Result<Vec<String>> {
    let mut arguments = std::env::args().skip(1);
    let minutes: f64 = arguments.next().ok_or("usage: soak MINUTES [MODEL.gguf]")?.parse()?;
    let tiny = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/tiny-llama/tiny-llama.gguf");
    let model = arguments.next().map_or_else(|| PathBuf::from(tiny), PathBuf::from);
    let device = Mlx::open(MlxDevice::Cpu)?.device()?;
    let llama = Llama::load(&Weights::open(model)?, &*device, Form::Measured, &mut |_, _| ())?;
    let (vocabulary, context) = (llama.config().vocabulary, llama.config().max_position_embeddings.min(600));
    let engine = Engine::start(llama, Arc::clone(&device))?;
    let mut random = Pcg64::seed_from_u64(0);
    let mut users: Vec<_> = (0..SESSIONS).map(|_| User { session: engine.session(), stream: None, left: 0 }).collect();
    let (begin, mut tokens) = (Instant::now(), 0_u64);
    let (mut samples, mut next) = (Vec::new(), Instant::now() + BETWEEN_SAMPLES);
    println!("seconds,tokens,device_bytes,resident_bytes,threads");
    while begin.elapsed().as_secs_f64() < minutes * 60.0 {
        for user in &mut users {
            tokens += user.turn(&engine, &mut random, vocabulary, context)?;
        }
        if Instant::now() >= next {
            users.iter_mut().for_each(|user| *user = User { session: engine.session(), stream: None, left: 0 });
            engine.wait_until_idle();
            std::thread::sleep(A_MOMENT);
            // What is kept for tensors to come is no leak: it depends on which sizes came last.
            device.trim();
            let sample = Sample::now(device.memory().ok_or("the device does not know its memory")?)?;
            let Sample { device, resident, threads } = sample;
            println!("{:.0},{tokens},{device},{resident},{threads}", begin.elapsed().as_secs_f64());
            samples.push(sample);
            next = Instant::now() + BETWEEN_SAMPLES;
        }
    }
    grown(&samples)
}

/// What has grown from the second quarter to the last, by the least of each: a leak lifts all of them.
fn grown(samples: &[Sample]) -> Result<Vec<String>> {
    let quarter = samples.len() / 4;
    let (early, last) = (&samples[quarter..2 * quarter], &samples[samples.len() - quarter..]);
    type Of = fn(&Sample) -> usize;
    let checks: [(&str, Of, usize); 3] = [
        ("bytes on the device without a session", |sample| sample.device, REST),
        ("resident bytes", |sample| sample.resident, SLACK),
        ("threads", |sample| sample.threads, 0),
    ];
    let mut grown = Vec::new();
    for (what, of, slack) in checks {
        let least = |samples: &[Sample]| samples.iter().map(of).min().ok_or("too short: a minute has six samples");
        let (early, last) = (least(early)?, least(last)?);
        if last > early + slack {
            grown.push(format!("{what} from {early} to {last}"));
        }
    }
    Ok(grown)
}

impl Sample {
    fn now(device: usize) -> Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| -> Result<usize> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
            Ok(line.trim_start_matches(':').trim().trim_end_matches(" kB").parse()?)
        };
        Ok(Self { device, resident: 1024 * field("VmRSS")?, threads: field("Threads")? })
    }
}

/// A user who asks, reads some of the answer, and asks again or goes.
struct User {
    session: Session,
    stream: Option<TokenStream>,
    /// How many tokens it goes on reading.
    left: usize,
}

impl User {
    /// Reads one token, or asks; how many tokens came.
    fn turn(&mut self, engine: &Engine, random: &mut Pcg64, vocabulary: usize, context: usize) -> Result<u64> {
        if let Some(stream) = &mut self.stream {
            let token = stream.next_blocking().transpose()?;
            self.left -= 1;
            if token.is_none() || self.left == 0 {
                self.stream = None;
            }
            return Ok(u64::from(token.is_some()));
        }
        let mut below = |limit: usize| random.next_u64() as usize % limit;
        let prompt: Vec<_> = (0..1 + below(40)).map(|_| below(vocabulary) as u32).collect();
        let max_tokens = 1 + below(60);
        if below(4) == 0 || self.session.length().unwrap_or(context) + prompt.len() + max_tokens >= context {
            self.session = engine.session();
        }
        let sampling = Sampling { temperature: 1.0, top_p: 0.95, seed: below(1 << 20) as u64, ..Sampling::default() };
        let options = Options { sampling, max_tokens, ..Options::default() };
        self.stream = Some(self.session.generate(&prompt, &options)?);
        self.left = 1 + below(max_tokens + 2);
        Ok(0)
    }
}
