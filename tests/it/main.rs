//! The integration tests: one program, one file for each question they answer.

mod cli;
mod hostile;
mod layering;
mod policy;
mod rules;
mod specs;
