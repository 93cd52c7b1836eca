import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {LineCounter, parseDocument} from 'yaml';
import type {z} from 'zod';
import {CutoverError, reasonOf} from '../errors.ts';
import {isSecretName} from './secrets.ts';

/** A kind of file that people write, and that is named by its path or by its name in a folder of such files. */
export interface YamlKind {
  /** As in `There is no stack file named …`. */
  readonly noun: string;
  /** What shows how one is written: where its fields are described, and files that are right. */
  readonly hint: string;
  /** What else a name may be, said beside the names that are. */
  readonly more?: string;
  /** Of what is thrown; absent is BAD_STACK. */
  readonly code?: 'BAD_STACK' | 'BAD_SUITE';
}

const isPath = (nameOrPath: string) => /[/\\]|\.ya?ml$/.test(nameOrPath);

/**
 * What stands in the YAML file `<folder>/<name>.yaml`, or in the one at a path.
 * Throws BAD_STACK (or the kind's own code) when it cannot be read, or with every place in which it is not YAML.
 */
export const readYamlFile = async (
  nameOrPath: string,
  folder: string,
  kind: YamlKind,
): Promise<{readonly file: string; readonly value: unknown}> => {
  const file = isPath(nameOrPath) ? nameOrPath : join(folder, `${nameOrPath}.yaml`);
  const text = await readFile(file, 'utf8').catch(async (thrown: unknown) => {
    throw await notReadable(nameOrPath, folder, kind, thrown);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false});
  const mistakes = document.errors.map(({message, pos: [offset]}) => {
    const {line, col} = lines.linePos(offset);
    return `${line}:${col} ${message}`;
  });
  if (mistakes.length > 0) throw badFile(file, kind, mistakes);
  return {file, value: document.toJS()};
};

export const badFile = (file: string, kind: YamlKind, mistakes: readonly string[]): CutoverError =>
  new CutoverError(
    kind.code ?? 'BAD_STACK',
    [`${file} is not a ${kind.noun} file:`, ...mistakes.map(mistake => `  ${mistake}`)].join('\n'),
    {hint: kind.hint},
  );

const notReadable = async (
  nameOrPath: string,
  folder: string,
  {noun, more, code = 'BAD_STACK'}: YamlKind,
  cause: unknown,
) => {
  const names = (await readdir(folder).catch(() => []))
    .filter(file => file.endsWith('.yaml'))
    .map(file => basename(file, '.yaml'))
    .sort();
  const known = names.length === 0 ? '' : `ame one of ${names.join(', ')}`;
  if (isPath(nameOrPath))
    return new CutoverError(code, `The ${noun} file ${nameOrPath} cannot be read: ${inWords(cause)}`, {
      hint: `Check the path${known === '' ? '' : `, or n${known}`}.`,
      cause,
    });
  return new CutoverError(code, `There is no ${noun} file named ${nameOrPath} in ${folder}`, {
    hint:
      known === ''
        ? 'Give the path of a YAML file.'
        : `N${known}${more === undefined ? '' : ` (${more})`}, or give the path of a YAML file.`,
    cause,
  });
};

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
};

const inWords = (cause: unknown): string =>
  (cause instanceof Error && 'code' in cause && unreadable[String(cause.code)]) || reasonOf(cause);

/** Every secret-looking variable below an `environment:`, each with the fix; no message repeats a value. */
export const secretsIn = (value: unknown, place: readonly string[] = []): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]) =>
        place.at(-1) === 'environment' && isSecretName(name) && inner !== '' && inner !== null
          ? `${[...place, name].join('.')}: a secret does not belong into a file; leave it out and export ${name} in the shell (${passedOn})`
          : secretsIn(inner, [...place, name]),
      );

const passedOn =
  'HF_TOKEN and HUGGING_FACE_HUB_TOKEN are passed on to containers by name, processes have the whole shell environment';

/** For example `servers.0.port: Too small: expected number to be >=1`. */
export const describeIssue = (issue: z.core.$ZodIssue): string[] => {
  const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  if (issue.code === 'unrecognized_keys') return issue.message.split('\n').map(line => [...issue.path, line].join('.'));
  const reasons = issue.code === 'invalid_key' ? issue.issues.map(({message}) => message) : [issue.message];
  return reasons.map(
    reason => place + reason.replace(/^Invalid input: (expected \S+), received undefined$/, 'is missing, $1'),
  );
};
