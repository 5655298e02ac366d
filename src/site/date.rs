//! Days of the calendar, without a clock.

/// Returns a moment in UTC as feeds write it: `2026-11-21T11:22:03Z`.
#[must_use]
pub fn moment(unix_seconds: i64) -> String {
    let seconds = unix_seconds.rem_euclid(86_400);
    let (day, _) = day(unix_seconds);
    format!("{day}T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Returns the day of a moment in UTC as `2026-11-21`, and the words `21 November 2026`.
#[must_use]
pub fn day(unix_seconds: i64) -> (String, String) {
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
    let name = usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    (format!("{year:04}-{month:02}-{day:02}"), format!("{day} {name} {year}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(day(0).0, "1970-01-01");
        assert_eq!(day(951_782_400), ("2000-02-29".to_owned(), "29 February 2000".to_owned()));
        assert_eq!(day(-1).0, "1969-12-31");
        assert_eq!(day(1_795_219_200).0, "2026-11-21");
    }
}
