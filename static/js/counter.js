// The till: entries are sent one after the other, the running sale is replaced by the server's, the scan box keeps the focus.
// When the server is not reached, `counter:unreachable` is dispatched ({form, data}, cancelable); who handles it prevents it.
import { rupiah, typed } from './counter-money.js';

const till = document.querySelector('[data-counter]');
const box = till.querySelector('#kode');
let queue = Promise.resolve();

function problem(text) {
  const place = till.querySelector('[data-counter-running] > .stack');
  place.querySelector('.till-problem')?.remove();
  const box_ = document.createElement('div');
  box_.className = 'till-problem';
  box_.setAttribute('role', 'alert');
  box_.textContent = text;
  place.prepend(box_);
}

// What was scanned and not booked goes back into the box, unless the next one is typed there already; either way its
// code is said.
function keep(data, text) {
  const code = data.get('kode') ?? '';
  if (code && !box.value) box.value = code;
  problem(code ? `${text} (${code})` : text);
}

async function send(form, data) {
  let answer;
  try {
    answer = await fetch(form.action, { method: 'POST', body: data, headers: { 'X-Requested-With': 'fetch' }, credentials: 'same-origin', signal: AbortSignal.timeout(8000) });
  } catch {
    answer = null;
  }
  // A gateway that answers for a server which does not is as good as no connection; the service worker thinks so too.
  if (!answer || (answer.status >= 502 && answer.status <= 504)) {
    const event = new CustomEvent('counter:unreachable', { bubbles: true, cancelable: true, detail: { form, data } });
    if (till.dispatchEvent(event)) keep(data, till.dataset.unreachable);
    return;
  }
  if (answer.status >= 500) { keep(data, till.dataset.broken); return; }
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-counter-running]');
  if (!fresh) { location.reload(); return; } // signed out, shift closed: the server's own page says so
  till.querySelector('[data-counter-running]').replaceWith(fresh);
  till.dispatchEvent(new CustomEvent('counter:changed', { bubbles: true }));
}

till.addEventListener('submit', (event) => {
  const form = event.target;
  if (!('counterForm' in form.dataset)) return;
  event.preventDefault();
  event.stopPropagation();
  if ('counterScan' in form.dataset && !box.value.trim()) { pay(); return; }
  const data = new URLSearchParams(new FormData(form, event.submitter));
  if ('counterScan' in form.dataset) box.value = ''; // the next scan may come before the answer
  queue = queue.then(() => send(form, data)).finally(() => { if (document.activeElement === document.body) box.focus(); });
  if (!('counterScan' in form.dataset)) box.focus();
}, true);

function pay() {
  queue.then(() => (till.querySelector('#tunai') ?? box).focus());
}

till.addEventListener('input', (event) => {
  if (!event.target.closest('[data-counter-pay]')) return;
  const total = Number(till.querySelector('[data-counter-total]').dataset.counterTotal);
  const cash = total - (typed(till.querySelector('#qris').value) ?? 0);
  const given = typed(till.querySelector('#tunai').value);
  till.querySelector('[data-counter-change]').textContent = given === null ? '–' : given >= cash ? rupiah(given - cash) : '…';
});

till.addEventListener('click', (event) => {
  if (!event.target.closest('[data-counter-all-qris]')) return;
  till.querySelector('#qris').value = till.querySelector('#qris').dataset.counterQris;
  till.querySelector('#rujukan').focus();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { box.value = ''; box.focus(); }
  const target = till.querySelector(`[data-counter-key="${CSS.escape(event.key)}"]`);
  if (target) { event.preventDefault(); target.click(); }
});
