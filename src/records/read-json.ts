import {stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import type {z} from 'zod';
import {schemaVersion} from '../schema/version.ts';
import {issuesText, unreadable} from './unreadable.ts';

const kindOf = async (path: string) => {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
};

interface Sought {
  readonly reportsDir: string;
  /** Of the file in its folder. */
  readonly name: string;
  /** In a word, for the user. */
  readonly what: string;
}

/** The file of a run or a decision by its own path, by its folder, or by its id under `reportsDir` or its evidence/. */
export const locate = async (pathOrId: string, {reportsDir, name, what}: Sought): Promise<string> => {
  const under = [reportsDir, join(reportsDir, 'evidence')].map(dir => resolve(dir, pathOrId));
  const places = new Set([resolve(pathOrId), ...under]); // one place where the path is absolute
  for (const place of places) {
    const kind = await kindOf(place);
    if (kind === 'folder') return join(place, name);
    if (kind === 'file') return place;
  }
  throw unreadable(pathOrId, `there is no such ${what}; looked for ${[...places].join(', ')}`, {
    hint: `Name a ${what} folder, its ${name}, or the id of a ${what} under reports/.`,
  });
};

const parse = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, 'it is not JSON', {hint: 'Copy it from the machine that measured it once more.', cause});
  }
};

const versionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;

/** What a file of this version of cutover holds. Throws RECORD_UNREADABLE with the path and the reason. */
export const parseVersioned = <Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
): z.infer<Schema> => {
  const value = parse(file, text);
  const version = versionOf(value);
  if (version === undefined)
    throw unreadable(file, 'it has no schemaVersion, which whatever cutover writes has', {
      hint: 'Copy it from the machine that measured it once more.',
    });
  if (version !== schemaVersion)
    throw unreadable(file, `its schemaVersion is ${JSON.stringify(version)}, and this cutover reads ${schemaVersion}`, {
      hint: 'Read it with the version of cutover that wrote it.',
    });
  const {success, data, error} = schema.safeParse(value);
  if (!success)
    throw unreadable(file, issuesText(error), {hint: 'Records are not meant to be edited by hand: use the original.'});
  return data;
};
