import type {Stack} from '../runtimes/stack.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import type {ExaminationKind, ExaminationSpec} from '../schema/suite.ts';

type SpecOf<Kind extends ExaminationKind> = Extract<ExaminationSpec, {kind: Kind}>;

export interface ExaminationContext<Kind extends ExaminationKind> {
  /** Has a server for each role that is needed, or for some of them: what it lacks is not asked, and a check says so. */
  readonly stack: Stack;
  readonly spec: SpecOf<Kind>;
  readonly seed: number;
  /** 1-based. */
  readonly repetition: number;
  /** For each question. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called once for every answer, as it comes: it is kept from then on, whatever interrupts the rest. */
  onAnswer(answer: Answer): void;
}

export interface Judgement {
  readonly checks: readonly Check[];
  readonly measures: Readonly<Record<string, number | null>>;
}

/** Questions that are asked for what is answered and not for how fast. `ask` does the I/O, `judge` is pure. */
export interface Examiner<Kind extends ExaminationKind> {
  /**
   * All answers, those that were shown to `onAnswer`. Throws the signal's reason; a question that fails is an answer too.
   * ENGINE_DIED, thrown, ends the run after what was answered has been judged.
   */
  ask(context: ExaminationContext<Kind>): Promise<readonly Answer[]>;
  judge(answers: readonly Answer[], spec: SpecOf<Kind>): Judgement;
  /** What was asked, in a form that is the same for every engine; absent is the request as it was sent. */
  questionOf?(answer: Answer): unknown;
}
