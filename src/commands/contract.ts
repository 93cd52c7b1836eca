import {askContract as ask} from '../contract/ask.ts';
import {compareAnswers, type DropIn} from '../contract/drop-in.ts';
import {judgeContract} from '../contract/judge.ts';
import {CutoverError, exitCodes, reasonOf} from '../errors.ts';
import {fetchText} from '../http/fetch-text.ts';
import type {Options} from '../options.ts';
import {checksText, dropInText} from '../report/contract-text.ts';
import type {Answer} from '../schema/answer.ts';
import type {Terminal} from '../terminal.ts';

interface ContractOptions {
  /** One service, or two: whether the second can stand in for the first. */
  readonly urls: readonly string[];
  readonly options: Pick<Options, 'seed' | 'timeout' | 'json'>;
  readonly terminal: Terminal;
  readonly interrupted: AbortSignal;
}

/** As many as the suite asks. */
const generated = 60;

const originOf = (url: string): string => {
  const parsed = URL.parse(url);
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.origin;
  throw new CutoverError('BAD_OPTIONS', `${JSON.stringify(url)} is no URL of a service`, {
    hint: 'Write for example npm run contract -- http://127.0.0.1:3001',
  });
};

const dropInExits = {'drop-in': exitCodes.done, different: exitCodes.noGo, unknown: exitCodes.inconclusive} as const;

/**
 * Asks one service for all that the contract says, or two of them and compares their answers. Resolves with the exit
 * code. Throws BAD_OPTIONS for what is no URL, ENGINE_UNREACHABLE where nothing listens, INTERRUPTED after Ctrl-C.
 */
export const askContract = async ({urls, options, terminal, interrupted}: ContractOptions): Promise<number> => {
  const origins = urls.map(originOf);
  const asked: (readonly Answer[])[] = [];
  for (const origin of origins) asked.push(await answersOf(origin, {options, terminal, interrupted}));
  terminal.progress.finish();
  const judged = asked.map((answers, at) => ({url: origins[at] as string, ...judgeContract(answers)}));
  const [first, second] = asked;
  const dropIn: DropIn | null = first !== undefined && second !== undefined ? compareAnswers(first, second) : null;
  terminal.out(
    options.json
      ? `${JSON.stringify({services: judged, dropIn}, null, 2)}\n`
      : dropIn === null
        ? judged.map(checksText).join('\n')
        : dropInText(dropIn, judged),
  );
  if (dropIn !== null) return dropInExits[dropIn.verdict].code;
  return judged.some(({checks}) => checks.some(({outcome}) => outcome === 'fail'))
    ? exitCodes.noGo.code
    : exitCodes.done.code;
};

const answersOf = async (
  origin: string,
  {options, terminal, interrupted}: Pick<ContractOptions, 'options' | 'terminal' | 'interrupted'>,
): Promise<readonly Answer[]> => {
  const timeoutMs = options.timeout * 1000;
  try {
    await fetchText(`${origin}/health`, {timeoutMs, signal: interrupted});
    let count = 0;
    return await ask({
      origin,
      seed: options.seed,
      generated,
      timeoutMs,
      signal: interrupted,
      serves: () => true,
      onAnswer() {
        count += 1;
        terminal.progress.show(`${origin}: ${count} answers`);
      },
    });
  } catch (thrown) {
    if (interrupted.aborted) throw new CutoverError('INTERRUPTED', `Interrupted while asking ${origin}`);
    throw new CutoverError('ENGINE_UNREACHABLE', `${origin} cannot be reached: ${reasonOf(thrown)}`, {
      hint: 'Check that the service runs there.',
      cause: thrown,
    });
  }
};
