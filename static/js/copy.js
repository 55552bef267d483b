// [data-copy="text"] copies; [data-share="url"] opens the phone's own share sheet. data-done is what is said afterwards.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy],[data-share]');
  if (!button) return;
  try {
    if (button.dataset.share && navigator.share) {
      await navigator.share({ url: button.dataset.share, title: document.title });
      return;
    }
    await navigator.clipboard.writeText(button.dataset.copy ?? button.dataset.share);
    document.dispatchEvent(new CustomEvent('toast', { detail: button.dataset.done ?? 'Disalin' }));
  } catch { /* the visitor changed their mind, or the browser refuses: the text stays selectable on the page */ }
});
