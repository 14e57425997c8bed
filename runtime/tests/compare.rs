//! Comparing large arrays allocates no more than comparing small ones.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crosscheck::compare::{Leaves, Terms};
use crosscheck::internals::{Data, View, accepts_null, compare, echoes};

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

/// The system's, which counts the bytes that a thread asks for.
struct Counting;

// SAFETY: it is the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocated(work: impl FnOnce()) -> usize {
    let before = ALLOCATED.get();
    work();
    ALLOCATED.get() - before
}

#[test]
fn nothing_is_allocated_in_proportion_to_the_arrays() {
    let bytes = |count: usize| {
        let (ones, others, shorts) = (vec![1.0_f32; count], vec![1.5_f32; count], vec![half::f16::ONE; count]);
        let shape = [count / 4, 4];
        let reversed = |data| {
            let data: Data<'_> = Data::F32(data);
            View::strided(data, &shape[..], &[-4, -1], count - 1).unwrap()
        };
        allocated(|| {
            assert!(compare(&Leaves::of(&ones), &Leaves::of(&ones), &Terms::default()).is_ok());
            assert!(compare(&Leaves::of(&others), &Leaves::of(&ones), &Terms::default()).is_err());
            assert!(compare(&Leaves::of(&shorts), &Leaves::of(&shorts), &Terms::default()).is_ok());
            let (actual, expected) = (Leaves::from(reversed(&others)), Leaves::from(reversed(&ones)));
            assert!(compare(&actual, &expected, &Terms::default()).is_err());
            assert!(accepts_null(&expected, &Terms::default()).is_some());
            assert!(echoes(&expected, &reversed(&ones), &Terms::default()));
        })
    };
    let small = bytes(4);
    assert!(small > 0);
    // What differs is the length of the numbers in what is found.
    assert!(bytes(400_000) <= small + 64, "{} {small}", bytes(400_000));
}
