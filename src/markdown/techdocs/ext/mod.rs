//! The extensions that techdocs-core switches on, and the ones authors add to it, one a file.

pub(super) mod abbr;
pub(super) mod admonition;
pub(super) mod alerts;
pub(super) mod arithmatex;
pub(super) mod attr_list;
pub(super) mod blocks;
pub(super) mod critic;
pub(super) mod def_list;
pub(super) mod details;
pub(super) mod emoji;
pub(super) mod emphasis;
pub(super) mod footnotes;
pub(super) mod graphviz;
pub(super) mod highlight;
pub(super) mod inlinehilite;
pub(super) mod keys;
pub(super) mod magiclink;
pub(super) mod md_in_html;
pub(super) mod meta;
pub(super) mod plantuml;
pub(super) mod progressbar;
pub(super) mod shorthand;
pub(super) mod smartsymbols;
pub(super) mod smarty;
pub(super) mod snippets;
pub(super) mod superfences;
pub(super) mod tabbed;
pub(super) mod tables;
pub(super) mod tasklist;
pub(super) mod toc;

mod container;
