// [data-theme-toggle] switches light and dark; <details data-menu> closes with Escape and by a click elsewhere.
const root = document.documentElement;
const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme:dark)').matches);
const open = () => [...document.querySelectorAll('details[data-menu][open]')];
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-theme-toggle]')) {
    const theme = isDark() ? 'light' : 'dark';
    root.dataset.theme = theme;
    try { localStorage.setItem('tema', theme); } catch { /* lasts for this page only */ }
  }
  open().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  open().forEach((menu) => { menu.open = false; menu.querySelector('summary').focus(); });
});
