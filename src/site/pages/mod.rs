//! One type of page a file: what it says about itself, and its model.

pub mod catalog;
pub mod docs;
pub mod entity;
pub mod explore;
pub mod hosting;
pub mod graph;
pub mod home;
pub mod lists;
pub mod pager;
pub mod problems;
pub mod simple;
pub mod standalone;
pub mod status;
