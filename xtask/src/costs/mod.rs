//! `cargo xtask costs`: what crosscheck costs its users, beside what they would take instead.
//!
//! The suites are crates of a stranger: packages of their own, in the profile that Cargo takes without being told, and with nothing
//! that this workspace says about optimisation.

#[cfg(test)]
mod crates;
mod matrix;
mod peer;
mod table;
mod tool;
mod work;

use std::path::PathBuf;

use clap::Args;

use crate::error::TaskError;
use crate::workspace::root;
use matrix::Matrix;
use peer::Peer;
use table::Table;
use tool::Tools;
use work::Work;

/// Which costs are measured, and how often.
#[derive(Debug, Args)]
pub struct Options {
    /// Measure only these (may be given several times); the other rows of the table stay
    #[arg(long, value_enum, value_name = "WORK", value_delimiter = ',')]
    only: Vec<Work>,

    /// Measure only these columns (may be given several times), print them, and write nothing
    #[arg(long, value_enum, value_name = "PEER", value_delimiter = ',')]
    peer: Vec<Peer>,

    /// How often each is measured, in turn; the least counts. What takes longer than ten seconds is measured twice at most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    times: u32,
}

/// From here on a measurement is repeated only once.
const LONG: f64 = 10.0;

/// Measures, prints the table and writes it.
pub fn costs(options: &Options) -> Result<(), TaskError> {
    let matrix = Matrix::of_gt4py()?;
    let mut tools = Tools::new(scratch(), &matrix);
    let mut table = Table::default();
    let mut missing = Vec::new();
    let is_asked = |work: &&Work| options.only.is_empty() || options.only.contains(work);
    for work in Work::ALL.iter().filter(is_asked) {
        println!("\n{}", work.title());
        let of = |peer: &&Peer| options.peer.is_empty() || options.peer.contains(peer);
        let mut peers: Vec<_> = work.peers().iter().copied().filter(|peer| of(&peer)).collect();
        // What is built for a measurement is no part of it.
        peers.retain(|peer| match tools.prepare(*work, *peer) {
            Ok(()) => true,
            Err(why) => {
                missing.push(format!("{}, {}: {why}", work.title(), peer.title()));
                false
            }
        });
        for round in 0..options.times {
            let rounds = peers.clone();
            for peer in rounds {
                if round >= 2 && table.least(*work, peer).is_some_and(|least| least > LONG) {
                    continue;
                }
                match tools.measure(*work, peer) {
                    Ok(cost) => {
                        println!("  {}: {}", peer.title(), work.show(&cost));
                        table.note(*work, peer, cost);
                    }
                    Err(why) => {
                        missing.push(format!("{}, {}: {why}", work.title(), peer.title()));
                        peers.retain(|other| *other != peer);
                    }
                }
            }
        }
    }
    println!("\n{}", table.text(""));
    if !missing.is_empty() {
        return Err(TaskError::NotMeasured(missing.join("\n")));
    }
    if options.peer.is_empty() { table.write() } else { Ok(()) }
}

/// Where the suites and what they need lie.
fn scratch() -> PathBuf {
    root().join("target/costs")
}
