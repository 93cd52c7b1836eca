import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {PartOutcome} from '../../load/part.ts';
import type {OutcomeByHand} from '../../load/shards/by-hand.ts';
import {SteadyWindow} from '../../load/steady-window.ts';
import {shardFileName} from '../../records/read-shard.ts';
import {recordText} from '../../records/record-text.ts';
import {samplesName} from '../../records/sample-files.ts';
import {exampleRecord, exampleTrial} from '../../records/test-run.ts';
import type {RunRecord} from '../../schema/record.ts';
import type {Sample} from '../../schema/sample.ts';
import type {ShardFile} from '../../schema/shard-file.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import type {Trial} from '../../schema/trial.ts';
import {schemaVersion} from '../../schema/version.ts';
import {PromptTally} from '../../stats/prefix-hits.ts';

/** An open loop of so many requests. */
export const openLoad = (requests: number): LoadSpec => ({
  ...{mode: 'open', ratePerSecond: 100, arrivals: 'uniform', maxInFlight: null},
  ...{requests, durationSeconds: null, warmup: 0},
});

const spanOf = (times: readonly number[]) =>
  times.length === 0 ? null : {startMs: Math.min(...times), endMs: Math.max(...times)};

/** What one thread would have noted of these requests, if they came as they were planned. */
export const partOf = (samples: readonly Sample[], arrivals: number): PartOutcome => {
  const steady = new SteadyWindow();
  const prompts = new PromptTally();
  for (const sample of samples) {
    steady.add(sample);
    prompts.add(sample);
  }
  const ok = samples.filter(({outcome}) => outcome === 'ok');
  return {
    startedLateMs: 0.5,
    marks: steady.marks,
    open: {
      arrivals,
      arrived: samples.length,
      planned: spanOf(samples.map(({scheduledMs}) => scheduledMs ?? 0)),
      actual: spanOf(samples.map(({sentMs}) => sentMs)),
      ramp: null,
      answers: ok.length,
      e2eMs: ok.reduce((sum, {endMs, scheduledMs}) => sum + endMs - (scheduledMs ?? 0), 0),
    },
    health: {
      ...{loopLagP99Ms: 1, loopLagMaxMs: 2, scheduleLagP99Ms: 0.5, cpuMs: samples.length},
      gcPauses: {count: 1, totalMs: 1, maxMs: 1},
      seconds: {
        ...{sent: [samples.length], ended: [samples.length], heldMean: [1], loopLagMaxMs: [2], gcPauseMs: [1]},
        ...{scheduleLagMaxMs: [0.5], connectionsRefused: [0]},
      },
    },
    ...{
      inFlightMax: 2,
      prompts: prompts.sums,
      http: 'net',
      connectionsOpened: 2,
      connectionsRefused: 0,
      switched: null,
    },
  };
};

interface TestShard {
  readonly index: number;
  readonly of: number;
  /** Of each trial, in the order of their ends. */
  readonly trials: readonly (readonly Sample[])[];
  /** Of each trial, over all shards. */
  readonly requests: number;
  readonly outcome?: Partial<OutcomeByHand>;
  readonly trial?: Partial<Trial>;
  readonly record?: Partial<RunRecord>;
  readonly file?: Partial<ShardFile>;
}

/** The folder that `bench --shard` leaves. */
export const shardRun = async (folder: string, shard: TestShard): Promise<string> => {
  const {index, of, trials, requests} = shard;
  const hostname = `load-${index + 1}`;
  const record = exampleRecord({
    runId: `run-${index + 1}`,
    machine: {...exampleRecord().machine, hostname},
    trials: trials.map((_, number) => exampleTrial({index: number, load: openLoad(requests), ...shard.trial})),
    ...shard.record,
  });
  const outcomes = trials.map(
    (samples, trial): OutcomeByHand => ({
      place: {index, of},
      host: hostname,
      clock: {reference: 'date', offsetMs: 3, errorMs: 8},
      startedLateMs: 0.5,
      beganAtMs: Date.UTC(2026, 10, 22, 13),
      counts: {
        ok: samples.filter(({outcome}) => outcome === 'ok').length,
        failed: samples.filter(({outcome}) => outcome === 'failed').length,
      },
      parts: [partOf(samples, requests)],
      dataSums: [index + 1, 0, 0, 0, 0, 0, 0, 0],
      ...{timeoutMs: 60_000, arrivalsHash: 'a', serverStartedSeconds: 1_795_000_000},
      nextFromMs: trial === trials.length - 1 ? null : 50_000,
      ...shard.outcome,
    }),
  );
  const startAt = '2026-11-22T13:00:00.000Z';
  const file = {schemaVersion, place: {index, of}, startAt, everySeconds: null, outcomes, ...shard.file};
  await mkdir(folder, {recursive: true});
  const lines = trials.flat().map(sample => `${JSON.stringify(sample)}\n`);
  await writeFile(join(folder, samplesName), lines.join(''));
  await writeFile(join(folder, 'record.json'), recordText(record));
  await writeFile(join(folder, shardFileName), JSON.stringify(file));
  return folder;
};
