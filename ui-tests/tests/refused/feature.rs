#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Undocumented {
    Float64,
    /// Sizes.
    Sizes(u32),
    /// Everything.
    All,
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(followed(NotYet))]
enum FollowedUp {
    /// 64-bit floats.
    Float64,
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
struct NotAList;

fn main() {}
