import {readFileSync, readlinkSync} from 'node:fs';
import {hostname} from 'node:os';

/** Whether the process that made something on a Docker engine still runs, as far as this process can tell. */
export type OwnerState = 'alive' | 'gone' | 'elsewhere';

const orEmpty = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return ''; // a system without /proc
  }
};

/** State and start time, in clock ticks since boot, of a process: proc_pid_stat(5). Null where /proc does not tell. */
const statOf = (pid: number | 'self'): {state: string; startTicks: string} | null => {
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
  const [state = '', startTicks = ''] = [fields[0], fields[19]];
  return startTicks === '' ? null : {state, startTicks};
};

/**
 * Names this process so that no later one is taken for it: `<hostname>/<boot id>/<pid namespace>/<pid>/<start ticks>`.
 * Fields that the system does not tell are empty.
 */
export const thisOwner = (): string => {
  const bootId = orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = orEmpty(() => readlinkSync('/proc/self/ns/pid')).replace(/\D/g, ''); // of pid:[4026531836]
  return [hostname(), bootId, namespace, process.pid, statOf('self')?.startTicks ?? ''].join('/');
};

/**
 * 'elsewhere' is another machine, a container with process numbers of its own, or a name that cannot be read: whether
 * that owner runs cannot be known from here. An earlier boot of this machine is gone.
 */
export const ownerState = (owner: string): OwnerState => {
  const [host, bootId, namespace] = thisOwner().split('/');
  const [itsHost, itsBootId, itsNamespace, pid, startTicks, ...rest] = owner.split('/');
  if (startTicks === undefined || rest.length > 0 || !/^[1-9]\d*$/.test(pid ?? '') || itsHost !== host)
    return 'elsewhere';
  if (itsBootId !== bootId) return 'gone';
  if (itsNamespace !== namespace) return 'elsewhere';
  if (!exists(Number(pid))) return 'gone';
  const stat = statOf(Number(pid));
  if (stat === null) return 'alive'; // hidden from us (hidepid), but there
  const ended = stat.state === 'Z' || stat.state === 'X';
  return ended || stat.startTicks !== startTicks ? 'gone' : 'alive';
};

/** For people: `process 4711 of gpu-box`. */
export const ownerText = (owner: string): string => {
  const [host = '', , , pid = ''] = owner.split('/');
  return pid === '' ? 'an unknown process' : `process ${pid} of ${host}`;
};

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'; // there, but not ours to signal
  }
};
