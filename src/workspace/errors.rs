//! Why something cannot be read or found.

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is larger than the reader takes.
    #[error("the file has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The most that is read.
        limit: u64,
    },
    /// It was asked for as text and is none.
    #[error("the file is not UTF-8 text: byte {offset} is wrong")]
    NotUtf8 {
        /// The first byte that is wrong.
        offset: u64,
    },
    /// The operating system refuses it.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
}

/// Why a target leads to nothing that may be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// There is nothing.
    #[error("`{path}` does not exist")]
    Missing {
        /// Where it was looked for, as reports show paths.
        path: String,
    },
    /// A file was wanted.
    #[error("it is a folder")]
    IsFolder,
    /// A folder was wanted.
    #[error("it is a file")]
    IsFile,
    /// It is outside of the repository, by its text or through a symbolic link.
    #[error("it leads outside the repository")]
    OutsideRepository,
    /// It is a URL, or one of a repository that is not among the roots.
    #[error("it is not in a repository that is read")]
    NotLocal,
    /// The operating system refuses it.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// Where it is.
        path: String,
        /// Why.
        reason: String,
    },
}
