// Runs before the first paint: the reader's choice of light or dark (`themeSwitch` of app.js sets it, app.css has the
// colours), and links that work from a disk.
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  try {
    const theme = localStorage.getItem('playbill:theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  } catch {
    /* storage is switched off */
  }
  if (location.protocol !== 'file:') return;
  // A server answers a folder with its index; a disk shows a listing instead.
  document.addEventListener(
    'click',
    (event) => {
      const link = event.target.closest?.('a[href]');
      if (link?.protocol === 'file:' && link.pathname.endsWith('/')) link.pathname += 'index.html';
    },
    true,
  );
})();
