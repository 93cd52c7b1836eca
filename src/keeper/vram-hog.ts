import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {reasonOf} from '../errors.ts';
import {projectRoot} from '../root.ts';
import {type Guarded, startGuarded} from '../runtimes/process/guarded.ts';
import type {ServerHandle} from '../runtimes/server-handle.ts';
import {NotPossible} from './not-possible.ts';

const programPath = join(projectRoot, 'src/keeper/vram-hog.py');

/** Programs that take the memory of a real card away from its engine. They end with the keeper, or with their container. */
export class VramHogs implements AsyncDisposable {
  readonly #python: string;
  readonly #logPath: string;
  readonly #running: Guarded[] = [];

  constructor(python: string, logPath: string) {
    this.#python = python;
    this.#logPath = logPath;
  }

  get pids(): readonly number[] {
    return this.#running.map(({pid}) => pid);
  }

  /** `words` as vram-hog.py takes them. Rejects with NotPossible where there is no such Python. */
  async start(handle: ServerHandle, words: readonly string[]): Promise<void> {
    if (handle.runPython !== null) return handle.runPython(await readFile(programPath, 'utf8'), words);
    const command = [this.#python, programPath, ...words];
    try {
      this.#running.push(await startGuarded({command, environment: {}, logPath: this.#logPath, graceSeconds: 1}));
    } catch (thrown) {
      throw new NotPossible(`${this.#python} cannot be started: ${reasonOf(thrown)}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map(one => one.stop()));
  }
}
