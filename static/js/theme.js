// Runs before the first paint: pages are the same for everybody, so the choice is read here and not on the server.
(() => {
  try {
    const theme = localStorage.getItem('tema');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch { /* storage is refused in private windows */ }
})();
