/**
 * Keys. Single letters work only outside of fields and never with a modifier, and can be switched off, as WCAG 2.1.4 asks: people who
 * speak to their computers would set them off by chance.
 */
export const keysJs = `
const KEYS_OFF = 'winnow.keys-off';
const keysOff = () => { try { return localStorage.getItem(KEYS_OFF) === 'yes'; } catch { return false; } };
const places = { o: '/', s: '/storage', r: '/runs', c: '/schedules', a: '/audit' };
const words = [
  ['/', 'to the search of this page'], ['j, k', 'to the next, the previous row of a table'], ['↓, ↑', 'the same, once in a table'],
  ['Enter', 'opens what has the focus'], ['g o', 'Overview'], ['g s', 'Storage'], ['g r', 'Runs'], ['g c', 'Schedules'], ['g a', 'Audit'],
  ['?', 'these keys'], ['Esc', 'closes this'],
];
let afterG = 0;
function rows() { return [...document.querySelectorAll('table.rows tbody tr')].filter((row) => row.getClientRects().length > 0); }
function focusRow(row) {
  const goal = row.querySelector('a[href], button') || row;
  if (goal === row) row.tabIndex = -1;
  goal.focus();
  row.scrollIntoView({ block: 'nearest' });
}
function walk(step) {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step];
  if (next) focusRow(next);
  return here >= 0 || next !== undefined;
}
function showKeys() {
  let box = document.getElementById('keys');
  if (!box) {
    box = make('dialog', '', { id: 'keys' });
    box.setAttribute('aria-labelledby', 'keys-title');
    const list = make('dl', '', { className: 'facts' });
    for (const [key, meaning] of words) {
      const term = document.createElement('dt');
      term.append(make('kbd', key));
      list.append(term, make('dd', meaning));
    }
    const off = make('input', '', { type: 'checkbox', id: 'keys-off', checked: keysOff() });
    off.addEventListener('change', () => { try { localStorage.setItem(KEYS_OFF, off.checked ? 'yes' : 'no'); } catch { say('This browser keeps no settings'); } });
    const label = make('label', ' Switch the keys off, all but ?');
    label.prepend(off);
    const close = make('button', 'Close', { type: 'button' });
    close.addEventListener('click', () => box.close());
    const last = document.createElement('p');
    last.append(label);
    box.append(make('h2', 'Keys', { id: 'keys-title' }), list, last, close);
    document.body.append(box);
  }
  box.showModal();
}
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = event.target;
  if (at instanceof Element && at.closest('input, textarea, select, dialog, [contenteditable]')) return;
  if (event.key === '?') { event.preventDefault(); showKeys(); return; }
  const inRows = at instanceof Element && at.closest('table.rows tbody') !== null;
  if (inRows && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    walk(event.key === 'ArrowDown' ? 1 : -1);
    return;
  }
  if (keysOff()) return;
  if (event.key === '/') {
    const field = document.querySelector('main input[type=search]');
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  } else if (event.key === 'j' || event.key === 'k') {
    if (walk(event.key === 'j' ? 1 : -1)) event.preventDefault();
  } else if (event.key === 'g') {
    afterG = event.timeStamp;
    return;
  } else if (afterG > 0 && event.timeStamp - afterG < 1500 && Object.hasOwn(places, event.key)) {
    event.preventDefault();
    location.assign(base + places[event.key]);
  }
  afterG = 0;
});
`;
