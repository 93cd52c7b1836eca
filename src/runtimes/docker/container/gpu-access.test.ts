import {describe, expect, test} from 'vitest';
import {gpuAccess} from './gpu-access.ts';

const nvidia = {nvidiaRuntime: true, cdiDevices: null};
const cdi = {nvidiaRuntime: false, cdiDevices: ['nvidia.com/gpu=0', 'nvidia.com/gpu=all']};
const oneByOne = {nvidiaRuntime: false, cdiDevices: ['other.com/net=0', 'nvidia.com/gpu=0', 'nvidia.com/gpu=1']};
const plain = {nvidiaRuntime: false, cdiDevices: null};

describe('GPUs for a container', () => {
  test.each([
    {gpus: undefined, info: nvidia, request: {Driver: 'nvidia', Count: -1, Capabilities: [['gpu']]}},
    {gpus: 'all' as const, info: nvidia, request: {Driver: 'nvidia', Count: -1, Capabilities: [['gpu']]}},
    {gpus: 2, info: nvidia, request: {Driver: 'nvidia', Count: 2, Capabilities: [['gpu']]}},
    {
      gpus: ['GPU-6d7b', '1'],
      info: nvidia,
      request: {Driver: 'nvidia', DeviceIDs: ['GPU-6d7b', '1'], Capabilities: [['gpu']]},
    },
    {gpus: undefined, info: cdi, request: {Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=all']}},
    {gpus: undefined, info: oneByOne, request: {Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=0', 'nvidia.com/gpu=1']}},
    {gpus: 1, info: cdi, request: {Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=0']}},
    {gpus: ['0'], info: cdi, request: {Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=0']}},
    {gpus: {cdi: ['nvidia.com/gpu=7']}, info: plain, request: {Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=7']}},
  ])('$gpus are requested as $request', ({gpus, info, request}) => {
    expect(gpuAccess(gpus, info)).toEqual({DeviceRequests: [request]});
  });

  test('CDI that does not know all of them leaves it to the nvidia support', () => {
    expect(gpuAccess(['GPU-6d7b'], {...cdi, nvidiaRuntime: true}).DeviceRequests?.[0]).toMatchObject({
      Driver: 'nvidia',
    });
  });

  test('named device nodes are handed over as they are', () => {
    expect(gpuAccess({devices: ['/dev/nvidia3:/dev/nvidia0', '/dev/nvidiactl']}, plain)).toEqual({
      Devices: [
        {PathOnHost: '/dev/nvidia3', PathInContainer: '/dev/nvidia0', CgroupPermissions: 'rwm'},
        {PathOnHost: '/dev/nvidiactl', PathInContainer: '/dev/nvidiactl', CgroupPermissions: 'rwm'},
      ],
    });
  });

  test('none are asked for with none', () => {
    expect(gpuAccess('none', nvidia)).toEqual({});
  });

  test('an engine that shows no way to a GPU is refused, with the fix', () => {
    expect(() => gpuAccess(undefined, plain)).toThrow(
      expect.objectContaining({
        code: 'ENGINE_DID_NOT_START',
        message: expect.stringContaining('cannot hand a GPU to a container'),
        hint: expect.stringContaining('nvidia-container-toolkit'),
      }),
    );
  });

  test('one that was asked for by name is requested all the same: docker info does not show every way', () => {
    expect(gpuAccess('all', plain).DeviceRequests?.[0]).toMatchObject({Driver: 'nvidia', Count: -1});
  });
});
