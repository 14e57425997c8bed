//! Lines that are being put together.

/// Bytes to which texts are added.
///
/// A `String` takes four times as long for each of them in a user's debug build, where code of the standard library that is generic
/// is not optimised.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Box<[u8]>,
    length: usize,
}

impl Default for Buffer {
    /// Nothing, and room for the line of most cells.
    fn default() -> Self {
        Self { bytes: vec![0; 1024].into(), length: 0 }
    }
}

impl Buffer {
    /// Adds a text.
    pub(crate) fn add(&mut self, text: &str) {
        let end = self.length + text.len();
        if end > self.bytes.len() {
            self.grow(end);
        }
        self.bytes[self.length..end].copy_from_slice(text.as_bytes());
        self.length = end;
    }

    /// Adds one character of ASCII.
    pub(crate) fn add_ascii(&mut self, byte: u8) {
        if self.length == self.bytes.len() {
            self.grow(self.length + 1);
        }
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    /// Adds a number.
    pub(crate) fn add_number(&mut self, number: u64) {
        if number > 9 {
            self.add_number(number / 10);
        }
        self.add_ascii(b'0' + (number % 10) as u8);
    }

    fn grow(&mut self, least: usize) {
        let mut bytes: Box<[u8]> = vec![0; least.max(2 * self.length)].into();
        bytes[..self.length].copy_from_slice(self.bytes());
        self.bytes = bytes;
    }

    /// How much was added.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// What was added.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Takes back what was added since then.
    pub(crate) fn cut(&mut self, length: usize) {
        self.length = self.length.min(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_there_however_much_it_is() {
        let (mut buffer, mut expected) = (Buffer::default(), String::new());
        for number in [0, 9, 10, 99, 100, u64::MAX] {
            for length in [0, 1, 1000, 1024, 5000] {
                let text = "é".repeat(length);
                buffer.add(&text);
                buffer.add_ascii(b'"');
                buffer.add_number(number);
                expected.push_str(&format!("{text}\"{number}"));
                assert_eq!(std::str::from_utf8(buffer.bytes()), Ok(expected.as_str()));
            }
        }
        // Byte by byte over the end of what there is room for.
        for _ in 0..100_000 {
            buffer.add_ascii(b'.');
        }
        expected.push_str(&".".repeat(100_000));
        assert!(buffer.bytes() == expected.as_bytes());
        buffer.cut(buffer.length() + 1);
        assert_eq!(buffer.length(), expected.len());
        buffer.cut(3);
        buffer.add("x");
        assert_eq!(buffer.bytes(), [&expected.as_bytes()[..3], b"x"].concat());
        buffer.cut(0);
        assert_eq!(buffer.bytes(), b"");
    }
}
