import {pose} from '../examinations/pose.ts';
import type {Answer} from '../schema/answer.ts';
import {generatedQuestions} from './generated.ts';
import {brokenBy} from './judge.ts';
import {type ContractQuestion, expectationOf, posted, subjectOf} from './question.ts';
import {askedOf, keptOf} from './reply.ts';
import {smallest} from './shrink.ts';
import {isWellFormed} from './well-formed.ts';
import {writtenQuestions} from './written.ts';

export interface AskOptions {
  /** Origin without a trailing slash. */
  readonly origin: string;
  readonly seed: number;
  /** Generated questions beside the written ones. */
  readonly generated: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Whether to ask about a path at all. */
  serves(question: ContractQuestion): boolean;
  onAnswer(answer: Answer): void;
}

/** Enough that the long answers overlap, few enough to be no load. */
const atOnce = 8;
/** Questions asked to make one failure smaller. */
const shrinkBudget = 40;

/**
 * Asks the written questions and the generated ones. Where a generated one breaks a property, smaller ones are tried
 * until none does: the last answer that broke it is the smallest example. Rejects only with the signal's own reason.
 */
export const askContract = async (options: AskOptions): Promise<readonly Answer[]> => {
  const {origin, seed, generated, timeoutMs, signal, serves, onAnswer} = options;
  const answers: Answer[] = [];
  const put = async (question: ContractQuestion): Promise<Answer> => {
    const posed = {...question, pass: 1, about: subjectOf(question.id), origin};
    const answer = await pose(posed, {timeoutMs, signal}, reply => reply && keptOf(reply.body));
    onAnswer(answer);
    answers.push(answer);
    return answer;
  };

  const written = writtenQuestions().filter(serves);
  const last = written.at(-1); // asks whether the service survived all others
  const waiting = [...written.slice(0, -1), ...generatedQuestions(seed, generated).filter(serves)].values();
  const lane = async () => {
    for (const question of waiting) await put(question);
  };
  await Promise.all(Array.from({length: atOnce}, lane));
  for (const answer of worthShrinking(answers)) await shrink(answer, put);
  if (last !== undefined) await put(last);
  return answers;
};

/** For each property that only generated answers break, the one with the fewest bytes. */
const worthShrinking = (answers: readonly Answer[]): ReadonlySet<Answer> => {
  const broken = answers.flatMap(answer => brokenBy(answer).map(id => ({id, answer})));
  const generated = broken.filter(({answer}) => answer.id.includes('/generated-'));
  const first = new Map<string, Answer>();
  for (const {id, answer} of generated) {
    const smaller = first.get(id);
    if (smaller === undefined || answer.request.bytes < smaller.request.bytes) first.set(id, answer);
  }
  for (const {id, answer} of broken) if (!answer.id.includes('/generated-')) first.delete(id);
  return new Set(first.values());
};

const shrink = async (answer: Answer, put: (question: ContractQuestion) => Promise<Answer>): Promise<void> => {
  const asked = askedOf(answer);
  if (asked === undefined) return; // not JSON: what is wrong with it is that
  const [subject, expects] = [subjectOf(answer.id), expectationOf(answer.id)];
  const broken = new Set(brokenBy(answer));
  let tries = 0;
  await smallest(asked, {
    budget: shrinkBudget,
    allowed: body => isWellFormed(subject, body) === (expects === 'answered'),
    fails: async body => {
      tries += 1;
      const smaller = await put(posted(subject, expects, `${answer.id.split('/')[2]}-smaller-${tries}`, body));
      return brokenBy(smaller).some(id => broken.has(id));
    },
  });
};
