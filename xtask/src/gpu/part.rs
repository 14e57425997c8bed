//! The cells of a suite in parts, which run beside each other.
//!
//! MLX compiles a kernel for the GPU when a process first needs it, which takes longer than all else: so the cells of an operation
//! are in one part, and few kernels are compiled twice.

use std::collections::BTreeMap;

/// Some of the cells.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Where they run.
    pub backend: &'a str,
    /// Which: `--exact` and their names, or nothing for all.
    pub arguments: Vec<&'a str>,
}

/// What a product with a quantized matrix costs, in cells of others: nearly each one needs a kernel of its own.
const QUANTIZED: usize = 200;
/// What the kernels of an operation cost.
const OPERATION: usize = 15;

impl<'a> Part<'a> {
    /// Divides the cells of a backend into so many parts, or fewer, that take about as long.
    pub fn divide(backend: &'a str, names: &[&'a str], parts: usize) -> Vec<Self> {
        let mut operations = BTreeMap::<&str, Vec<&str>>::new();
        for name in names {
            operations.entry(operation(name)).or_default().push(name);
        }
        let cost = |(operation, cells): &(&str, Vec<&str>)| {
            if is_quantized(operation) { QUANTIZED } else { OPERATION + cells.len() }
        };
        let mut operations: Vec<_> = operations.into_iter().collect();
        operations.sort_by_key(|operation| std::cmp::Reverse(cost(operation)));
        let mut divided = vec![(0, vec!["--exact"]); parts];
        for operation in operations {
            if let Some((costs, arguments)) = divided.iter_mut().min_by_key(|(costs, _)| *costs) {
                *costs += cost(&operation);
                arguments.extend(operation.1);
            }
        }
        let filled = divided.into_iter().filter(|(costs, _)| *costs > 0);
        filled.map(|(_, arguments)| Self { backend, arguments }).collect()
    }
}

/// What a cell is of: the operation that a sweep names, the test otherwise.
fn operation(name: &str) -> &str {
    if is_quantized(name) {
        return name;
    }
    if let Some((case, _)) = name.split("::").find_map(|part| part.split_once('/')) {
        return case;
    }
    let mut ends = name.match_indices("::").map(|(at, _)| at);
    ends.nth(1).map_or(name, |end| &name[..end])
}

fn is_quantized(name: &str) -> bool {
    name.contains("quantized")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_in_one_part_and_each_cell_in_one() {
        let names = [
            "sweep::view::of_each_layout::add/gaps/floats::gpu",
            "sweep::rank::of_any_rank::add/rank_2/whole::gpu",
            "softmax::large_logits::f32::gpu",
            "softmax::large_logits::f16::gpu",
            "device::quantized_products::bits_4::gpu",
            "device::quantized_products::bits_8::gpu",
        ];
        // More than there are operations: what is in one part is not there by chance.
        let parts = Part::divide("gpu", &names, 9);
        assert_eq!(parts.len(), 4);
        let of = |name| parts.iter().position(|part| part.arguments.contains(&name)).unwrap();
        assert_eq!(of(names[0]), of(names[1]));
        assert_eq!(of(names[2]), of(names[3]));
        assert_ne!(of(names[4]), of(names[5]));
        assert!(parts.iter().all(|part| part.backend == "gpu" && part.arguments[0] == "--exact"));
        let mut all: Vec<_> = parts.iter().flat_map(|part| part.arguments[1..].to_vec()).collect();
        all.sort_unstable();
        let mut expected = names.to_vec();
        expected.sort_unstable();
        assert_eq!(all, expected);
        assert_eq!(Part::divide("gpu", &names[2..4], 4).len(), 1);
    }
}
