import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {CutoverError} from '../errors.ts';

/** The text of Chart.js as one classic script, for pages that carry it. RECORD_NOT_WRITABLE where it is not installed. */
export const readChartJs = async (): Promise<string> => {
  try {
    const main = createRequire(import.meta.url).resolve('chart.js');
    return await readFile(join(dirname(main), 'chart.umd.min.js'), 'utf8');
  } catch (cause) {
    throw new CutoverError('RECORD_NOT_WRITABLE', 'report.html cannot be made: the package chart.js is not installed', {
      hint: 'Run npm ci, or leave html out of --format.',
      cause,
    });
  }
};
