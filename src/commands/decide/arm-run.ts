import {engines} from '../../engines/index.ts';
import type {RunFolder} from '../../records/run-folder.ts';
import type {Stack} from '../../runtimes/stack.ts';
import type {RunRecord} from '../../schema/record.ts';
import {serversFor} from '../../schema/served-roles.ts';
import type {Terminal} from '../../terminal.ts';
import {type BringUpOptions, bringUp} from '../bring-up.ts';
import {noteStack, stopAndNote} from '../run-record.ts';
import type {Side} from './sides.ts';

interface UpOptions extends Pick<BringUpOptions, 'roles' | 'gpuHeld' | 'neighbours' | 'signal'> {
  readonly terminal: Terminal;
}

/** One side's run: its record and folder, and its stack while that is up. Disposing of it takes the stack down. */
export class ArmRun implements AsyncDisposable {
  readonly side: Side;
  readonly record: RunRecord;
  readonly folder: RunFolder;
  #stack: Stack | null = null;
  #starting = false;

  constructor({side, record, folder}: Pick<ArmRun, 'side' | 'record' | 'folder'>) {
    this.side = side;
    this.record = record;
    this.folder = folder;
  }

  get stack(): Stack | null {
    return this.#stack;
  }

  /** Process numbers of its servers; empty while it is down, and null while it starts. */
  async processes(): Promise<readonly number[] | null> {
    const stack = this.#stack;
    if (this.#starting) return null;
    if (stack === null) return [];
    return (await Promise.all(stack.servers.map(({role}) => stack.processesOf(role)))).flat();
  }

  /** Does nothing where it is up. Throws what `bringUp` throws. */
  async up({roles, terminal: {note}, signal, ...beside}: UpOptions): Promise<Stack> {
    if (this.#stack !== null) return this.#stack;
    const {engine, choice, options, arm} = this.side;
    const {plan} = choice;
    const planned = plan === null ? roles : roles.filter(role => serversFor(plan.servers, [role]).length > 0);
    const {runId} = this.record;
    this.#starting = true;
    const stack = await bringUp({
      ...{engine: engines[engine], choice, options, runId, signal},
      roles: planned,
      folder: this.folder.path,
      ...beside,
      onLine: line => note(`${arm}: ${line}`),
    }).finally(() => {
      this.#starting = false;
    });
    this.#stack = stack;
    await noteStack(this.record, stack);
    await this.folder.save(this.record);
    return stack;
  }

  /** Does nothing where it is down. */
  async down(): Promise<void> {
    const stack = this.#stack;
    this.#stack = null;
    if (stack !== null) await stopAndNote(stack, this.record, this.folder);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }
}
