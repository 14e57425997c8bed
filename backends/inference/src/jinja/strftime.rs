//! A date as text: Python's `strftime` in UTC, with English names.

use super::fault::Result;
use super::memory::Buffer;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The time of this many seconds after 1970 began, in this format.
pub(super) fn strftime(format: &str, seconds: i64, micros: u32, into: &mut Buffer) -> Result<()> {
    let date = Date::new(seconds, micros);
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        into.push(&rest[..at])?;
        rest = &rest[at + 1..];
        let padded = !rest.starts_with('-');
        let letter = if padded { rest } else { &rest[1..] };
        let Some(c) = letter.chars().next() else {
            into.push("%")?;
            continue;
        };
        rest = &letter[c.len_utf8()..];
        into.push(&date.part(c, padded))?;
    }
    into.push(rest)
}

struct Date {
    year: i64,
    /// From 1.
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: u32,
    /// From 0, a Monday.
    weekday: i64,
    /// From 1.
    day_of_year: i64,
    epoch: i64,
}

impl Date {
    /// By Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    fn new(seconds: i64, micros: u32) -> Self {
        let (days, time) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
        let from_march = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * from_march + 2) / 153;
        let day = from_march - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let leap = i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize - 1];
        Self {
            year,
            month: month as usize,
            day,
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
            micros,
            weekday: (days + 3).rem_euclid(7),
            day_of_year: before + day + if month > 2 { leap } else { 0 },
            epoch: seconds,
        }
    }

    fn part(&self, letter: char, padded: bool) -> String {
        let two = |number: i64| if padded { format!("{number:02}") } else { number.to_string() };
        let (day, month) = (DAYS[self.weekday as usize], MONTHS[self.month - 1]);
        let hour = (self.hour + 11) % 12 + 1;
        let of = |format: &str| {
            let mut made = Buffer::default();
            // As short as this, it meets no limit.
            strftime(format, self.epoch, self.micros, &mut made).map(|()| made.as_str().to_owned()).unwrap_or_default()
        };
        match letter {
            'a' => day[..3].to_owned(),
            'A' => day.to_owned(),
            'b' | 'h' => month[..3].to_owned(),
            'B' => month.to_owned(),
            'c' => of("%a %b %e %H:%M:%S %Y"),
            'C' => two(self.year / 100),
            'd' => two(self.day),
            'D' | 'x' => of("%m/%d/%y"),
            'e' if padded => format!("{:2}", self.day),
            'e' => self.day.to_string(),
            'f' => format!("{:06}", self.micros),
            'F' => of("%Y-%m-%d"),
            'G' => self.iso_week().0.to_string(),
            'H' => two(self.hour),
            'I' => two(hour),
            'j' if padded => format!("{:03}", self.day_of_year),
            'j' => self.day_of_year.to_string(),
            'k' => format!("{:2}", self.hour),
            'l' => format!("{hour:2}"),
            'm' => two(self.month as i64),
            'M' => two(self.minute),
            'n' => "\n".to_owned(),
            'p' => if self.hour < 12 { "AM" } else { "PM" }.to_owned(),
            'P' => if self.hour < 12 { "am" } else { "pm" }.to_owned(),
            'r' => of("%I:%M:%S %p"),
            'R' => of("%H:%M"),
            's' => self.epoch.to_string(),
            'S' => two(self.second),
            't' => "\t".to_owned(),
            'T' | 'X' => of("%H:%M:%S"),
            'u' => (self.weekday + 1).to_string(),
            'U' => two((self.day_of_year + 6 - (self.weekday + 1) % 7) / 7),
            'V' => two(self.iso_week().1),
            'w' => ((self.weekday + 1) % 7).to_string(),
            'W' => two((self.day_of_year + 6 - self.weekday) / 7),
            'y' => two(self.year % 100),
            'Y' => self.year.to_string(),
            // Python's `datetime.now()` has no zone.
            'z' | 'Z' => String::new(),
            '%' => "%".to_owned(),
            other => format!("%{other}"),
        }
    }

    /// The year and the week by ISO 8601.
    fn iso_week(&self) -> (i64, i64) {
        let week = (self.day_of_year - self.weekday + 9) / 7;
        let weeks = |year: i64| {
            let first = |year: i64| (year + year / 4 - year / 100 + year / 400) % 7;
            52 + i64::from(first(year) == 4 || first(year - 1) == 3)
        };
        if week < 1 {
            (self.year - 1, weeks(self.year - 1))
        } else if week > weeks(self.year) {
            (self.year + 1, 1)
        } else {
            (self.year, week)
        }
    }
}
