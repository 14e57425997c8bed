//! What the values of a template take. A template is rendered on a thread of its own, so that the thread's count is its own.

use std::cell::Cell;

use super::fault::{Fault, Result};
use super::limits;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// Some bytes that are counted as long as this lives.
#[derive(Debug, Default)]
pub(super) struct Held(usize);

impl Held {
    pub fn new(bytes: usize) -> Result<Self> {
        let mut held = Self(0);
        held.grow(bytes)?;
        Ok(held)
    }

    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        let all = HELD.get().saturating_add(bytes);
        if all > limits::get().memory {
            return Err(Fault::limit("bytes in all values", all, limits::get().memory));
        }
        HELD.set(all);
        self.0 += bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.set(HELD.get() - self.0);
    }
}

/// A text that is being made.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    text: String,
    held: Held,
}

impl Buffer {
    pub fn push(&mut self, text: &str) -> Result<()> {
        let length = self.text.len() + text.len();
        if length > limits::get().text {
            return Err(Fault::limit("bytes in a text", length, limits::get().text));
        }
        self.held.grow(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    /// The same text many times.
    pub fn fill(&mut self, text: &str, times: usize) -> Result<()> {
        let length = text.len().saturating_mul(times).saturating_add(self.text.len());
        if length > limits::get().text {
            return Err(Fault::limit("bytes in a text", length, limits::get().text));
        }
        self.held.grow(text.len() * times)?;
        self.text.push_str(&text.repeat(times));
        Ok(())
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn into_parts(self) -> (String, Held) {
        (self.text, self.held)
    }
}

/// A list that is being made.
pub(super) struct Items<T> {
    items: Vec<T>,
    held: Held,
}

impl<T> Items<T> {
    pub fn new() -> Self {
        Self { items: Vec::new(), held: Held::default() }
    }

    pub fn push(&mut self, item: T) -> Result<()> {
        let count = self.items.len() + 1;
        if count > limits::get().elements {
            return Err(Fault::limit("elements in a list", count, limits::get().elements));
        }
        self.held.grow(size_of::<T>())?;
        self.items.push(item);
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items
    }

    pub fn into_parts(self) -> (Vec<T>, Held) {
        (self.items, self.held)
    }
}
