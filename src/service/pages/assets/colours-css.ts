/**
 * Colours, once for light and once for dark. Text has a contrast of 4.5 and more on every ground that it stands on, edges of what can be
 * operated 3 and more.
 */
const light = `
  color-scheme: light;
  --ground: #f6f7f8; --sheet: #ffffff; --ink: #1b2126; --muted: #525d68; --line: #d5dae0; --edge: #75808b; --wash: #edf1f4;
  --link: #0b5c8f; --focus: #0b5c8f; --button: #0b5c8f; --button-ink: #ffffff;
  --good: #1a6a3f; --good-wash: #e3f3e8; --warn: #7d5000; --warn-wash: #fcf1d8; --bad: #a3261b; --bad-wash: #fcebe8;
  --wait: #6a3f97; --wait-wash: #f2eaf9; --run: #0b5c8f; --run-wash: #e4f0f8; --calm: #525d68; --calm-wash: #edf1f4;
`;

const dark = `
  color-scheme: dark;
  --ground: #12161a; --sheet: #191e23; --ink: #e6eaee; --muted: #a9b4bf; --line: #313a43; --edge: #7e8a96; --wash: #222930;
  --link: #84c5f4; --focus: #a8d8fb; --button: #84c5f4; --button-ink: #0b1a26;
  --good: #7ed39f; --good-wash: #17301f; --warn: #f0c069; --warn-wash: #33290f; --bad: #ff9e92; --bad-wash: #3b1d19;
  --wait: #cfaef0; --wait-wash: #2c2138; --run: #84c5f4; --run-wash: #16293a; --calm: #a9b4bf; --calm-wash: #222930;
`;

/** As the system has it, unless the reader chose. */
export const coloursCss = byTheme(light, dark);

/** Names for both themes: the system's choice, which the reader's own goes before. */
export function byTheme(lightNames: string, darkNames: string): string {
  return `
:root {${lightNames}}
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {${darkNames}} }
:root[data-theme="dark"] {${darkNames}}
`;
}
