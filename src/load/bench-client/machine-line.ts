import {availableParallelism, cpus, loadavg, release, totalmem} from 'node:os';
import {canPin, cores} from './processes.ts';

const pinning = canPin ? `server on core ${cores.server}, client on core ${cores.client}` : 'no core pinned';

/** What the figures were measured on, and how busy it was with other things when they began. */
export const machineLine = (placing = pinning): string => {
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return (
    `${cpus()[0]?.model.trim() ?? 'CPU unknown'}, ${availableParallelism()} cores, ${memoryGiB} GiB, Linux ${release()}, ` +
    `Node ${process.versions.node}; ${placing}; load average before the run ${(loadavg()[0] ?? 0).toFixed(2)}`
  );
};
