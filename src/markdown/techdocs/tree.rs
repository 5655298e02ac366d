//! The tree between parsing and HTML: elements with a text before their first child and a tail after their end.
//!
//! The shape is that of Python's ElementTree, because the dialect is defined by what its extensions do with texts and
//! tails (an attribute list applies to the element whose tail begins with it, for instance). Nodes live in one arena and
//! are never freed. Knows nothing of Markdown.

use std::borrow::Cow;

/// Names a node of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId(u32);

/// Text in the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// The text, unescaped, with placeholders for stashed parts.
    pub(super) value: String,
    /// Whether inline syntax in it has been dealt with for good.
    pub(super) atomic: bool,
}

impl Text {
    pub(super) fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    pub(super) fn set(&mut self, value: impl Into<String>) {
        self.value = value.into();
        self.atomic = false;
    }

    pub(super) fn set_atomic(&mut self, value: impl Into<String>) {
        self.value = value.into();
        self.atomic = true;
    }

    pub(super) fn take(&mut self) -> String {
        self.atomic = false;
        std::mem::take(&mut self.value)
    }
}

/// One element.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) tag: Cow<'static, str>,
    pub(super) attributes: Vec<(Cow<'static, str>, String)>,
    pub(super) text: Text,
    pub(super) tail: Text,
    pub(super) children: Vec<NodeId>,
}

impl Node {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn set_attribute(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let name = name.into();
        let value = value.into();
        match self.attributes.iter_mut().find(|(key, _)| *key == name) {
            Some(entry) => entry.1 = value,
            None => self.attributes.push((name, value)),
        }
    }

    pub(super) fn remove_attribute(&mut self, name: &str) -> Option<String> {
        let at = self.attributes.iter().position(|(key, _)| key == name)?;
        Some(self.attributes.remove(at).1)
    }

    /// Returns the value of `class`, empty without one.
    pub(super) fn class(&self) -> &str {
        self.attribute("class").unwrap_or("")
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.class().split_ascii_whitespace().any(|word| word == class)
    }

    pub(super) fn add_class(&mut self, class: &str) {
        let value = match self.attribute("class") {
            Some(before) if !before.is_empty() => format!("{before} {class}"),
            _ => class.to_owned(),
        };
        self.set_attribute("class", value);
    }

    pub(super) fn is_heading(&self) -> bool {
        heading_level(&self.tag).is_some()
    }
}

/// Returns the level of a heading tag.
pub(super) fn heading_level(tag: &str) -> Option<u8> {
    match tag.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

/// All nodes of one document.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl std::ops::Index<NodeId> for Tree {
    type Output = Node;

    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

impl std::ops::IndexMut<NodeId> for Tree {
    fn index_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }
}

impl Tree {
    /// Reserves capacity for the elements of a text of about `bytes` bytes.
    pub(super) fn expect(&mut self, bytes: usize) {
        self.nodes.reserve(bytes / 48 + 16);
    }

    /// Makes an element that has no parent yet.
    pub(super) fn make(&mut self, tag: impl Into<Cow<'static, str>>) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes in a document of limited size"));
        self.nodes.push(Node {
            tag: tag.into(),
            attributes: Vec::new(),
            text: Text::default(),
            tail: Text::default(),
            children: Vec::new(),
        });
        id
    }

    /// Makes an element as the last child of `parent`.
    pub(super) fn append(&mut self, parent: NodeId, tag: impl Into<Cow<'static, str>>) -> NodeId {
        let id = self.make(tag);
        self[parent].children.push(id);
        id
    }

    /// Makes an element with a class as the last child of `parent`.
    pub(super) fn append_classed(&mut self, parent: NodeId, tag: &'static str, class: impl Into<String>) -> NodeId {
        let id = self.append(parent, tag);
        self[id].set_attribute("class", class);
        id
    }

    pub(super) fn last_child(&self, parent: NodeId) -> Option<NodeId> {
        self[parent].children.last().copied()
    }

    /// Moves the text of `node` into a new paragraph at the position `at` among its children.
    pub(super) fn text_to_paragraph(&mut self, node: NodeId, at: usize) {
        if self[node].text.is_empty() {
            return;
        }
        let paragraph = self.make("p");
        self[paragraph].text = std::mem::take(&mut self[node].text);
        let at = at.min(self[node].children.len());
        self[node].children.insert(at, paragraph);
    }

    /// Returns `root` and everything below it in document order.
    pub(super) fn walk(&self, root: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            found.push(id);
            open.extend(self[id].children.iter().rev());
        }
        found
    }

    /// Appends the text of `root` and everything below it, without its tail.
    pub(super) fn text_content(&self, root: NodeId, out: &mut String) {
        enum Step {
            Enter(NodeId),
            Tail(NodeId),
        }
        let mut open = vec![Step::Enter(root)];
        while let Some(step) = open.pop() {
            match step {
                Step::Enter(id) => {
                    out.push_str(&self[id].text.value);
                    if id != root {
                        open.push(Step::Tail(id));
                    }
                    open.extend(self[id].children.iter().rev().map(|child| Step::Enter(*child)));
                }
                Step::Tail(id) => out.push_str(&self[id].tail.value),
            }
        }
    }
}

/// Returns whether an element with this tag, in lower case, is block-level, outside paragraphs. The list of the
/// original, wider than HTML's.
pub(super) fn is_block_level(tag: &str) -> bool {
    matches!(
        tag,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "canvas"
            | "center"
            | "colgroup"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "group"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "iframe"
            | "legend"
            | "li"
            | "main"
            | "map"
            | "math"
            | "menu"
            | "nav"
            | "noscript"
            | "object"
            | "ol"
            | "option"
            | "output"
            | "p"
            | "pre"
            | "progress"
            | "script"
            | "section"
            | "style"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "textarea"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
            | "video"
    )
}

/// Elements without an end tag.
pub(super) fn is_void(tag: &str) -> bool {
    matches!(
        tag,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}
