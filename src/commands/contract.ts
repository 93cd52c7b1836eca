import {askContract as ask} from '../contract/ask.ts';
import {compareAnswers, type DropIn} from '../contract/drop-in.ts';
import {judgeContract} from '../contract/judge.ts';
import {CutoverError, exitCodes, reasonOf} from '../errors.ts';
import {fetchText} from '../http/fetch-text.ts';
import type {Options} from '../options.ts';
import {checksText, dropInExit, dropInText} from '../report/contract-text.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
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
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) {
    if (parsed.pathname === '/' && parsed.search === '' && parsed.hash === '') return parsed.origin;
    throw new CutoverError('BAD_OPTIONS', `${url} has a path: the contract's paths stand at the top of a service`, {
      hint: `Write ${parsed.origin}; a service under a prefix needs a proxy that takes it away.`,
    });
  }
  throw new CutoverError('BAD_OPTIONS', `${JSON.stringify(url)} is no URL of a service`, {
    hint: 'Write for example npm run contract -- http://127.0.0.1:3001',
  });
};

/** A service of which nothing could be told keeps no contract. */
const exitOf = (checks: readonly Check[]): number => {
  if (checks.some(({outcome}) => outcome === 'fail')) return exitCodes.noGo.code;
  return checks.some(({outcome}) => outcome === 'pass') ? exitCodes.done.code : exitCodes.inconclusive.code;
};

interface Asked {
  readonly answers: readonly Answer[];
  /** Whether it says of itself that a simulated engine answers. */
  readonly simulated: boolean;
}

/**
 * Asks one service for all that the contract says, or two of them and compares their answers. Resolves with the exit
 * code. Throws BAD_OPTIONS for what is no URL, ENGINE_UNREACHABLE where nothing listens, INTERRUPTED after Ctrl-C.
 */
export const askContract = async ({urls, options, terminal, interrupted}: ContractOptions): Promise<number> => {
  const origins = urls.map(originOf);
  const asked: Asked[] = [];
  for (const origin of origins) asked.push(await answersOf(origin, {options, terminal, interrupted}));
  terminal.progress.finish();
  const judged = asked.map(({answers, simulated}, at) => ({
    url: origins[at] as string,
    simulated,
    ...judgeContract(answers),
  }));
  const [first, second] = asked;
  const dropIn: DropIn | null =
    first !== undefined && second !== undefined ? compareAnswers(first.answers, second.answers) : null;
  terminal.out(
    options.json
      ? `${JSON.stringify({services: judged, dropIn}, null, 2)}\n`
      : dropIn === null
        ? judged.map(checksText).join('\n')
        : dropInText(dropIn, judged),
  );
  return dropIn === null ? exitOf(judged.flatMap(({checks}) => checks)) : dropInExit(dropIn, judged);
};

const answersOf = async (
  origin: string,
  {options, terminal, interrupted}: Pick<ContractOptions, 'options' | 'terminal' | 'interrupted'>,
): Promise<Asked> => {
  const timeoutMs = options.timeout * 1000;
  try {
    const {headers} = await fetchText(`${origin}/health`, {timeoutMs, signal: interrupted});
    let count = 0;
    const answers = await ask({
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
    return {answers, simulated: headers['x-cutover-evidence'] === 'simulated'};
  } catch (thrown) {
    if (interrupted.aborted) throw new CutoverError('INTERRUPTED', `Interrupted while asking ${origin}`);
    throw new CutoverError('ENGINE_UNREACHABLE', `${origin} cannot be reached: ${reasonOf(thrown)}`, {
      hint: 'Check that the service runs there.',
      cause: thrown,
    });
  }
};
