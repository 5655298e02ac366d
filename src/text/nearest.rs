//! The nearest name, by edit distance: what an author who misspelt a name probably meant.

/// Returns the candidate most like `name`, if one is near enough to be what the author meant.
///
/// Case does not count. Near enough is an edit distance (with swapped neighbours as one edit) of at most a third of the
/// longer name, and at most three. Ties go to the first candidate, so pass them in a fixed order.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_where(name, candidates, |_| true)
}

/// Returns whether one character more, less, other, or two swapped make one text of the other; case does not count.
#[must_use]
pub fn is_one_slip_from(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().take(256).collect::<Vec<char>>();
    edit_distance(&letters(a), &letters(b), 1).is_some()
}

/// Finds what [`nearest`] does among those that are `fit`, which only those near enough are asked.
#[must_use]
pub(crate) fn nearest_where<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    fit: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if wanted.is_empty() || wanted.len() > 128 {
        return None;
    }
    let letters = letters(wanted.iter().copied());
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let length = candidate.chars().count();
        let limit = (wanted.len().max(length) / 3).clamp(1, 3);
        let limit = best.map_or(limit, |(distance, _)| limit.min(distance.saturating_sub(1)));
        // One edit removes at most one character and adds at most one.
        let strange =
            || (letters ^ self::letters(candidate.chars().flat_map(char::to_lowercase))).count_ones() as usize;
        if length.abs_diff(wanted.len()) > limit || strange() > 2 * limit {
            continue;
        }
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if let Some(distance) = edit_distance(&wanted, &other, limit)
            && best.is_none_or(|(least, _)| distance < least)
            && fit(candidate)
        {
            best = Some((distance, candidate));
            if distance == 0 {
                break;
            }
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Returns which characters occur, as bits that several characters share.
fn letters(text: impl Iterator<Item = char>) -> u64 {
    text.fold(0, |set, letter| set | 1 << (u32::from(letter) % 64))
}

/// Returns the optimal-string-alignment distance, or nothing once it must exceed `limit`.
///
/// Texts within `limit` edits keep step with each other to `limit` places, so only those places are compared.
fn edit_distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    let far = limit + 1;
    let start = |j: usize| if j <= limit { j } else { far };
    let mut before = vec![far; b.len() + 1];
    let mut previous: Vec<usize> = (0..=b.len()).map(start).collect();
    let mut row = vec![far; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        let first = (i + 1).saturating_sub(limit);
        let last = (i + 1 + limit).min(b.len());
        row[first.saturating_sub(1)] = far;
        if first == 0 {
            row[0] = i + 1;
        }
        let mut least = far;
        for j in first.max(1)..=last {
            let y = b[j - 1];
            let mut cost = (previous[j - 1] + usize::from(*x != y)).min(previous[j] + 1).min(row[j - 1] + 1);
            if i > 0 && j > 1 && *x == b[j - 2] && a[i - 1] == y {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if let Some(beyond) = row.get_mut(last + 1) {
            *beyond = far;
        }
        if least > limit && (first > 0 || row[0] > limit) {
            return None;
        }
        std::mem::swap(&mut before, &mut previous);
        std::mem::swap(&mut previous, &mut row);
    }
    previous.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance by its definition, every place compared.
    fn whole_distance(a: &[char], b: &[char]) -> usize {
        let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                rows[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    let swap = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                    let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    swap.min(change).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
                };
            }
        }
        rows[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn distances_within_the_limit_are_exact(a in "[abc]{0,9}", b in "[abc]{0,9}", limit in 0_usize..4) {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let whole = whole_distance(&a, &b);
            proptest::prop_assert_eq!(edit_distance(&a, &b, limit), (whole <= limit).then_some(whole));
        }
    }

    #[test]
    fn nearest_names_are_found_and_strangers_are_not() {
        let names = ["team-a", "team-b", "payments", "providesApis"];
        assert_eq!(nearest("team-aa", names), Some("team-a"));
        assert_eq!(nearest("Payment", names), Some("payments"));
        assert_eq!(nearest("providesApi", names), Some("providesApis"));
        assert_eq!(nearest("paymetns", names), Some("payments"));
        assert_eq!(nearest("warehouse", names), None);
        assert_eq!(nearest("", names), None);
    }
}
