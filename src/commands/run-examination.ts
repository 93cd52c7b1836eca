import {hash} from 'node:crypto';
import {CutoverError} from '../errors.ts';
import type {ExaminationContext, Examiner} from '../examinations/examiner.ts';
import {serverGone, whyGone} from '../examinations/still-serves.ts';
import type {RunFolder} from '../records/run-folder.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check, Examination} from '../schema/examination.ts';
import type {ExaminationKind, ExaminationStage} from '../schema/suite.ts';

/** Every kind of examination, loaded when it is asked for. A new one is a folder with an Examiner and a line here. */
const examinations: {readonly [Kind in ExaminationKind]: () => Promise<Examiner<Kind>>} = {
  contract: async () => (await import('../contract/examiner.ts')).contract,
  limits: async () => (await import('../limits/examiner.ts')).limits,
  parity: async () => (await import('../parity/examiner.ts')).parity,
  sessions: async () => (await import('../session-checks/examiner.ts')).sessions,
};

export interface ExaminationOptions {
  readonly stage: ExaminationStage;
  /** 1-based. */
  readonly repetition: number;
  readonly stack: Stack;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  /** Answers so far. */
  onProgress(answers: number): void;
}

const gravity: Readonly<Record<Check['outcome'], number>> = {fail: 0, unknown: 1, note: 2, pass: 3};

/** What went wrong first, and of that the smallest input first; checks without an input come after those with one. */
const inOrder = (checks: readonly Check[]): Check[] => {
  const size = ({example}: Check) => example?.length ?? Number.POSITIVE_INFINITY;
  const bySize = (a: Check, b: Check) => (size(a) === size(b) ? 0 : size(a) - size(b));
  return checks.toSorted((a, b) => gravity[a.outcome] - gravity[b.outcome] || bySize(a, b));
};

/** sha256 over every question that was asked, each once, in the order of their ids. */
const hashOf = (answers: readonly Answer[], questionOf: (answer: Answer) => unknown): string => {
  const questions = new Map(answers.map(answer => [answer.id, JSON.stringify([answer.id, questionOf(answer)])]));
  return hash('sha256', [...questions.values()].sort().join('\n'));
};

/** An examination, and the ENGINE_DIED that ended it before its last question; null where nothing did. */
interface Examined {
  readonly examination: Examination;
  readonly died: CutoverError | null;
}

/** A server that was attached to has nobody to tell of its end: where the last question got no reply it is looked for. */
const findGone = async (stack: Stack, last: Answer | undefined, signal: AbortSignal): Promise<void> => {
  if (last === undefined || last.status !== null) return;
  for (const server of stack.servers) {
    const gone = await whyGone(stack.engine, server, signal);
    if (gone !== null) throw serverGone(server, gone);
  }
};

const examine = async <Kind extends ExaminationKind>(
  examiner: Examiner<Kind>,
  {stage, repetition, stack, seed, timeoutMs, folder, signal, onProgress}: ExaminationOptions,
  spec: ExaminationContext<Kind>['spec'],
): Promise<Examined> => {
  const answersFile = `answers-${stage.name}-${repetition}.jsonl`;
  const [startedAt, startedMs] = [new Date().toISOString(), performance.now()];
  await using file = await folder.openLines(answersFile);
  const answers: Answer[] = [];
  const onAnswer = (answer: Answer) => {
    file.append(answer);
    answers.push(answer);
    onProgress(answers.length);
  };
  const died = await examiner
    .ask({stack, spec, seed, repetition, timeoutMs, signal, onAnswer})
    .then(() => findGone(stack, answers.at(-1), signal))
    .then(
      () => null,
      (thrown: unknown) => {
        if (thrown instanceof CutoverError && thrown.code === 'ENGINE_DIED') return thrown;
        throw thrown;
      },
    );
  const {checks, measures} = examiner.judge(answers, spec);
  const examination: Examination = {
    stage: stage.name,
    spec,
    repetition,
    evidence: stack.evidence,
    startedAt,
    durationMs: performance.now() - startedMs,
    answersFile,
    questions: new Set(answers.map(({id}) => id)).size,
    dataHash: hashOf(answers, examiner.questionOf ?? (({request}) => request)),
    checks: inOrder(checks),
    measures: {...measures},
  };
  return {examination, died};
};

/**
 * Asks a stage's questions and judges the answers. What was answered lies in the run's folder from the moment it came,
 * also when the examination is broken off; when an engine dies of a question, what was answered until then is judged.
 * Throws the reason of the signal, or RECORD_NOT_WRITABLE.
 */
export const runExamination = async (options: ExaminationOptions): Promise<Examined> => {
  const {examine: spec} = options.stage;
  // The map pairs each kind with its own examiner, which the compiler cannot follow through a variable kind.
  const load = examinations[spec.kind] as () => Promise<Examiner<ExaminationKind>>;
  return examine(await load(), options, spec);
};
