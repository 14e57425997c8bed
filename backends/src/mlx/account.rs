//! What was run, for the receipt.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crosscheck::Receipt;

thread_local! {
    /// What this thread has run since it was last asked.
    static KERNELS: RefCell<Receipt> = RefCell::default();
    /// The devices that were opened on this thread, and are in use or were since it was last asked.
    static DEVICES: RefCell<Vec<Arc<DeviceAccount>>> = RefCell::default();
}

/// What a device has run, on whatever thread.
#[derive(Debug, Default)]
pub(super) struct DeviceAccount {
    evaluations: AtomicU64,
    refusals: AtomicU64,
}

impl DeviceAccount {
    /// One that this thread answers for.
    pub fn opened_here() -> Arc<Self> {
        let account = Arc::<Self>::default();
        DEVICES.with_borrow_mut(|devices| devices.push(Arc::clone(&account)));
        account
    }

    /// Notes an evaluation.
    pub fn evaluated(&self) {
        self.evaluations.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes a call that was refused before MLX saw it.
    pub fn refused(&self) {
        self.refusals.fetch_add(1, Ordering::Relaxed);
    }
}

/// Notes what a kernel does.
pub(super) fn of_this_thread(note: impl FnOnce(&mut Receipt)) {
    KERNELS.with_borrow_mut(note);
}

/// What was run since the last time, on this thread and on devices that were opened on it.
pub(super) fn take() -> Receipt {
    let mut receipt = KERNELS.take();
    DEVICES.with_borrow_mut(|devices| {
        for device in mem::take(devices) {
            receipt.evaluations += device.evaluations.swap(0, Ordering::Relaxed);
            receipt.refusals += device.refusals.swap(0, Ordering::Relaxed);
            if Arc::strong_count(&device) > 1 {
                devices.push(device);
            }
        }
    });
    receipt
}
