//! Days of the calendar, for rows that expire.

use std::fmt;

/// A day of the proleptic Gregorian calendar; days compare in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; `None` for anything else, and for days that no calendar has.
    pub const fn parse(text: &str) -> Option<Self> {
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else { return None };
        let (Some(y01), Some(y23), Some(month), Some(day)) =
            (two_digits(*y0, *y1), two_digits(*y2, *y3), two_digits(*m0, *m1), two_digits(*d0, *d1))
        else {
            return None;
        };
        Self::new(y01 as u16 * 100 + y23 as u16, month, day)
    }

    /// A day; `None` when no calendar has it.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        if day == 0 || day > last { None } else { Some(Self { year, month, day }) }
    }

    /// The day that it is, in UTC.
    #[cfg(feature = "harness")]
    pub(crate) fn today() -> Self {
        let now = time::OffsetDateTime::now_utc();
        let today = u16::try_from(now.year()).ok().and_then(|year| Self::new(year, now.month().into(), now.day()));
        // A clock that is set before the year 0 expires nothing.
        today.unwrap_or(Self { year: 0, month: 1, day: 1 })
    }
}

const fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() { Some((tens - b'0') * 10 + ones - b'0') } else { None }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_and_written_alike() {
        for text in ["2027-06-30", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(Date::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2027-6-30",
            "2027-06-31",
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-01-00",
            "27-01-01",
            "2027/01/01",
            "2027-01-01 ",
            "２027-01-01",
            "+027-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[cfg(feature = "harness")]
    #[test]
    fn today_is_the_day_of_the_clock_in_utc() {
        let clock = || time::OffsetDateTime::now_utc().date().to_string();
        let (before, today, after) = (clock(), Date::today().to_string(), clock());
        // Midnight may pass in between.
        assert!(before == today || today == after, "{before} {today} {after}");
    }

    #[test]
    fn days_are_ordered_by_year_then_month_then_day() {
        let days = ["2026-12-31", "2027-01-01", "2027-01-31", "2027-02-01"].map(|text| Date::parse(text).unwrap());
        assert!(days.is_sorted() && days[0] < days[1]);
    }
}
