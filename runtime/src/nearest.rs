//! The nearest known name to one that is not known. All of it is `const`, because the compiler says it as well as the
//! command line.

/// Names longer than this are not looked at: they are not typed by hand.
const LONGEST: usize = 64;
/// A list of known names longer than this, in bytes, is left out.
const SHORT: usize = 320;

/// The name among `known` that `given` was probably meant to be.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|name| (distance(given, name), name)).filter(|(far, name)| is_near(*far, name));
    near.min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// `` unknown backend `mlx_gqu`; did you mean `mlx_gpu`? (known: reference, mlx_cpu, mlx_gpu) ``
pub(crate) fn unknown(what: &str, given: &str, known: &[&str]) -> String {
    let hint = match nearest(given, known.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    };
    format!("unknown {what} `{given}`{hint} (known: {})", known.join(", "))
}

/// What [`unknown`] says, while the compiler evaluates a constant.
pub(crate) const fn unknown_const(what: &str, given: &str, known: &[&str]) -> Text {
    let mut text = Text { bytes: [0; 1024], len: 0 }.then("unknown ").then(what).then(" `").then(given).then("`");
    let (mut at, mut best, mut list) = (0, known.len(), 0);
    while at < known.len() {
        let far = distance(given, known[at]);
        if is_near(far, known[at]) && (best == known.len() || far < distance(given, known[best])) {
            best = at;
        }
        list += known[at].len() + 2;
        at += 1;
    }
    if best < known.len() {
        text = text.then("; did you mean `").then(known[best]).then("`?");
    }
    if known.is_empty() || list > SHORT {
        return text;
    }
    text = text.then(" (known: ").then(known[0]);
    at = 1;
    while at < known.len() {
        text = text.then(", ").then(known[at]);
        at += 1;
    }
    text.then(")")
}

/// A text that is put together in a constant; what does not fit in is left out.
pub(crate) struct Text {
    bytes: [u8; 1024],
    len: usize,
}

impl Text {
    const fn then(mut self, part: &str) -> Self {
        let part = part.as_bytes();
        if self.len + part.len() <= self.bytes.len() {
            let mut at = 0;
            while at < part.len() {
                self.bytes[self.len + at] = part[at];
                at += 1;
            }
            self.len += part.len();
        }
        self
    }

    pub(crate) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "unknown name",
        }
    }
}

const fn is_near(distance: usize, name: &str) -> bool {
    distance <= name.len() / 3
}

/// How many letters must be changed, added, left out or swapped with the next one (optimal string alignment), where
/// neither the case nor an underscore counts: `DynamicOffsets` is `dynamic_offsets`.
const fn distance(a: &str, b: &str) -> usize {
    let ((a, m), (b, n)) = (letters(a), letters(b));
    if m > LONGEST || n > LONGEST {
        return usize::MAX;
    }
    let (mut before, mut above, mut row) = ([0; LONGEST + 1], [0; LONGEST + 1], [0; LONGEST + 1]);
    let mut j = 0;
    while j <= n {
        above[j] = j;
        j += 1;
    }
    let mut i = 1;
    while i <= m {
        row[0] = i;
        j = 1;
        while j <= n {
            let change = above[j - 1] + (a[i - 1] != b[j - 1]) as usize;
            let mut least = smaller(change, smaller(above[j], row[j - 1]) + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = smaller(least, before[j - 2] + 1);
            }
            row[j] = least;
            j += 1;
        }
        (before, above) = (above, row);
        i += 1;
    }
    above[n]
}

const fn smaller(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// The bytes of a name that count, in lower case, and how many they are; more than [`LONGEST`] when they do not fit.
const fn letters(name: &str) -> ([u8; LONGEST], usize) {
    let (name, mut letters, mut len, mut at) = (name.as_bytes(), [0; LONGEST], 0, 0);
    while at < name.len() {
        if name[at] != b'_' {
            if len == LONGEST {
                return (letters, LONGEST + 1);
            }
            letters[len] = name[at].to_ascii_lowercase();
            len += 1;
        }
        at += 1;
    }
    (letters, len)
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_name() {
        let known = ["reference", "mlx_cpu", "mlx_gpu"];
        let text = "unknown backend `mlx_gqu`; did you mean `mlx_gpu`? (known: reference, mlx_cpu, mlx_gpu)";
        assert_eq!(unknown("backend", "mlx_gqu", &known), text);
        assert_eq!(unknown_const("backend", "mlx_gqu", &known).as_str(), text);
    }

    #[test]
    fn a_name_far_from_all_has_no_suggestion() {
        // A third of its letters may be wrong.
        for (given, known, hint) in
            [("cuda", "reference", ""), ("natnul", "matmul", "; did you mean `matmul`?"), ("natnux", "matmul", "")]
        {
            let text = format!("unknown backend `{given}`{hint} (known: {known})");
            assert_eq!(unknown("backend", given, &[known]), text);
            assert_eq!(unknown_const("backend", given, &[known]).as_str(), text);
        }
    }

    #[test]
    fn each_kind_of_slip_counts_once_and_case_and_underscores_do_not() {
        for (a, b, far) in [
            ("matmul", "matmul", 0),
            ("matmul", "mat_mul", 0),
            ("DynamicOffsets", "dynamic_offsets", 0),
            ("matmul", "matmull", 1),
            ("matmul", "mtmul", 1),
            ("matmul", "natmul", 1),
            ("matmul", "mamtul", 1),
            ("abc", "", 3),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), far, "{a} {b}");
        }
        assert_eq!(distance(&"a".repeat(64), &"a".repeat(64)), 0);
        assert_eq!(distance(&"a".repeat(65), "a"), usize::MAX);
    }

    #[test]
    fn a_long_list_and_a_long_name_are_no_reason_to_fail() {
        let known: Vec<_> = (0..100).map(|number| format!("marker_{number}")).collect();
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        assert_eq!(
            unknown_const("marker", "marker_1x", &known).as_str(),
            "unknown marker `marker_1x`; did you mean `marker_1`?"
        );
        assert_eq!(unknown_const("marker", &"x".repeat(2000), &[]).as_str(), "unknown marker ``");
    }
}
