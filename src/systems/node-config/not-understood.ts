/** A file is written in a way that can not be changed safely. Caught where the file is worked out: it is refused, and left alone. */
export class NotUnderstood extends Error {
  /** What to write by hand; empty: as for any such file. */
  readonly byHand: readonly string[];

  constructor(message: string, byHand: readonly string[] = []) {
    super(message);
    this.name = 'NotUnderstood';
    this.byHand = byHand;
  }
}
