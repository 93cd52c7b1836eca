/**
 * Run as a program of its own between the harness and one server: `node guard.ts <log> <grace ms> <command> <words…>`.
 *
 * The server gets a process group of its own. Standard input is the lifeline: when it ends, because the harness closed
 * it or is gone (kill -9 included), the server is asked to stop with SIGTERM, what outlives it is asked likewise, and
 * after the grace whatever is left of the group is killed.
 * Standard output carries one GuardReport a line. The server writes straight to its log file, so that what it says
 * costs the harness nothing while it measures.
 *
 * Imports nothing of the project: it must start in milliseconds and from anywhere.
 */
import {spawn} from 'node:child_process';
import {openSync, readdirSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';

export type GuardReport =
  | {readonly event: 'started'; readonly pid: number}
  | {readonly event: 'failed'; readonly code: string; readonly message: string}
  | {readonly event: 'exited'; readonly exitCode: number | null; readonly signal: string | null}
  /** No process of the group is left, but for what the kernel holds up; `killed` when SIGTERM had not been enough. */
  | {readonly event: 'stopped'; readonly killed: boolean};

const pollMs = 50;
/** After SIGKILL a process can only be held up inside the kernel, for example while a driver frees its memory. */
const afterKillMs = 10_000;

const [logPath = '', graceMs = '0', command = '', ...words] = process.argv.slice(2);
const log = openSync(logPath, 'a');
let stopping = false;

const report = (line: GuardReport) => process.stdout.write(`${JSON.stringify(line)}\n`);
process.stdout.on('error', () => {}); // the harness is gone, and its end of the pipe with it
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {}); // the harness decides when to stop
process.on('SIGTERM', () => void stop());

const server = spawn(command, words, {detached: true, stdio: ['ignore', log, log]});
server.once('error', error => {
  report({event: 'failed', code: 'code' in error ? String(error.code) : error.name, message: error.message});
  process.stdin.destroy();
});
server.once('spawn', () => report({event: 'started', pid: groupOf()}));
server.once('exit', (exitCode, signal) => {
  report({event: 'exited', exitCode, signal});
  signalGroup('SIGTERM'); // its children may have outlived it; later on, its group's number may be somebody else's
  void stop();
});
process.stdin.on('error', () => {});
process.stdin.once('close', () => void stop());
process.stdin.resume();

async function stop(): Promise<void> {
  if (stopping || server.pid === undefined) return;
  stopping = true;
  // To the first process alone: SGLang's schedulers die of a SIGTERM of their own, in the middle of the requests that
  // their parent would have let end.
  server.kill('SIGTERM');
  const gone = await goneWithin(Number(graceMs));
  if (!gone) {
    signalGroup('SIGKILL');
    await goneWithin(afterKillMs);
  }
  report({event: 'stopped', killed: !gone});
  process.stdin.destroy();
}

async function goneWithin(limitMs: number): Promise<boolean> {
  const untilMs = performance.now() + limitMs;
  while (groupIsAlive()) {
    if (performance.now() >= untilMs) return false;
    await delay(pollMs);
  }
  return true;
}

function groupOf(): number {
  if (server.pid === undefined) throw new Error('the server was never started');
  return server.pid; // a detached process leads a group that is called by its own number
}

function signalGroup(signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-groupOf(), signal);
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'; // there, but not ours to signal
  }
}

function groupIsAlive(): boolean {
  if (!signalGroup(0)) return false;
  if (process.platform !== 'linux') return true;
  // A container's first process often reaps no orphans: those zombies stay in the group for ever and hold nothing.
  return readdirSync('/proc').some(name => /^\d+$/.test(name) && livesInGroup(name));
}

function livesInGroup(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // see proc_pid_stat(5)
    return Number(group) === groupOf() && state !== 'Z' && state !== 'X';
  } catch {
    return false; // it ended between the two calls
  }
}
