import { keysJs } from './keys-js.ts';
import { liveJs } from './live-js.ts';

/**
 * The pages' script. All that it does is more comfort: whatever can be done, can be done without it. Plain JavaScript for browsers of the
 * last years; it sets no styles and makes no HTML from texts, so the content security policy lets all of it through.
 */
export const appJs = `'use strict';
(() => {
const root = document.documentElement;
root.classList.add('scripted');
const base = root.dataset.base || '';
const status = () => document.getElementById('status');
const make = (name, words, fields = {}) => Object.assign(document.createElement(name), { textContent: words }, fields);
function say(words) { const place = status(); if (place && place.textContent !== words) place.textContent = words; }
function dress(part) {
  for (const time of part.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (!time.title.includes(' here')) time.title += ', ' + at.toLocaleString() + ' here';
  }
  for (const box of part.querySelectorAll('.copy')) {
    const text = box.querySelector('code');
    if (!text || box.querySelector('button') || !navigator.clipboard) continue;
    const button = make('button', 'Copy', { type: 'button' });
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = 'Copied';
      say('Copied to the clipboard');
    });
    box.append(button);
  }
}
${liveJs}
${keysJs}
dress(document);
})();
`;
