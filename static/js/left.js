// [data-left="time"][data-left-words="days|hours|minutes"]: how long still, in the words of the filter ``sisa``. The server
// has written it already; this counts on while the page is open.
const spots = [...document.querySelectorAll('[data-left]')];
const write = () => spots.forEach((spot) => {
  const words = spot.dataset.leftWords.split('|');
  const all = Math.max(0, Math.floor((Date.parse(spot.dataset.left) - Date.now()) / 60000));
  const days = Math.floor(all / 1440), hours = Math.floor(all / 60) % 24, minutes = all % 60;
  const parts = days ? [days, words[0], hours, words[1]] : hours ? [hours, words[1], minutes, words[2]] : [minutes, words[2]];
  const text = parts.join(' ');
  if (spot.textContent !== text) spot.textContent = text;
});
if (spots.length) { setInterval(write, 20000); document.addEventListener('visibilitychange', write); }
