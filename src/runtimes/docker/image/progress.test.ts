import {expect, test} from 'vitest';
import {pullProgress} from './progress.ts';

const at = (current: number, total: number) => ({status: 'Downloading', progressDetail: {current, total}});

test('adds up the layers, and says that more will come while a layer has not told its size', () => {
  const progress = pullProgress();
  expect(progress.text()).toBe('');
  progress.take({status: 'Pulling from vllm/vllm-openai', id: 'v0.26.0'});
  expect(progress.text()).toBe('');
  for (const id of ['a', 'b', 'c', 'd']) progress.take({status: 'Pulling fs layer', id, progressDetail: {}});
  expect(progress.text()).toBe('0 of 4 layers');
  progress.take({status: 'Already exists', id: 'a'});
  progress.take({...at(600e6, 4.2e9), id: 'b'});
  progress.take({...at(600e6, 600e6), id: 'c'});
  expect(progress.text()).toBe('1 of 4 layers, 1.2 of more than 4.8 GB');
  progress.take({...at(100e6, 3.9e9), id: 'd'});
  expect(progress.text()).toBe('1 of 4 layers, 1.3 of 8.7 GB');
  progress.take({status: 'Download complete', id: 'b'});
  expect(progress.text()).toBe('1 of 4 layers, 4.9 of 8.7 GB');
  progress.take({status: 'Extracting', id: 'b', progressDetail: {current: 1, total: 4.2e9}});
  progress.take({status: 'Pull complete', id: 'b'});
  expect(progress.text()).toBe('2 of 4 layers, 4.9 of 8.7 GB');
});

test('a layer that was downloaded before Docker told of it counts as done, with no bytes', () => {
  const progress = pullProgress();
  progress.take({...at(1e6, 2e6), id: 'a'});
  progress.take({status: 'Download complete', id: 'b'});
  progress.take({status: 'Pull complete', id: 'b'});
  expect(progress.text()).toBe('1 of 2 layers, 1.0 of 2.0 MB');
});
