import {readdir, readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {startTicksOf} from '../keeper/helper-process.ts';
import {ownerName} from '../records/rehearsal-folder.ts';
import {ownerState} from '../runtimes/docker/ownership/owner.ts';
import type {HelperProcess, Rehearsal} from '../schema/rehearsal.ts';
import {endHelper} from './end-helper.ts';
import {forgetGatewayToken} from './gateway-token.ts';

/** A stack may take its time to stop. */
const graceMs = 60_000;

/** A process that was started as the helper of a rehearsal. */
export interface RehearsalHelper {
  readonly pid: number;
  /** Of the rehearsal. */
  readonly folder: string;
}

/** By the command line: `cutover up --folder <rehearsal>/logs/<side>` or `cutover gateway --journal <rehearsal>/gateway.jsonl`. */
export const rehearsalOf = (words: readonly string[]): string | null => {
  const after = (flag: string) => (words.includes(flag) ? (words[words.indexOf(flag) + 1] ?? null) : null);
  const [folder, journal] = [after('--folder'), after('--journal')];
  if (words.includes('up') && words.includes('--control-port') && folder !== null) return dirname(dirname(folder));
  if (words.includes('gateway') && words.includes('--admin-port') && journal !== null) return dirname(journal);
  return null;
};

/** Those that run on this machine; none where there is no /proc. */
const rehearsalHelpers = async (): Promise<readonly RehearsalHelper[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async pid => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const folder = rehearsalOf(words);
      return folder === null ? [] : [{pid, folder}];
    }),
  );
  return found.flat();
};

const end = async ({pid}: RehearsalHelper): Promise<boolean> =>
  endHelper({pid, startTicks: await startTicksOf(pid)}, graceMs);

/** Ends helpers that the rehearsal does not know of: its harness was killed between their start and its note of it. */
export const endStrays = async (folder: string, known: Rehearsal['helpers']): Promise<void> => {
  const kept = Object.values(known).flatMap((helper: HelperProcess | null) => helper?.pid ?? []);
  const helpers = await rehearsalHelpers();
  await Promise.all(helpers.filter(helper => helper.folder === folder && !kept.includes(helper.pid)).map(end));
};

/** Helpers of rehearsals whose harness is gone: they serve until the rehearsal is resumed, given up, or cleaned away. */
export const orphanedHelpers = async (): Promise<readonly RehearsalHelper[]> => {
  const found = await Promise.all(
    (await rehearsalHelpers()).map(async helper => {
      const owner = await readFile(join(helper.folder, ownerName), 'utf8').catch(() => '');
      return ownerState(owner.trim()) === 'gone' ? [helper] : [];
    }),
  );
  return found.flat();
};

/** Ends them; those that do not end are given back. The token of a gateway that is gone is good for nothing any more. */
export const endOrphans = async (orphans: readonly RehearsalHelper[]): Promise<readonly RehearsalHelper[]> => {
  const gone = await Promise.all(orphans.map(end));
  await Promise.all(orphans.map(({folder}, index) => (gone[index] ? forgetGatewayToken(folder) : null)));
  return orphans.filter((_, index) => gone[index] === false);
};
