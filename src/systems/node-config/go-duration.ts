const GO_UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds as Go writes them, and as briefly as it reads them: `10m`, `1h30m`, `168h`. It knows no days. */
export function goDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const [unit, sizeMs] of Object.entries(GO_UNITS_MS)) {
    const count = Math.floor(rest / sizeMs);
    rest -= count * sizeMs;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

/** Whether both are the same length of time: `10m` and `10m0s`. What is no duration is the same as nothing. */
export function sameGoDuration(a: string, b: string): boolean {
  const left = goMs(a);
  return left !== undefined && left === goMs(b);
}

function goMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    ms += Number(count) * (GO_UNITS_MS[unit ?? ''] ?? 0);
  return ms;
}
