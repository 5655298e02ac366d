//! What the help of each command says besides its arguments: examples, and what the exit codes mean.

use clap::{Command, CommandFactory};

use super::args::Cli;

/// The end of the help of a command.
struct Help {
    /// The command, as words after the name of the program.
    command: &'static str,
    /// Command lines, each with what it is for.
    examples: &'static [(&'static str, &'static str)],
    /// Exit codes, each with what it means; 2 is the same for all.
    exit: &'static [(u8, &'static str)],
}

/// What 2 means.
const UNUSABLE: &str = "wrong usage or configuration, or something cannot be read or written";

/// The end of the help of the program itself.
const START: &str = "\
Start with:
  playbill serve --open  see what is here as a portal, with or without a catalog
  playbill init          write the catalog files and the workflow that are missing
  playbill check         every mistake, with its place and what to do

Exit codes:
  0  done
  1  done, and something is wrong with the content
  2  wrong usage or configuration, or something cannot be read or written";

/// The ends, a command each.
const HELP: &[Help] = &[
    Help {
        command: "init",
        examples: &[
            ("playbill init", "look here, propose, ask, write"),
            ("playbill init --dry-run", "print what would be written"),
            ("playbill init ../shop --yes --owner checkout", "write without asking"),
        ],
        exit: &[(0, "written, nothing to add, or declined"), (1, "what is there now has errors")],
    },
    Help {
        command: "build",
        examples: &[
            ("playbill build", "the folder here, into `site`"),
            ("playbill build ../services ../web -o public", "several folders as one portal"),
            ("playbill build --strict", "for CI: fail where something is wrong"),
            ("playbill build --packs packs --write-lock lock.json", "from packs, and note which"),
            ("playbill build --preview portal.json.gz -o preview", "the portal of a change, with what differs marked"),
        ],
        exit: &[(0, "built"), (1, "built, and something fails `--strict` or a budget")],
    },
    Help {
        command: "serve",
        examples: &[
            ("playbill serve --open", "the folder here, in the browser"),
            ("playbill serve ../services ../web --next-port", "at port 3000, or the next free one"),
            ("playbill serve --host 0.0.0.0 --allow-host dev.example.com", "for others in the network"),
        ],
        exit: &[(0, "interrupted")],
    },
    Help {
        command: "check",
        examples: &[
            ("playbill check", "every problem, with its place and what to do"),
            ("playbill check --format github --strict", "as annotations of a pull request"),
            ("playbill check --baseline accepted.json --write-baseline", "accept what is there now"),
        ],
        exit: &[(0, "no errors"), (1, "errors; with `--strict` also warnings")],
    },
    Help {
        command: "pack",
        examples: &[
            ("playbill pack -o web.tar.gz", "the repository here"),
            ("playbill pack ../web -o web.tar.gz --slug mirror/web", "another one, under a name of its own"),
            ("playbill pack -o web.tar.gz --sequence 1234", "with the number of the run as its age"),
        ],
        exit: &[(0, "packed"), (1, "nothing is packed, since there are errors")],
    },
    Help {
        command: "push",
        examples: &[
            ("playbill push web.tar.gz --to s3://acme-portal/store", "the pack of this repository"),
            ("playbill push web.tar.gz --to s3://acme-portal", "at the top of a bucket"),
            ("playbill push web.tar.gz --to s3://acme-portal/store --quiet", "without a word"),
        ],
        exit: &[(0, "pushed, or a newer pack is there")],
    },
    Help {
        command: "pull",
        examples: &[
            ("playbill pull s3://acme-portal/store -o packs", "the newest pack of each repository"),
            ("playbill pull s3://acme-portal/store -o packs --lock lock.json", "those of an earlier build"),
            ("playbill pull s3://acme-portal -o packs --quiet", "say only what is left out"),
        ],
        exit: &[(0, "pulled"), (1, "pulled, and a pack is left out")],
    },
    Help {
        command: "publish",
        examples: &[
            ("playbill publish --to s3://portal.example.com", "what has changed in `site`"),
            ("playbill publish public --to s3://acme-web/portal", "another folder, below a path"),
            ("playbill publish --to s3://portal.example.com --dry-run", "print the addresses only"),
        ],
        exit: &[(0, "published, nothing to publish, or a newer site is there")],
    },
    Help {
        command: "gc",
        examples: &[
            ("playbill gc s3://portal.example.com --dry-run", "what would be removed"),
            ("playbill gc s3://portal.example.com", "what a day ago was no longer in the site"),
            ("playbill gc s3://acme-portal/store --keep 90d --lock lock.json", "packs, except those of a build"),
        ],
        exit: &[(0, "removed, or there was nothing to remove")],
    },
    Help {
        command: "docs build",
        examples: &[
            ("playbill docs build", "the documentation here, into `site`"),
            ("playbill docs build services/payments -o public", "that of another folder"),
            ("playbill docs build --strict", "fail where something is wrong, as `mkdocs build --strict`"),
        ],
        exit: &[(0, "built"), (1, "built, and something fails `--strict`")],
    },
    Help {
        command: "diff",
        examples: &[
            ("playbill diff --base-ref origin/main", "what this branch does to the portal"),
            ("playbill diff main.json . --format markdown", "the comment of a pull request"),
            ("playbill diff old/openapi.yaml openapi.yaml --catalog .", "two versions of a definition"),
        ],
        exit: &[(0, "nothing that `--fail-on` names"), (1, "something of it")],
    },
    Help {
        command: "new",
        examples: &[
            ("playbill new templates/service --set name=orders -o ../orders", "from a folder"),
            ("playbill new template:default/service --values values.yaml --dry-run", "from the catalog; show only"),
            ("playbill new templates/service --test", "run the examples beside a template"),
        ],
        exit: &[(0, "made"), (1, "invalid values, a failed step or example, or a conflict")],
    },
    Help {
        command: "export",
        examples: &[
            ("playbill export | jq '.entities[].metadata.name'", "as JSON"),
            ("playbill export --format csv > catalog.csv", "as a table"),
            ("playbill export --portal > main.json", "everything, for `diff` to compare with"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "snapshots script",
        examples: &[
            ("playbill snapshots script > fetch.sh", "read it before you run it"),
            ("playbill snapshots script --source github-actions | sh", "one source only"),
            ("playbill snapshots script ../services", "for another folder"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "snapshots plan",
        examples: &[
            ("playbill snapshots plan", "all requests as JSON"),
            ("playbill snapshots plan --source sonarqube,pagerduty", "those of two sources"),
            ("playbill snapshots plan ../services", "for another folder"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "org script",
        examples: &[
            ("playbill org script > save-org.sh", "read it before you run it"),
            ("playbill org script | sh", "save now what `org` of the configuration reads"),
            ("playbill org script ../portal", "for another folder"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "facts",
        examples: &[
            ("playbill facts", "everything that conditions can ask"),
            ("playbill facts component:default/payments", "with the values of an entity"),
            ("playbill facts payments --format json ../services", "by name, in another folder"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "scorecards record",
        examples: &[
            ("playbill scorecards record scorecards/history.jsonl", "add the results of today"),
            ("playbill scorecards record history.jsonl --today 2026-11-01", "as if it were that day"),
            ("playbill scorecards record history.jsonl ../services", "of another folder"),
        ],
        exit: &[(0, "written")],
    },
    Help {
        command: "impact",
        examples: &[
            ("playbill impact component:default/payments", "hop by hop"),
            ("playbill impact payments --format json ../services", "by name, in another folder"),
            ("playbill impact payments --format csv", "as a table"),
            ("playbill impact payments --to component:default/web", "the way between two"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "redirects list",
        examples: &[
            ("playbill redirects list", "what leads on today"),
            ("playbill redirects list ../services", "of another folder"),
            ("playbill redirects list --config portal.yaml", "of a configuration"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "redirects save",
        examples: &[
            ("playbill redirects save", "after a rename was committed"),
            ("playbill redirects save ../services", "in another folder"),
            ("playbill redirects save --config portal.yaml", "beside a configuration"),
        ],
        exit: &[(0, "written, or there was nothing new")],
    },
    Help {
        command: "redirects prune",
        examples: &[
            ("playbill redirects prune --before 2025-01-01", "what nobody follows any more"),
            ("playbill redirects prune --before 2025-01-01 ../services", "in another folder"),
            ("playbill redirects prune --before 2025-01-01 --config portal.yaml", "beside a configuration"),
        ],
        exit: &[(0, "written, or there was nothing to remove")],
    },
    Help {
        command: "adr new",
        examples: &[
            ("playbill adr new \"Use PostgreSQL\"", "the next number, in the form of the folder's records"),
            ("playbill adr new \"Use Kafka\" --supersedes 3", "in place of another one; both are written"),
            ("playbill adr new \"Use Kafka\" --folder docs/adr", "in a folder of several"),
        ],
        exit: &[(0, "written")],
    },
    Help {
        command: "adr supersede",
        examples: &[
            ("playbill adr supersede 3 7", "record 7 takes the place of record 3"),
            ("playbill adr supersede 3 7 --folder docs/adr", "in a folder of several"),
            ("playbill adr supersede 0003 0007", "numbers as the files have them"),
        ],
        exit: &[(0, "written")],
    },
    Help {
        command: "explain",
        examples: &[
            ("playbill explain", "all rules of `check` and `diff`"),
            ("playbill explain unresolved-reference", "one rule: what it means, an example, what to do"),
            ("playbill explain | less", "page by page"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "schema",
        examples: &[
            ("playbill schema > playbill.schema.json", "for an editor"),
            ("playbill schema | jq '.properties | keys'", "the names of all keys"),
            ("playbill schema | diff docs/playbill.schema.json -", "what a new version has changed"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "completions",
        examples: &[
            ("playbill completions bash > ~/.local/share/bash-completion/completions/playbill", "for bash"),
            ("playbill completions zsh > ~/.zfunc/_playbill", "for zsh, if ~/.zfunc is in `fpath`"),
            ("playbill completions fish > ~/.config/fish/completions/playbill.fish", "for fish"),
        ],
        exit: &[(0, "printed")],
    },
    Help {
        command: "man",
        examples: &[
            ("playbill man | man -l -", "read it"),
            ("playbill man -o ~/.local/share/man/man1", "the pages of all commands"),
            ("playbill man > playbill.1", "the first page"),
        ],
        exit: &[(0, "printed or written")],
    },
];

impl Help {
    fn text(&self) -> String {
        let width = self.examples.iter().map(|(line, _)| line.len()).filter(|width| *width <= 48).max().unwrap_or(0);
        let example = |(line, what): &(&str, &str)| match line.len() {
            long if long > width => format!("  {line}\n  {:width$}  {what}\n", ""),
            _ => format!("  {line:width$}  {what}\n"),
        };
        let examples: String = self.examples.iter().map(example).collect();
        let unusable = [(2, UNUSABLE)];
        let codes: String =
            self.exit.iter().chain(&unusable).map(|(code, what)| format!("  {code}  {what}\n")).collect();
        format!("Examples:\n{examples}\nExit codes:\n{}", codes.trim_end())
    }
}

/// Returns the description of the command line, with all that the help says.
pub(super) fn command() -> Command {
    let mut command = Cli::command().after_help(START);
    for help in HELP {
        let words: Vec<&str> = help.command.split(' ').collect();
        command = with_help(command, &words, help);
    }
    command
}

fn with_help(command: Command, words: &[&'static str], help: &Help) -> Command {
    match words {
        [] => command.after_help(help.text()),
        // Left out of some builds.
        [word, ..] if command.find_subcommand(word).is_none() => command,
        [word, rest @ ..] => command.mut_subcommand(*word, |inner| with_help(inner, rest, help)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the paths of all commands that can be run.
    fn commands(command: &Command, path: &str, out: &mut Vec<String>) {
        let inner: Vec<&Command> = command.get_subcommands().collect();
        if inner.is_empty() {
            out.push(path.trim_start().to_owned());
        }
        inner.into_iter().for_each(|inner| commands(inner, &format!("{path} {}", inner.get_name()), out));
    }

    /// The page of the manual about all commands.
    fn manual() -> String {
        let mut out = String::from(
            "<!-- Made from the arguments by `cargo test --lib write_the_manual -- --ignored`. -->\n\n# Commands\n\nThe help of each command, \
             as `--help` prints it. `playbill man` makes manual pages of the same, `playbill completions` completions for shells.\n",
        );
        let mut paths = Vec::new();
        commands(&Cli::command(), "", &mut paths);
        for path in &paths {
            let words = path.split(' ');
            let mut all = command().term_width(100);
            all.build();
            let found = words.fold(&mut all, |command, word| command.find_subcommand_mut(word).expect("a command"));
            let help = found.render_long_help().to_string();
            let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
            out.push_str(&["\n## playbill ", path, "\n\n```text\n", lines.join("\n").trim_end(), "\n```\n"].concat());
        }
        out
    }

    const MANUAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/commands.md");

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the committed page is a file")]
    fn the_manual_of_commands_is_current() {
        let written = std::fs::read_to_string(MANUAL).unwrap_or_default();
        assert!(written == manual(), "run `cargo test --lib write_the_manual -- --ignored`");
    }

    #[test]
    #[ignore = "writes docs/, to be called by hand"]
    #[expect(clippy::disallowed_methods, reason = "the committed page is a file")]
    fn write_the_manual_of_commands() {
        std::fs::write(MANUAL, manual()).unwrap();
    }

    #[test]
    fn every_command_has_examples_that_parse_and_exit_codes() {
        let mut all = Vec::new();
        commands(&Cli::command(), "", &mut all);
        for path in &all {
            let help = HELP.iter().find(|help| help.command == *path).unwrap_or_else(|| panic!("no help for `{path}`"));
            assert!(help.examples.len() >= 3, "{path}");
            for (line, _) in help.examples {
                let own = line.split(['|', '>']).next().unwrap_or_default();
                // What is in double quotation marks is one word.
                let parts = own.split('"').enumerate();
                let words = parts.flat_map(|(at, part)| match at % 2 {
                    0 => part.split_whitespace().map(|word| word.trim_matches('\'')).collect(),
                    _ => vec![part],
                });
                let parsed = command().try_get_matches_from(words);
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
                assert!(own.starts_with(&format!("playbill {path}")), "{line}");
            }
        }
    }
}
