import { historyError } from './errors.ts';

/** Reads JSON that we have written. @param what - for messages: `run nightly-…`. @throws HISTORY_CORRUPT */
export function parseStored<Value>(text: string, what: string, place: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (failure) {
    throw historyError('HISTORY_CORRUPT', `reading ${what} from the ${place}: it is no JSON`, { cause: failure });
  }
}
