//! The block processors in the order in which they are asked.

use super::ext;
use super::options::Options;
use super::parser::Processor;
use super::processors;

/// Returns those that some options switch on.
pub(super) fn of(options: &Options) -> Vec<Processor> {
    let mut processors: Vec<Processor> = Vec::new();
    if !options.blocks_syntax {
        processors.extend([ext::admonition::process as Processor, ext::details::process, ext::tabbed::process]);
    }
    processors.extend([ext::md_in_html::process as Processor, processors::empty::process, processors::list::indent]);
    if options.blocks_syntax || options.blocks_too {
        processors.push(ext::blocks::process);
    }
    processors.extend([ext::def_list::indent as Processor, processors::code::process]);
    if options.arithmatex {
        processors.push(ext::arithmatex::process);
    }
    processors.extend([
        ext::tables::process as Processor,
        processors::heading::atx,
        processors::heading::setext,
        processors::heading::rule,
        processors::list::ordered,
        processors::list::bulleted,
        ext::def_list::process,
        processors::quote::process,
        ext::footnotes::process,
        ext::abbr::process,
        processors::reference::process,
        processors::paragraph::process,
    ]);
    processors
}
