// What is personal comes after the page: the cart count and the signed-in name. See gallery/web/shop/me.py.
const source = document.querySelector('[data-me-url]');
if (source) {
  fetch(source.dataset.meUrl, { headers: { Accept: 'application/json' } })
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((me) => {
      if (!me) return;
      document.querySelectorAll('[data-cart-count]').forEach((e) => {
        e.hidden = !me.cart_count;
        e.textContent = me.cart_count > 99 ? '99+' : me.cart_count;
      });
      document.querySelectorAll('[data-cart-label]').forEach((e) => { e.textContent = me.cart_label; });
      if (!me.name) return;
      document.querySelectorAll('[data-account]').forEach((a) => {
        a.href = me.home_url;
        a.querySelectorAll('[data-account-name]').forEach((e) => { e.textContent = me.name; });
      });
    })
    .catch(() => { /* the page is complete without it */ });
}
