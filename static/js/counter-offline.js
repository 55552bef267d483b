// [data-offline]: the till without a connection. Sells only what the server leased to it beforehand, for cash; each sale
// is on the disk before its receipt is shown. Goes back to the counter's own page when the server answers again.
import { rupiah, typed } from './counter-money.js';
import * as store from './counter-store.js';
import { allot, day, find, newKey, provisional, put, read, total, whyNot } from './counter-rules.js';

const root = document.querySelector('[data-offline]');
const box = root.querySelector('#kode');
const texts = root.dataset;
const PROBE_MS = 5000;
const REST_MS = 2500; // nobody is in the middle of something
let till = null;
let basket = null; // {sale_key, shift, entries, discount_idr, mine, doubt}; the discount is one that the server gave
let times = 1;
let busy = Promise.resolve();
let touchedAt = Date.now();
let lastSale = null;
let known = 'away'; // what the server's last answer, or its silence, told of the connection

const part = (name) => root.querySelector(`[data-part="${name}"]`);
const today = () => day(new Date(), texts.zone);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const time = (at) => new Date(at).toLocaleString(document.documentElement.lang, { timeZone: texts.zone, dateStyle: 'medium', timeStyle: 'short' });
const nameOf = (entry) => till.articles.find((one) => one.variant_id === entry.variant_id)?.name ?? '?';
const priceOf = (entry) => till.articles.find((one) => one.variant_id === entry.variant_id)?.price_idr ?? 0;
const whole = () => basket.entries.reduce((all, entry) => all + entry.pieces * priceOf(entry), 0);
const sum = () => whole() - (basket.discount_idr ?? 0);
const inThis = async () => (await store.sales()).filter((sale) => sale.sale_key !== basket.sale_key);

function show(name, isShown = true) { part(name).hidden = !isShown; }

function problem(text) {
  part('problem').textContent = text;
  show('problem', Boolean(text));
}

function copy(name) { return root.querySelector(`template[data-copy="${name}"]`).content.cloneNode(true).firstElementChild; }

async function showBanner(name = known) {
  known = name;
  const count = (await store.sales()).filter((sale) => sale.status === 'waiting').length;
  part('banner').textContent = filled(texts[name], { n: count });
  show('banner');
}

function showLine(entry) {
  const row = copy('line');
  row.querySelector('b').textContent = nameOf(entry);
  row.querySelector('[data-price]').textContent = rupiah(priceOf(entry));
  row.querySelector('[data-amount]').textContent = rupiah(entry.pieces * priceOf(entry));
  const [less, more] = row.querySelectorAll('button');
  const number = row.querySelector('input');
  number.value = entry.pieces;
  for (const [one, label] of [[less, texts.less], [number, texts.count], [more, texts.more]]) {
    one.setAttribute('aria-label', filled(label, { name: nameOf(entry) }));
    one.disabled = basket.doubt;
  }
  less.addEventListener('click', () => after(() => change(entry, entry.pieces - 1)));
  more.addEventListener('click', () => after(() => change(entry, entry.pieces + 1)));
  number.addEventListener('change', () => after(() => change(entry, Number(number.value))));
  return row;
}

function render() {
  part('lines').replaceChildren(...basket.entries.map(showLine));
  const isEmpty = !basket.entries.length;
  show('lines', !isEmpty);
  show('clear', !isEmpty);
  show('empty', isEmpty && part('done').hidden);
  show('pay', !isEmpty);
  show('doubt', Boolean(basket.doubt));
  show('discount', basket.discount_idr > 0 && !isEmpty);
  part('discount').textContent = filled(texts.discount, { amount: rupiah(basket.discount_idr ?? 0) });
  show('times', times > 1);
  part('times').textContent = filled(texts.times, { n: times });
  part('total').textContent = rupiah(sum());
  showChange();
}

function showChange() {
  const text = part('pay').elements.tunai.value;
  const given = text.trim() ? typed(text) : sum();
  part('change').textContent = given >= sum() ? rupiah(given - sum()) : '…';
}

// One thing after the other: a scanner is faster than the disk.
function after(work) {
  touchedAt = Date.now();
  busy = busy.then(work).catch((error) => problem(`${texts.broken} ${error?.message ?? ''}`));
  return busy;
}

// Fewer pieces end the discount, as they do at the server: it was given for what was there.
async function keep(entries) {
  const pieces = (all) => all.reduce((count, entry) => count + entry.pieces, 0);
  const isLess = pieces(entries) < pieces(basket.entries);
  basket = { ...basket, entries, discount_idr: isLess ? 0 : basket.discount_idr, mine: true };
  await store.keepBasket(basket);
  render();
}

// The basket as it would be, if the lease has the pieces; else why not.
async function tryOut(entries, entry) {
  const { short } = allot(till, await inThis(), entries, today());
  const missing = short.find((one) => one.entry.variant_id === entry.variant_id);
  if (!missing) { problem(''); await keep(entries); return; }
  const article = till.articles.find((one) => one.variant_id === entry.variant_id);
  const had = short.reduce((all, one) => all + one.pieces, 0);
  const why = whyNot(article, entry.lot_id, today());
  problem(filled(texts[why], { name: article.name, n: had }));
}

async function change(entry, pieces) {
  if (basket.doubt || !Number.isInteger(pieces)) { render(); return; }
  const others = basket.entries.filter((one) => one !== entry);
  if (pieces <= 0) { await keep(others); return; }
  const at = basket.entries.indexOf(entry);
  await tryOut(basket.entries.with(at, { ...entry, pieces: Math.min(999, pieces) }), entry);
  render();
}

function offer(found) {
  const buttons = found.map((one) => {
    const button = copy('choice');
    button.querySelector('b').textContent = one.article.name;
    button.querySelector('small').textContent = one.article.owner;
    button.querySelector('[data-price]').textContent = rupiah(one.article.price_idr);
    button.addEventListener('click', () => { show('choices', false); after(() => add(one)); box.focus(); });
    return button;
  });
  part('choices').querySelector('div').replaceChildren(...buttons);
  show('choices');
}

async function add(one) {
  const entries = put(basket.entries, one, times);
  times = 1;
  await tryOut(entries, entries.at(-1));
  render();
}

async function enter(text) {
  show('choices', false);
  show('done', false);
  if (basket.doubt) { problem(texts.finishDoubt); return; }
  const entered = read(text);
  if (entered.less || 'pieces' in entered) {
    const last = basket.entries.at(-1);
    if (last) await change(last, entered.less ? last.pieces - entered.less : entered.pieces);
    else problem(texts.nothing);
    return;
  }
  if (entered.times) times = entered.times;
  if (!entered.text) { render(); return; }
  const found = find(till, entered.text);
  if (found.length === 1) await add(found[0]);
  else if (found.length) offer(found);
  else { problem(filled(texts.unknown, { code: entered.text })); times = 1; render(); }
}

async function pay(isPrinted) {
  if (!basket.entries.length) return;
  const text = part('pay').elements.tunai.value;
  const given = text.trim() ? typed(text) : sum();
  if (!(given >= sum())) { problem(filled(texts.missing, { amount: rupiah(sum() - (given || 0)) })); return; }
  const { lines, short } = allot(till, await inThis(), basket.entries, today());
  if (short.length) { problem(filled(texts.tooFew, { name: nameOf(short[0].entry), n: short[0].pieces })); return; }
  const discount = basket.discount_idr ?? 0;
  const amount = total(lines) - discount;
  const sale = {
    sale_key: basket.sale_key, shift: till.shift, status: 'waiting', offline: true, number: provisional(till, basket.sale_key),
    happened_at: new Date().toISOString(), cashier: till.cashier, lines, discount_idr: discount, total_idr: amount, given_idr: given,
    tenders: [{ method: 'cash', amount_idr: amount, given_idr: given }],
  };
  await store.finish(sale); // on the disk first
  lastSale = sale;
  basket = fresh();
  part('pay').reset();
  problem('');
  part('done-number').textContent = sale.number;
  part('done-change').textContent = rupiah(given - amount);
  show('done');
  render();
  await showBanner();
  if (isPrinted) openReceipt(); else box.focus();
}

function openReceipt() {
  const receipt = part('receipt');
  const set = (name, text) => { receipt.querySelector(`[data-on="${name}"]`).textContent = text; };
  set('gallery', till.gallery.name);
  set('number', lastSale.number);
  set('at', `${time(lastSale.happened_at)} · ${till.till} · ${lastSale.cashier}`);
  receipt.querySelector('[data-discount]').hidden = !lastSale.discount_idr;
  set('discount', rupiah(-lastSale.discount_idr));
  set('total', rupiah(lastSale.total_idr));
  set('given', rupiah(lastSale.given_idr));
  set('change', rupiah(lastSale.given_idr - lastSale.total_idr));
  receipt.querySelector('ul').replaceChildren(...lastSale.lines.map((line) => {
    const row = copy('receipt-line');
    row.querySelector('b').textContent = line.name;
    row.querySelector('[data-pieces]').textContent = `${line.pieces} × ${rupiah(line.price_idr)}`;
    row.querySelector('[data-amount]').textContent = rupiah(line.pieces * line.price_idr);
    return row;
  }));
  show('till', false);
  show('receipt');
  print();
  receipt.querySelector('[data-next]').focus();
}

function closeReceipt() {
  show('receipt', false);
  show('till');
  box.focus();
}

function fresh() {
  return { sale_key: newKey(), shift: till.shift, entries: [], discount_idr: 0, mine: false };
}

// Back to the counter's own page, as soon as that loses nothing: it sends the sales and fetches the lease.
async function probe() {
  const answer = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(4000) }).catch(() => null);
  const isBack = Boolean(answer?.ok);
  const back = basket?.mine ? 'back' : 'online';
  await showBanner(isBack ? back : 'away');
  const isIdle = Date.now() - touchedAt > REST_MS && !box.value && part('receipt').hidden;
  if (isBack && isIdle && !(basket?.mine && basket.entries.length) && !basket?.doubt) location.replace(till?.url ?? texts.home);
  else if (isBack && basket?.doubt && isIdle) location.replace(till.url); // the server knows what became of it
}

async function begin() {
  // Whatever address this page stands for, loading it again must not send a form again.
  const carried = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, '', texts.page);
  basket = await store.basket();
  if (basket?.shift !== till.shift) basket = fresh();
  basket.doubt = (await store.sales()).some((sale) => sale.sale_key === basket.sale_key && sale.status === 'doubt');
  show('till');
  render();
  box.focus();
  if (carried) await after(() => enter(carried));
}

async function start() {
  till = await store.till();
  setInterval(() => probe().catch(() => {}), PROBE_MS);
  addEventListener('online', () => probe().catch(() => {}));
  probe().catch(() => {});
  if (!till || !store.mayOpen(till, texts.cookie)) {
    if (till) await store.dropTill(); // signed out: only the sales stay
    till = null;
    show('none');
    return;
  }
  part('title').textContent = till.till;
  const late = setTimeout(() => show('other'), 1500);
  const steal = () => navigator.locks.request('kasir', { steal: true }, hold).catch(() => location.reload());
  async function hold() {
    clearTimeout(late);
    show('other', false);
    till = await store.till();
    await begin();
    return new Promise(() => {});
  }
  part('other').querySelector('button').addEventListener('click', steal);
  navigator.locks.request('kasir', hold).catch(() => location.reload());
}

part('entry').addEventListener('submit', (event) => {
  event.preventDefault();
  event.stopPropagation();
  const text = box.value;
  box.value = '';
  if (!text.trim()) { after(() => part('pay').elements.tunai.focus()); return; }
  after(() => enter(text));
});
part('pay').addEventListener('submit', (event) => {
  event.preventDefault();
  event.stopPropagation();
  after(() => pay(event.submitter?.name === 'cetak'));
});
part('pay').addEventListener('input', showChange);
part('clear').addEventListener('click', () => after(async () => { basket = fresh(); await store.dropBasket(); render(); box.focus(); }));
part('done').querySelector('button').addEventListener('click', openReceipt);
part('receipt').querySelector('[data-print]').addEventListener('click', () => print());
part('receipt').querySelector('[data-next]').addEventListener('click', closeReceipt);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { box.value = ''; box.focus(); }
  if (event.key === 'F8' && lastSale && !part('done').hidden) { event.preventDefault(); openReceipt(); }
});
start().catch((error) => { problem(`${texts.broken} ${error?.message ?? ''}`); show('none'); });
