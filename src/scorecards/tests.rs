//! Tests of scorecards as a whole.
