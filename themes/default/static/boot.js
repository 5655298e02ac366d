// Runs before the first paint: the reader's colours, and links that work from a disk.
(function () {
  var root = document.documentElement;
  root.classList.add('js');
  try {
    var theme = localStorage.getItem('playbill:theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  } catch (_) { /* storage is switched off */ }
  if (location.protocol !== 'file:') return;
  // A server answers a folder with its index; a disk shows a listing instead.
  document.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('a[href]');
    if (link && link.protocol === 'file:' && link.pathname.slice(-1) === '/') link.pathname += 'index.html';
  }, true);
})();
