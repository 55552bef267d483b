// The service worker of the counter: without a connection every page of it is the offline till, which holds nothing
// personal. No page of the server is ever kept. `self.till` is written in front of this file by the server:
// {cache: a name that changes with the files, prefix of such names, page: the offline till, files: all it needs}.
const { cache, prefix, page, files } = self.till;
const READ_MS = 6000; // a page that takes longer than this counts as no connection
const SEND_MS = 20000;

addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const kept = await caches.open(cache);
    await kept.addAll([...files, new Request(page, { cache: 'reload', credentials: 'omit' })]);
    await self.skipWaiting();
  })());
});

addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cache);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

const kept = async (path) => (await caches.open(cache)).match(path, { ignoreVary: true });

async function open(request) {
  const late = new Promise((_resolve, reject) => {
    setTimeout(reject, request.method === 'GET' ? READ_MS : SEND_MS, new Error('late'));
  });
  try {
    const answer = await Promise.race([fetch(request), late]);
    if (answer.status >= 502 && answer.status <= 504) throw new Error('the server does not answer');
    return answer;
  } catch (error) {
    const till = await kept(page);
    if (till) return till;
    throw error;
  }
}

addEventListener('fetch', (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.mode === 'navigate') event.respondWith(open(request));
  else if (files.includes(path)) event.respondWith(kept(path).then((file) => file ?? fetch(request)));
});
