//! The style sheet of a drawing, resolved: which declarations hold for an element.
//!
//! Knows the selectors that Mermaid's style sheets use, and none that depend on what a reader does.

use roxmltree::Node;

/// Declarations: property and value.
pub(super) type Declarations<'s> = Vec<(&'s str, &'s str)>;

/// A style sheet.
#[derive(Debug, Default)]
pub(super) struct Sheet<'s> {
    rules: Vec<Rule<'s>>,
}

#[derive(Debug)]
struct Rule<'s> {
    /// From the element outwards.
    parts: Vec<(Compound<'s>, Combinator)>,
    weight: (usize, usize, usize),
    declarations: std::rc::Rc<Declarations<'s>>,
}

/// How the element relates to that of the next part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Combinator {
    Within,
    Child,
}

#[derive(Debug, Default)]
struct Compound<'s> {
    element: Option<&'s str>,
    id: Option<&'s str>,
    classes: Vec<&'s str>,
    attributes: Vec<(&'s str, char, &'s str)>,
}

/// Maximum number of rules of a sheet; Mermaid's own have some hundred, each `classDef` adds one to three.
const MAX_RULES: usize = 2000;

impl<'s> Sheet<'s> {
    /// Reads a style sheet; what is not understood is left out.
    pub(super) fn read(mut css: &'s str) -> Self {
        let mut sheet = Self::default();
        while let Some((selectors, rest)) = css.split_once('{') {
            if selectors.trim_start().starts_with('@') {
                css = after_block(rest);
                continue;
            }
            let Some((body, rest)) = rest.split_once('}') else { break };
            css = rest;
            let declarations = std::rc::Rc::new(declarations(body));
            for selector in selectors.split(',') {
                if sheet.rules.len() < MAX_RULES
                    && let Some((parts, weight)) = read_selector(selector)
                {
                    sheet.rules.push(Rule { parts, weight, declarations: declarations.clone() });
                }
            }
        }
        // Later ones win among those of equal weight.
        sheet.rules.sort_by_key(|rule| rule.weight);
        sheet
    }

    /// Returns the declarations for an element in the order in which they win, the strongest last.
    pub(super) fn of(&self, element: Node<'_, '_>, own: &'s str) -> Declarations<'s> {
        let mut normal = Vec::new();
        let mut important = Vec::new();
        let own = declarations(own);
        let found = self.rules.iter().filter(|rule| rule.matches(element)).flat_map(|rule| rule.declarations.iter());
        for (name, value) in found.chain(&own) {
            match value.split_once("!important") {
                Some((value, _)) => important.push((*name, value.trim())),
                None => normal.push((*name, *value)),
            }
        }
        normal.append(&mut important);
        normal
    }
}

/// Returns what is behind a block in braces that holds blocks.
fn after_block(css: &str) -> &str {
    let mut depth = 1;
    for (at, c) in css.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &css[at + 1..];
        }
    }
    ""
}

/// Reads declarations, such as those of a `style` attribute.
pub(super) fn declarations(body: &str) -> Declarations<'_> {
    body.split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .collect()
}

type Selector<'s> = (Vec<(Compound<'s>, Combinator)>, (usize, usize, usize));

fn read_selector(selector: &str) -> Option<Selector<'_>> {
    let mut parts = Vec::new();
    let mut weight = (0, 0, 0);
    let mut rest = selector.trim();
    let mut combinator = Combinator::Within;
    while !rest.is_empty() {
        let mut compound = Compound::default();
        while let Some(first) = rest.chars().next().filter(|c| !c.is_whitespace() && *c != '>') {
            match first {
                '*' => rest = &rest[1..],
                '.' | '#' => {
                    let (name, after) = name(&rest[1..])?;
                    if first == '.' {
                        compound.classes.push(name);
                        weight.1 += 1;
                    } else {
                        compound.id = Some(name);
                        weight.0 += 1;
                    }
                    rest = after;
                }
                '[' => {
                    let (inside, after) = rest[1..].split_once(']')?;
                    let (name, value) = inside.split_once('=')?;
                    let operator = name.chars().next_back().filter(|c| matches!(c, '$' | '^' | '*')).unwrap_or('=');
                    compound.attributes.push((
                        name.trim_end_matches(['$', '^', '*']).trim(),
                        operator,
                        value.trim().trim_matches(['"', '\'']),
                    ));
                    weight.1 += 1;
                    rest = after;
                }
                // What a reader does, or what is no element.
                ':' => return None,
                _ => {
                    let (name, after) = name(rest)?;
                    compound.element = Some(name);
                    weight.2 += 1;
                    rest = after;
                }
            }
        }
        parts.push((compound, combinator));
        rest = rest.trim_start();
        combinator = Combinator::Within;
        if let Some(after) = rest.strip_prefix('>') {
            combinator = Combinator::Child;
            rest = after.trim_start();
        }
    }
    // The combinator is stored with the part on its right; read outwards it belongs to the one on its left.
    let mut outwards: Vec<(Compound<'_>, Combinator)> = Vec::new();
    let mut right = Combinator::Within;
    for (compound, left) in parts.into_iter().rev() {
        outwards.push((compound, right));
        right = left;
    }
    (!outwards.is_empty()).then_some((outwards, weight))
}

fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

impl Rule<'_> {
    fn matches(&self, element: Node<'_, '_>) -> bool {
        let Some(((own, _), outer)) = self.parts.split_first() else { return false };
        own.matches(element) && matches_outer(outer, element)
    }
}

fn matches_outer(parts: &[(Compound<'_>, Combinator)], element: Node<'_, '_>) -> bool {
    let Some(((compound, combinator), rest)) = parts.split_first() else { return true };
    let mut ancestors = element.ancestors().skip(1).filter(Node::is_element);
    match combinator {
        Combinator::Child => ancestors.next().is_some_and(|up| compound.matches(up) && matches_outer(rest, up)),
        // The outermost parts are ids and classes of frames, so the nearest match is as good as any.
        Combinator::Within => ancestors.find(|up| compound.matches(*up)).is_some_and(|up| matches_outer(rest, up)),
    }
}

impl Compound<'_> {
    fn matches(&self, element: Node<'_, '_>) -> bool {
        self.element.is_none_or(|name| element.tag_name().name() == name)
            && self.id.is_none_or(|id| element.attribute("id") == Some(id))
            && (self.classes.is_empty()
                || element.attribute("class").is_some_and(|has| {
                    self.classes.iter().all(|class| has.split_ascii_whitespace().any(|name| name == *class))
                }))
            && self.attributes.iter().all(|(name, operator, value)| {
                element.attribute(*name).is_some_and(|has| match operator {
                    '$' => has.ends_with(value),
                    '^' => has.starts_with(value),
                    '*' => has.contains(value),
                    _ => has == *value,
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(css: &str, expect: &[(&str, &str)]) {
        let tree = roxmltree::Document::parse(
            "<svg id='D'><g class='node a' data-look='neo'><g><rect class='x y' id='D-end'/></g></g></svg>",
        )
        .expect("a tree");
        let rect = tree.descendants().find(|node| node.has_tag_name("rect")).expect("a rectangle");
        assert_eq!(Sheet::read(css).of(rect, "opacity: 1"), expect, "{css}");
    }

    #[test]
    fn the_stronger_declaration_comes_last() {
        check(
            "#D .node rect{fill:a} #D rect{fill:b;stroke:c}",
            &[("fill", "b"), ("stroke", "c"), ("fill", "a"), ("opacity", "1")],
        );
        check("rect{fill:a!important} .x{fill:b}", &[("fill", "b"), ("opacity", "1"), ("fill", "a")]);
    }

    #[test]
    fn selectors_match_as_in_browsers() {
        for (css, matches) in [
            ("*{a:b}", true),
            (".node>rect{a:b}", false),
            (".node>g>rect{a:b}", true),
            (".x.y{a:b}", true),
            (".x.z{a:b}", false),
            ("[data-look=\"neo\"].node rect{a:b}", true),
            ("[id$=\"-end\"]{a:b}", true),
            ("rect:hover{a:b}", false),
            ("text,rect{a:b}", true),
            ("@keyframes k{from{a:b}to{a:b}} circle{a:b}", false),
            ("@media x{rect{a:b}} rect{a:b}", true),
            ("rect{a:b", false),
        ] {
            let expect: &[_] = if matches { &[("a", "b"), ("opacity", "1")] } else { &[("opacity", "1")] };
            check(css, expect);
        }
    }
}
