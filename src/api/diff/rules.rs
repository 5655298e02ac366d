//! The table of changes: every difference between two versions that has a name, and what it means for those who use
//! the API.
//!
//! To add a rule, add a line to the table and a case to `tests/diff`; `explain` and the manual are made from it.

use std::fmt::Write as _;

/// What a change means for those who use the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Everything that worked still works.
    Compatible,
    /// It depends on how the API is used.
    Risky,
    /// Something that worked no longer works.
    Breaking,
}

impl Level {
    /// Returns the name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Risky => "risky",
            Self::Breaking => "breaking",
        }
    }
}

/// What is known of one kind of change.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case name, stable across versions.
    pub name: &'static str,
    /// What such a change means.
    pub level: Level,
    /// One sentence: what has changed, and why it has this level.
    pub summary: &'static str,
}

impl Rule {
    /// Finds the rule called `name`.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|rule| rule.name == name)
    }
}

macro_rules! rules {
    ($($constant:ident $name:literal $level:ident $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $constant: Rule = Rule { name: $name, level: Level::$level, summary: $summary };
        )*
        /// Every rule, by level and name.
        pub static ALL: &[&Rule] = &[$(&$constant),*];
    };
}

rules! {
    API_REMOVED "api-removed" Breaking "An API is gone from the catalog, or is of another format.";
    ARGUMENT_REMOVED "argument-removed" Breaking "An argument or an input field of GraphQL is gone: requests that name it are refused.";
    CHANNEL_REMOVED "channel-removed" Breaking "A channel is gone, and with it whoever publishes to it or listens.";
    CONTENT_TYPE_CHANGED "content-type-changed" Breaking "Messages are encoded in another way.";
    DIRECTIVE_LOCATION_REMOVED "directive-location-removed" Breaking "A directive is no longer allowed in a place where it was.";
    DISCRIMINATOR_CHANGED "discriminator-changed" Breaking "Another property distinguishes the alternatives.";
    FIELD_NUMBER_CHANGED "field-number-changed" Breaking "A field or value of Protocol Buffers has another number: old and new messages misread each other.";
    FIELD_NUMBER_FREED "field-number-freed" Breaking "A field of Protocol Buffers is gone and its number not reserved, so that another meaning may take it.";
    INTERFACE_REMOVED "interface-removed" Breaking "A type of GraphQL no longer implements an interface.";
    MEDIA_TYPE_REMOVED "media-type-removed" Breaking "A media type is not accepted or offered any more.";
    MEMBER_REMOVED "member-removed" Breaking "A type is no longer part of a union: queries with a fragment on it are refused.";
    MESSAGE_REMOVED "message-removed" Breaking "A message is not received or sent any more.";
    ONEOF_CHANGED "oneof-changed" Breaking "A field of Protocol Buffers went into a oneof or out of it: setting one clears the others.";
    OPERATION_MOVED "operation-moved" Breaking "An operation uses another channel.";
    OPERATION_REMOVED "operation-removed" Breaking "An operation is gone.";
    PARAMETER_STYLE_CHANGED "parameter-style-changed" Breaking "A parameter is written in another way, such as its lists.";
    REQUEST_ALTERNATIVE_REMOVED "request-alternative-removed" Breaking "One of the alternatives of what is sent is gone.";
    REQUEST_CONSTRAINT_TIGHTENED "request-constraint-tightened" Breaking "A limit on what is sent is narrower.";
    REQUEST_FIELD_REQUIRED "request-field-required" Breaking "What could be left out of a request must be there.";
    REQUEST_NULL_REFUSED "request-null-refused" Breaking "Null is not accepted any more.";
    REQUEST_TYPE_NARROWED "request-type-narrowed" Breaking "What is sent must be of another type, or of fewer types.";
    REQUEST_VALUE_REMOVED "request-value-removed" Breaking "One of the values that could be sent is not accepted any more.";
    REQUIRED_FIELD_ADDED "required-field-added" Breaking "A request must hold something that no request held so far.";
    RESPONSE_FIELD_OPTIONAL "response-field-optional" Breaking "What was always in a response may be missing.";
    RESPONSE_FIELD_REMOVED "response-field-removed" Breaking "Something that could be read from a response is gone.";
    RESPONSE_NULL_ADDED "response-null-added" Breaking "What was always there may be null.";
    RESPONSE_REMOVED "response-removed" Breaking "A response of success is gone.";
    RESPONSE_TYPE_CHANGED "response-type-changed" Breaking "What is read is of another type, or of further types.";
    SECURITY_TIGHTENED "security-tightened" Breaking "Credentials that were enough are not enough any more.";
    STREAMING_CHANGED "streaming-changed" Breaking "A procedure streams where it did not, or no longer.";
    TYPE_CHANGED "type-changed" Breaking "A field or a procedure has a type that the old one is not compatible with.";
    TYPE_KIND_CHANGED "type-kind-changed" Breaking "A type is of another kind, such as an interface instead of an object.";
    TYPE_REMOVED "type-removed" Breaking "A type, service or directive is gone.";
    VALUE_REMOVED "value-removed" Breaking "A value of an enum is gone.";

    BINDING_CHANGED "binding-changed" Risky "Something about the transport has changed, such as a binding or a correlation id.";
    CALLBACK_REMOVED "callback-removed" Risky "A callback is not called any more.";
    CONDITION_CHANGED "condition-changed" Risky "A condition of a schema (`if`, `then`, `else`, `not`) has changed.";
    DEFAULT_CHANGED "default-changed" Risky "Something else is meant when nothing is sent.";
    ENCODING_KEPT_TYPE_CHANGED "encoding-kept-type-changed" Risky "A field of Protocol Buffers has another type of the same encoding: messages are read, values may be cut.";
    ERROR_RESPONSE_REMOVED "error-response-removed" Risky "A response that is no success is gone.";
    FIELD_RENAMED "field-renamed" Risky "A field or value of Protocol Buffers has another name: binary messages stay, JSON and generated code do not.";
    FIELD_RESERVED "field-reserved" Risky "A field of Protocol Buffers is gone and its number reserved: code that uses it no longer compiles.";
    INTERFACE_ADDED "interface-added" Risky "A type of GraphQL implements one more interface: fragments on it match more.";
    OPERATION_ID_CHANGED "operation-id-changed" Risky "An operation has another id, and with it another name in generated clients.";
    REQUEST_FIELD_REMOVED "request-field-removed" Risky "Something that could be sent is not read any more.";
    RESERVATION_REMOVED "reservation-removed" Risky "A number or name of Protocol Buffers is no longer reserved and may get a second meaning.";
    RESPONSE_ALTERNATIVE_ADDED "response-alternative-added" Risky "What is read may be an alternative that no reader knows yet.";
    RESPONSE_CONSTRAINT_LOOSENED "response-constraint-loosened" Risky "What is read may be beyond the limits it had.";
    RESPONSE_VALUE_ADDED "response-value-added" Risky "What is read may be a value that no reader knows yet.";
    SENT_MESSAGE_ADDED "sent-message-added" Risky "A message is sent that no reader knows yet.";
    SERVER_REMOVED "server-removed" Risky "A server is not named any more.";

    API_ADDED "api-added" Compatible "There is a new API in the catalog.";
    CHANNEL_ADDED "channel-added" Compatible "There is a new channel.";
    DEPRECATED "deprecated" Compatible "Something is to be used no longer; it still works.";
    ERROR_RESPONSE_ADDED "error-response-added" Compatible "There is a new response that is no success.";
    MEDIA_TYPE_ADDED "media-type-added" Compatible "A media type is accepted or offered in addition.";
    MESSAGE_ADDED "message-added" Compatible "A message is received in addition.";
    OPERATION_ADDED "operation-added" Compatible "There is a new operation.";
    PARAMETER_RENAMED "parameter-renamed" Compatible "A variable of a path has another name; the address stays.";
    REQUEST_ALTERNATIVE_ADDED "request-alternative-added" Compatible "One more alternative may be sent.";
    REQUEST_CONSTRAINT_LOOSENED "request-constraint-loosened" Compatible "A limit on what is sent is wider.";
    REQUEST_FIELD_ADDED "request-field-added" Compatible "Something may be sent in addition.";
    REQUEST_FIELD_OPTIONAL "request-field-optional" Compatible "What had to be sent may be left out.";
    REQUEST_NULL_ACCEPTED "request-null-accepted" Compatible "Null may be sent.";
    REQUEST_TYPE_WIDENED "request-type-widened" Compatible "What is sent may be of further types.";
    REQUEST_VALUE_ADDED "request-value-added" Compatible "One more value may be sent.";
    RESPONSE_ADDED "response-added" Compatible "There is a new response of success.";
    RESPONSE_ALTERNATIVE_REMOVED "response-alternative-removed" Compatible "An alternative of what is read does not occur any more.";
    RESPONSE_CONSTRAINT_TIGHTENED "response-constraint-tightened" Compatible "What is read stays within narrower limits.";
    RESPONSE_FIELD_ADDED "response-field-added" Compatible "A response holds something in addition.";
    RESPONSE_FIELD_REQUIRED "response-field-required" Compatible "What could be missing from a response is always there.";
    RESPONSE_NULL_REMOVED "response-null-removed" Compatible "What could be null is always there.";
    RESPONSE_TYPE_NARROWED "response-type-narrowed" Compatible "What is read is of fewer types.";
    RESPONSE_VALUE_REMOVED "response-value-removed" Compatible "A value that could be read does not occur any more.";
    SECURITY_LOOSENED "security-loosened" Compatible "Other credentials are enough, too.";
    SERVER_ADDED "server-added" Compatible "There is a new server.";
    TYPE_ADDED "type-added" Compatible "There is a new type, service or directive.";
}

/// Returns the manual page of all rules, Markdown.
#[must_use]
pub fn manual() -> String {
    let mut out = String::from(include_str!("manual-intro.md"));
    for (level, about) in [
        (Level::Breaking, "Something that worked does not work any more."),
        (Level::Risky, "It depends on how the API is used."),
        (Level::Compatible, "Everything that worked goes on working."),
    ] {
        let name = level.as_str();
        let _ = write!(out, "\n## {}{}\n\n{about}\n\n", name[..1].to_uppercase(), &name[1..]);
        out.push_str("| rule | meaning |\n|---|---|\n");
        for rule in ALL.iter().filter(|rule| rule.level == level) {
            let _ = writeln!(out, "| `{}` | {} |", rule.name, rule.summary);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_by_level_and_name_and_say_what_they_mean() {
        let all: Vec<_> = ALL.iter().map(|rule| (std::cmp::Reverse(rule.level), rule.name)).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
        assert!(ALL.iter().all(|rule| rule.summary.ends_with('.')));
    }
}
