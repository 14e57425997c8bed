//! What is at random in a file: bytes, words, and values of JSON. The same seed and number make the same input.

use std::collections::BTreeSet;
use std::ops::Range;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};
use serde_json::Value;

/// How long an input may become: longer than the longest template that is taken.
const LONGEST: usize = 300 << 10;
/// How many changes an input has at most.
const CHANGES: u64 = 5;
/// How many bytes or values are moved or repeated at most.
const CHUNK: usize = 64;
/// Numbers at which something begins or ends.
const NUMBERS: [i64; 16] = [0, 1, 2, 3, 4, 7, 8, 31, 32, 127, 255, 1 << 15, i32::MAX as i64, 1 << 32, i64::MAX, -1];

/// The files, and what they are made of.
pub struct Changes {
    files: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    json: Vec<Value>,
}

impl Changes {
    /// Files of one kind.
    pub fn new(files: Vec<Vec<u8>>, is_json: bool) -> Self {
        let words: BTreeSet<&[u8]> = files.iter().flat_map(|file| words(file)).collect();
        let words = words.into_iter().map(<[u8]>::to_vec).collect();
        let parsed = files.iter().filter_map(|file| serde_json::from_slice(file).ok());
        let json = if is_json { parsed.collect() } else { Vec::new() };
        Self { files, words, json }
    }

    /// The input of a number; those of the first ones are the files as they are.
    pub fn input(&self, seed: u64, number: u64) -> Vec<u8> {
        if let Some(file) = usize::try_from(number).ok().and_then(|number| self.files.get(number)) {
            return file.clone();
        }
        let mut random = Random(Pcg64::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number));
        // Bytes of JSON are mostly those of tokens, so values change more often.
        let mut input = if !self.json.is_empty() && random.below(4) > 0 {
            let mut value = random.pick(&self.json).clone();
            for _ in 0..=random.below(CHANGES as usize) {
                self.change_value(&mut value, &mut random);
            }
            value.to_string().into_bytes()
        } else {
            let mut input = random.pick(&self.files).clone();
            for _ in 0..=random.below(CHANGES as usize) {
                self.change_bytes(&mut input, &mut random);
            }
            input
        };
        input.truncate(LONGEST);
        input
    }

    fn change_bytes(&self, input: &mut Vec<u8>, random: &mut Random) {
        let length = input.len();
        let at = random.place(length + 1);
        let chunk = at..(at + 1 + random.below(CHUNK)).min(length);
        let chunk = chunk.start.min(chunk.end)..chunk.end;
        match random.below(10) {
            0 => set(input, at, &[random.next() as u8]),
            1 => {
                let bit = 1 << random.below(8);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= bit;
                }
            }
            2 => set(input, at, &(*random.pick(&NUMBERS) as u32).to_le_bytes()),
            3 => set(input, at, &random.pick(&NUMBERS).to_le_bytes()),
            4 => drop(input.drain(chunk)),
            5 => {
                let times = 1 + random.below(CHUNK);
                let repeated = input[chunk.clone()].repeat(times);
                drop(input.splice(chunk, repeated));
            }
            6 => {
                let (from, to) = (input[chunk].to_vec(), random.place(length + 1));
                drop(input.splice(to..to, from));
            }
            7 => {
                // The rest of another file.
                let other = random.pick(&self.files);
                let from = random.place(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            8 => drop(input.splice(at..at, random.pick(&self.words).iter().copied())),
            _ => {
                let word = self.word_near(input, at);
                drop(input.splice(word, random.pick(&self.words).iter().copied()));
            }
        }
    }

    /// The first word behind a place.
    fn word_near(&self, input: &[u8], at: usize) -> Range<usize> {
        let start = input.as_ptr() as usize;
        let found = words(&input[at..])
            .next()
            .map(|word| word.as_ptr() as usize - start..word.as_ptr() as usize - start + word.len());
        found.unwrap_or(at..at)
    }

    fn name(&self, random: &mut Random) -> String {
        let word: &Vec<u8> = random.pick(&self.words);
        String::from_utf8_lossy(word).into_owned()
    }

    fn change_value(&self, root: &mut Value, random: &mut Random) {
        let other = random.pick(&self.json);
        let new = match random.below(6) {
            0 => Value::Null,
            1 => Value::from(*random.pick(&NUMBERS)),
            2 => Value::from(random.next() as f64 / 1e18 - 9.0),
            3 => Value::from(self.name(random)),
            _ => below(other, random).clone(),
        };
        let place = below_mut(root, random);
        match (random.below(4), place) {
            (0, Value::Array(values)) if !values.is_empty() => {
                let (at, times) = (random.below(values.len()), random.below(CHUNK));
                let one = values[at].clone();
                drop(values.splice(at..=at, std::iter::repeat_n(one, times)));
            }
            (0, Value::Object(values)) if !values.is_empty() => {
                let key = values.keys().nth(random.below(values.len())).cloned().unwrap_or_default();
                values.remove(&key);
            }
            (1, Value::Object(values)) => drop(values.insert(self.name(random), new)),
            (_, place) => *place = new,
        }
    }
}

/// Runs of letters and digits, and each other character that can be seen.
fn words(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let parts = file.chunk_by(move |a, b| is_word(*a) && is_word(*b));
    parts.filter(|part| part.len() <= CHUNK && part.iter().all(|byte| !byte.is_ascii_control() && *byte != b' '))
}

fn set(input: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = input.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// A value within another one: at each level any of its parts, so that those at the top change as often as those below.
fn below<'a>(mut value: &'a Value, random: &mut Random) -> &'a Value {
    loop {
        let part = match value {
            Value::Array(values) if !values.is_empty() => Some(&values[random.below(values.len())]),
            Value::Object(values) if !values.is_empty() => values.values().nth(random.below(values.len())),
            _ => None,
        };
        match part {
            Some(part) if random.below(4) > 0 => value = part,
            _ => return value,
        }
    }
}

fn below_mut<'a>(value: &'a mut Value, random: &mut Random) -> &'a mut Value {
    let parts = match &*value {
        Value::Array(values) => values.len(),
        Value::Object(values) => values.len(),
        _ => 0,
    };
    if parts == 0 || random.below(4) == 0 {
        return value;
    }
    let at = random.below(parts);
    let part = match value {
        Value::Array(values) => values.get_mut(at),
        Value::Object(values) => values.values_mut().nth(at),
        _ => None,
    };
    below_mut(part.expect("there are as many"), random)
}

struct Random(Pcg64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Less than `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Less than `end`, and mostly small: what says how the rest is read stands in front.
    fn place(&mut self, end: usize) -> usize {
        let end = match self.below(3) {
            0 => end,
            1 => end.min(4096),
            _ => end.min(256),
        };
        self.below(end)
    }

    fn pick<'a, T: Clone>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn changes(is_json: bool) -> Changes {
        let files = [r#"{"a": [1, 2.5, "word"], "b": {"c": null}}"#, r#"{"a": [], "d": "other"}"#];
        Changes::new(files.map(|file| file.as_bytes().to_vec()).to_vec(), is_json)
    }

    #[test]
    fn a_number_has_its_input_and_another_number_another_one() {
        for is_json in [false, true] {
            let changes = changes(is_json);
            assert_eq!([0, 1].map(|number| changes.input(7, number)), *changes.files);
            let made = |seed| (2..2000).map(|number| changes.input(seed, number)).collect::<Vec<_>>();
            assert_eq!(made(7), made(7));
            assert_ne!(made(7), made(8));
            let different: BTreeSet<_> = made(7).into_iter().collect();
            assert!(different.len() > 1000, "{}", different.len());
        }
    }

    #[test]
    fn values_of_json_stay_json() {
        let changes = changes(true);
        let whole =
            (2..2000).filter(|&number| serde_json::from_slice::<Value>(&changes.input(1, number)).is_ok()).count();
        assert!((1400..1990).contains(&whole), "{whole}");
    }

    /// What is longer, shorter, and as long; what has a word of the other file; bytes that no file has.
    #[test]
    fn every_kind_of_change_is_made() {
        let changes = changes(false);
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for number in 2..2000 {
            let input = changes.input(3, number);
            let old = changes.files.iter().map(Vec::len);
            for (kind, is) in [
                ("longer", old.clone().max() < Some(input.len())),
                ("shorter", old.clone().min() > Some(input.len())),
                ("other bytes", input.iter().any(|byte| !byte.is_ascii())),
                (
                    "both",
                    [&b"word"[..], b"other"].iter().all(|word| input.windows(word.len()).any(|part| part == *word)),
                ),
            ] {
                *seen.entry(kind).or_default() += usize::from(is);
            }
        }
        assert!(seen.values().all(|&count| count > 50), "{seen:?}");
    }

    #[test]
    fn no_input_is_longer_than_it_may_be() {
        let changes = Changes::new(vec![b"a ".repeat(LONGEST / 2)], false);
        assert!((0..50).all(|number| changes.input(0, number).len() <= LONGEST));
    }
}
