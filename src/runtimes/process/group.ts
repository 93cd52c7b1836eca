import {readdir, readFile} from 'node:fs/promises';

/** The processes of a group that still run, by /proc; empty where there is no such folder. */
export const processesOfGroup = async (group: number): Promise<readonly number[]> => {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter(name => /^\d+$/.test(name)).map(Number);
  const members = await Promise.all(pids.map(pid => livesIn(group, pid)));
  return pids.filter((_, index) => members[index]);
};

/** As guard.ts asks it, which imports nothing of the project. */
const livesIn = async (group: number, pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // it ended in the meantime
  const [state, , of] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // see proc_pid_stat(5)
  return Number(of) === group && state !== 'Z' && state !== 'X';
};

/** To every process of the group; nothing where it is gone. */
export const signalGroup = (group: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-group, signal);
  } catch {
    // already gone
  }
};

/** What the group's processes have in memory, each with what it shares; null where /proc does not tell of any. */
export const residentMiB = async (group: number): Promise<number | null> => {
  const pids = await processesOfGroup(group);
  const pages = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')));
  const kib = pages.flatMap(page => /^VmRSS:\s+(\d+) kB$/m.exec(page)?.[1] ?? []).map(Number);
  return kib.length === 0 ? null : kib.reduce((sum, one) => sum + one, 0) / 1024;
};
