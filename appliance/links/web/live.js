"use strict";
// The panel's own pixels and lamps, as they change. Without this the page shows them as they were when it was asked for.
(() => {
  const glass = document.getElementById("glass");
  if (!glass || !window.EventSource) return;
  const canvas = document.createElement("canvas");
  canvas.width = 128;
  canvas.height = 64;
  canvas.className = "glass";
  canvas.id = "live";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", glass.alt);
  const paper = canvas.getContext("2d");
  const draw = (text) => {
    const octets = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const image = paper.createImageData(128, 64);
    for (let place = 0; place < 128 * 64; place++) {
      const on = octets[place >> 3] & (0x80 >> (place & 7));
      image.data.set(on ? [191, 230, 255, 255] : [5, 8, 10, 255], 4 * place);
    }
    paper.putImageData(image, 0, 0);
    if (glass.parentNode) glass.replaceWith(canvas);
  };
  const events = new EventSource("/live");
  events.onmessage = (message) => {
    const told = JSON.parse(message.data);
    if (told.glass) draw(told.glass);
    for (const [id, light] of Object.entries(told.lamps || {})) {
      const lamp = document.getElementById(`lamp-${id}`);
      if (lamp) lamp.dataset.light = light;
    }
    for (const [id, text] of Object.entries(told.texts || {})) {
      const place = document.getElementById(id);
      if (place && place.textContent !== text) place.textContent = text;
    }
  };
  addEventListener("pagehide", () => events.close());
})();
