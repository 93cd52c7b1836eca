import {join} from 'node:path';
import {type Answer, answer} from '../schema/answer.ts';
import {linesUpTo, longestLine} from './lines-up-to.ts';
import {openPacked} from './open-packed.ts';
import {issuesText, unreadable} from './unreadable.ts';

const fix = 'Copy it from the machine that measured it once more: it belongs to record.json.';

/** The lines of an answers file, as examinations name it in the record, packed with gzip or not. Throws RECORD_UNREADABLE with the line. */
export const readAnswers = async (folder: string, name: string): Promise<readonly Answer[]> => {
  const path = join(folder, name);
  const answers: Answer[] = [];
  const opened = await openPacked(path);
  if (opened === null) throw unreadable(path, `neither it nor ${name}.gz exists`, {hint: fix});
  try {
    for await (const line of linesUpTo(opened.stream, longestLine)) {
      const parsed = answer.safeParse(JSON.parse(line));
      if (!parsed.success) throw new Error(issuesText(parsed.error));
      answers.push(parsed.data);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(path, `line ${answers.length + 1}: ${reason}`, {hint: fix, cause});
  }
  return answers;
};
