import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import type {Session} from '../schema/request.ts';
import {combineHashes, hashing} from './data-hash.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const one: Session = {id: 's', requests: [{kind: 'embed', id: 'r', texts: ['x', 'é']}]};
const oneInOtherOrder: Session = {requests: [{texts: ['x', 'é'], id: 'r', kind: 'embed'}], id: 's'};

test('the digest is of canonical JSON: keys in order, no white space, one line a session', () => {
  const {sessions, digest} = hashing([one, one].values());
  const line = '{"id":"s","requests":[{"id":"r","kind":"embed","texts":["x","é"]}]}\n';
  expect(digest()).toBe(sha256(''));
  sessions.next();
  expect(digest()).toBe(sha256(line));
  sessions.next();
  expect(digest()).toBe(sha256(line + line));
});

test('the order of keys does not matter, the order of texts does', () => {
  const digestOf = (session: Session) => {
    const {sessions, digest} = hashing([session].values());
    sessions.next();
    return digest();
  };
  expect(digestOf(oneInOtherOrder)).toBe(digestOf(one));
  expect(digestOf({id: 's', requests: [{kind: 'embed', id: 'r', texts: ['é', 'x']}]})).not.toBe(digestOf(one));
});

test('the sessions pass through unchanged and end with their source', () => {
  const {sessions} = hashing([one].values());
  expect(sessions.next().value).toBe(one);
  expect(sessions.next().done).toBe(true);
});

test('combined hashes depend on their order and on where one ends', () => {
  expect(combineHashes(['a', 'b'])).toBe(sha256('a\nb\n'));
  expect(combineHashes(['ab'])).not.toBe(combineHashes(['a', 'b']));
  expect(combineHashes(['b', 'a'])).not.toBe(combineHashes(['a', 'b']));
});
