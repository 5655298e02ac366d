//! The parser of statements.

use std::collections::HashMap;
use std::rc::Rc;

use super::Options;
use super::ast::{Body, Kind, Name, NodeId, Signature, Tree};
use super::expression::Expressions;
use super::failure::Failure;
use super::limits;
use super::scan::{Part, Tag, find_matching, find_top_level, find_word, is_blank, scan, tag_name};
use crate::text::nearest;

/// The tags that begin something.
const TAGS: &[&str] = &["if", "for", "set", "macro", "call", "filter", "block", "switch", "raw", "verbatim"];
/// The tags that end or divide something.
const STOPS: &[&str] = &[
    "else",
    "endif",
    "endfor",
    "endmacro",
    "endcall",
    "endfilter",
    "endset",
    "default",
    "endswitch",
    "elif",
    "elseif",
    "case",
];
/// Those of them that take something behind their name.
const STOPS_WITH_CONTENT: &[&str] = &["elif", "elseif", "case", "endblock"];

/// Reads a text.
pub(super) fn parse(source: &str, options: Options) -> Result<Tree, Failure> {
    // Code units are never more than bytes.
    if source.len() > limits::SOURCE && super::units::length(source) > limits::SOURCE {
        return Err(Failure::limit("the text is longer than 4 Mi characters").or_at(0));
    }
    let parts = scan(source, options)?;
    let mut parser =
        Parser { source, parts, index: 0, depth: 0, macros: 0, blocks: HashMap::new(), tree: Tree::default() };
    let (children, _) = parser.body(&[])?;
    let root = parser.tree.add(0, Kind::List(children));
    parser.tree.root = Some(root);
    Ok(parser.tree)
}

struct Parser<'a> {
    source: &'a str,
    parts: Vec<Part>,
    index: usize,
    depth: usize,
    /// How many macros were declared.
    macros: usize,
    blocks: HashMap<Rc<str>, usize>,
    tree: Tree,
}

impl<'a> Parser<'a> {
    /// Reads up to one of `stops`; returns what was read and the tag that ended it.
    fn body(&mut self, stops: &[&str]) -> Result<(Vec<NodeId>, Option<Tag>), Failure> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            return Err(limits::depth().or_at(self.last_at()));
        }
        let mut children = Vec::new();
        let stop = loop {
            let Some(part) = self.parts.get_mut(self.index) else { break None };
            self.index += 1;
            match part {
                Part::Text(text, at) => {
                    let (text, at) = (std::mem::take(text), *at);
                    children.push(self.tree.add(at, Kind::Data(text.into())));
                }
                Part::Variable(tag) => {
                    let tag = *tag;
                    let expression = self.expression(tag.start, tag.end)?;
                    children.push(self.tree.add(tag.at, Kind::Output(expression)));
                }
                Part::Block(tag) => {
                    let tag = *tag;
                    let name = self.name_of(tag);
                    if stops.contains(&name) {
                        if !STOPS_WITH_CONTENT.contains(&name) && self.behind(tag).0 != tag.end {
                            return Err(Failure::syntax(tag.at, format!("`{name}` takes nothing behind its name")));
                        }
                        break Some(tag);
                    }
                    if STOPS.contains(&name) || name == "endblock" {
                        return Err(Failure::syntax(tag.at, mismatch(name, stops)));
                    }
                    let statement = self.statement(name, tag)?;
                    children.push(statement);
                }
            }
            limits::nodes(&self.tree)?;
        };
        self.depth -= 1;
        Ok((children, stop))
    }

    /// Reads a body that must be ended by one of `stops`.
    fn block(&mut self, opening: Tag, stops: &[&'static str]) -> Result<(NodeId, Tag), Failure> {
        let (children, stop) = self.body(stops)?;
        let Some(stop) = stop else {
            let name = self.name_of(opening);
            let end = stops.last().copied().unwrap_or_default();
            return Err(Failure::syntax(opening.at, format!("`{name}` is never closed by `{{% {end} %}}`")));
        };
        Ok((self.tree.add(opening.at, Kind::List(children)), stop))
    }

    fn statement(&mut self, name: &str, tag: Tag) -> Result<NodeId, Failure> {
        match name {
            "if" => self.condition(tag),
            "for" => self.repetition(tag),
            "set" => self.assignment(tag),
            "macro" => self.macro_(tag),
            "call" => self.call(tag),
            "filter" => self.filter(tag),
            "block" => self.named_block(tag),
            "switch" => self.switch(tag),
            "include" | "import" | "from" | "extends" => Err(Failure::syntax(
                tag.at,
                format!("`{name}` cannot be used: a template is one file, and other files are out of reach"),
            )),
            "" => Err(Failure::syntax(tag.at, "the tag has no name")),
            _ => {
                let hint = nearest(name, TAGS.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(Failure::syntax(tag.at, format!("there is no tag `{name}`{hint}")))
            }
        }
    }

    fn condition(&mut self, opening: Tag) -> Result<NodeId, Failure> {
        // Each `elif` is an `if` within the `else` of the one before.
        let mut branches = Vec::new();
        let mut tag = opening;
        let mut otherwise = None;
        loop {
            let (start, end) = self.behind(tag);
            let condition = self.expression(start, end)?;
            let (body, stop) = self.block(opening, &["elif", "elseif", "else", "endif"])?;
            branches.push((tag.at, condition, body));
            match self.name_of(stop) {
                "elif" | "elseif" => tag = stop,
                "else" => {
                    otherwise = Some(self.block(opening, &["endif"])?.0);
                    break;
                }
                _ => break,
            }
        }
        let mut node = None;
        for (at, condition, body) in branches.into_iter().rev() {
            let next = self.tree.add(at, Kind::If { condition, body, otherwise });
            otherwise = Some(next);
            node = Some(next);
        }
        node.ok_or_else(|| Failure::syntax(opening.at, "`if` has no condition"))
    }

    fn repetition(&mut self, tag: Tag) -> Result<NodeId, Failure> {
        let (start, end) = self.behind(tag);
        let Some((word, after)) = find_word(self.source, start, end, "in")? else {
            return Err(Failure::syntax(tag.at, "`for` needs `in`: `{% for item in list %}`"));
        };
        let targets = self.targets(start, word)?;
        if let [target] = &*targets
            && &*target.text == "loop"
        {
            return Err(Failure::syntax(tag.at, "the name of an item cannot be `loop`"));
        }
        let over = self.expression(after, end)?;
        let (body, stop) = self.block(tag, &["else", "endfor"])?;
        let otherwise = if self.name_of(stop) == "else" { Some(self.block(tag, &["endfor"])?.0) } else { None };
        Ok(self.tree.add(tag.at, Kind::For { targets, over, body, otherwise }))
    }

    fn assignment(&mut self, tag: Tag) -> Result<NodeId, Failure> {
        let (start, end) = self.behind(tag);
        if let Some(equals) = find_top_level(self.source, start, end, b'=')? {
            let targets = self.targets(start, equals)?;
            let value = self.expression(equals + 1, end)?;
            return Ok(self.tree.add(tag.at, Kind::Set { targets, value: Some(value), body: None }));
        }
        let targets = self.targets(start, end)?;
        let body = self.captured(tag, "endset")?;
        Ok(self.tree.add(tag.at, Kind::Set { targets, value: None, body: Some(body) }))
    }

    /// Reads a body whose text becomes a value.
    fn captured(&mut self, tag: Tag, end: &'static str) -> Result<NodeId, Failure> {
        let macros = self.macros;
        let (body, _) = self.block(tag, &[end])?;
        if self.macros > macros {
            let name = self.name_of(tag);
            return Err(Failure::syntax(tag.at, format!("a macro cannot be declared within `{name}`")));
        }
        Ok(body)
    }

    fn macro_(&mut self, tag: Tag) -> Result<NodeId, Failure> {
        let (start, end) = self.behind(tag);
        let header = &self.source[start..end];
        let name = tag_name(header);
        let brackets = header[name.len()..].trim_start_matches(is_blank);
        if name.is_empty() || !brackets.starts_with('(') || !brackets.ends_with(')') || brackets.len() < 2 {
            return Err(Failure::syntax(tag.at, "a macro has a name and parameters: `{% macro name(a, b=1) %}`"));
        }
        let mut targets = self.targets(start, start + name.len())?;
        let signature = self.signature(end - brackets.len() + 1, end - 1)?;
        self.macros += 1;
        let (body, _) = self.block(tag, &["endmacro"])?;
        let Some(name) = targets.pop() else { return Err(Failure::syntax(tag.at, "the macro has no name")) };
        Ok(self.tree.add(tag.at, Kind::Macro { name, callable: Rc::new(Body { signature, body }) }))
    }

    fn call(&mut self, tag: Tag) -> Result<NodeId, Failure> {
        let (mut start, end) = self.behind(tag);
        let mut signature = Signature::default();
        if self.source[start..end].starts_with('(') {
            let Some(close) = find_matching(self.source, start, end)? else {
                return Err(Failure::syntax(start, "`(` is never closed"));
            };
            signature = self.signature(start + 1, close)?;
            start = close + 1;
        }
        let call = self.expression(start, end)?;
        let Kind::Call { callee, arguments } = self.tree.kind(call).clone() else {
            return Err(Failure::syntax(tag.at, "`call` needs the call of a macro: `{% call name() %}`"));
        };
        if !self.is_path(callee) {
            return Err(Failure::syntax(tag.at, "`call` needs the name of a macro"));
        }
        let (body, _) = self.block(tag, &["endcall"])?;
        Ok(self.tree.add(tag.at, Kind::CallBlock { callee, arguments, caller: Rc::new(Body { signature, body }) }))
    }

    fn is_path(&self, mut node: NodeId) -> bool {
        loop {
            match self.tree.kind(node) {
                Kind::Symbol(_) => return true,
                Kind::Lookup { target, key } if matches!(self.tree.kind(*key), Kind::Literal(_)) => node = *target,
                _ => return false,
            }
        }
    }

    fn filter(&mut self, tag: Tag) -> Result<NodeId, Failure> {
        let (start, end) = self.behind(tag);
        let body = self.captured(tag, "endfilter")?;
        let capture = self.tree.add(tag.at, Kind::Capture(body));
        let filter = Expressions::new(&mut self.tree, self.source, start, end)?.filter_of(capture)?;
        Ok(self.tree.add(tag.at, Kind::Output(filter)))
    }

    fn named_block(&mut self, tag: Tag) -> Result<NodeId, Failure> {
        let (start, end) = self.behind(tag);
        let expression = self.expression(start, end)?;
        let Kind::Symbol(name) = self.tree.kind(expression).clone() else {
            return Err(Failure::syntax(tag.at, "a block has a name: `{% block name %}`"));
        };
        let (body, stop) = self.block(tag, &["endblock"])?;
        let (start, end) = self.behind(stop);
        let closing = &self.source[start..end];
        if !closing.is_empty() && closing != &*name {
            return Err(Failure::syntax(stop.at, format!("`endblock {closing}` closes the block `{name}`")));
        }
        if self.blocks.insert(name.clone(), tag.at).is_some() {
            return Err(Failure::syntax(tag.at, format!("there are two blocks `{name}`")));
        }
        Ok(self.tree.add(tag.at, Kind::Block { name, body }))
    }

    fn switch(&mut self, tag: Tag) -> Result<NodeId, Failure> {
        let (start, end) = self.behind(tag);
        let value = self.expression(start, end)?;
        let stops = ["case", "default", "endswitch"];
        let (before, mut stop) = self.block(tag, &stops)?;
        if matches!(self.tree.kind(before), Kind::List(children) if !children.is_empty()) {
            return Err(Failure::syntax(
                tag.at,
                "nothing may stand between `switch` and the first `case`, not even a newline",
            ));
        }
        let mut cases = Vec::new();
        while self.name_of(stop) == "case" {
            let (start, end) = self.behind(stop);
            let condition = self.expression(start, end)?;
            let (body, next) = self.block(tag, &stops)?;
            cases.push((condition, body));
            stop = next;
        }
        let mut otherwise = None;
        if self.name_of(stop) == "default" {
            otherwise = Some(self.block(tag, &["endswitch"])?.0);
        }
        if cases.is_empty() && otherwise.is_none() {
            return Err(Failure::syntax(tag.at, "`switch` has no `case`"));
        }
        Ok(self.tree.add(tag.at, Kind::Switch { value, cases, otherwise }))
    }

    fn expression(&mut self, start: usize, end: usize) -> Result<NodeId, Failure> {
        Expressions::new(&mut self.tree, self.source, start, end)?.whole()
    }

    fn targets(&mut self, start: usize, end: usize) -> Result<Vec<Name>, Failure> {
        Expressions::new(&mut self.tree, self.source, start, end)?.targets()
    }

    fn signature(&mut self, start: usize, end: usize) -> Result<Signature, Failure> {
        Expressions::new(&mut self.tree, self.source, start, end)?.signature()
    }

    fn name_of(&self, tag: Tag) -> &'a str {
        tag_name(&self.source[tag.start..tag.end])
    }

    /// Returns what is behind the name of a tag.
    fn behind(&self, tag: Tag) -> (usize, usize) {
        let rest = &self.source[tag.start + self.name_of(tag).len()..tag.end];
        (tag.end - rest.trim_start_matches(is_blank).len(), tag.end)
    }

    fn last_at(&self) -> usize {
        match self.parts.get(self.index.saturating_sub(1)) {
            Some(Part::Text(_, at)) => *at,
            Some(Part::Variable(tag) | Part::Block(tag)) => tag.at,
            None => 0,
        }
    }
}

fn mismatch(name: &str, stops: &[&str]) -> String {
    match stops {
        [] => format!("`{name}` belongs to nothing: no tag before it is open"),
        [one] => format!("`{name}` stands where `{one}` is expected"),
        [first @ .., last] => format!("`{name}` stands where `{}` or `{last}` is expected", first.join("`, `")),
    }
}
