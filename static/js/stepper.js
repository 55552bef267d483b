// [data-qty] with buttons [data-step="-1|1"] around a number input.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-step]');
  const input = button?.closest('[data-qty]')?.querySelector('input');
  if (!input) return;
  const wanted = (Number(input.value) || 0) + Number(button.dataset.step);
  input.value = Math.min(Number(input.max) || 999, Math.max(Number(input.min) || 0, wanted));
  input.dispatchEvent(new Event('change', { bubbles: true }));
});
