export type SqlValue = string | number | null | readonly string[];

/** Runs one statement with `$1`, `$2`, … @returns its rows */
export type Query = <Row>(text: string, values?: readonly SqlValue[]) => Promise<readonly Row[]>;
