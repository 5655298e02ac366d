//! Every input, read once: finding files, reading them, and the facts of git.
//!
//! One of the four modules that touch the outside world. Does not know what any file means.
//!
//! Invariants: a path that leaves its repository is never opened, whether by `..`, an absolute path or a symbolic
//! link; a file is read at most once, so that a build sees one state of it; nothing is read that nobody asked for.
