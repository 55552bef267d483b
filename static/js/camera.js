// [data-camera="#input"] opens the camera; each code it sees goes into that input, whose form is sent, as a scanner
// does it. The browser's own reader where there is one, else ean13.js as a worker ([data-camera-reader]). Stays open
// from page to page until it is closed. Without a camera, or without this file, the button stays hidden.
const FORMATS = ['ean_13', 'ean_8', 'upc_a', 'code_128', 'qr_code'];
const AGAIN_MS = 1800; // a code must be out of sight so long before it counts again
const REST_MS = 120;
const WIDE = 960;
const OPEN = 'camera-open';

async function nativeReader() {
  if (!('BarcodeDetector' in window)) return null;
  const known = await BarcodeDetector.getSupportedFormats();
  if (!known.includes('ean_13')) return null;
  const detector = new BarcodeDetector({ formats: FORMATS.filter((format) => known.includes(format)) });
  return { read: async (video) => (await detector.detect(video))[0]?.rawValue ?? null, close() {} };
}

function ownReader(url) {
  const worker = new Worker(url, { type: 'module' });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return {
    read(video) {
      const scale = Math.min(1, WIDE / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return new Promise((resolve, reject) => {
        worker.onmessage = (event) => resolve(event.data);
        worker.onerror = reject;
        worker.postMessage({ width, height, data }, [data.buffer]);
      });
    },
    close() { worker.terminate(); },
  };
}

class Camera {
  constructor(button) {
    this.button = button;
    this.box = document.querySelector(button.dataset.cameraBox);
    this.video = this.box.querySelector('video');
    this.told = this.box.querySelector('[data-camera-told]');
    this.seen = new Map();
    this.box.querySelector('[data-camera-close]').addEventListener('click', () => { this.close(); this.button.focus(); });
    button.addEventListener('click', () => this.open());
    addEventListener('pagehide', () => this.stop());
  }

  async open() {
    if (this.stream) return;
    this.box.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    this.told.textContent = this.box.dataset.starting;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false, video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
      });
    } catch {
      this.told.textContent = this.box.dataset.refused;
      sessionStorage.removeItem(OPEN);
      return;
    }
    sessionStorage.setItem(OPEN, '1');
    this.video.srcObject = this.stream;
    await this.video.play();
    this.told.textContent = this.box.dataset.ready;
    this.reader = await nativeReader() ?? ownReader(this.button.dataset.cameraReader);
    await this.watch();
  }

  async watch() {
    while (this.stream) {
      const code = this.video.videoWidth && !document.hidden ? await this.reader.read(this.video).catch(() => null) : null;
      if (code && this.stream) this.found(code);
      await new Promise((next) => { setTimeout(next, REST_MS); });
    }
  }

  found(code) {
    const before = this.seen.get(code) ?? 0;
    this.seen.set(code, Date.now());
    if (Date.now() - before < AGAIN_MS) return;
    const input = document.querySelector(this.button.dataset.camera);
    if (!input) return;
    // "3*" that was typed before stays in front of the code.
    input.value = /[*xX×]\s*$/.test(input.value) ? input.value + code : code;
    navigator.vibrate?.(60);
    this.told.textContent = `${this.box.dataset.read} ${code}`;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.form.requestSubmit();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.reader?.close();
  }

  close() {
    this.stop();
    sessionStorage.removeItem(OPEN);
    this.box.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
  }
}

for (const button of navigator.mediaDevices?.getUserMedia ? document.querySelectorAll('[data-camera]') : []) {
  button.hidden = false;
  const camera = new Camera(button);
  if (sessionStorage.getItem(OPEN)) camera.open();
}
