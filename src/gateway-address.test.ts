import {expect, test} from 'vitest';
import {gatewayOrigin} from './gateway-address.ts';
import {Mistake} from './option-values.ts';

const refused = (given: string): string => {
  try {
    return `taken as ${gatewayOrigin(given)}`;
  } catch (thrown) {
    if (!(thrown instanceof Mistake)) throw thrown;
    return `${thrown.message}. ${thrown.fix}`;
  }
};

test.each([
  ['http://10.0.0.5:3001', 'http://10.0.0.5:3001'],
  ['http://10.0.0.5:3001/', 'http://10.0.0.5:3001'],
  ['http://gateway.lab:80', 'http://gateway.lab'],
  ['http://[fd00::5]:3001', 'http://[fd00::5]:3001'],
])('%s is where pods reach the gateway', (given, origin) => {
  expect(gatewayOrigin(given)).toBe(origin);
});

test.each([
  [
    '10.0.0.5:3001',
    'must be http:// with an address of this machine and a port, got "10.0.0.5:3001". Write for example http://10.0.0.5:3001',
  ],
  [
    'k8s://a/b:1',
    'must be http:// with an address of this machine and a port, got "k8s://a/b:1". Write for example http://10.0.0.5:3001',
  ],
  [
    'https://10.0.0.5',
    'must begin with http://, for the gateway speaks plain HTTP, got "https://10.0.0.5". Write for example http://10.0.0.5:3001',
  ],
  [
    'http://10.0.0.5',
    'names no port, on which the gateway would serve, got "http://10.0.0.5". Write for example http://10.0.0.5:3001',
  ],
  [
    'http://[fd00::5]',
    'names no port, on which the gateway would serve, got "http://[fd00::5]". Write for example http://[fd00::5]:3001',
  ],
  [
    'http://10.0.0.5:0',
    'names no port, on which the gateway would serve, got "http://10.0.0.5:0". Write for example http://10.0.0.5:3001',
  ],
  [
    'http://10.0.0.5:3001/v1',
    'has a path, got "http://10.0.0.5:3001/v1". Write the address alone: http://10.0.0.5:3001',
  ],
  ['http://10.0.0.5:80/?a=b', 'has a path, got "http://10.0.0.5:80/". Write the address alone: http://10.0.0.5:80'],
  [
    'http://me:key@10.0.0.5:3001',
    'holds a user name or password, got "http://***@10.0.0.5:3001". Leave it out: the pods show a token of the rehearsal',
  ],
  [
    'http://localhost:3001',
    "http://localhost:3001 is this machine's own, and pods cannot reach it. Write its address in a network that they are in",
  ],
  [
    'http://0.0.0.0:3001',
    "http://0.0.0.0:3001 is this machine's own, and pods cannot reach it. Write its address in a network that they are in",
  ],
  [
    'http://169.254.10.1:3001',
    'http://169.254.10.1:3001 is link-local: no router leads pods of other nodes to it. Write its address in a network that they are in',
  ],
  [
    'http://[fe80::1]:3001',
    'http://[fe80::1]:3001 is link-local: no router leads pods of other nodes to it. Write its address in a network that they are in',
  ],
])('%s is refused: %s', (given, sentence) => {
  expect(refused(given)).toBe(sentence);
});
