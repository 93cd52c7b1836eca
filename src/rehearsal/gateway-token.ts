import {randomBytes} from 'node:crypto';
import {readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {throwNotWritable} from '../records/write-inside.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

const fileOf = (folder: string): string => join(folder, 'gateway-token');

/**
 * By what the gateway knows its callers where other machines reach it; null where none do. It lies in a file of its own that only this
 * user reads, until the gateway is down: in no record, and in nobody's command line.
 */
export const gatewayToken = async (run: RehearsalRun): Promise<string | null> => {
  if (run.parts.pods === null) return null;
  const path = fileOf(run.folder.path);
  const known = await readFile(path, 'utf8').catch(() => '');
  if (known !== '') return known;
  const token = randomBytes(32).toString('base64url');
  await writeFile(path, token, {mode: 0o600}).catch(throwNotWritable(path));
  return token;
};

/** `folder` is the rehearsal's. */
export const forgetGatewayToken = (folder: string): Promise<void> => rm(fileOf(folder), {force: true});
