//! Moments as pages and feeds write them.

use crate::calendar::Day;

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
    let day = Day::of_moment(unix_seconds);
    (day.iso(), day.words())
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
