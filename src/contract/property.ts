import type {Answer} from '../schema/answer.ts';
import {type Subject, subjectOf} from './question.ts';

/** What must hold for one answer, whichever others there are. */
export interface Property {
  readonly id: string;
  readonly title: string;
  about(answer: Answer): boolean;
  /** Why it does not hold; null where it does. */
  problem(answer: Answer): string | null;
}

/** Replies with status 200 to a question of `subject`. */
export const answeredBy = (subject: Subject) => (answer: Answer) =>
  answer.status === 200 && subjectOf(answer.id) === subject;
