// What waits in this browser to be sent, shared by its tabs. Each thing is an entry of its own, so no tab overwrites what
// another one added, and what was sent is forgotten by its own name. One tab sends at a time, the oldest first.
export function waitingList(name) {
  const prefix = `${name}/`;
  const names = () => Object.keys(localStorage).filter((one) => one.startsWith(prefix)).sort();
  const alone = navigator.locks ? (work) => navigator.locks.request(prefix, work) : (work) => work();
  let made = 0;
  let busy = false;

  return {
    count: () => names().length,

    add(key, thing) {
      made += 1;
      const turn = [Date.now().toString().padStart(15, '0'), made.toString().padStart(6, '0'), key].join('.');
      localStorage.setItem(prefix + turn, JSON.stringify(thing));
    },

    // `bring` gets a thing and what forgets it; what it does not forget is kept, and ends this turn.
    async send(bring) {
      if (busy) return;
      busy = true;
      try {
        await alone(async () => {
          for (let [first] = names(); first; [first] = names()) {
            await bring(JSON.parse(localStorage.getItem(first)), () => localStorage.removeItem(first));
            if (localStorage.getItem(first) !== null) return;
          }
        });
      } finally { busy = false; }
    },
  };
}

// Whether the server did not even look: it asks to sign in, or the page is older than the last sign-in.
export function isSignedOut(answer) {
  return answer.type === 'opaqueredirect' || answer.status === 401 || !answer.headers.get('Content-Type')?.includes('json');
}
