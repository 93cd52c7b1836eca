import {expect, test} from 'vitest';
import {refusedByDocker} from './docker-refusal.ts';

test.each([
  {
    reason:
      'driver failed programming external connectivity on endpoint c: Error starting userland proxy: listen tcp4 203.0.113.9:8000: bind: cannot assign requested address',
    fix: /`publish`.*`ip addr`/,
  },
  {reason: 'could not select device driver "cdi" with capabilities: []', fix: /does not know CDI.*leave `cdi` out/},
  {reason: 'could not select device driver "nvidia" with capabilities: [[gpu]]', fix: /nvidia-container-toolkit/},
  {reason: 'invalid mount config for type "bind": bind source path does not exist: /a', fix: /`binds`/},
  {reason: 'something new', fix: /journalctl -u docker/},
])('$reason', ({reason, fix}) => {
  const refused = Object.assign(new Error(`(HTTP code 500) server error - ${reason} `), {statusCode: 500});
  const {code, message, hint} = refusedByDocker('The chat server could not be started', refused, text => text);
  expect([code, message]).toEqual(['ENGINE_DID_NOT_START', `The chat server could not be started: ${reason}`]);
  expect(hint).toMatch(fix);
});
