import type { HttpParts } from '../http/parts.ts';
import { bareFrameOf, wayBack } from './frame.ts';
import { Page } from './layout.tsx';
import { Icon } from './parts/icon.tsx';
import { Post } from './parts/post.tsx';
import { type PageContext, queryOf, show } from './show.ts';

/** `/login`: who are you? Where a proxy signs people in, nobody comes here. */
export function showLogin(context: PageContext, parts: HttpParts): Response | Promise<Response> {
  const frame = bareFrameOf(context, parts);
  const wrong = queryOf(context, 'wrong');
  const takesTokens = parts.settings().access.tokens.length > 0;
  return show(
    context,
    <Page frame={frame} title="Sign in">
      <section class="sheet login" aria-labelledby="sign-in">
        <h1 id="sign-in">Sign in</h1>
        {wrong !== undefined && (
          <p class="notice tone-bad" role="alert" id="wrong">
            <Icon name="bad" />{' '}
            {wrong === 'wait'
              ? 'Too many wrong tokens came from here. Wait a minute, then try again.'
              : 'That is no token of this service.'}
          </p>
        )}
        {takesTokens ? (
          <Post frame={frame} action="/login" class="sign-in">
            <input type="hidden" name="next" value={wayBack(queryOf(context, 'next'))} />
            <div class="field">
              <label for="token">Token</label>
              <input
                type="password"
                id="token"
                name="token"
                autocomplete="current-password"
                required
                aria-describedby={wrong === undefined ? 'token-hint' : 'wrong token-hint'}
              />
              <small id="token-hint">One of those that the settings name in serve.access.tokens.</small>
            </div>
            <button type="submit" class="main">
              Sign in
            </button>
          </Post>
        ) : (
          <p>
            This service knows no tokens: name some in <code>serve.access.tokens</code>, or come through the proxy that
            signs people in.
          </p>
        )}
      </section>
    </Page>,
  );
}
