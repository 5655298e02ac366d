//! Which names are bound to items of a loop, parameters and macros.
//!
//! Nunjucks compiled templates to JavaScript, where such names became variables of a function, and all others were looked up
//! in frames at run time. The two differ in what an assignment changes, so both are kept: a name that has a slot is read from
//! there, every other one from the scopes.

use std::collections::HashMap;
use std::rc::Rc;

use super::ast::{Arguments, Body, Kind, Name, NodeId, Tree};
use super::failure::Failure;
use super::limits;

/// A part of the text in which names mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RegionId(usize);

/// The slots of one function and the region of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameId(usize);

/// The regions of a loop: of its body by what it goes through, and of its `else`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loop {
    pub(super) length: u32,
    pub(super) over_list: RegionId,
    pub(super) over_record: RegionId,
}

#[derive(Debug, Default)]
struct Region {
    slots: HashMap<NodeId, u32, foldhash::fast::FixedState>,
    bodies: HashMap<NodeId, FrameId, foldhash::fast::FixedState>,
    loops: HashMap<NodeId, Loop, foldhash::fast::FixedState>,
}

/// All slots of a text.
#[derive(Debug, Default)]
pub(super) struct Slots {
    regions: Vec<Region>,
    frames: Vec<(Vec<u32>, RegionId)>,
    root: Option<FrameId>,
}

impl Slots {
    /// Returns the slot that a name has, if it has one.
    pub(super) fn slot(&self, region: RegionId, node: NodeId) -> Option<u32> {
        self.regions[region.0].slots.get(&node).copied()
    }

    /// Returns the frame of a macro, a caller or a block.
    pub(super) fn body(&self, region: RegionId, node: NodeId) -> Option<FrameId> {
        self.regions[region.0].bodies.get(&node).copied()
    }

    /// Returns the regions of a loop.
    pub(super) fn repetition(&self, region: RegionId, node: NodeId) -> Option<Loop> {
        self.regions[region.0].loops.get(&node).copied()
    }

    /// Returns the slots of a frame, and its region.
    pub(super) fn frame(&self, frame: FrameId) -> (&[u32], RegionId) {
        let (slots, region) = &self.frames[frame.0];
        (slots, *region)
    }

    /// Returns the frame of the whole text.
    pub(super) fn root(&self) -> Option<FrameId> {
        self.root
    }
}

/// How deep the tree may be that is gone through.
const MAX_DEPTH: usize = 4 * limits::DEPTH;

/// Gives slots to the names of a text.
pub(super) fn plan(tree: &Tree) -> Result<Slots, Failure> {
    let mut planner =
        Planner { tree, slots: Slots::default(), next: 0, names: HashMap::new(), undo: Vec::new(), work: 0, depth: 0 };
    let frame = planner.new_frame();
    planner.slots.root = Some(frame);
    if let Some(root) = tree.root {
        let region = planner.slots.frames[frame.0].1;
        planner.visit(root, frame, region)?;
    }
    Ok(planner.slots)
}

struct Planner<'a> {
    tree: &'a Tree,
    slots: Slots,
    next: u32,
    names: HashMap<Rc<str>, u32>,
    /// What names meant before the regions that are open.
    undo: Vec<(Rc<str>, Option<u32>)>,
    work: u64,
    depth: usize,
}

impl Planner<'_> {
    fn new_region(&mut self) -> RegionId {
        self.slots.regions.push(Region::default());
        RegionId(self.slots.regions.len() - 1)
    }

    fn new_frame(&mut self) -> FrameId {
        let region = self.new_region();
        self.slots.frames.push((Vec::new(), region));
        FrameId(self.slots.frames.len() - 1)
    }

    fn new_slot(&mut self, frame: FrameId) -> u32 {
        let slot = self.next;
        self.next += 1;
        self.slots.frames[frame.0].0.push(slot);
        slot
    }

    fn bind(&mut self, name: &Name, frame: FrameId, region: RegionId) -> u32 {
        let slot = self.new_slot(frame);
        let before = self.names.insert(name.text.clone(), slot);
        self.undo.push((name.text.clone(), before));
        self.slots.regions[region.0].slots.insert(name.id, slot);
        slot
    }

    fn restore(&mut self, mark: usize) {
        while self.undo.len() > mark {
            if let Some((name, before)) = self.undo.pop() {
                match before {
                    Some(slot) => self.names.insert(name, slot),
                    None => self.names.remove(&name),
                };
            }
        }
    }

    fn note_use(&mut self, node: NodeId, name: &str, region: RegionId) {
        if let Some(slot) = self.names.get(name) {
            self.slots.regions[region.0].slots.insert(node, *slot);
        }
    }

    /// Plans a macro, which knows no names of its surroundings, or a caller, which knows all.
    fn callable(&mut self, body: &Body, inherits: bool) -> Result<FrameId, Failure> {
        let outer =
            if inherits { None } else { Some((std::mem::take(&mut self.names), std::mem::take(&mut self.undo))) };
        let mark = self.undo.len();
        let frame = self.new_frame();
        let region = self.slots.frames[frame.0].1;
        let mut seen: HashMap<Rc<str>, u32> = HashMap::new();
        for name in &body.signature.positional {
            match seen.get(&name.text) {
                Some(slot) => {
                    self.slots.regions[region.0].slots.insert(name.id, *slot);
                }
                None => {
                    let slot = self.bind(name, frame, region);
                    seen.insert(name.text.clone(), slot);
                }
            }
        }
        for (_, value) in &body.signature.defaults {
            self.visit(*value, frame, region)?;
        }
        self.visit(body.body, frame, region)?;
        self.restore(mark);
        if let Some((names, undo)) = outer {
            (self.names, self.undo) = (names, undo);
        }
        Ok(frame)
    }

    fn arguments(&mut self, arguments: &Arguments, frame: FrameId, region: RegionId) -> Result<(), Failure> {
        for node in &arguments.positional {
            self.visit(*node, frame, region)?;
        }
        for (_, node) in &arguments.keyword {
            self.visit(*node, frame, region)?;
        }
        Ok(())
    }

    fn visit(&mut self, node: NodeId, frame: FrameId, region: RegionId) -> Result<(), Failure> {
        self.work += 1;
        // The body of a loop with several names is gone through twice, so nested ones many times.
        if self.work > limits::WORK + self.tree.len() as u64 {
            return Err(Failure::limit(format!("takes more than {} steps", limits::WORK)).or_at(self.tree.at(node)));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(limits::depth().or_at(self.tree.at(node)));
        }
        self.visit_inner(node, frame, region)?;
        self.depth -= 1;
        Ok(())
    }

    fn visit_inner(&mut self, node: NodeId, frame: FrameId, region: RegionId) -> Result<(), Failure> {
        let tree = self.tree;
        let visit = |planner: &mut Self, node: NodeId| planner.visit(node, frame, region);
        match tree.kind(node) {
            Kind::Data(_) | Kind::Literal(_) => {}
            Kind::Symbol(name) => self.note_use(node, name, region),
            Kind::List(children) | Kind::Array(children) | Kind::Group(children) => {
                for child in children {
                    visit(self, *child)?;
                }
            }
            Kind::Output(inner) | Kind::Unary(_, inner) | Kind::Capture(inner) => visit(self, *inner)?,
            Kind::Dict(entries) => {
                for (_, value) in entries {
                    visit(self, *value)?;
                }
            }
            Kind::Binary(_, left, right) | Kind::Lookup { target: left, key: right } => {
                visit(self, *left)?;
                visit(self, *right)?;
            }
            Kind::Slice { target, bounds } => {
                visit(self, *target)?;
                for bound in bounds {
                    visit(self, *bound)?;
                }
            }
            Kind::Compare(first, rest) => {
                visit(self, *first)?;
                for (_, operand) in rest {
                    visit(self, *operand)?;
                }
            }
            Kind::If { condition, body, otherwise } | Kind::InlineIf { condition, body, otherwise } => {
                visit(self, *condition)?;
                visit(self, *body)?;
                if let Some(otherwise) = otherwise {
                    visit(self, *otherwise)?;
                }
            }
            Kind::Is { value, arguments, .. } => {
                visit(self, *value)?;
                if let Some(arguments) = arguments {
                    self.arguments(arguments, frame, region)?;
                }
            }
            Kind::Filter { arguments, .. } => self.arguments(arguments, frame, region)?,
            Kind::Call { callee, arguments } => {
                visit(self, *callee)?;
                self.arguments(arguments, frame, region)?;
            }
            Kind::Set { targets, value, body } => {
                for part in [value, body].into_iter().flatten() {
                    visit(self, *part)?;
                }
                for target in targets {
                    self.note_use(target.id, &target.text, region);
                }
            }
            Kind::Switch { value, cases, otherwise } => {
                visit(self, *value)?;
                for (condition, body) in cases {
                    visit(self, *condition)?;
                    visit(self, *body)?;
                }
                if let Some(otherwise) = otherwise {
                    visit(self, *otherwise)?;
                }
            }
            Kind::For { targets, over, body, otherwise } => {
                visit(self, *over)?;
                let length = self.new_slot(frame);
                let mark = self.undo.len();
                let over_list = self.new_region();
                for target in targets {
                    self.bind(target, frame, over_list);
                }
                self.visit(*body, frame, over_list)?;
                let mut over_record = over_list;
                if targets.len() > 1 {
                    over_record = self.new_region();
                    for target in &targets[..2] {
                        self.bind(target, frame, over_record);
                    }
                    self.visit(*body, frame, over_record)?;
                }
                if let Some(otherwise) = otherwise {
                    self.visit(*otherwise, frame, over_record)?;
                }
                self.restore(mark);
                self.slots.regions[region.0].loops.insert(node, Loop { length, over_list, over_record });
            }
            Kind::Macro { name, callable } => {
                let slot = self.bind(name, frame, region);
                self.slots.regions[region.0].slots.insert(node, slot);
                let body = self.callable(callable, false)?;
                self.slots.regions[region.0].bodies.insert(node, body);
            }
            Kind::CallBlock { callee, arguments, caller } => {
                visit(self, *callee)?;
                self.arguments(arguments, frame, region)?;
                let body = self.callable(caller, true)?;
                self.slots.regions[region.0].bodies.insert(node, body);
            }
            Kind::Block { body, .. } => {
                let outer = (std::mem::take(&mut self.names), std::mem::take(&mut self.undo));
                let inner = self.new_frame();
                let inner_region = self.slots.frames[inner.0].1;
                self.visit(*body, inner, inner_region)?;
                (self.names, self.undo) = outer;
                self.slots.regions[region.0].bodies.insert(node, inner);
            }
        }
        Ok(())
    }
}
