//! The order of labels.

/// The positions of texts in their order, which is that of their bytes; none holds a zero byte.
///
/// There may be a hundred thousand, in a build that optimises nothing, where each comparison of two texts is a dozen calls and the
/// standard library's sort checks itself at each step. So they are dealt out by numbers: by the next eight bytes of each, and where
/// those are equal, by the eight behind them.
pub(super) fn ordered<T: AsRef<str>>(texts: &[T]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    sort(texts, &mut order, 0);
    order
}

/// Sorts positions of texts that are alike up to a byte.
fn sort<T: AsRef<str>>(texts: &[T], order: &mut [u32], from: usize) {
    let [first, others @ ..] = &*order else { return };
    let first = texts[*first as usize].as_ref().as_bytes();
    let mut alike = first.len();
    for other in others {
        let other = texts[*other as usize].as_ref().as_bytes();
        let mut at = from;
        while at < alike && at < other.len() && other[at] == first[at] {
            at += 1;
        }
        alike = at;
    }
    let mut keys = Vec::with_capacity(order.len());
    for position in &*order {
        let bytes = texts[*position as usize].as_ref().as_bytes();
        keys.push((key(bytes, alike), *position));
    }
    deal(&mut keys);
    let (keys, mut begin) = (keys.as_slice(), 0);
    for at in 0..keys.len() {
        order[at] = keys[at].1;
        if at + 1 == keys.len() || keys[at + 1].0 != keys[at].0 {
            // A zero at the end of a key says that nothing is left to tell them apart.
            if at > begin && keys[at].0 & 0xff != 0 {
                sort(texts, &mut order[begin..=at], alike + 8);
            }
            begin = at + 1;
        }
    }
}

/// Sorts by the numbers, those of one number in the order in which they come: by one byte after the other, the last one first.
fn deal(keys: &mut Vec<(u64, u32)>) {
    let mut from = std::mem::take(keys);
    let mut to = vec![(0, 0); from.len()];
    for shift in (0..64).step_by(8) {
        let mut ends = [0_usize; 256];
        for (key, _) in &from {
            ends[(key >> shift & 0xff) as usize] += 1;
        }
        if ends.contains(&from.len()) {
            continue;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum - *end;
        }
        let dealt = to.as_mut_slice();
        for entry in &from {
            let place = &mut ends[(entry.0 >> shift & 0xff) as usize];
            dealt[*place] = *entry;
            *place += 1;
        }
        std::mem::swap(&mut from, &mut to);
    }
    *keys = from;
}

/// Eight bytes as a number of the same order; zeros stand for those that are missing.
fn key(bytes: &[u8], from: usize) -> u64 {
    let rest = bytes.get(from..).unwrap_or_default();
    match rest.first_chunk() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => {
            let mut eight = [0; 8];
            eight[..rest.len()].copy_from_slice(rest);
            u64::from_be_bytes(eight)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};

    use super::*;

    /// Texts of few letters and of lengths around the eight bytes of a key, so that many begin alike and some are equal.
    #[test]
    fn the_order_is_that_of_the_bytes() {
        let mut generator = rand_pcg::Pcg64::seed_from_u64(7);
        for round in 0..300 {
            let letters = ["a", "b", "é", "\u{1}", "日"];
            let text = |_| {
                let prefix = ["", "prefix_of_all/", "twelve_bytes"][round % 3];
                let length = generator.random_range(0..20);
                let rest: String = (0..length).map(|_| letters[generator.random_range(0..letters.len())]).collect();
                format!("{prefix}{rest}")
            };
            let texts: Vec<_> = (0..round).map(text).collect();
            let mut expected = texts.clone();
            expected.sort();
            let found: Vec<_> = ordered(&texts).into_iter().map(|at| texts[at as usize].clone()).collect();
            assert_eq!(found, expected);
        }
    }
}
