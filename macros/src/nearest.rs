//! What was probably meant.

/// The one of `known` that is a slip of the finger away.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|name| (strsim::damerau_levenshtein(given, name), name));
    near.filter(|(far, name)| *far <= name.len().div_ceil(3)).min().map(|(_, name)| name)
}

/// `` ; did you mean `uses`? ``, or nothing.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, known).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
