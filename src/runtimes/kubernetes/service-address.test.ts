import {expect, test} from 'vitest';
import {Mistake, stackOrigin} from '../../option-values.ts';
import {parseServiceAddress} from './service-address.ts';

test('a service is named by namespace, name and port; the namespace may be left out, and the port be a name', () => {
  expect(parseServiceAddress('k8s://inference/sglang:30000')).toEqual({
    ...{namespace: 'inference', service: 'sglang', port: '30000'},
  });
  expect(parseServiceAddress('k8s:///sglang:http')).toEqual({namespace: null, service: 'sglang', port: 'http'});
  expect(parseServiceAddress('http://sglang:30000')).toBeNull();
});

test('as an option it is kept as it is, without a slash at the end; other addresses are as ever', () => {
  expect(stackOrigin('k8s://inference/sglang:30000/')).toBe('k8s://inference/sglang:30000');
  expect(stackOrigin('http://127.0.0.1:8000/v1')).toBe('http://127.0.0.1:8000');
});

test.each([
  'k8s://sglang:30000', // whether that is a namespace is not guessed
  'k8s://inference/sglang',
  'k8s://inference/SGLang:80',
  'k8s://inference/sglang:80/v1',
  'k8s://me:secret@inference/sglang:80',
])('%s is refused with what to write, and no secret of it is told again', text => {
  const read = () => stackOrigin(text);
  expect(read).toThrow(Mistake);
  expect(read).toThrow(/^must name a namespace, a service and its port, got "k8s:\/\/(?!.*secret)/);
});
