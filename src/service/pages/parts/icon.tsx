/** Drawn in a square of 16, in the colour of the text. They stand beside words, so nobody has to see them. */
const drawings = {
  grain:
    'M8 15V7M8 7C8 4 9.5 2 12 1c.6 3-.7 5.3-4 6ZM8 10C8 7.5 6.5 5.5 4 4.5 3.6 7.2 5 9.3 8 10Zm0 3c.3-2.5 1.8-4 4.3-4.6C12.4 11 11 12.7 8 13Z',
  good: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5 8.2l2.2 2.2L11.3 6',
  warn: 'M8 2 1.5 13.5h13ZM8 6.5v3.2M8 11.6v.1',
  bad: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5.7 5.7l4.6 4.6m0-4.6-4.6 4.6',
  wait: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6.3 5.5v5M9.7 5.5v5',
  run: 'M13.5 8A5.5 5.5 0 1 1 11.5 3.8M13.5 1.8v3.4h-3.4',
  calm: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5 8h6',
  theme: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm0 0v13M8 4.5h4.5M8 8h6.3M8 11.5h4.5',
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
