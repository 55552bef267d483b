// What a till keeps in this browser: its lease ("till"), the running sale ("basket"), and sales on their way ("sales").
// A sale is waiting, booked (until the lease was fetched anew), refused (until somebody has seen why), or in doubt
// (paid online, and no answer came). Only sales outlive a sign-out.
const VERSION = 1;
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('kasir', VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('sales', { keyPath: 'sale_key' });
      request.result.createObjectStore('state');
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      resolve(request.result);
    };
    request.onerror = () => { opened = null; reject(request.error); };
  });
  return opened;
}

// Runs `work` on the stores in one transaction and waits until it is on the disk.
async function within(mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(['sales', 'state'], mode, { durability: 'strict' });
    const asked = work(transaction.objectStore('sales'), transaction.objectStore('state'));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const till = () => within('readonly', (_sales, state) => state.get('till'));
export const basket = () => within('readonly', (_sales, state) => state.get('basket'));
export const sales = async () => (await within('readonly', (store) => store.getAll()))
  .sort((a, b) => a.happened_at.localeCompare(b.happened_at));
export const keepBasket = (kept) => within('readwrite', (_sales, state) => { state.put(kept, 'basket'); });
export const dropBasket = () => within('readwrite', (_sales, state) => { state.delete('basket'); });
export const keepSale = (sale) => within('readwrite', (store) => { store.put(sale); });
export const dropSale = (key) => within('readwrite', (store) => { store.delete(key); });
export const dropTill = () => within('readwrite', (_sales, state) => { state.clear(); });

// A finished sale is written down and the running one is gone, or neither.
export const finish = (sale) => within('readwrite', (store, state) => { store.put(sale); state.delete('basket'); });

// A fresh lease knows the sales that were booked before it was asked for.
export const keepTill = (kept, known) => within('readwrite', (store, state) => {
  state.put(kept, 'till');
  for (const key of known) store.delete(key);
});

// The server marks the browser of who may sell for a shift, and takes the mark away when they sign out.
export const mayOpen = (kept, cookie) => document.cookie.split('; ').includes(`${cookie}=${kept.shift}`);
