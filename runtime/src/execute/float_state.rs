//! How this thread computes with floats: rounding mode, flush-to-zero, traps. Whoever changes it changes what the next cell computes.

/// Runs something and puts the state back as it was before; says what it had left changed.
pub(super) fn guarded<T>(run: impl FnOnce() -> T) -> (T, Option<String>) {
    let before = State::now();
    (run(), changed_since(before))
}

/// Puts the state back as it was, and says what of it was not.
fn changed_since(before: State) -> Option<String> {
    let after = State::now();
    if after == before {
        return None;
    }
    before.restore();
    Some(before.difference(after))
}

/// MXCSR without the flags that say what has happened, and the control word of the x87.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    sse: u32,
    x87: u16,
}

#[cfg(target_arch = "x86_64")]
impl State {
    const ROUNDING: u32 = 0b11 << 13;
    const FLUSH_TO_ZERO: u32 = 1 << 15;
    const DENORMALS_ARE_ZERO: u32 = 1 << 6;
    /// What has happened so far, which changes nothing.
    const FLAGS: u32 = 0b11_1111;

    fn now() -> Self {
        let (mut sse, mut x87) = (0_u32, 0_u16);
        // SAFETY: each of the two stores a register at a place that is there and large enough.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &mut sse, options(nostack, preserves_flags));
            std::arch::asm!("fnstcw [{}]", in(reg) &mut x87, options(nostack, preserves_flags));
        }
        Self { sse: sse & !Self::FLAGS, x87 }
    }

    fn restore(self) {
        // SAFETY: what is loaded was stored by the same processor, and no flag of it is set, so that nothing traps.
        unsafe {
            std::arch::asm!("ldmxcsr [{}]", in(reg) &self.sse, options(nostack, preserves_flags));
            std::arch::asm!("fldcw [{}]", in(reg) &self.x87, options(nostack, preserves_flags));
        }
    }

    fn difference(self, after: Self) -> String {
        let changed = |bits| (self.sse ^ after.sse) & bits != 0;
        let mut what = Vec::new();
        if changed(Self::ROUNDING) {
            what.push("the rounding mode");
        }
        if changed(Self::FLUSH_TO_ZERO) {
            what.push("flush-to-zero");
        }
        if changed(Self::DENORMALS_ARE_ZERO) {
            what.push("denormals-are-zero");
        }
        if changed(!(Self::ROUNDING | Self::FLUSH_TO_ZERO | Self::DENORMALS_ARE_ZERO)) {
            what.push("which exceptions trap");
        }
        if self.x87 != after.x87 {
            what.push("the control word of the x87");
        }
        what.join(", ")
    }
}

/// FPCR.
#[cfg(target_arch = "aarch64")]
#[derive(Clone, Copy, PartialEq, Eq)]
struct State(u64);

#[cfg(target_arch = "aarch64")]
impl State {
    const ROUNDING: u64 = 0b11 << 22;
    const FLUSH_TO_ZERO: u64 = 1 << 24;

    fn now() -> Self {
        let state: u64;
        // SAFETY: the register is read, and nothing else is done.
        unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) state, options(nomem, nostack, preserves_flags)) };
        Self(state)
    }

    fn restore(self) {
        // SAFETY: what is written was read from the same register.
        unsafe { std::arch::asm!("msr fpcr, {}", in(reg) self.0, options(nostack, preserves_flags)) };
    }

    fn difference(self, after: Self) -> String {
        let changed = |bits| (self.0 ^ after.0) & bits != 0;
        let mut what = Vec::new();
        if changed(Self::ROUNDING) {
            what.push("the rounding mode");
        }
        if changed(Self::FLUSH_TO_ZERO) {
            what.push("flush-to-zero");
        }
        if changed(!(Self::ROUNDING | Self::FLUSH_TO_ZERO)) {
            what.push("another bit of FPCR");
        }
        what.join(", ")
    }
}

/// Of other processors nothing is known here.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[derive(Clone, Copy, PartialEq, Eq)]
struct State;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl State {
    fn now() -> Self {
        Self
    }

    fn restore(self) {}

    fn difference(self, _: Self) -> String {
        String::new()
    }
}

#[cfg(test)]
#[cfg(target_arch = "x86_64")]
mod tests {
    use super::*;

    /// Whatever is changed is named and put back, one by one.
    #[test]
    fn each_change_is_named_and_undone() {
        for (bits, name) in [
            (1 << 13, "the rounding mode"),
            (1 << 14, "the rounding mode"),
            (1 << 15, "flush-to-zero"),
            (1 << 6, "denormals-are-zero"),
            (1 << 12, "which exceptions trap"),
            (1 << 15 | 1 << 6, "flush-to-zero, denormals-are-zero"),
        ] {
            let before = State::now();
            let ((), changed) = guarded(|| State { sse: before.sse ^ bits, ..before }.restore());
            assert_eq!(changed.as_deref(), Some(name));
            assert!(State::now() == before, "{name}");
        }
        let before = State::now();
        let ((), changed) = guarded(|| State { x87: before.x87 ^ 0x0c00, ..before }.restore());
        assert_eq!(changed.as_deref(), Some("the control word of the x87"));
        assert!(State::now() == before);
    }

    #[test]
    fn what_has_happened_is_no_change() {
        // An inexact result sets a flag.
        let (third, changed) = guarded(|| std::hint::black_box(1.0_f64) / std::hint::black_box(3.0));
        assert_eq!((third, changed), (1.0 / 3.0, None));
    }
}
