import {setTimeout as delay} from 'node:timers/promises';
import type {z} from 'zod';
import {readBody} from '../bodies.ts';
import type {Page} from '../dialects/dialect.ts';
import {type Exchange, readText} from '../exchange.ts';
import type {Service} from '../service.ts';

/** What is done to the model or the server, by method and path. */
export type Controls = Readonly<Record<string, (service: Service, exchange: Exchange) => Promise<Page>>>;

export const bodyOf = async <Schema extends z.ZodType>(
  schema: Schema,
  {request}: Exchange,
): Promise<z.output<Schema>> => readBody(schema, await readText(request));

/** The engine does nothing else so long: it loads between two steps. */
export const stallFor = async ({engine}: Service, ms: number): Promise<void> => {
  engine.stall(ms);
  await delay(ms);
};

/** Ends all requests that are served, each with what it has. */
export const abortAll = ({inFlight}: Service): number => {
  const requests = [...inFlight];
  for (const request of requests) request.abort();
  return requests.length;
};
