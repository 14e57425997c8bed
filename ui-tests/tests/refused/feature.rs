#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Undocumented {
    Float64,
    /// Sizes.
    Sizes(u32),
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
struct NotAList;

fn main() {}
