/**
 * Live parts of a page: an element with `data-live` is read again from that address whenever the service tells of something about
 * `data-run` (or of anything, where there is none). When its `data-state` is another one, the page is not what it was: all of its
 * content is read anew, unless somebody is typing. What changed is said aloud, not more than once in five seconds.
 */
export const liveJs = `
const live = () => [...document.querySelectorAll('[data-live]')];
let asking = false, again = false, saidAt = 0;
async function renew() {
  if (asking) { again = true; return; }
  asking = true;
  again = false;
  try {
    for (const part of live()) await renewPart(part);
  } catch (failure) {
    if (!(failure instanceof TypeError)) throw failure; // no answer just now: the next event asks again
  } finally {
    asking = false;
  }
  if (again) setTimeout(renew, 250);
}
async function renewPart(part) {
  const answer = await fetch(base + part.dataset.live, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-state]');
  if (!fresh || !part.isConnected) return;
  if (fresh.dataset.state !== part.dataset.state) return renewPage(fresh.dataset.say || '');
  for (const key of ['state', 'say']) if (fresh.dataset[key]) part.dataset[key] = fresh.dataset[key];
  if (part.innerHTML === fresh.innerHTML) return;
  const focused = document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : '';
  part.replaceChildren(...fresh.childNodes);
  dress(part);
  if (focused) document.getElementById(focused)?.focus();
  if (Date.now() - saidAt < 5000) return;
  saidAt = Date.now();
  say(part.dataset.say || '');
}
async function renewPage(words) {
  const main = document.querySelector('main');
  const typing = document.activeElement;
  if (typing && main.contains(typing) && /^(INPUT|SELECT|TEXTAREA)$/.test(typing.tagName) && typing.value !== '') return;
  const url = new URL(location.href);
  url.searchParams.delete('said');
  url.searchParams.delete('refused');
  const answer = await fetch(url, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('main');
  if (!fresh) return;
  const focused = typing && main.contains(typing) ? typing.id : '';
  main.replaceChildren(...fresh.childNodes);
  document.title = page.title;
  history.replaceState(null, '', url);
  dress(main);
  if (focused) (document.getElementById(focused) || main).focus();
  saidAt = Date.now();
  say(words);
}
if (live().length > 0) {
  const runs = new Set(live().map((part) => part.dataset.run || ''));
  const only = runs.size === 1 && !runs.has('') ? '?run=' + encodeURIComponent([...runs][0]) : '';
  const events = new EventSource(base + '/api/v1/events' + only);
  let timer;
  const soon = () => { clearTimeout(timer); timer = setTimeout(renew, 120); };
  for (const type of ['message', 'run.progress', 'run.state', 'run.done', 'change']) events.addEventListener(type, soon);
  events.addEventListener('open', soon);
  addEventListener('pagehide', () => events.close());
  // Times grow older by themselves.
  setInterval(soon, 30000);
}
`;
