import type { Child } from 'hono/jsx';
import type { Frame } from '../frame.ts';

/** A form that changes something. Only a page of this service has the field that lets it through. */
export function Post(props: {
  readonly frame: Frame;
  /** Without the base path. */
  readonly action: string;
  readonly class?: string;
  readonly children?: Child;
}) {
  const { frame, action, children } = props;
  return (
    <form method="post" action={`${frame.basePath}${action}`} class={props.class ?? 'act'}>
      <input type="hidden" name="csrf" value={frame.csrf} />
      {children}
    </form>
  );
}
