//! SentencePiece's map of characters, which `Precompiled` holds: a double array of what is replaced, and the texts that come instead.
//! The library follows it without looking where it leads, so all of it is followed here first.

/// How long a map may be. SentencePiece's own has 240 KB.
const LENGTH: usize = 4 << 20;
/// How long what is sought may be, in bytes: the library seeks no longer one.
const DEPTH: usize = 5;
/// How far the end of a text is sought: one that is longer is too long in any case.
const END: usize = 1024;

/// Checks a map, and says how many times as long it can make a text.
pub(super) fn check(map: &[u8]) -> Result<usize, String> {
    if map.len() > LENGTH {
        return Err(format!("has {} bytes; at most {LENGTH} are allowed", map.len()));
    }
    let (size, rest) = map.split_first_chunk().ok_or("ends before it says how long it is")?;
    let size = u32::from_le_bytes(*size) as usize;
    let (units, texts) = rest
        .split_at_checked(size / 4 * 4)
        .ok_or_else(|| format!("says that its first part has {size} bytes, and {} are left", rest.len()))?;
    let texts = std::str::from_utf8(texts).map_err(|error| format!("has texts that are not UTF-8: {error}"))?;
    let (units, _) = units.as_chunks();
    let units: Vec<u32> = units.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
    let map = Map { units, texts };
    let mut growth = 1;
    let mut seen = vec![false; map.units.len()];
    let mut places = vec![map.after(0)?];
    // A place that is reached by several texts is the same for all of them, and the shortest comes first.
    for depth in 1..=DEPTH {
        let mut next = Vec::new();
        for place in places {
            if std::mem::replace(&mut seen[place], true) {
                continue;
            }
            // The library looks at each byte that a text can go on with.
            for byte in 1..=u8::MAX {
                let unit = map.unit(place ^ usize::from(byte))?;
                if unit & (1 << 31 | 0xff) != u32::from(byte) {
                    continue;
                }
                let at = map.after(place ^ usize::from(byte))?;
                if unit >> 8 & 1 == 1 {
                    growth = growth.max(map.length(map.unit(at)?)?.div_ceil(depth));
                }
                next.push(at);
            }
        }
        places = next;
    }
    Ok(growth)
}

struct Map<'a> {
    units: Vec<u32>,
    texts: &'a str,
}

impl Map<'_> {
    fn unit(&self, at: usize) -> Result<u32, String> {
        let outside = || format!("leads to place {at} of {}", self.units.len());
        self.units.get(at).copied().ok_or_else(outside)
    }

    /// The place that a unit leads to, which is one of the map.
    fn after(&self, at: usize) -> Result<usize, String> {
        let unit = self.unit(at)?;
        let after = at ^ ((unit >> 10) as usize) << ((unit & 1 << 9) >> 6);
        self.unit(after).map(|_| after)
    }

    /// How long the text is that a leaf names.
    fn length(&self, leaf: u32) -> Result<usize, String> {
        let start = (leaf & !(1 << 31)) as usize;
        let outside = || format!("names the text at {start}, where none of its {} bytes begins", self.texts.len());
        let text = self.texts.get(start..).ok_or_else(outside)?;
        let text = &text.as_bytes()[..text.len().min(END)];
        Ok(text.iter().position(|byte| *byte == 0).unwrap_or(text.len()))
    }
}
