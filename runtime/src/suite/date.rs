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
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        // A clock that is set before 1970 expires nothing.
        since_1970.map_or(Self { year: 0, month: 1, day: 1 }, |since| Self::after_1970(since.as_secs() / 86_400))
    }

    /// How many days it comes after another day; negative where it comes before that.
    #[cfg(feature = "harness")]
    pub(crate) fn days_after(self, other: Self) -> i64 {
        self.number() - other.number()
    }

    /// How many days it comes after 0000-03-01.
    #[cfg(feature = "harness")]
    fn number(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        // Years that begin in March, so that a leap day is the last one.
        let year = i64::from(self.year) - i64::from(month <= 2);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
    }

    /// The day that comes so many days after 1970-01-01.
    #[cfg(feature = "harness")]
    pub(crate) fn after_1970(days: u64) -> Self {
        // Years that begin in March, so that a leap day is the last one, in eras of 400 years:
        // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
        let days = days + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_based = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_based + 2) / 5 + 1;
        let month = if march_based < 10 { march_based + 3 } else { march_based - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        let fits = u16::try_from(year).ok().and_then(|year| Self::new(year, month as u8, day as u8));
        fits.unwrap_or(Self { year: 9999, month: 12, day: 31 })
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

    /// Day by day, as the calendar has them: no day is left out, and none comes twice.
    #[cfg(feature = "harness")]
    #[test]
    fn the_days_after_1970_are_those_of_the_calendar() {
        let years = 1970..2500;
        let of_year =
            |year| (1..=12).flat_map(move |month| (1..=31).filter_map(move |day| Date::new(year, month, day)));
        let days: Vec<_> = years.flat_map(of_year).collect();
        for (number, day) in days.iter().enumerate() {
            assert_eq!(Date::after_1970(number as u64), *day);
            assert_eq!(day.days_after(days[0]), number as i64);
            assert_eq!(days[0].days_after(*day), -(number as i64));
        }
        assert_eq!(days.len(), 193_579);
        assert_eq!(Date::after_1970(u64::from(u32::MAX) * 86_400).to_string(), "9999-12-31");
    }

    #[test]
    fn days_are_ordered_by_year_then_month_then_day() {
        let days = ["2026-12-31", "2027-01-01", "2027-01-31", "2027-02-01"].map(|text| Date::parse(text).unwrap());
        assert!(days.is_sorted() && days[0] < days[1]);
    }
}
