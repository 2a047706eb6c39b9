import type { HttpParts } from '../http/parts.ts';
import type { Problem } from '../http/problem.ts';
import { bareFrameOf } from './frame.ts';
import { Page } from './layout.tsx';
import type { PageContext } from './show.ts';

/** An error as a page: what was being done, what came back, and the next step. It asks nothing of what may be out of reach. */
export function problemPage(
  parts: Pick<HttpParts, 'nowMs'>,
): (context: PageContext, problem: Problem) => Response | Promise<Response> {
  return (context, problem) => {
    const frame = bareFrameOf(context, parts);
    const { title, status, detail, code, hint } = problem;
    context.header('Cache-Control', 'no-store');
    context.status(status as 500);
    return context.html(
      <Page frame={frame} title={title}>
        <section class="sheet" aria-labelledby="problem">
          <h1 id="problem">{title}</h1>
          <p>{detail}</p>
          {hint !== undefined && <p>Next: {hint}</p>}
          <p class="hint">
            <code>{code}</code>, HTTP {status}
          </p>
          <p>
            <a href={`${frame.basePath}/`}>To the overview</a>
          </p>
        </section>
      </Page>,
    );
  };
}
