import {reasonOf} from '../errors.ts';
import {readSamples} from '../records/read-samples.ts';
import {type RivalName, rivals} from '../report/rivals/index.ts';
import {measuredTrials, rivalText} from '../report/rivals/rival-text.ts';
import type {Terminal} from '../terminal.ts';
import type {MeasuredRun} from './exports.ts';

/** Prints trial by trial what each of these load clients would have printed of a run. */
export const printRivals = async (
  names: readonly RivalName[],
  {record, folder}: MeasuredRun,
  out: Terminal['out'],
): Promise<void> => {
  if (names.length === 0 || record.trials.length === 0) return;
  const chosen = await Promise.all(names.map(name => rivals[name]()));
  for await (const measured of measuredTrials(record, readSamples(folder)))
    for (const rival of chosen) out(`\n${rivalText(rival, measured)}`);
};

/** The same at the end of a run, to which a failure here costs nothing: it is said. */
export const showRivals = async (
  names: readonly RivalName[],
  run: MeasuredRun,
  {out, warn}: Pick<Terminal, 'out' | 'warn'>,
): Promise<void> => {
  try {
    await printRivals(names, run, out);
  } catch (thrown) {
    const again = names.map(name => `--as ${name}`).join(' ');
    warn(`Not printed ${again}: ${reasonOf(thrown)}. npm run report -- ${run.folder} ${again} tries again.`);
  }
};
