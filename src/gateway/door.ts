import {createHash, randomUUID, timingSafeEqual} from 'node:crypto';
import type {IncomingMessage} from 'node:http';

const idForm = /^[\w.:-]{1,128}$/;

/** The caller's own `x-request-id` where it is one, else a new one. */
export const requestIdOf = ({headers}: Pick<IncomingMessage, 'headers'>): string => {
  const said = headers['x-request-id'];
  return typeof said === 'string' && idForm.test(said) ? said : randomUUID();
};

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Whether an `authorization` header names the token; takes as long for a wrong one as for the right one. */
export const bearerCheck = (token: string): ((authorization: string | undefined) => boolean) => {
  const wanted = digest(`Bearer ${token}`);
  return authorization => timingSafeEqual(digest((authorization ?? '').replace(/^bearer /i, 'Bearer ')), wanted);
};
