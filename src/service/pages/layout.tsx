import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { assetPaths } from './assets/assets.ts';
import { type Frame, type Theme, themes } from './frame.ts';
import { Icon } from './parts/icon.tsx';
import { Post } from './parts/post.tsx';
import { At } from './parts/time.tsx';

/** The pages that the navigation leads to. */
export const sections = [
  { path: '/', name: 'Overview' },
  { path: '/storage', name: 'Storage' },
  { path: '/runs', name: 'Runs' },
  { path: '/schedules', name: 'Schedules' },
  { path: '/audit', name: 'Audit' },
] as const;

export type SectionPath = (typeof sections)[number]['path'];

/**
 * A whole page: head, navigation, what was said last, the page's own content, and who answers. Content begins with an `h1`.
 *
 * @param here - the section that it belongs to
 * @param refreshSeconds - for readers without script: it loads itself again so often, where they asked for that.
 */
export function Page(props: {
  readonly frame: Frame;
  readonly title: string;
  readonly here?: SectionPath;
  readonly refreshSeconds?: number | undefined;
  readonly children?: Child;
}) {
  const { frame, title, here, refreshSeconds, children } = props;
  const paths = assetPaths(frame.basePath);
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en" data-theme={frame.theme} data-base={frame.basePath}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content={frame.theme === 'auto' ? 'light dark' : frame.theme} />
          <title>{`${title} · Winnow`}</title>
          <link rel="icon" type="image/svg+xml" href={paths.icon} />
          <link rel="stylesheet" href={paths.css} />
          {refreshSeconds !== undefined && (
            <noscript>
              <meta http-equiv="refresh" content={`${refreshSeconds}`} />
            </noscript>
          )}
          <script src={paths.js} defer />
        </head>
        <body>
          <a class="skip" href="#main">
            To the content
          </a>
          <Top frame={frame} here={here} />
          <main id="main" tabindex={-1}>
            <Said frame={frame} />
            {children}
          </main>
          <div id="status" class="unseen" role="status" aria-live="polite" />
          <Foot frame={frame} />
        </body>
      </html>
    </>
  );
}

function Top({ frame, here }: { readonly frame: Frame; readonly here: SectionPath | undefined }) {
  return (
    <header class="top">
      <a class="brand" href={`${frame.basePath}/`}>
        <Icon name="grain" /> Winnow
      </a>
      {frame.person !== undefined && (
        <nav aria-label="Pages">
          <ul>
            {sections.map(({ path, name }) => (
              <li>
                <a href={`${frame.basePath}${path}`} aria-current={path === here ? 'page' : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {frame.person !== undefined && (
        <div class="top-end">
          <ThemeSwitch frame={frame} />
          <Who frame={frame} />
        </div>
      )}
    </header>
  );
}

const themeWords: Readonly<Record<Theme, string>> = { auto: 'as the system', light: 'light', dark: 'dark' };

function ThemeSwitch({ frame }: { readonly frame: Frame }) {
  const next = themes[(themes.indexOf(frame.theme) + 1) % themes.length] ?? 'auto';
  return (
    <Post frame={frame} action="/theme" class="plain">
      <input type="hidden" name="next" value={frame.path} />
      <button
        type="submit"
        class="quiet"
        name="theme"
        value={next}
        title={`Colours: ${themeWords[frame.theme]}. Next: ${themeWords[next]}.`}
      >
        <Icon name="theme" />
        <span class="unseen">{`Colours: ${themeWords[frame.theme]}. Change to ${themeWords[next]}.`}</span>
      </button>
    </Post>
  );
}

function Who({ frame }: { readonly frame: Frame }) {
  if (frame.person === undefined) return null;
  const { name, role } = frame.person;
  return (
    <>
      <span class="who">
        {name} <span class="role">{role}</span>
      </span>
      {frame.signedInBy === 'session' && (
        <Post frame={frame} action="/logout" class="plain">
          <button type="submit" class="quiet">
            Sign out
          </button>
        </Post>
      )}
      {frame.signedInBy === 'loopback' && <a href={`${frame.basePath}/login`}>Sign in</a>}
    </>
  );
}

function Said({ frame: { saying, standing } }: { readonly frame: Frame }) {
  const troubles = standing?.troubles ?? [];
  return (
    <>
      {standing?.stopping === true && (
        <p class="notice tone-warn">
          <Icon name="warn" /> This replica is about to end: what it has in hand is finished, nothing else is begun.
        </p>
      )}
      {troubles.map((trouble) => (
        <p class="notice tone-bad">
          <Icon name="bad" /> {trouble}
        </p>
      ))}
      {saying !== undefined && (
        <p class={`notice tone-${saying.tone}`} role={saying.tone === 'bad' ? 'alert' : 'status'}>
          <Icon name={saying.tone} /> {saying.words}
        </p>
      )}
    </>
  );
}

function Foot({ frame: { standing, nowMs, basePath } }: { readonly frame: Frame }) {
  if (standing === undefined) return <footer class="foot">Winnow</footer>;
  return (
    <footer class="foot">
      <span>
        Winnow {standing.version} · replica <strong>{standing.replica}</strong>,{' '}
        {standing.leads ? 'runs the schedules' : 'stands by'} · up since <At ms={standing.startedAtMs} nowMs={nowMs} />
      </span>
      <span>
        <a href={`${basePath}/openapi.json`}>API</a> · <a href={`${basePath}/metrics`}>Metrics</a>
        <span class="keys-hint">
          {' '}
          · Keys: <kbd>?</kbd>
        </span>
      </span>
    </footer>
  );
}
