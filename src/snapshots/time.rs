//! Times of answers: how tools write them, and how pages do.

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// Seconds of an hour.
pub(crate) const HOUR: i64 = 3_600;

/// Reads a time: RFC 3339 with fractions of any length, an offset without a colon, `YYYY-MM-DD HH:MM:SS UTC`, a day
/// alone, or seconds or milliseconds since 1970. Anything else is not a time.
#[must_use]
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().and_then(of_number);
    }
    let bytes = text.as_bytes();
    let day = text.get(..10)?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let date = days(digits(&day[..4])?, digits(&day[5..7])?, digits(&day[8..])?)? * DAY;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(date);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let clock = rest.get(..8)?;
    let [hour, minute, second] = [clock.get(..2)?, clock.get(3..5)?, clock.get(6..)?].map(digits);
    let (hour, minute, second) = (hour?, minute?, second?);
    if clock.as_bytes()[2] != b':' || clock.as_bytes()[5] != b':' || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let zone = rest.get(8..)?;
    let zone = zone.strip_prefix(['.', ',']).map_or(zone, |zone| zone.trim_start_matches(|c: char| c.is_ascii_digit()));
    Some(date + hour * HOUR + minute * 60 + second - offset(zone.trim())?)
}

/// Reads seconds or milliseconds since 1970; what is beyond the year 9999 as seconds is milliseconds.
#[must_use]
pub(crate) fn of_number(number: i64) -> Option<i64> {
    const LAST: i64 = 253_402_300_799;
    match number {
        0..=99_999_999_999 => Some(number),
        _ if number > 0 && number / 1000 <= LAST => Some(number / 1000),
        _ => None,
    }
}

/// Reads the `Date` of an HTTP head, such as `Sun, 29 Nov 2026 05:30:00 GMT`.
#[must_use]
pub(crate) fn of_head(text: &str) -> Option<i64> {
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    words.next()?;
    let day = digits(words.next()?)?;
    let month = words.next()?.to_ascii_lowercase();
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = months.iter().position(|name| *name == month)? as i64 + 1;
    let year = digits(words.next()?)?;
    let mut clock = words.next()?.split(':').map(digits);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    Some(days(year, month, day)? * DAY + hour * HOUR + minute * 60 + second)
}

fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let sign = match zone.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let zone: String = zone[1..].chars().filter(|c| *c != ':').collect();
    let hours = digits(zone.get(..2)?)?;
    let minutes = if zone.len() > 2 { digits(zone.get(2..4)?)? } else { 0 };
    (hours < 24 && minutes < 60).then_some(sign * (hours * HOUR + minutes * 60))
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Returns the days since 1970-01-01 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=length).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Writes a time as `2026-11-29T05:00:00Z`.
#[must_use]
pub fn iso(time: i64) -> String {
    let (year, month, day) = civil(time.div_euclid(DAY));
    let second = time.rem_euclid(DAY);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / HOUR, second / 60 % 60, second % 60)
}

/// Writes a time for people, as `2026-11-29 05:00 UTC`.
#[must_use]
pub fn shown(time: i64) -> String {
    let text = iso(time);
    format!("{} {} UTC", &text[..10], &text[11..16])
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_time_is_read() {
        for text in [
            "2026-11-29T05:00:00Z",
            "2026-11-29T05:00:00.123456789Z",
            "2026-11-29T06:00:00+0100",
            "2026-11-29T06:00:00.5+01:00",
            "2026-11-29 05:00:00 UTC",
            "1795928400",
            "1795928400000",
        ] {
            assert_eq!(parse(text).map(iso).as_deref(), Some("2026-11-29T05:00:00Z"), "{text}");
        }
        assert_eq!(of_head("Sun, 29 Nov 2026 05:30:00 GMT").map(iso).as_deref(), Some("2026-11-29T05:30:00Z"));
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30", "2026-11-29T05:00", "é026-11-29T05:00:00Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2024-02-29").map(iso).as_deref(), Some("2024-02-29T00:00:00Z"));
        assert_eq!(shown(1_795_928_400), "2026-11-29 05:00 UTC");
    }
}
