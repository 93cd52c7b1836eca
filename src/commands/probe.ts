import {randomUUID} from 'node:crypto';
import {CutoverError, exitCodes} from '../errors.ts';
import {probeGswarm} from '../gswarm/probe.ts';
import type {Options} from '../options.ts';
import {gswarmText} from '../report/gswarm-text.ts';
import type {GswarmProbe} from '../schema/gswarm-probe.ts';
import type {Terminal} from '../terminal.ts';

interface ProbeCommand {
  /** What kind of service it is. */
  readonly service: string;
  readonly options: Pick<Options, 'url' | 'keys' | 'bytes' | 'moveTo' | 'seed' | 'timeout' | 'json'>;
  readonly terminal: Terminal;
  readonly interrupted: AbortSignal;
}

/** As the contract's: a value that got lost is a NO-GO, and where none could be written nothing can be told. */
const exitOf = ({checks, timings}: GswarmProbe): number => {
  if (checks.some(({outcome}) => outcome === 'fail')) return exitCodes.noGo.code;
  const written = timings.some(({operation, done}) => operation === 'write' && done > 0);
  return written ? exitCodes.done.code : exitCodes.inconclusive.code;
};

/**
 * Asks a service beside the engines what it does and how long that takes; resolves with the exit code. Throws BAD_OPTIONS
 * for a kind it does not know, ENGINE_UNREACHABLE where the service does not answer, INTERRUPTED after Ctrl-C.
 */
export const probe = async ({service, options, terminal, interrupted}: ProbeCommand): Promise<number> => {
  if (service !== 'gswarm')
    throw new CutoverError('BAD_OPTIONS', `${JSON.stringify(service)} is no service that can be probed`, {
      hint: 'Write npm run probe -- gswarm',
    });
  const {url, keys, bytes, moveTo, seed, timeout, json} = options;
  try {
    const probed = await probeGswarm({
      ...{url, keys, valueBytes: bytes, moveTo, seed, timeoutMs: timeout * 1000, name: randomUUID().slice(0, 8)},
      signal: interrupted,
      onAsked: count => terminal.progress.show(`${url}: ${count} requests`),
    });
    terminal.progress.finish();
    terminal.out(json ? `${JSON.stringify(probed, null, 2)}\n` : gswarmText(probed));
    return exitOf(probed);
  } catch (thrown) {
    terminal.progress.finish();
    if (interrupted.aborted) throw new CutoverError('INTERRUPTED', `Interrupted while probing ${url}`);
    throw thrown;
  }
};
