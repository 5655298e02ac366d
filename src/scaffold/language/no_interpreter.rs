//! The substitute of the interpreter in a program that was built without one.

/// Fails: nothing can be matched.
pub(super) fn run(_: &str, _: &str, _: (&str, &str), _: usize, _: &str) -> Result<String, String> {
    Err("this program was built without its feature `javascript`".to_owned())
}
