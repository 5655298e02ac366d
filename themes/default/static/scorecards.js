// The results of an entity by category instead of by level. Everything is there without a script.
/** @param {Tools} tools */
export function start({ make, all }) {
  for (const card of all('[data-scorecard]')) groups(card);

  /** Lets a reader have the results by category instead of by level. */
  function groups(card) {
    const results = [...card.querySelectorAll('[data-rule]')];
    const names = new Set(results.map((result) => result.dataset.category));
    const levels = [...card.querySelectorAll('.score-group')];
    // It has its place before the script fills it, so that nothing moves.
    const bar = card.querySelector('.group-by');
    if (!bar || names.size < 2 || levels.length < 2) return;
    const homes = new Map(results.map((result) => [result, result.parentElement]));
    const boxes = [...names].sort().map((name) => {
      const own = results.filter((result) => result.dataset.category === name);
      const counted = own.filter(({ dataset }) => dataset.counts);
      const met = counted.filter(({ dataset }) => dataset.status === 'pass').length;
      const list = make('ul', { className: 'results' });
      const box = make(
        'details',
        { className: 'score-group', open: met < counted.length },
        make(
          'summary',
          {},
          `${name || 'Other rules'} `,
          make('span', { className: 'count', textContent: `${met} of ${counted.length}` }),
        ),
        list,
      );
      return { box, list, own };
    });
    const show = (byCategory) => {
      for (const { box, list, own } of boxes) {
        if (byCategory) list.append(...own);
        box.hidden = !byCategory;
      }
      if (!byCategory) for (const result of results) homes.get(result).append(result);
      for (const box of levels) box.hidden = byCategory;
      for (const [at, button] of buttons.entries())
        button.setAttribute('aria-pressed', String((at === 1) === byCategory));
    };
    const buttons = ['By level', 'By category'].map((textContent, at) => {
      const button = make('button', { type: 'button', className: 'button', textContent });
      button.addEventListener('click', () => show(at === 1));
      return button;
    });
    bar.append(...buttons);
    levels[0].before(...boxes.map(({ box }) => box));
    show(false);
  }
}
