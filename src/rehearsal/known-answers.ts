import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import {CutoverError, isErrorCode} from '../errors.ts';
import {workerPath} from '../root.ts';
import type {Arm} from '../schema/block.ts';
import type {AnswersOfRole} from '../schema/decision.ts';
import type {ExaminationSpec} from '../schema/suite.ts';
import type {Asking, Told} from './ask-worker.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

type ParitySpec = Extract<ExaminationSpec, {kind: 'parity'}>;

/** Every question of the plan. */
export const allQuestions = ({rehearsal: {plan}}: RehearsalRun): ParitySpec => {
  const {ask} = plan.answers;
  if (ask.kind !== 'parity') throw new TypeError('plan-file.ts lets no other examination pass');
  return ask;
};

/** Those that are asked now and then beside the load: of what is required, and few. Their ids are those of the others. */
export const fewQuestions = (run: RehearsalRun): ParitySpec => {
  const {texts, rankings, chats} = allQuestions(run);
  const {required} = run.rehearsal.plan.answers;
  return {
    kind: 'parity',
    texts: Math.min(texts, 16),
    rankings: Math.min(rankings, 8),
    chats: required.includes('chat') ? Math.min(chats, 8) : 0,
  };
};

/** Name of what the baseline said first, which all others are compared with. */
export const firstAnswers = 'before';

interface AskingOptions extends Partial<Pick<Asking, 'keepAs' | 'compareWith'>> {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Threads that wait for the next questions: to start one costs a core half a second, which the load would feel. */
const idle = new WeakMap<RehearsalRun, Worker>();

/** Rejects with the signal's reason, and when the thread itself fails. */
const toldBy = async (run: RehearsalRun, asking: Asking, signal: AbortSignal): Promise<Told> => {
  signal.throwIfAborted();
  const worker = idle.get(run) ?? new Worker(workerPath('rehearsal/ask-worker'));
  idle.delete(run);
  worker.ref();
  try {
    worker.postMessage(asking);
    const [told] = (await once(worker, 'message', {signal})) as [Told];
    worker.unref();
    idle.set(run, worker);
    return told;
  } catch (thrown) {
    await worker.terminate(); // what it asks is not wanted any more
    signal.throwIfAborted();
    throw thrown;
  }
};

/**
 * Asks a side's servers directly, past the gateway, and compares with what the baseline said first. A question without an answer is an answer too. Throws what keeps the side from being asked at all, or the signal's reason.
 */
export const askKnown = async (
  run: RehearsalRun,
  arm: Arm,
  spec: ParitySpec,
  options: AskingOptions = {},
): Promise<AnswersOfRole[]> => {
  const {keepAs = null, compareWith = firstAnswers, timeoutMs = run.parts.timeoutMs, signal = run.over} = options;
  const state = await run.keeper(arm)?.state();
  if (state === undefined) throw new TypeError(`the ${arm} is not up`);
  const {seed, plan} = run.rehearsal;
  const servers = state.servers
    .filter(({role}) => spec.chats > 0 || role !== 'chat')
    .map(({role, url, model}) => ({role, url, model}));
  const asking: Asking = {
    ...{engine: state.engine, servers, spec, seed, timeoutMs},
    ...{folder: run.folder.path, keepAs, compareWith, asked: plan.answers},
  };
  const told = await toldBy(run, asking, signal);
  if ('roles' in told) return told.roles;
  const {code, message} = told.failed;
  if (code !== null && isErrorCode(code)) throw new CutoverError(code, `${arm}: ${message}`);
  throw new Error(message);
};

/** The required roles that are shown to be answered otherwise, as one sentence; null where there are none. */
export const whatDiffers = ({rehearsal: {plan}}: RehearsalRun, roles: readonly AnswersOfRole[]): string | null => {
  const {required} = plan.answers;
  const differing = roles.filter(({role, outcome}) => outcome === 'differs' && required.includes(role));
  return differing.length === 0 ? null : differing.map(({role, detail}) => `${role}: ${detail}`).join('; ');
};
