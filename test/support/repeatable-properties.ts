import { configureGlobal } from 'fast-check';

/**
 * Properties draw the same cases each time, so that a change is judged by what it changes. To look further:
 * `WINNOW_PROPERTY_SEED=random`, or a number that an earlier failure printed.
 */
const seed = process.env['WINNOW_PROPERTY_SEED'] ?? '20260101';
if (seed !== 'random') configureGlobal({ seed: Number(seed) });
