import {parentPort} from 'node:worker_threads';
import type {EngineName} from '../engines/index.ts';
import {engines} from '../engines/index.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {answersByRole} from '../parity/answers-by-role.ts';
import {askParity} from '../parity/ask.ts';
import {readAnswers} from '../records/read-answers.ts';
import {writeInside} from '../records/write-inside.ts';
import {attachTo} from '../runtimes/attach.ts';
import type {AnswersOfRole} from '../schema/decision.ts';
import type {RehearsalPlan} from '../schema/rehearsal-plan.ts';
import type {Role} from '../schema/request.ts';
import type {ExaminationSpec} from '../schema/suite.ts';

/** Asks known questions in a thread of its own: vectors are large, and the load's client must not be late
 * for them. */
export interface Asking {
  readonly engine: string;
  readonly servers: readonly {readonly role: Role; readonly url: string; readonly model: string}[];
  readonly spec: Extract<ExaminationSpec, {kind: 'parity'}>;
  readonly seed: number;
  /** For each question. */
  readonly timeoutMs: number;
  /** Of the rehearsal. */
  readonly folder: string;
  /** Under answers/: where the answers are kept; null: nowhere. */
  readonly keepAs: string | null;
  /** Under answers/: what they are compared with; null: with nothing. */
  readonly compareWith: string | null;
  readonly asked: RehearsalPlan['answers'];
}

/** An error loses its class between threads. */
export type Told =
  | {readonly roles: AnswersOfRole[]}
  | {readonly failed: {readonly code: string | null; readonly message: string}};

const fileOf = (name: string) => `answers/${name}.jsonl`;

const ask = async (asking: Asking): Promise<AnswersOfRole[]> => {
  const {engine: name, servers, spec, seed, timeoutMs, folder, keepAs, compareWith, asked} = asking;
  const engine = Object.hasOwn(engines, name) ? engines[name as EngineName] : undefined;
  if (engine === undefined) throw new TypeError(`there is no engine ${name}`);
  const {signal} = new AbortController(); // whoever asked ends the thread
  const targets = servers.map(({role, url}) => ({role, url}));
  const models = Object.fromEntries(servers.map(({role, model}) => [role, model]));
  const stack = await attachTo({engine, targets, models, signal, onLine: () => {}});
  const answers = await askParity({stack, spec, seed, repetition: 1, timeoutMs, signal, onAnswer: () => {}});
  if (keepAs !== null) {
    const lines = answers.map(answer => `${JSON.stringify(answer)}\n`);
    await writeInside(folder, fileOf(keepAs), lines.join(''));
  }
  return compareWith === null ? [] : answersByRole(await readAnswers(folder, fileOf(compareWith)), answers, asked);
};

parentPort?.on('message', async (asking: Asking) => {
  const told = await ask(asking).then(
    (roles): Told => ({roles}),
    (thrown): Told => ({
      failed: {code: thrown instanceof CutoverError ? thrown.code : null, message: reasonOf(thrown)},
    }),
  );
  parentPort?.postMessage(told);
});
