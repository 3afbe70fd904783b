"use strict";
const reel = document.querySelector("[data-reel]");
if (reel) {
  const frames = Array.from(reel.querySelectorAll("[data-step]"));
  const slider = reel.querySelector("input");
  const told = reel.querySelector("output");
  const button = reel.querySelector("button");
  let timer = 0;
  const show = () => {
    const at = Number(slider.value);
    frames.forEach((frame, number) => { frame.hidden = number !== at; });
    told.textContent = "step " + Number(frames[at].dataset.step).toLocaleString("en");
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
  const next = () => {
    if (Number(slider.value) >= frames.length - 1) { stop(); return; }
    slider.value = String(Number(slider.value) + 1);
    show();
  };
  const play = () => {
    if (timer) { stop(); return; }
    if (Number(slider.value) >= frames.length - 1) { slider.value = "0"; show(); }
    button.textContent = "Pause";
    timer = setInterval(next, 250);
  };
  slider.addEventListener("input", () => { stop(); show(); });
  button.addEventListener("click", play);
  reel.querySelector("[data-film]").hidden = true;
  reel.querySelector("[data-frames]").hidden = false;
  show();
}
