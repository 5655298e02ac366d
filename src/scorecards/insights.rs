//! Figures of the whole portal.
