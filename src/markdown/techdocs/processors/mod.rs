//! The block processors of Markdown itself, one kind a file; those of extensions are in `ext`.

pub(super) mod code;
pub(super) mod empty;
pub(super) mod heading;
pub(super) mod list;
pub(super) mod paragraph;
pub(super) mod quote;
pub(super) mod reference;
