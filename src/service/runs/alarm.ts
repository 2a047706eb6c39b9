export interface Alarm {
  ring(): void;
  /** Waits so long, or until it rings, or `over` is aborted. */
  within(ms: number, over: AbortSignal): Promise<void>;
}

/** A wait that can be cut short. What rings while nobody waits cuts the next one short. */
export function createAlarm(): Alarm {
  let isRung = false;
  let wake: () => void = () => undefined;
  return {
    ring: () => {
      isRung = true;
      wake();
    },
    async within(ms: number, over: AbortSignal): Promise<void> {
      if (!isRung && !over.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(() => wake(), ms);
          wake = () => {
            clearTimeout(timer);
            over.removeEventListener('abort', wake);
            resolve();
          };
          over.addEventListener('abort', wake, { once: true });
        });
      isRung = false;
    },
  };
}
