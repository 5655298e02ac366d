//! Playbill: a developer portal without a server.
//!
//! A compiler whose source language is a folder and whose target is a folder. The modules are in dependency order: a
//! module uses only modules above it. ARCHITECTURE.md explains the data flow.

mod registry;
pub mod text;
pub mod calendar;
pub mod portable;
pub mod diag;
pub mod error;
pub mod depth;
pub mod incremental;
pub mod yaml;
pub mod html;
pub mod inert;
pub mod media_type;
pub mod graph;
pub mod highlight;
pub mod math;
pub mod diagram;
pub mod icon_set;
pub mod markdown;
pub mod config;
pub mod pack;
pub mod workspace;
pub mod redirects;
pub mod org;
mod code_owners;
mod discover;
pub mod catalog;
pub mod snapshots;
pub mod impact;
pub mod docs;
pub mod api;
pub mod adr;
pub mod radar;
pub mod mentions;
pub mod announcements;
mod unclaimed;
pub mod scaffold;
pub mod scorecards;
pub mod dashboards;
pub mod standalone_markdown;
pub mod preview;
pub mod portal;
pub mod routes;
pub mod portal_export;
pub mod foreign;
pub mod diff;
pub mod search;
pub mod site;
pub mod theme;
pub mod output;
pub mod render;
pub mod remote;
#[cfg(feature = "serve")]
pub mod serve;
pub mod cli;
