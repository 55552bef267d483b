// [data-progress-url]: asks the server how far a job is until it is done, then loads the page again.
// The answer is {done, total, text, finished}. Without this file the page has a "Segarkan" link.
const job = document.querySelector('[data-progress-url]');
if (job) {
  const ask = async () => {
    const answer = await fetch(job.dataset.progressUrl, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(answer.status);
    const state = await answer.json();
    const bar = job.querySelector('progress');
    if (bar) { bar.max = state.total || 1; bar.value = state.done; }
    const text = job.querySelector('[data-progress-text]');
    if (text) text.textContent = state.text;
    if (state.finished) location.reload(); else setTimeout(poll, 1500);
  };
  const poll = () => { ask().catch(() => setTimeout(poll, 5000)); };
  setTimeout(poll, 1000);
}
