//! Where the entries of a radar are: the same places for the same radar, everywhere.

use std::f64::consts::TAU;

use xxhash_rust::xxh3::xxh3_64;

use super::Radar;

/// The radius of a radar.
pub const RADIUS: f64 = 400.0;
/// How often entries that overlap are moved apart.
const PASSES: usize = 60;
/// The radius of the sign of an entry, and a little room.
const ROOM: f64 = 11.0;

/// Returns the inner and outer radius of a ring.
#[must_use]
pub fn ring(number: usize, of: usize) -> (f64, f64) {
    let share = |at: usize| RADIUS * (at as f64 + 1.0) / (of as f64 + 1.0);
    (if number == 0 { 0.0 } else { share(number) }, share(number + 1))
}

/// Returns the angles at which a quadrant begins and ends, clockwise from the right.
#[must_use]
pub fn quadrant(number: usize, of: usize) -> (f64, f64) {
    let share = TAU / of.max(1) as f64;
    (share * number as f64, share * (number as f64 + 1.0))
}

/// Returns the place of each entry, from the middle, down and to the right.
#[must_use]
pub fn entries(radar: &Radar) -> Vec<(f64, f64)> {
    let segment = |at: usize| {
        let entry = &radar.entries[at];
        (ring(entry.ring, radar.rings.len()), quadrant(entry.quadrant, radar.quadrants.len()))
    };
    let within = |at: usize, (x, y): (f64, f64)| {
        let ((inner, outer), (from, to)) = segment(at);
        let radius = x.hypot(y).clamp((inner + ROOM).min(outer - 1.0), (outer - ROOM).max(inner + 1.0));
        // The margin keeps signs off the lines between quadrants.
        let margin = (ROOM / radius.max(1.0)).min((to - from) / 2.5);
        let angle = y.atan2(x).rem_euclid(TAU);
        let angle = if angle < from || angle > to {
            let distance = |edge: f64| (angle - edge).abs().min(TAU - (angle - edge).abs());
            if distance(from) < distance(to) { from } else { to }
        } else {
            angle
        };
        let angle = angle.clamp(from + margin, to - margin);
        (radius * angle.cos(), radius * angle.sin())
    };
    let first = |at: usize| {
        let ((inner, outer), (from, to)) = segment(at);
        let hash = xxh3_64(radar.entries[at].slug.as_bytes());
        let share = |bits: u64| (bits & 0xffff) as f64 / 65_535.0;
        let (radius, angle) = (inner + (outer - inner) * share(hash).sqrt(), from + (to - from) * share(hash >> 16));
        within(at, (radius * angle.cos(), radius * angle.sin()))
    };
    let mut places: Vec<(f64, f64)> = (0..radar.entries.len()).map(first).collect();
    // Signs of one segment move apart; the number of passes bounds what that costs.
    let mut groups: std::collections::BTreeMap<(usize, usize), Vec<usize>> = std::collections::BTreeMap::new();
    for (at, entry) in radar.entries.iter().enumerate() {
        groups.entry((entry.quadrant, entry.ring)).or_default().push(at);
    }
    for group in groups.values().filter(|group| group.len() <= 100) {
        for _ in 0..PASSES {
            let mut moved = false;
            for (nth, a) in group.iter().enumerate() {
                for b in &group[nth + 1..] {
                    let (dx, dy) = (places[*b].0 - places[*a].0, places[*b].1 - places[*a].1);
                    let distance = dx.hypot(dy);
                    if distance < 2.0 * ROOM {
                        let (dx, dy) = if distance < 0.01 { (1.0, 0.5) } else { (dx / distance, dy / distance) };
                        let push = (2.0 * ROOM - distance) / 2.0 + 0.1;
                        places[*a] = within(*a, (places[*a].0 - dx * push, places[*a].1 - dy * push));
                        places[*b] = within(*b, (places[*b].0 + dx * push, places[*b].1 + dy * push));
                        moved = true;
                    }
                }
            }
            if !moved {
                break;
            }
        }
    }
    places
}
