/** Digests in a text cut to twelve digits, as people read them: `sha256:0123456789ab…`. They can't be typed like that: `wide` shows them whole. */
export function shortDigests(text: string): string {
  return text.replace(/\b(sha(?:256|512):[0-9a-f]{12})[0-9a-f]{52,}/g, '$1…');
}
