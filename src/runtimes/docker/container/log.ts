import {open} from 'node:fs/promises';
import type {IncomingMessage} from 'node:http';
import type Docker from 'dockerode';
import {reasonOf} from '../../../errors.ts';
import {dockerStream} from '../docker-stream.ts';
import {LogEntries} from './log-entries.ts';

const tailLines = 200;
/** For what was written since the last look, minutes of an engine's log. */
const catchUpMs = 60_000;

export interface LogOptions {
  readonly docker: Docker;
  readonly id: string;
  /** Gets all lines, masked. */
  readonly path: string;
  readonly mask: (text: string) => string;
  /** Called once for each line, masked, from the container's first. */
  readonly onLine: (line: string) => void;
  /** Called when the file can no longer be written, as on a full disk: the lines are still told. */
  readonly onFileLost: (reason: string) => void;
}

/** A container's log, copied to a file. While nothing follows it, it costs nothing. */
export interface ContainerLog extends AsyncDisposable {
  /** The last lines that were read, oldest first, without empty ones. */
  tail(): readonly string[];
  /** Stops following, and reads once what was written since. */
  catchUp(): Promise<void>;
  /** `catchUp` for a container that has ended: also the line that it did not finish. */
  readToEnd(): Promise<void>;
}

/** Follows the log of a container from its first line until told to stop. */
export const followLog = async ({docker, id, path, mask, onLine, onFileLost}: LogOptions): Promise<ContainerLog> => {
  const tail: string[] = [];
  let unwritten: string[] = [];
  const entries = new LogEntries(line => {
    const text = mask(line);
    unwritten.push(text);
    if (text.trim() !== '' && tail.push(text) > tailLines) tail.shift();
    onLine(text);
  });

  const file = await open(path, 'a');
  let fileLost = false;
  let writing = Promise.resolve();
  const write = () => {
    const lines = unwritten;
    unwritten = [];
    if (lines.length === 0 || fileLost) return;
    const text = `${lines.join('\n')}\n`;
    writing = writing
      .then(() => file.appendFile(text))
      .catch((thrown: unknown) => {
        if (!fileLost) onFileLost(reasonOf(thrown));
        fileLost = true;
      });
  };

  const read = async (answer: IncomingMessage) => {
    for await (const chunk of answer) {
      entries.take(chunk);
      write();
    }
  };
  const request = (follow: boolean, signal?: AbortSignal) => {
    const since = entries.since();
    const query = {
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      follow: follow ? '1' : '0',
      ...(since !== null && {since}),
    };
    return dockerStream(docker, {method: 'GET', path: `/containers/${id}/logs`, query, ...(signal && {signal})});
  };

  const following = await request(true).catch(async thrown => {
    await file.close();
    throw thrown;
  });
  // A connection that breaks ends the following and loses nothing: the next look begins where it ended.
  const followed = read(following).catch(() => {});

  // One after another: each begins where the last one ended.
  let queue = Promise.resolve();
  let closed = false;
  const next = (step: () => Promise<void>): Promise<void> => {
    const done = queue.then(() => (closed ? undefined : step()));
    queue = done.catch(() => {});
    return done;
  };
  const catchUp = async () => {
    following.destroy();
    await followed;
    const late = AbortSignal.timeout(catchUpMs);
    const answer = await request(false, late);
    await read(answer);
  };
  return {
    tail: () => tail,
    catchUp: () => next(catchUp),
    readToEnd: () =>
      next(async () => {
        await catchUp();
        entries.end();
        write();
      }),
    [Symbol.asyncDispose]: () =>
      next(async () => {
        following.destroy();
        await followed;
        await writing;
        closed = true;
        await file.close();
      }),
  };
};
