//! When something was, in UTC.

use crosscheck::internals::day;

/// `2026-11-28 21:05 UTC`, of seconds since 1970.
pub fn moment(at: u64) -> String {
    let minutes = at % 86_400 / 60;
    format!("{} {:02}:{:02} UTC", day(at), minutes / 60, minutes % 60)
}

/// `2026-11-28T21:05:09Z`
pub fn timestamp(at: u64) -> String {
    let second = at % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", day(at), second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_a_date() {
        for (at, shown) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(at), shown);
        }
        assert_eq!(moment(1_798_761_599), "2026-12-31 23:59 UTC");
    }
}
