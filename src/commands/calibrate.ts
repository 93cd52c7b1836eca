import {availableParallelism} from 'node:os';
import {migration} from '../../suites/migration.ts';
import {calibrate} from '../calibrate/calibration.ts';
import {calibrationText} from '../calibrate/text.ts';
import {CutoverError} from '../errors.ts';
import type {Options} from '../options.ts';
import type {Terminal} from '../terminal.ts';

interface CalibrateOptions {
  readonly options: Pick<Options, 'decisions' | 'seed' | 'workers' | 'json'>;
  readonly terminal: Pick<Terminal, 'out' | 'progress'>;
  readonly interrupted: AbortSignal;
}

/**
 * Prints how often the verdict is right on simulated pairs whose truth is known. A goal that is not met is said in words and is
 * no failure of the command: the figures are what was asked for. Throws INTERRUPTED.
 */
export const printCalibration = async ({options, terminal, interrupted}: CalibrateOptions): Promise<void> => {
  const {decisions, seed, workers, json} = options;
  const startedMs = performance.now();
  const calibration = await calibrate({
    plan: migration,
    decisions,
    seed,
    workers: workers === 'auto' ? availableParallelism() : workers,
    signal: interrupted,
    onProgress: (done, of) => {
      const leftSeconds = ((performance.now() - startedMs) / 1000) * (of / done - 1);
      terminal.progress.show(`${done} of ${of} decisions, about ${Math.ceil(leftSeconds)} s left`);
    },
  });
  terminal.progress.finish();
  if (interrupted.aborted)
    throw new CutoverError('INTERRUPTED', 'calibrate was interrupted: it prints whole tables only');
  terminal.out(json ? `${JSON.stringify(calibration, null, 2)}\n` : calibrationText(calibration));
};
