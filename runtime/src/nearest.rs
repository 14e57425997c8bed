//! The nearest known name to one that is not known.

/// The name among `known` that `given` was probably meant to be.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, name)| *distance <= name.chars().count() / 3)
        .min()
        .map(|(_, name)| name)
}

/// `` unknown backend `mlx_gqu`; did you mean `mlx_gpu`? (known: reference, mlx_cpu, mlx_gpu) ``
pub(crate) fn unknown(what: &str, given: &str, known: &[&str]) -> String {
    let hint = match nearest(given, known.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    };
    format!("unknown {what} `{given}`{hint} (known: {})", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_name() {
        assert_eq!(
            unknown("backend", "mlx_gqu", &["reference", "mlx_cpu", "mlx_gpu"]),
            "unknown backend `mlx_gqu`; did you mean `mlx_gpu`? (known: reference, mlx_cpu, mlx_gpu)",
        );
    }

    #[test]
    fn a_name_far_from_all_has_no_suggestion() {
        assert_eq!(unknown("backend", "cuda", &["reference"]), "unknown backend `cuda` (known: reference)");
    }
}
