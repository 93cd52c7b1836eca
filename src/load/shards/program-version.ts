import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import {projectRoot} from '../../root.ts';

/** Which cutover a shard's program is of. */
export interface ProgramVersion {
  readonly version: string;
  /** A hash of all sources that the program is made of: between two releases the version alone says nothing. */
  readonly sources: string;
}

const program = join(projectRoot, 'src', 'load', 'shards', 'program.ts');

/** Of a source, those that it loads; what it takes only types from does not run. */
const importsOf = (text: string): readonly string[] =>
  [
    ...text.matchAll(/^(?:import|export)(?! type\b)(?:[^;']*? from)? '(\.[^']+\.(?:ts|json))'/gm),
    ...text.matchAll(/\bimport\('(\.[^']+\.ts)'\)/g),
  ].map(([, path = '']) => path);

/** The texts of all sources of the program, by their paths below the project's folder. */
export const sourcesOfProgram = async (): Promise<ReadonlyMap<string, string>> => {
  const texts = new Map<string, string>();
  const read = async (path: string): Promise<void> => {
    const name = relative(projectRoot, path);
    if (texts.has(name)) return;
    texts.set(name, ''); // two that load the same one read it once
    const text = await readFile(path, 'utf8');
    texts.set(name, text);
    await Promise.all(importsOf(text).map(target => read(join(dirname(path), target))));
  };
  await read(program);
  return texts;
};

export const hashOfSources = async (): Promise<string> => {
  const hash = createHash('sha256');
  for (const [name, text] of [...(await sourcesOfProgram())].sort(([one], [other]) => (one < other ? -1 : 1)))
    hash.update(`${name}\0${text}\0`);
  return hash.digest('hex').slice(0, 12);
};

const readVersion = async (): Promise<ProgramVersion> => {
  const {version} = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {version: string};
  // A bundle has no sources beside it: write-bundle.ts puts their hash in this place.
  return {version, sources: process.env.CUTOVER_PROGRAM_SOURCES ?? (await hashOfSources())};
};

let known: Promise<ProgramVersion> | null = null;

/** Of this program. */
export const programVersion = (): Promise<ProgramVersion> => {
  known ??= readVersion();
  return known;
};
