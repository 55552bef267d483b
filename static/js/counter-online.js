// [data-till-link]: keeps a till ready for a lost connection (service worker, lease, copy of the running sale), and
// brings the sales that were made without one to the server. See docs/adr/0020.
import { rupiah } from './counter-money.js';
import * as store from './counter-store.js';
import { allot, day } from './counter-rules.js';
import { lease, send, waiting } from './counter-sync.js';

const link = document.querySelector('[data-till-link]');
const { token, zone } = link.dataset;
const till = document.querySelector('[data-counter]');
const STALE_MS = 5 * 60 * 1000;
const LOCK_MS = 1500;
const TOLD = 'kasir-terkirim';
let isReady = false; // whether the page without a connection could take over now

function say(name, number = 0) {
  const banner = link.querySelector('[data-till-banner]');
  banner.hidden = !name;
  if (name) banner.textContent = link.dataset[name].replace('{n}', number);
}

async function showRefused() {
  const refused = (await store.sales()).filter((sale) => sale.status === 'refused');
  const rows = refused.map((sale) => {
    const row = link.querySelector('[data-till-refused-row]').content.cloneNode(true).firstElementChild;
    row.querySelector('b').textContent = `${sale.number} · ${rupiah(sale.total_idr)}`;
    row.querySelector('span').textContent = sale.text;
    row.querySelector('button').addEventListener('click', async () => { await store.dropSale(sale.sale_key); showRefused(); });
    return row;
  });
  link.querySelector('[data-till-refused] ul').replaceChildren(...rows);
  link.querySelector('[data-till-refused]').hidden = !rows.length;
}

// What was booked is shown once: on this page, or on the next where this one is about to go.
function showBooked(texts) {
  if (!texts.length) return;
  link.querySelector('[data-till-booked] ul').append(...texts.map((text) => Object.assign(document.createElement('li'), { textContent: text })));
  link.querySelector('[data-till-booked]').hidden = false;
}

const running = () => till?.querySelector('[data-sale-key]')?.dataset;

async function bring() {
  const all = await waiting();
  if (!all.length) return;
  say('sending', all.length);
  try {
    const told = await navigator.locks.request('kasir-kirim', () => send(link.dataset.syncPath, token));
    say('');
    const booked = told.filter((sale) => sale.status === 'booked');
    const texts = booked.map((sale) => `${sale.number} → ${sale.booked_number} · ${rupiah(sale.total_idr)}`);
    if (booked.some((sale) => sale.sale_key === running()?.saleKey)) { // the server has begun the next sale
      sessionStorage.setItem(TOLD, JSON.stringify(texts));
      location.replace(location.pathname);
    } else showBooked(texts);
  } catch (error) {
    say([401, 403, 404].includes(error.status) ? 'notYours' : 'waiting', (await waiting()).length);
  }
  await showRefused();
}

// A sale that was paid online and not answered: the page that came since tells what became of it.
async function settleDoubts() {
  for (const sale of (await store.sales()).filter((one) => one.status === 'doubt')) {
    if (sale.sale_key === running()?.saleKey) await store.dropSale(sale.sale_key);
    else await store.keepSale({ ...sale, status: 'booked' });
  }
}

async function renew() {
  const kept = await store.till();
  const isKnown = !(await store.sales()).some((sale) => sale.status === 'booked' && sale.offline);
  const isMine = kept?.shift === till.dataset.shift && kept.cashier === link.dataset.cashier
    && store.mayOpen(kept, link.dataset.cookie);
  if (isMine && isKnown && Date.now() - kept.fetched_at < STALE_MS) return;
  await lease(till.dataset.leaseUrl, token, location.pathname);
}

async function mirror() {
  const now = running();
  if (!now) return;
  await store.keepBasket({
    sale_key: now.saleKey, shift: till.dataset.shift, entries: JSON.parse(now.basket), discount_idr: Number(now.discount), mine: false,
  });
}

function takeOver(text) {
  if (!isReady || !navigator.serviceWorker.controller) return false;
  location.assign(`${link.dataset.page}#${encodeURIComponent(text)}`);
  return true;
}

// One tab of this browser is the till. A page that comes after another in the same tab gets the lock as that one goes.
function becomeTheTill() {
  const other = link.querySelector('[data-till-other]');
  const late = setTimeout(() => { other.hidden = false; till.inert = true; }, LOCK_MS);
  const hold = () => { clearTimeout(late); other.hidden = true; till.inert = false; return new Promise(() => {}); };
  const lost = () => { other.hidden = false; till.inert = true; };
  navigator.locks.request('kasir', hold).catch(lost);
  other.querySelector('button').addEventListener('click', () => navigator.locks.request('kasir', { steal: true }, hold).catch(lost));
}

async function beforePaying(form, submitter) {
  const kept = await store.till();
  const basket = await store.basket();
  if (kept && basket) {
    const { lines } = allot(kept, await store.sales(), basket.entries, day(new Date(), zone));
    await store.keepSale({
      sale_key: basket.sale_key, shift: basket.shift, status: 'doubt', happened_at: new Date().toISOString(), lines,
    });
  }
  form.dataset.noted = '1';
  form.requestSubmit(submitter);
}

if (till) {
  becomeTheTill();
  till.addEventListener('counter:changed', () => mirror().catch(() => {}));
  till.addEventListener('counter:unreachable', (event) => {
    if (takeOver(event.detail.data.get('kode') ?? '')) event.preventDefault();
  });
  till.addEventListener('submit', (event) => {
    const form = event.target;
    if (!('counterPay' in form.dataset) || form.dataset.noted) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    beforePaying(form, event.submitter).catch(() => { form.dataset.noted = '1'; form.requestSubmit(event.submitter); });
  }, true);
  addEventListener('offline', async () => say('waiting', (await waiting()).length));
  addEventListener('online', () => { say(''); bring().catch(() => {}); });
}

// A shift is not closed while this browser holds sales of it.
for (const form of document.querySelectorAll('[data-till-close]')) {
  form.addEventListener('submit', async (event) => {
    if (form.dataset.noted) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await bring();
    const mine = (await waiting()).filter((sale) => sale.shift === form.dataset.tillClose);
    if (mine.length) { say('unsent', mine.length); link.scrollIntoView({ block: 'start' }); return; }
    form.dataset.noted = '1';
    form.requestSubmit(event.submitter ?? undefined);
  }, true);
}

async function start() {
  showBooked(JSON.parse(sessionStorage.getItem(TOLD) ?? '[]'));
  sessionStorage.removeItem(TOLD);
  await showRefused();
  await settleDoubts();
  await bring();
  if (!till) return;
  await mirror();
  await renew();
  navigator.storage?.persist?.();
  await navigator.serviceWorker.register(link.dataset.worker, { scope: link.dataset.scope });
  await navigator.serviceWorker.ready;
  isReady = true;
  link.dataset.ready = 'true';
  setInterval(() => bring().then(renew).catch(() => {}), STALE_MS);
}
start().catch(() => {});
