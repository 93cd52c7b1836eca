import {describe, expect, test} from 'vitest';
import {capacity} from '../../suites/capacity.ts';
import {SteadyWindow, steadySpan, wholeSpanOf} from '../load/steady-window.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleTrial} from '../records/test-run.ts';
import type {OkSample} from '../schema/sample.ts';
import type {LoadStage, SweepStage} from '../schema/suite.ts';
import type {Trial} from '../schema/trial.ts';
import type {Workload} from '../schema/workload.ts';
import {calibrations, type DialectName, dialectNames} from '../simulator/calibration.ts';
import {TrialSummary} from '../stats/trial.ts';
import {runSweep} from './run-sweep.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';
import {recordedStage} from './test-recording.ts';

const [inSuite] = capacity.stages as readonly SweepStage[];
if (inSuite === undefined || inSuite.sweep.over !== 'concurrency') throw new TypeError('the suite has another stage');
const {sweep} = inSuite;
/** The suite's, with chats that are played sooner. */
const workload: Workload<'chat'> = {kind: 'chat', promptTokens: 64, outputTokens: 16};
const stage: SweepStage = {...inSuite, workload};

/** Chats as the simulated engine answers them in virtual time, in which no other program takes a core. */
const played = (dialect: DialectName, concurrency: number, requests: number): readonly OkSample[] =>
  recordedStage('x', {workload, concurrency, requests}, calibrations[dialect], dialect).repetitions.flat();

/** What `bench` makes of such samples. */
const trialOf = ({name, workload, load}: LoadStage, index: number, samples: readonly OkSample[]): Trial => {
  const slots = load.mode === 'closed' ? load.concurrency : 1;
  const steady = new SteadyWindow();
  for (const sample of samples.toSorted((a, b) => a.sentMs - b.sentMs).slice(0, slots)) steady.slotBegan(sample);
  for (const sample of samples) steady.add(sample);
  const marks = [steady.marks];
  const summary = new TrialSummary({load, workload, steady: steadySpan(marks, slots), whole: wholeSpanOf(marks)});
  for (const sample of samples) summary.add(sample);
  return exampleTrial({index, suite: name, workload, load, ...summary.numbers()});
};

/** Tokens a second of so long a trial that its beginning and its end do not count, by the engine's clock alone. */
const trueThroughput = (dialect: DialectName, concurrency: number): number => {
  const stamps = played(dialect, concurrency, 30 * concurrency).flatMap(({tokenEventsMs}) => tokenEventsMs);
  const sorted = Float64Array.from(stamps).sort();
  const middle = sorted.subarray(sorted.length / 4, (sorted.length * 3) / 4);
  return (middle.length * 1000) / ((middle.at(-1) ?? 0) - (middle[0] ?? 0));
};

describe.each(dialectNames)('%s in virtual time', dialect => {
  test('the knee is where the engine has it, and its throughput within 3 % of the truth', async () => {
    let index = 0;
    const sweeping = runSweep({
      stage,
      repetition: 1,
      async runLevel(level) {
        const {load} = level;
        if (load.mode !== 'closed') throw new TypeError('a sweep over concurrency is a closed loop');
        return trialOf(level, index++, played(dialect, load.concurrency, load.requests ?? 0));
      },
    });
    const found = (await Array.fromAsync(sweeping)).at(-1);
    if (!found?.found) throw new Error(found?.stopped);
    const {level: knee, throughput} = found.found;
    expect(Math.abs(throughput / trueThroughput(dialect, knee) - 1)).toBeLessThan(0.03);
    expect(trueThroughput(dialect, 2 * knee) / trueThroughput(dialect, knee)).toBeLessThan(1 + sweep.gainShare);
    expect(trueThroughput(dialect, knee) / trueThroughput(dialect, knee / 2)).toBeGreaterThan(1 + sweep.gainShare);
  });
});

test('each level is a trial of its own in real time, and its throughput is what the engine has written by its clock', async () => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread('sglang');
  const {failure, record, samples, stdout} = await benchHere(
    place.path,
    ...['--engine', 'sglang', '--attach', simulator.url, '--suite', 'capacity', '--format', 'markdown'],
    ...['--levels', '4-32', '--requests', '24', '--output-tokens', '16', '--prompt-tokens', '64'],
  );
  expect(failure).toBeNull();
  const [swept] = record.sweeps;
  expect(swept).toMatchObject({stage: 'capacity', repetition: 1, spec: {...sweep, from: 4, to: 32}});
  expect(record.trials.map(({suite}) => suite)).toEqual(swept?.levels.map(({level}) => `capacity@${level}`));
  expect(swept?.levels.map(({trial}) => trial)).toEqual(record.trials.map(({index}) => index));
  // How far it gets is the machine's: a client that other tests keep waiting ends it.
  expect(swept?.levels.map(({level}) => level)).toEqual(swept?.levels.map((_, place) => 4 * 2 ** place));
  expect(stdout).toContain(swept?.stopped);

  const truth = await simulator.truth();
  for (const {trial, throughput} of swept?.levels ?? []) {
    const mine = samples.filter(sample => sample.trial === trial);
    const server = mine.map(({id}) => truth.get(id)).filter(row => row !== undefined);
    expect(server).toHaveLength(mine.length);
    // The trial's clock on the engine's: the request that was quickest from one to the other tells it best.
    const began = Math.min(...mine.map(({id, sentMs}) => (truth.get(id)?.receivedMs ?? Number.NaN) - sentMs));
    const {window} = record.trials[trial] ?? {};
    if (!window) throw new Error('a trial without a window');
    const written = server
      .flatMap(({tokenMs}) => tokenMs)
      .filter(atMs => atMs - began > window.startMs && atMs - began <= window.endMs);
    const truePerSecond = (written.length * 1000) / (window.endMs - window.startMs);
    // Tokens that are under way when the window begins and ends: one step's.
    expect(Math.abs((throughput ?? 0) / truePerSecond - 1)).toBeLessThan(0.03 + 16 / written.length);
  }
});
