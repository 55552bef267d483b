// What a till without a connection may sell. Nothing here touches the page, the network or the store.
const MOST_PIECES = 999;

// Pieces of each stock row that may still be sold: what was leased, less every sale the lease does not know of yet.
export function free(till, sales) {
  const left = new Map();
  for (const article of till.articles) for (const row of article.leased) left.set(row.stock_item_id, row.pieces);
  for (const sale of sales) {
    if (sale.shift !== till.shift) continue;
    for (const line of sale.lines) left.set(line.stock_item_id, (left.get(line.stock_item_id) ?? 0) - line.pieces);
  }
  return left;
}

function isGood(row, today) {
  return row.expires_on === null || row.expires_on > today;
}

function sameCode(one, other) {
  const bare = (text) => text.replace(/^0+/, '');
  return /^\d+$/.test(one) ? bare(one) === bare(other) : one === other;
}

// The articles a scanned or typed text names: {article, lot_id}. A code names one; words may name several.
export function find(till, text) {
  for (const article of till.articles) {
    if (article.codes.some((code) => sameCode(code, text))) return [{ article, lot_id: null }];
    const row = article.leased.find((lot) => sameCode(lot.code, text));
    if (row) return [{ article, lot_id: row.lot_id }];
  }
  if (/^\d{6,}$/.test(text)) return [];
  const words = text.toLowerCase().split(/\s+/);
  const fits = (article) => words.every((word) => `${article.name} ${article.owner}`.toLowerCase().includes(word));
  return till.articles.filter(fits).slice(0, 8).map((article) => ({ article, lot_id: null }));
}

// Pieces out of stock rows, the first expiring first; rows of a scanned lot before those of no lot.
// Answers {lines, short}: short holds the entries of the basket that have too few, with what could be had.
export function allot(till, sales, basket, today) {
  const left = free(till, sales);
  const lines = [];
  const short = [];
  const byLot = [...basket].sort((a, b) => (a.lot_id === null) - (b.lot_id === null));
  for (const entry of byLot) {
    const article = till.articles.find((one) => one.variant_id === entry.variant_id);
    let missing = entry.pieces;
    for (const row of article?.leased ?? []) {
      if (!isGood(row, today) || (entry.lot_id !== null && entry.lot_id !== row.lot_id)) continue;
      const part = Math.min(missing, Math.max(0, left.get(row.stock_item_id)));
      if (part === 0) continue;
      left.set(row.stock_item_id, left.get(row.stock_item_id) - part);
      missing -= part;
      lines.push({
        stock_item_id: row.stock_item_id, variant_id: article.variant_id, pieces: part, price_idr: article.price_idr,
        name: article.name, owner: article.owner,
      });
    }
    if (missing) short.push({ entry, pieces: entry.pieces - missing });
  }
  return { lines, short };
}

// Why an article can not be sold now, as a word that the page has a sentence for; null where it can.
export function whyNot(article, lotId, today) {
  const rows = article.leased.filter((row) => lotId === null || row.lot_id === lotId);
  if (!rows.length) return 'notLeased';
  return rows.some((row) => isGood(row, today)) ? 'tooFew' : 'expired';
}

// What an entry means: {times, text} for "3*" and "3*code", {less}, {pieces}, or {text} alone.
export function read(entry) {
  const text = entry.trim().replace(/\s+/g, ' ');
  const minus = /^-\s*(\d{0,3})$/.exec(text);
  if (minus) return { less: Number(minus[1] || 1) };
  const set = /^=\s*(\d{1,3})$/.exec(text);
  if (set) return { pieces: Number(set[1]) };
  const times = /^(\d{1,3})\s*[*xX×]\s*(.*)$/.exec(text);
  if (times) return { times: Number(times[1]), text: times[2] };
  return { text };
}

export function put(basket, { article, lot_id: lotId }, pieces) {
  const there = basket.find((entry) => entry.variant_id === article.variant_id && entry.lot_id === lotId);
  if (!there) return [...basket, { variant_id: article.variant_id, lot_id: lotId, pieces }];
  const more = { ...there, pieces: Math.min(MOST_PIECES, there.pieces + pieces) };
  return [...basket.filter((entry) => entry !== there), more]; // what was touched last stands last
}

export function total(lines) {
  return lines.reduce((sum, line) => sum + line.pieces * line.price_idr, 0);
}

// The day in the gallery's zone, as 2027-01-05.
export function day(at, zone) {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}

export function newKey() {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  return [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => letters[byte % 32]).join('');
}

// The number on the receipt until the server has given one: it can be told from every other by its key.
export function provisional(till, key) {
  return `${till.gallery.code}-LURING-${key.slice(-6).toUpperCase()}`;
}
