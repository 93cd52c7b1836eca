import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {Engine} from '../../../engines/engine.ts';
import {engines} from '../../../engines/index.ts';
import {type StackPlan, type StackServer, stackPlan} from '../../../schema/stack.ts';

/** The file of a test program. */
export const programFile = (name: string) => join(import.meta.dirname, name);

const {launch} = engines.vllm;
if (launch === null) throw new Error('the test programs stand in for an engine that cutover can start');

/** Gives its servers little time to stop, and is a real engine in everything else. */
export const quickEngine = {...engines.vllm, launch: {...launch, graceSeconds: 0.5}} satisfies Engine;

/** A launch plan for test programs, which read nothing of it but the port. */
export const planFor = (servers: readonly (Pick<StackServer, 'role' | 'port'> & Partial<StackServer>)[]): StackPlan =>
  stackPlan.parse({
    name: 'test',
    engine: 'vllm',
    description: 'test programs in place of an engine',
    servers: servers.map(server => ({model: 'test/model', arguments: {}, ...server})),
  });

/** A process number that a test program wrote into its log. */
export const pidIn = (logPath: string, who: 'guard' | 'parent' | 'child'): number =>
  Number(new RegExp(`^${who} (\\d+)$`, 'm').exec(readFileSync(logPath, 'utf8'))?.[1]);

/** Whether a process runs; one that ended and that nobody reaps does not. */
export const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** Throws when the condition does not become true within 20 s. */
export const until = async (condition: () => boolean): Promise<void> => {
  const limitMs = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > limitMs) throw new Error(`still not: ${condition}`);
    await delay(20);
  }
};
