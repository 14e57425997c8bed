//! Memory: what loading takes at most, what a model occupies, and how a session grows. Each model and form is measured in a
//! process of its own, because a process never forgets its peak.

use std::fs;
use std::process::Command;

use crosscheck_inference::generate::Options;
use crosscheck_inference::model::Form;
use crosscheck_inference_benches::ours::Ours;
use crosscheck_inference_benches::{Model, Result, backends};

const FORMS: [(&str, Form); 2] = [("stored", Form::Stored), ("dense", Form::Dense)];
/// How many tokens a session has when it is looked at.
const LENGTHS: [usize; 5] = [1, 128, 256, 257, 600];

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let outcome = match &arguments[..] {
        [model, backend, form] => measure(model, backend, form),
        _ => all(),
    };
    if let Err(error) = outcome {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn all() -> Result<()> {
    let mut models = vec!["tiny"];
    match Model::smollm2() {
        Ok(_) => models.push("smollm2"),
        Err(reason) => println!("not measured: SmolLM2, because {reason}"),
    }
    for (backend, _) in backends() {
        // The reference is for what is right, not for a model of that size.
        for model in models.iter().filter(|model| **model == "tiny" || backend != "reference") {
            for (form, _) in FORMS {
                let status = Command::new(std::env::current_exe()?).args([model, backend, form]).status()?;
                if !status.success() {
                    return Err(format!("{model} on {backend}, {form}: {status}").into());
                }
            }
        }
    }
    Ok(())
}

fn measure(model: &str, backend: &str, form: &str) -> Result<()> {
    let model = if model == "tiny" { Model::tiny() } else { Model::smollm2()? };
    let (_, kernels) = backends().into_iter().find(|(name, _)| *name == backend).ok_or("no such backend")?;
    let (_, form) = FORMS.into_iter().find(|(name, _)| *name == form).ok_or("no such form")?;
    let device = kernels.device()?;
    let mib = |bytes: usize| format!("{:.2} MiB", bytes as f64 / f64::from(1 << 20));
    let before = resident("VmRSS")?;
    let ours = Ours::load(&model, backend, device, form)?;
    let held = || ours.engine().device().memory().ok_or("the device does not know its memory");
    let weights = held()?;
    let file = fs::metadata(&model.path)?.len() as usize;
    println!("\n{} on {backend}, form {form:?}", model.name);
    println!("  file {}, in the device's memory {}", mib(file), mib(weights));
    match (before, resident("VmHWM")?, resident("RssFile")?) {
        (Some(before), Some(peak), Some(mapped)) => println!(
            "  loading: {} in memory before, {} at the most; {} of files are mapped now",
            mib(before),
            mib(peak),
            mib(mapped)
        ),
        _ => println!("  not measured: the peak, which only Linux says"),
    }
    let mut last = None;
    for length in LENGTHS {
        // One at a time: the session before is gone when this one is measured.
        drop(last.take());
        let mut session = ours.engine().session();
        let options = Options { max_tokens: 1, ..Options::default() };
        let mut stream = session.generate(&model.prompt(length), &options)?;
        while let Some(token) = stream.next_blocking() {
            token?;
        }
        ours.engine().wait_until_idle();
        let bytes = held()? - weights;
        println!("  a session of {length} tokens: {}", mib(bytes));
        last = Some((session, bytes));
    }
    let Some((session, most)) = last else { return Ok(()) };
    drop(session);
    println!("  after it was dropped: {}, of {}", mib(held()? - weights), mib(most));
    Ok(())
}

/// A line of what Linux says about this process, in bytes.
fn resident(name: &str) -> Result<Option<usize>> {
    let Ok(status) = fs::read_to_string("/proc/self/status") else { return Ok(None) };
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let Some(number) = line.and_then(|line| line.split_whitespace().next()) else { return Ok(None) };
    Ok(Some(1024 * number.parse::<usize>()?))
}
