//! Who is hit when an entity fails: the entities that depend on it, directly and through others.
//!
//! An entity hits what depends on it, the APIs that it provides, the consumers of an API, and its own parts. Documents that
//! mention it do not count. Knows no URL of the site and no HTML.
//!
//! Invariant: the numbers for all entities cost about as much as walking every relation once; nothing is quadratic in
//! memory.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Entity, EntityId};

/// The relations that lead to what is hit.
pub const RELATIONS: &[&str] = &["apiConsumedBy", "dependencyOf", "hasPart", "providesApi"];

/// Who hits whom, and how many each hits.
#[derive(Debug, Default)]
pub struct Impact {
    next: Vec<Box<[u32]>>,
    sizes: Vec<u32>,
    /// The circle that each entity is in, by index.
    cycle_of: Vec<Option<u32>>,
    cycles: Vec<Vec<EntityId>>,
}

/// An entity that is hit, and through which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The entity.
    pub id: EntityId,
    /// The one before it on the shortest way; of several, the first by reference.
    pub through: EntityId,
}

impl Impact {
    /// Computes the impact of every entity.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let of_entity = |entity: &Entity| -> Box<[u32]> {
            let related = RELATIONS.iter().flat_map(|kind| entity.related(kind));
            let mut ids: Vec<u32> =
                related.filter_map(|relation| relation.id).filter_map(|id| u32::try_from(id.index()).ok()).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.into()
        };
        Self::of_graph(catalog.entities().iter().map(of_entity).collect())
    }

    /// Computes the same of a graph: for each node, those that it hits, sorted.
    fn of_graph(next: Vec<Box<[u32]>>) -> Self {
        let component = components(&next);
        let sizes = sizes(&next, &component);
        let mut members: BTreeMap<u32, Vec<EntityId>> = BTreeMap::new();
        for (at, component) in component.iter().enumerate() {
            members.entry(*component).or_default().push(EntityId::new(at));
        }
        let mut cycles: Vec<Vec<EntityId>> = members.into_values().filter(|members| members.len() > 1).collect();
        cycles.sort();
        let mut cycle_of = vec![None; next.len()];
        for (at, cycle) in cycles.iter().enumerate() {
            for id in cycle {
                cycle_of[id.index()] = u32::try_from(at).ok();
            }
        }
        Self { next, sizes, cycle_of, cycles }
    }

    /// Returns how many entities are hit when one fails, itself not counted.
    #[must_use]
    pub fn size(&self, id: EntityId) -> usize {
        self.sizes.get(id.index()).copied().unwrap_or_default() as usize
    }

    /// Returns how many are hit directly, without others between.
    #[must_use]
    pub fn direct(&self, id: EntityId) -> usize {
        self.next.get(id.index()).map_or(0, |next| next.iter().filter(|to| **to as usize != id.index()).count())
    }

    /// Returns the circles of entities that hit each other, sorted by their first members.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<EntityId>] {
        &self.cycles
    }

    /// Returns the circle that an entity is in.
    #[must_use]
    pub fn cycle_of(&self, id: EntityId) -> Option<&[EntityId]> {
        let at = (*self.cycle_of.get(id.index())?)?;
        Some(&self.cycles[at as usize])
    }

    /// Walks from an entity to those that it hits, hop by hop, each hop in the order of references; ends once `most` are found.
    #[must_use]
    pub fn hops(&self, id: EntityId, most: usize) -> Vec<Vec<Hit>> {
        let mut seen = std::collections::HashSet::<u32, foldhash::fast::RandomState>::default();
        let Ok(start) = u32::try_from(id.index()) else { return Vec::new() };
        seen.insert(start);
        let mut hops: Vec<Vec<Hit>> = Vec::new();
        let mut level = vec![start];
        let mut found = 0;
        while !level.is_empty() && found < most {
            let mut hits = Vec::new();
            for from in &level {
                for to in &self.next[*from as usize] {
                    if found < most && seen.insert(*to) {
                        found += 1;
                        hits.push(Hit { id: EntityId::new(*to as usize), through: EntityId::new(*from as usize) });
                    }
                }
            }
            hits.sort_unstable_by_key(|hit| hit.id);
            level = hits.iter().filter_map(|hit| u32::try_from(hit.id.index()).ok()).collect();
            if !hits.is_empty() {
                hops.push(hits);
            }
        }
        hops
    }
}

/// Returns the path from the entity that fails to one that is hit, both included.
#[must_use]
pub fn path(hops: &[Vec<Hit>], start: EntityId, id: EntityId) -> Vec<EntityId> {
    let mut way = vec![id];
    let mut at = id;
    for hop in hops.iter().rev() {
        if let Ok(found) = hop.binary_search_by_key(&at, |hit| hit.id) {
            at = hop[found].through;
            way.push(at);
        }
    }
    debug_assert_eq!(way.last(), Some(&start));
    way.reverse();
    way
}

/// Finds the strongly connected components (Tarjan), without recursion. Components are numbered so that an edge never
/// leads to a larger number.
fn components(next: &[Box<[u32]>]) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    let mut index = vec![NONE; next.len()];
    let mut low = vec![0_u32; next.len()];
    let mut component = vec![NONE; next.len()];
    let (mut stack, mut count, mut number) = (Vec::new(), 0_u32, 0_u32);
    let mut open: Vec<(u32, usize)> = Vec::new();
    for start in 0..next.len() {
        if index[start] != NONE {
            continue;
        }
        open.push((start as u32, 0));
        while let Some((node, edge)) = open.pop() {
            let at = node as usize;
            if edge == 0 {
                index[at] = count;
                low[at] = count;
                count += 1;
                stack.push(node);
            }
            if let Some(to) = next[at].get(edge) {
                open.push((node, edge + 1));
                let to_at = *to as usize;
                if index[to_at] == NONE {
                    open.push((*to, 0));
                } else if component[to_at] == NONE {
                    low[at] = low[at].min(index[to_at]);
                }
                continue;
            }
            if low[at] == index[at] {
                while let Some(member) = stack.pop() {
                    component[member as usize] = number;
                    if member == node {
                        break;
                    }
                }
                number += 1;
            }
            if let Some((parent, _)) = open.last() {
                let parent = *parent as usize;
                low[parent] = low[parent].min(low[at]);
            }
        }
    }
    component
}

/// Words of a set of bits that is handled at once: reachable nodes are counted in batches of targets, so that memory
/// stays linear.
const WORDS: usize = 32;

/// Counts what each node reaches, itself not counted.
fn sizes(next: &[Box<[u32]>], component: &[u32]) -> Vec<u32> {
    let count = component.iter().max().map_or(0, |last| *last as usize + 1);
    let mut weight = vec![0_u32; count];
    for component in component {
        weight[*component as usize] += 1;
    }
    // The edges between components, by where they begin.
    let mut edges: Vec<(u32, u32)> = Vec::new();
    for (from, targets) in next.iter().enumerate() {
        edges.extend(targets.iter().map(|to| (component[from], component[*to as usize])));
    }
    edges.retain(|(from, to)| from != to);
    edges.sort_unstable();
    edges.dedup();
    let mut starts = vec![0_usize; count + 1];
    for (from, _) in &edges {
        starts[*from as usize + 1] += 1;
    }
    for at in 0..count {
        starts[at + 1] += starts[at];
    }
    let mut reached = vec![0_u32; count];
    let mut bits = vec![[0_u64; WORDS]; count];
    for block in 0..count.div_ceil(WORDS * 64) {
        let first = block * WORDS * 64;
        bits.iter_mut().for_each(|words| *words = [0; WORDS]);
        // An edge leads to a smaller number, so that what is reached is complete before it is asked for. What lies before
        // the block reaches nothing of it.
        for from in first..count {
            let mut words = [0_u64; WORDS];
            for (_, to) in &edges[starts[from]..starts[from + 1]] {
                let to = *to as usize;
                if to >= first {
                    for (word, more) in words.iter_mut().zip(&bits[to]) {
                        *word |= more;
                    }
                }
            }
            let own = from - first;
            if own < WORDS * 64 {
                words[own / 64] |= 1 << (own % 64);
            }
            for (at, word) in words.iter().enumerate() {
                let mut rest = *word;
                if weight.len() == component.len() {
                    reached[from] += rest.count_ones();
                    continue;
                }
                while rest != 0 {
                    let bit = rest.trailing_zeros() as usize;
                    reached[from] += weight[first + at * 64 + bit];
                    rest &= rest - 1;
                }
            }
            bits[from] = words;
        }
    }
    component.iter().map(|component| reached[*component as usize] - 1).collect()
}

/// Returns what says how important an entity is: the value of a label or annotation whose name ends in `tier`.
#[must_use]
pub fn tier(entity: &Entity) -> Option<&str> {
    let is_tier = |key: &str| key == "tier" || key.ends_with("/tier");
    let pairs = entity.pairs("labels").chain(entity.pairs("annotations"));
    pairs.into_iter().find(|(key, value)| is_tier(key) && !value.trim().is_empty()).map(|(_, value)| value)
}

/// Annotations that name who is called.
const ON_CALL: &[&str] = &[
    "pagerduty.com/service-id",
    "opsgenie.com/team",
    "splunk.com/on-call-team",
    "grafana.com/oncall-team",
    "ilert.com/service-id",
];

/// Returns the on-call service of an entity.
#[must_use]
pub fn on_call(entity: &Entity) -> Option<&str> {
    ON_CALL.iter().find_map(|key| entity.annotation(key)).filter(|value| !value.trim().is_empty())
}

/// Returns the owners of what is hit, with how many entities each owns and the hop at which the first one is hit.
#[must_use]
pub fn owners(owner_of: impl Fn(EntityId) -> Option<EntityId>, hops: &[Vec<Hit>]) -> Vec<(EntityId, usize, usize)> {
    let mut owners: BTreeMap<EntityId, (usize, usize)> = BTreeMap::new();
    for (hop, hits) in hops.iter().enumerate() {
        for hit in hits {
            if let Some(owner) = owner_of(hit.id) {
                owners.entry(owner).or_insert((0, hop + 1)).0 += 1;
            }
        }
    }
    let mut owners: Vec<_> = owners.into_iter().map(|(id, (count, hop))| (id, count, hop)).collect();
    owners.sort_by_key(|(id, count, hop)| (*hop, std::cmp::Reverse(*count), *id));
    owners
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// Searches breadth first, the plain way; for tests.
    fn search(next: &[Box<[u32]>], start: u32) -> Vec<Option<usize>> {
        let mut distance = vec![None; next.len()];
        distance[start as usize] = Some(0);
        let mut queue = VecDeque::from([start]);
        while let Some(from) = queue.pop_front() {
            for to in &next[from as usize] {
                if distance[*to as usize].is_none() {
                    distance[*to as usize] = distance[from as usize].map(|hop: usize| hop + 1);
                    queue.push_back(*to);
                }
            }
        }
        distance
    }

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Vec<Box<[u32]>> {
        let mut next = vec![Vec::new(); nodes];
        for (from, to) in edges {
            next[from % nodes].push((to % nodes) as u32);
        }
        next.into_iter()
            .map(|mut ids: Vec<u32>| {
                ids.sort_unstable();
                ids.dedup();
                ids.into()
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn it_is_what_a_search_finds(nodes in 1_usize..24, edges in prop::collection::vec((0_usize..24, 0_usize..24), 0..50)) {
            let next = graph(nodes, &edges);
            let impact = Impact::of_graph(next.clone());
            let searched: Vec<Vec<Option<usize>>> = (0..nodes).map(|start| search(&next, start as u32)).collect();
            for start in 0..nodes {
                let expect = &searched[start];
                let id = EntityId::new(start);
                let hops = impact.hops(id, usize::MAX);
                let mut found = vec![None; nodes];
                found[start] = Some(0);
                for (hop, hits) in hops.iter().enumerate() {
                    for hit in hits {
                        found[hit.id.index()] = Some(hop + 1);
                        let way = path(&hops, id, hit.id);
                        prop_assert_eq!(way.len(), hop + 2);
                        for pair in way.windows(2) {
                            prop_assert!(next[pair[0].index()].contains(&(pair[1].index() as u32)));
                        }
                    }
                }
                prop_assert_eq!(&found, expect);
                prop_assert_eq!(impact.size(id), expect.iter().flatten().count() - 1);
                let back = (0..nodes).filter(|to| expect[*to].is_some() && searched[*to][start].is_some());
                prop_assert_eq!(impact.cycle_of(id).map_or(1, <[EntityId]>::len), back.count());
            }
        }
    }

    #[test]
    fn forty_thousand_entities_take_no_time() {
        // Layers, in which each node hits a few of the next ones, and some hit far ones.
        let mut edges = Vec::new();
        let mut seed = 1_u64;
        for from in 0..40_000_usize {
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                edges.push((from, (from + 1 + (seed >> 33) as usize % 2_000).min(39_999)));
            }
        }
        let next = graph(40_000, &edges);
        let before = Instant::now();
        let impact = Impact::of_graph(next);
        assert!(impact.size(EntityId::new(0)) > 30_000);
        // Without optimisation it takes many times as long.
        let limit = Duration::from_millis(if cfg!(debug_assertions) { 20_000 } else { 300 });
        assert!(before.elapsed() < limit, "{:?}", before.elapsed());
    }
}
