/** Whether a request fails that comes so long after the mode was set. */
export const inBurst = (
  {everySeconds, burstSeconds}: {readonly everySeconds: number; readonly burstSeconds: number},
  afterMs: number,
): boolean => (afterMs / 1000) % everySeconds < burstSeconds;
