import {CutoverError} from '../errors.ts';
import {NotPossible} from '../keeper/not-possible.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/** Strikes once, however often it is entered. Throws BAD_OPTIONS where the stack has no handle for it. */
export const strike = async (run: RehearsalRun): Promise<void> => {
  const {scenario} = run.parts;
  const keeper = run.keeper('candidate');
  if (keeper === null || run.hasEvent('fault')) return;
  try {
    const {atMs, text} = await scenario.strike({run, keeper});
    await run.event('fault', `${scenario.name}: ${text}`, {atMs});
  } catch (thrown) {
    if (!(thrown instanceof NotPossible)) throw thrown;
    throw new CutoverError('BAD_OPTIONS', `--scenario ${scenario.name} cannot be played here: ${thrown.message}`, {
      hint: 'Choose another scenario, or another runtime.',
      cause: thrown,
    });
  }
};

/** Takes back what would keep the candidate from being stopped; of one that is gone there is nothing to take back. */
export const liftFault = async (run: RehearsalRun): Promise<void> => {
  const {scenario} = run.parts;
  const keeper = run.keeper('candidate');
  if (keeper === null || scenario.lift === undefined || !run.hasEvent('fault') || run.hasEvent('fault-lifted')) return;
  const lifted = await scenario.lift({run, keeper}).catch(() => null);
  if (lifted !== null) await run.event('fault-lifted', lifted.text, {atMs: lifted.atMs});
};
