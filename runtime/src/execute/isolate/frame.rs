//! Messages between a run and its workers: JSON, each behind a head that says how long it is and what it adds up to.
//!
//! The channel is open in a process that runs foreign code. What does not add up was written by that code, and nothing
//! behind it can be believed.

use std::hash::Hasher;
use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::hash::Fnv;

/// What each message begins with.
const MAGIC: [u8; 4] = *b"xck1";
/// Magic, length and checksum.
const HEAD: usize = 4 + 4 + 8;
/// Longer than any message.
const LIMIT: usize = 64 << 20;

/// Bytes that are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Garbled;

/// Writes a message, in one piece.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut bytes = vec![0; HEAD];
    serde_json::to_writer(&mut bytes, message)?;
    let length = u32::try_from(bytes.len() - HEAD).map_err(io::Error::other)?;
    let sum = checksum(&bytes[HEAD..]);
    bytes[..4].copy_from_slice(&MAGIC);
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes[8..HEAD].copy_from_slice(&sum.to_le_bytes());
    to.write_all(&bytes)
}

/// Bytes that came in and are not taken yet.
#[derive(Debug, Default)]
pub(super) struct Inbox(Vec<u8>);

impl Inbox {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next message, as soon as the whole of it is there.
    pub(super) fn take<M: DeserializeOwned>(&mut self) -> Result<Option<M>, Garbled> {
        let bytes = self.0.as_slice();
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] {
            return Err(Garbled);
        }
        let Some((head, rest)) = bytes.split_at_checked(HEAD) else { return Ok(None) };
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        if length > LIMIT {
            return Err(Garbled);
        }
        let Some(body) = rest.get(..length) else { return Ok(None) };
        if head[8..] != checksum(body).to_le_bytes() {
            return Err(Garbled);
        }
        let message = serde_json::from_slice(body).map_err(|_| Garbled)?;
        self.0.drain(..HEAD + length);
        Ok(Some(message))
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = Fnv::default();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Agreement;
    use crate::execute::isolate::{Answer, What};
    use crate::fuzz::{changed, fuzz};

    fn sent(messages: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        messages.iter().for_each(|message| send(&mut bytes, message).unwrap());
        bytes
    }

    #[test]
    fn messages_come_out_whole_however_they_come_in() {
        let bytes = sent(&["a", "", "longer"]);
        for piece in 1..=bytes.len() {
            let (mut inbox, mut taken) = (Inbox::default(), Vec::<String>::new());
            for part in bytes.chunks(piece) {
                inbox.add(part);
                while let Some(message) = inbox.take().unwrap() {
                    taken.push(message);
                }
            }
            assert_eq!(taken, ["a", "", "longer"], "in pieces of {piece}");
        }
    }

    /// To the last bit: what a worker says of how far off a value is, is what the run records.
    #[test]
    fn a_share_comes_out_as_it_went_in() {
        use rand::{RngExt, SeedableRng};
        let mut generator = rand_pcg::Pcg64::seed_from_u64(7);
        let shares = std::iter::repeat_with(|| generator.random::<f64>() * 10_f64.powi(generator.random_range(-12..4)));
        let agreements = shares.take(100_000).map(|used| Agreement { used, ..Agreement::default() });
        let sent_and_taken = |agreements: &[Agreement]| {
            let (mut bytes, mut inbox) = (Vec::new(), Inbox::default());
            send(&mut bytes, &agreements).unwrap();
            inbox.add(&bytes);
            inbox.take::<Vec<Agreement>>().unwrap().unwrap()
        };
        let sent: Vec<_> = agreements.collect();
        let once = sent_and_taken(&sent);
        assert!(once.iter().zip(&sent).all(|(taken, sent)| (0.0..1.001e-9).contains(&(taken.used - sent.used))));
        let twice = sent_and_taken(&once);
        let wrong = twice.iter().zip(&once).filter(|(twice, once)| twice.used.to_bits() != once.used.to_bits()).count();
        assert_eq!((twice.len(), wrong), (sent.len(), 0));
    }

    /// Whatever comes in and in whatever pieces: each message that is taken is one that was sent, and behind what does not add up
    /// nothing is.
    #[test]
    fn no_bytes_pass_for_a_message_that_nobody_sent() {
        use rand::RngExt;
        fuzz("frames", |generator| {
            let messages: Vec<Answer<String>> = (0..generator.random_range(0..6))
                .map(|to| {
                    let value = "x".repeat(generator.random_range(0..40));
                    let threads = generator.random_range(0..3);
                    let what = match generator.random_range(0..3) {
                        0 => What::Begun,
                        1 => What::SettingUp,
                        _ => What::Ended { value, tainted: generator.random(), threads },
                    };
                    Answer { to, what }
                })
                .collect();
            let sent: Vec<_> = messages.iter().map(|message| serde_json::to_string(message).unwrap()).collect();
            let mut bytes = Vec::new();
            messages.iter().for_each(|message| send(&mut bytes, message).unwrap());
            let whole = bytes.clone();
            let bytes = changed(generator, bytes);
            let (mut inbox, mut taken) = (Inbox::default(), Vec::new());
            let mut garbled = false;
            for piece in bytes.chunks(generator.random_range(1..=bytes.len().max(1))) {
                inbox.add(piece);
                loop {
                    match inbox.take::<Answer<String>>() {
                        Ok(Some(message)) => taken.push(serde_json::to_string(&message).unwrap()),
                        Ok(None) => break,
                        Err(Garbled) => {
                            garbled = true;
                            break;
                        }
                    }
                }
                if garbled {
                    assert!(inbox.take::<Answer<String>>().is_err(), "what does not add up is passed over");
                    break;
                }
            }
            assert!(taken.iter().all(|message| sent.contains(message)), "{taken:?} of {sent:?}");
            if bytes == whole {
                assert_eq!((taken, garbled), (sent, false));
            }
        });
    }

    #[test]
    fn what_was_tampered_with_is_no_message() {
        let good = sent(&["a"]);
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            let mut inbox = Inbox::default();
            inbox.add(&bytes);
            // A length that is too large waits for more, which does not add up then either.
            inbox.add(&[0; 300]);
            let is_length = (4..8).contains(&at);
            match inbox.take::<String>() {
                Err(Garbled) => {}
                Ok(None) if is_length => {}
                other => panic!("byte {at}: {other:?}"),
            }
        }
        let mut inbox = Inbox::default();
        inbox.add(b"h");
        assert_eq!(inbox.take::<String>(), Err(Garbled));
        let mut inbox = Inbox::default();
        inbox.add(&[&MAGIC[..], &[0xff; 12]].concat());
        assert_eq!(inbox.take::<String>(), Err(Garbled));
    }
}
