// [data-watch-url][data-watch-state]: asks every 20 s whether something happened (JSON {state}) and then loads the page
// again, unless something is being typed. Pauses while the page is hidden. Without this file there is "Cek status".
const page = document.querySelector('[data-watch-url]');
const ask = async () => {
  if (document.hidden) return;
  const answer = await fetch(page.dataset.watchUrl, { headers: { Accept: 'application/json' } });
  if (!answer.ok) return;
  const { state } = await answer.json();
  const busy = document.querySelector('details[open] form, form[data-sent]') || [...document.querySelectorAll('input[type=file]')].some((i) => i.value);
  if (String(state) !== page.dataset.watchState && !busy) location.reload();
};
if (page) {
  setInterval(() => ask().catch(() => {}), 20000);
  document.addEventListener('visibilitychange', () => ask().catch(() => {}));
}
