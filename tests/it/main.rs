//! Tests that need the whole library; one binary, because every further one links everything again.

mod rules;
