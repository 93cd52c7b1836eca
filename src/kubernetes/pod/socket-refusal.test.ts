import {expect, test} from 'vitest';
import {apiReason, isAway, statusOf} from '../api-error.ts';
import {socketRefusal} from './socket-refusal.ts';

/** As `ws` tells it: an event with the error in it. */
const refusedWith = (message: string) => ({error: new Error(message), message});

test('a refused WebSocket has its status as other calls have, and says what of', () => {
  const refused = socketRefusal(refusedWith('Unexpected server response: 403'), 'pods/exec');
  expect(statusOf(refused)).toBe(403);
  expect(apiReason(refused)).toBe('the API server opens no pods/exec for this user (HTTP status 403)');
  const away = socketRefusal(refusedWith('Unexpected server response: 502'), 'pods/portforward');
  expect(isAway(away)).toBe(true);
  expect(apiReason(away)).toBe('pods/portforward: Unexpected server response: 502');
});

test('a connection that broke is no refusal', () => {
  const broke = refusedWith('connect ECONNREFUSED 127.0.0.1:6443');
  expect(socketRefusal(broke, 'pods/exec')).toBe(broke);
});
