// Product pictures: a thumbnail scrolls its picture into view instead of jumping the page; the current one stays marked.
const strip = document.querySelector('[data-gallery-strip]');
if (strip) {
  const thumbs = [...document.querySelectorAll('.gal-thumbs a')];
  const mark = (id) => thumbs.forEach((a) => { if (a.hash === `#${id}`) a.setAttribute('aria-current', 'true'); else a.removeAttribute('aria-current'); });
  document.addEventListener('click', (event) => {
    const thumb = event.target.closest('.gal-thumbs a');
    if (!thumb) return;
    event.preventDefault();
    const picture = document.querySelector(thumb.hash);
    strip.scrollTo({ left: picture.offsetLeft - strip.offsetLeft, behavior: 'smooth' });
    mark(picture.id);
  });
  const watcher = new IntersectionObserver((seen) => seen.forEach((s) => { if (s.isIntersecting) mark(s.target.id); }), { root: strip, threshold: 0.6 });
  [...strip.children].forEach((picture) => watcher.observe(picture));
}
// The price, stock and quantity limit follow the chosen variant ([data-variant] on its radio).
document.addEventListener('change', (event) => {
  const radio = event.target.closest('[data-variant]');
  if (!radio) return;
  document.querySelectorAll('[data-variant-price]').forEach((e) => { e.textContent = radio.dataset.price; });
  document.querySelectorAll('[data-variant-stock]').forEach((e) => { e.hidden = e.dataset.variantStock !== radio.value; });
  const quantity = document.querySelector('[data-qty] input');
  if (quantity) { quantity.max = radio.dataset.max; quantity.value = Math.min(quantity.value, quantity.max) || 1; }
});
