// Sorts a table by a column. The order of the page, the worst first, is that of its first column; what is empty stays last.
/** @param {Tools} tools */
export function start({ all, make }) {
  const words = new Intl.Collator('en', { numeric: true }).compare;
  const compare = (a, b) => Number(a) - Number(b) || words(a, b);
  for (const table of all('table[data-sortable]')) {
    const body = table.querySelector('tbody');
    const rows = [...body.rows];
    const heads = [...table.querySelectorAll('thead th')];
    const value = (row, at) => {
      const cell = row.cells[at];
      if (!at) return String(rows.indexOf(row));
      return (
        cell.dataset.value ??
        cell.querySelector('time')?.dateTime ??
        (cell.querySelector('.entity') ?? cell).textContent.trim()
      );
    };
    heads.forEach((head, at) => {
      const button = make('button', { type: 'button', className: 'sort', textContent: head.textContent });
      button.addEventListener('click', () => {
        const turn = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
        for (const other of heads) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', turn < 0 ? 'descending' : 'ascending');
        const filled = rows.filter((row) => value(row, at)).sort((a, b) => turn * compare(value(a, at), value(b, at)));
        body.append(...filled, ...rows.filter((row) => !value(row, at)));
      });
      head.replaceChildren(button);
    });
  }
}
