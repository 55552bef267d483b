// Rupiah at the till, as it is shown and as people type it: "50.000", "Rp 50000", "50rb".
export const rupiah = (amount) => `Rp${amount.toLocaleString('id-ID')}`;

// The amount; null where nothing was typed, NaN where it is no amount.
export function typed(text) {
  if (!text.trim()) return null;
  const match = /^(?:rp)?\.?\s*(\d[\d. ]*)\s*(rb|ribu|k)?$/i.exec(text.trim());
  return match ? Number(match[1].replace(/\D/g, '')) * (match[2] ? 1000 : 1) : NaN;
}
