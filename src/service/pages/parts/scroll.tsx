import type { Child } from 'hono/jsx';

/** What may be wider than the page, a table: it is scrolled by itself, by keys too. Its name says what is in it. */
export function Scroll(props: { readonly name: string; readonly tall?: boolean; readonly children?: Child }) {
  return (
    // What scrolls must take the focus, or keys can not scroll it.
    <section class={props.tall === true ? 'scroll tall' : 'scroll'} tabindex={0} aria-label={props.name}>
      {props.children}
    </section>
  );
}
