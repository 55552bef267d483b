// The error summary takes the focus; a POST form is sent once ([data-again] allows more); form[data-autosubmit] sends itself.
document.querySelector('[data-focus]')?.focus();
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || 'again' in form.dataset) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = '1';
  setTimeout(() => event.submitter?.setAttribute('aria-disabled', 'true'));
});
// Back from the next page: filters say again what this page shows, and (bfcache) a form may be sent again.
addEventListener('pageshow', (event) => {
  const isBack = event.persisted || performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
  if (isBack) document.querySelectorAll('form[data-autosubmit]').forEach((form) => form.reset());
  if (!event.persisted) return;
  document.querySelectorAll('form[data-sent]').forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll('[aria-disabled]').forEach((button) => button.removeAttribute('aria-disabled'));
  });
});
document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-autosubmit]');
  if (form && event.target.matches('[type=checkbox],[type=radio],select')) form.requestSubmit();
});
