// Sends the sales that this browser made without a connection, and fetches the lease anew. The server books a sale
// once by its key, so whatever was not answered is sent again.
import * as store from './counter-store.js';

const AT_ONCE = 50;
const SEND_MS = 30000;

async function post(url, token, body) {
  const answer = await fetch(url, {
    method: 'POST', body: JSON.stringify(body), credentials: 'same-origin', signal: AbortSignal.timeout(SEND_MS),
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token },
  });
  if (!answer.ok) throw Object.assign(new Error(`${answer.status}`), { status: answer.status });
  return answer.json();
}

const sent = ({ sale_key, happened_at, lines, tenders, discount_idr }) => ({
  sale_key, happened_at, tenders, discount_idr: discount_idr ?? 0, lines: lines.map(({ stock_item_id, pieces, price_idr }) => ({ stock_item_id, pieces, price_idr })),
});

export const waiting = async () => (await store.sales()).filter((sale) => sale.status === 'waiting');

// Answers the sales whose fate is known now. `path` is the address of a shift's "sinkron" with SHIFT in it.
export async function send(path, token) {
  const told = [];
  for (;;) {
    const all = await waiting();
    if (!all.length) return told;
    const part = all.filter((sale) => sale.shift === all[0].shift).slice(0, AT_ONCE);
    const { results } = await post(path.replace('SHIFT', part[0].shift), token, { sales: part.map(sent) });
    for (const sale of part) {
      const result = results.find((one) => one.sale_key === sale.sale_key);
      if (!result) throw new Error('no result');
      sale.status = result.outcome === 'refused' ? 'refused' : 'booked';
      sale.booked_number = result.number ?? null;
      sale.text = result.text ?? '';
      await store.keepSale(sale);
      told.push(sale);
    }
  }
}

// The lease as it is now. Sales that were booked before it was asked for are in it, and are forgotten.
export async function lease(url, token, address) {
  const known = (await store.sales()).filter((sale) => sale.status === 'booked').map((sale) => sale.sale_key);
  const answer = await post(url, token, {});
  await store.keepTill({ ...answer, url: address, fetched_at: Date.now() }, known);
}
