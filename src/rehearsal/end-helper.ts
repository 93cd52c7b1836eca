import {setTimeout as delay} from 'node:timers/promises';
import {stillRuns} from '../keeper/helper-process.ts';
import type {HelperProcess} from '../schema/rehearsal.ts';

const pollMs = 50;

type Process = Pick<HelperProcess, 'pid' | 'startTicks'>;

/** Whether it is gone in that time. */
export const isGoneWithin = async (helper: Process, withinMs: number): Promise<boolean> => {
  const untilMs = performance.now() + withinMs;
  while (await stillRuns(helper)) {
    if (performance.now() > untilMs) return false;
    await delay(pollMs);
  }
  return true;
};

const signal = ({pid}: Process, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // it ended between the two looks
  }
};

/** Ends a helper in order; one that has not ended within `graceMs` is killed. Whether it is gone. */
export const endHelper = async (helper: Process, graceMs: number): Promise<boolean> => {
  if (!(await stillRuns(helper))) return true;
  signal(helper, 'SIGTERM');
  if (await isGoneWithin(helper, graceMs)) return true;
  signal(helper, 'SIGKILL');
  return isGoneWithin(helper, 5000);
};
