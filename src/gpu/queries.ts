/** Rows of values without header and units. */
const format = '--format=csv,noheader,nounits';

/** `name, uuid, MiB, driver` for each card. */
export const gpusQuery: readonly string[] = ['--query-gpu=name,uuid,memory.total,driver_version', format];

/** MiB for each card. */
export const memoryUsedQuery: readonly string[] = ['--query-gpu=memory.used', format];

/** `used MiB, free MiB` for each card; without what the driver keeps for itself. */
export const memoryRoomQuery: readonly string[] = ['--query-gpu=memory.used,memory.free', format];

/** `pid, MiB` for each process on each card; nothing where there is none. */
export const processMemoryQuery: readonly string[] = ['--query-compute-apps=pid,used_memory', format];

/** The names of the bitmask of what holds the clocks down: the one since driver 535, and the one before it. */
export const maskNames = ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'] as const;

/** `timestamp, uuid, MiB` for each card. */
export const memoryQuery: readonly string[] = ['--query-gpu=timestamp,uuid,memory.used', format];

/** `timestamp, uuid, pid, MiB` for each process on each card; no row where there is none. */
export const processesQuery: readonly string[] = ['--query-compute-apps=timestamp,gpu_uuid,pid,used_memory', format];

/** `timestamp, uuid, W, MHz, °C, mask` for each card. */
export const stateQuery = (maskName: (typeof maskNames)[number]): readonly string[] => [
  `--query-gpu=timestamp,uuid,power.draw,clocks.current.sm,temperature.gpu,${maskName}`,
  format,
];

export const repeating = (query: readonly string[], everyMs: number): readonly string[] => [
  ...query,
  '-lms',
  String(everyMs),
];
