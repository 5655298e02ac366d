//! Days of the calendar, without a clock: reading what people write for a day, and counting days.

/// The names of the months.
pub const MONTHS: [&str; 12] = [
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

/// A day; compares by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// From 0 to 9999.
    pub year: i64,
    /// Counted from 1.
    pub month: u8,
    /// Counted from 1.
    pub day: u8,
}

impl Day {
    /// Makes a day; `None` if the calendar has no such day.
    #[must_use]
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(0..=9999).contains(&year) || !(1..=length).contains(&day) {
            return None;
        }
        Some(Self { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? })
    }

    /// Returns the day in UTC of a moment in seconds since 1970.
    #[must_use]
    pub fn of_moment(unix_seconds: i64) -> Self {
        // Howard Hinnant's `civil_from_days`: eras of 400 years that begin on 1 March, so that leap days come last.
        let days = unix_seconds.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        // Both are within the calendar by what was computed.
        Self { year, month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }

    /// Returns the days since 1970.
    #[must_use]
    pub fn number(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = if month <= 2 { self.year - 1 } else { self.year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// Returns it as `2026-11-21`.
    #[must_use]
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Returns it as `21 November 2026`.
    #[must_use]
    pub fn words(self) -> String {
        let month = MONTHS.get(usize::from(self.month.saturating_sub(1))).copied().unwrap_or_default();
        format!("{} {month} {}", self.day, self.year)
    }

    /// Reads a day as people write it: `2026-11-21`, `2026/11/21`, `21/11/2026`, `21 November 2026`, `Nov 21, 2026`, and
    /// moments such as `2026-11-21T10:20:30Z`, of which the day in UTC counts.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        numeric(text).or_else(|| in_words(text))
    }
}

/// Reads digits at the beginning; returns the number, how many digits, and the rest.
fn digits(text: &str) -> Option<(i64, usize, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    if end == 0 || end > 6 {
        return None;
    }
    Some((text.get(..end)?.parse().ok()?, end, text.get(end..)?))
}

fn numeric(text: &str) -> Option<Day> {
    let (first, first_length, rest) = digits(text)?;
    let sign = rest.chars().next().filter(|c| matches!(c, '-' | '/'))?;
    let (month, _, rest) = digits(&rest[1..])?;
    let (last, last_length, rest) = digits(rest.strip_prefix(sign)?)?;
    let day = match (first_length, last_length) {
        (4, 1 | 2) => Day::new(first, month, last)?,
        // With hyphens it is ambiguous which number is the month.
        (1 | 2, 4) if sign == '/' => Day::new(last, month, first)?,
        _ => return None,
    };
    if rest.is_empty() {
        return Some(day);
    }
    time(day, rest.strip_prefix(['T', 't', ' '])?)
}

/// Reads a time of the day with its offset, and returns the day in UTC.
fn time(day: Day, text: &str) -> Option<Day> {
    let (hours, _, rest) = digits(text)?;
    let (minutes, _, mut rest) = digits(rest.strip_prefix(':')?)?;
    let mut seconds = 0;
    if let Some(more) = rest.strip_prefix(':') {
        (seconds, _, rest) = digits(more)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    if hours > 24 || minutes > 59 || seconds > 60 {
        return None;
    }
    let rest = rest.trim();
    let offset = match rest {
        "" | "Z" | "z" | "UTC" | "GMT" => 0,
        _ => {
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            let (hours, length, rest) = digits(rest.strip_prefix(['+', '-'])?)?;
            let (hours, minutes) = match (length, rest.strip_prefix(':')) {
                (4, None) if rest.is_empty() => (hours / 100, hours % 100),
                (1 | 2, None) if rest.is_empty() => (hours, 0),
                (1 | 2, Some(rest)) => match digits(rest)? {
                    (minutes, 2, "") => (hours, minutes),
                    _ => return None,
                },
                _ => return None,
            };
            sign * (hours * 3_600 + minutes * 60)
        }
    };
    Some(Day::of_moment(day.number() * 86_400 + hours * 3_600 + minutes * 60 + seconds - offset))
}

/// Reads a day with the English name of its month; the name of the weekday before it is skipped.
fn in_words(text: &str) -> Option<Day> {
    const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-')).filter(|word| !word.is_empty());
    let mut words: Vec<String> = words.map(str::to_lowercase).collect();
    if words.first().is_some_and(|word| WEEKDAYS.iter().any(|day| word.starts_with(day)) && month(word).is_none()) {
        words.remove(0);
    }
    words.retain(|word| word != "of" && word != "the");
    let number = |word: &str| -> Option<i64> {
        let bare = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
        (bare.len() <= 2).then(|| bare.parse().ok()).flatten()
    };
    let [a, b, year] = &*words else { return None };
    let year: i64 = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    match (month(a), month(b)) {
        (Some(month), None) => Day::new(year, month, number(b)?),
        (None, Some(month)) => Day::new(year, month, number(a)?),
        _ => None,
    }
}

fn month(word: &str) -> Option<i64> {
    let at = MONTHS.iter().position(|month| {
        let month = month.to_lowercase();
        month == word || (word.len() == 3 && month.starts_with(word)) || (word == "sept" && month == "september")
    })?;
    i64::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, expect) in [
            ("2022-12-31", "2022-12-31"),
            ("2022/12/31", "2022-12-31"),
            ("31/12/2022", "2022-12-31"),
            ("December 31, 2022", "2022-12-31"),
            ("31 Dec 2022", "2022-12-31"),
            ("Monday, 5th of March 2021", "2021-03-05"),
            ("March 7, 2021", "2021-03-07"),
            ("2022-12-31T10:20:30Z", "2022-12-31"),
            ("2022-12-31T23:30:00.123-05:00", "2023-01-01"),
            ("2022-12-31 00:10 +0200", "2022-12-30"),
            (" 2020-02-29 ", "2020-02-29"),
        ] {
            assert_eq!(Day::parse(text).map(Day::iso).as_deref(), Some(expect), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in [
            "",
            "2022",
            "2022-13-01",
            "2022-02-30x",
            "2021-02-29",
            "12/31/2022",
            "soon",
            "31-12-2022",
            "YYYY-MM-DD",
            "99999999999-1-1",
            "May May 2020",
            "2022-12-31T",
            "32 May 2020",
            "2022-12-31T10:20:30+99:99:99",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn counting_days_goes_both_ways(number in -700_000_i64..2_900_000) {
            let day = Day::of_moment(number * 86_400);
            prop_assert_eq!(day.number(), number);
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,24}") {
            let _ = Day::parse(&text);
        }
    }
}
