import {readFileSync} from 'node:fs';
import {arch, availableParallelism, cpus, hostname, loadavg, release, totalmem, type} from 'node:os';
import type {Machine} from '../schema/record.ts';

/** What a reader of a record must know of the machine that made it. The load average is of the last minute, now. */
export const machineFacts = (gpus: Machine['gpus']): Machine => ({
  hostname: hostname(),
  os: [distribution(), `${type()} ${release()} ${arch()}`].filter(part => part !== null).join(', '),
  cpu: cpus()[0]?.model.trim() || arch(), // some ARM kernels name no model
  cores: availableParallelism(),
  memoryGiB: Math.round((memoryBytes() / 2 ** 30) * 10) / 10,
  node: process.version,
  loadAverage: loadavg()[0] ?? 0,
  gpus,
});

/** A container's limit counts, not its host's memory; constrainedMemory() is 0 where no limit is known. */
const memoryBytes = () => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** For example "Ubuntu 24.04.3 LTS"; null outside Linux. */
const distribution = (): string | null => {
  try {
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
};
