// [data-print] opens the print dialog; [data-print-now] does so by itself, and leads back to the till when it is closed.
const button = document.querySelector('[data-print]');
button?.addEventListener('click', () => print());
if (button && 'printNow' in button.dataset) {
  addEventListener('load', () => print());
  addEventListener('afterprint', () => document.querySelector('.receipt-page .btn-primary')?.focus(), { once: true });
}
