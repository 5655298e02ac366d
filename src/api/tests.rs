//! Tests of the references.
