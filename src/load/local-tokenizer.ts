import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {Tokenizer} from '@huggingface/tokenizers';
import {CutoverError, reasonOf} from '../errors.ts';
import {codeSamples, questionSamples, textSamples} from '../workloads/length-samples.ts';
import type {LocalCount} from './token-lengths.ts';

const unusable = (path: string, cause: unknown) =>
  new CutoverError('BAD_OPTIONS', `--tokenizer ${path}: ${reasonOf(cause)}`, {
    hint: "Name a model's tokenizer.json, or the folder that it is in.",
    cause,
  });

/** What stands beside a tokenizer.json; few settings, and a tokenizer without them is one that has none of them. */
const readConfig = async (folder: string): Promise<object> => {
  const text = await readFile(join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text) as object;
};

/**
 * Counts the workloads' code with a tokenizer.json, or with the one in a folder. Nothing of the tokenizer is kept: a
 * vocabulary takes more memory than the client. Throws BAD_OPTIONS where the file is none.
 */
export const countLocally = async (path: string): Promise<LocalCount> => {
  try {
    const file = resolve((await stat(path)).isDirectory() ? join(path, 'tokenizer.json') : path);
    const bytes = await readFile(file);
    const tokenizer = new Tokenizer(JSON.parse(bytes.toString('utf8')), await readConfig(dirname(file)));
    const count = (text: string, special = false) => tokenizer.encode(text, {add_special_tokens: special}).ids.length;
    const code = count(codeSamples.join(''));
    if (code === 0) throw new Error('it makes no tokens of source code');
    return {
      counts: {
        code,
        texts: count(textSamples.join('')),
        questions: count(questionSamples.join('')),
        special: count('a', true) - count('a'),
      },
      // The model's folder says more than a name that all such files have; the folders above are nobody's business.
      tokenizer: {
        file: join(basename(dirname(file)), basename(file)),
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    };
  } catch (thrown) {
    throw unusable(path, thrown);
  }
};
