import {once} from 'node:events';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {freePort} from '../../free-port.ts';
import {probeDocker} from '../probe.ts';
import {ownBridge} from '../test-own-bridge.ts';
import {startProgram} from '../test-program.ts';
import {connectDocker} from './host.ts';
import {type Certificates, makeCertificates} from './test-certificates.ts';
import {writeContext} from './test-contexts.ts';

const never = new AbortController().signal;
const resources = new AsyncDisposableStack();
let certificates: Certificates;
let folder = '';
let address = '';

/** A second engine that asks for a client certificate. */
beforeAll(async () => {
  folder = resources.use(await temporaryFolder()).path;
  certificates = await makeCertificates(folder);
  const port = await freePort();
  address = `tcp://127.0.0.1:${port}`;
  const {server} = certificates;
  const own = ['data-root', 'exec-root'].flatMap(name => [`--${name}`, join(folder, name)]);
  const tls = [
    ...['--tlsverify', '--tlscacert', join(server, 'ca.pem')],
    ...['--tlscert', join(server, 'cert.pem'), '--tlskey', join(server, 'key.pem')],
  ];
  const bridge = resources.use(await ownBridge());
  const command = ['dockerd', ...own, '--pidfile', join(folder, 'pid'), '--bridge', bridge.name, '--iptables=false'];
  const gpu = ['--add-runtime', 'nvidia=/usr/bin/nvidia-container-runtime'];
  const log = join(folder, 'dockerd.log');
  resources.use(await startProgram([...command, ...gpu, ...tls, '--host', address], port, log));
});
afterAll(() => resources.disposeAsync());

const withTls = (more: Record<string, string> = {}) => ({
  DOCKER_HOST: address,
  DOCKER_TLS_VERIFY: '1',
  DOCKER_CERT_PATH: certificates.client,
  ...more,
});

describe('an engine behind TLS', () => {
  test('answers with the certificates of DOCKER_CERT_PATH', async () => {
    await using host = await connectDocker(withTls(), never);
    expect(host).toMatchObject({name: `${address} (DOCKER_HOST)`, local: true});
    expect((await host.docker.info()).DockerRootDir).toBe(join(folder, 'data-root'));
  });

  test('answers with the certificates of a context', async () => {
    const config = join(folder, 'config');
    await writeContext(config, {name: 'lab', host: address, tls: certificates.client});
    await using host = await connectDocker({DOCKER_CONFIG: config, DOCKER_CONTEXT: 'lab'}, never);
    expect(host.name).toBe(`${address} (context lab)`);
  });

  test('need not prove who it is to a context that says so', async () => {
    const config = join(folder, 'config-unverified');
    const name = address.replace('127.0.0.1', 'localhost'); // not in its certificate
    const {client} = certificates;
    await writeContext(config, {name: 'checked', host: name, tls: client});
    await writeContext(config, {name: 'unchecked', host: name, tls: client, skipVerify: true});
    await expect(connectDocker({DOCKER_CONFIG: config, DOCKER_CONTEXT: 'checked'}, never)).rejects.toThrow(
      'its certificate is for another name',
    );
    await using host = await connectDocker({DOCKER_CONFIG: config, DOCKER_CONTEXT: 'unchecked'}, never);
    expect(host.local).toBe(true);
  });

  test('its nvidia runtime is found by the probe', async () => {
    expect(await probeDocker(withTls())).toMatchObject({
      reachable: true,
      gpuRuntime: true,
    });
  });
});

describe('what goes wrong with TLS', () => {
  const failure = (environment: Record<string, string>) =>
    connectDocker(environment, never).then(
      () => 'connected',
      (thrown: unknown) => thrown,
    );

  test('without TLS, the engine wants it', async () => {
    expect(await failure({DOCKER_HOST: address})).toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      message: expect.stringContaining('it wants TLS'),
      hint: expect.stringContaining('DOCKER_CERT_PATH'),
    });
  });

  test('an authority that did not sign it', async () => {
    expect(await failure(withTls({DOCKER_CERT_PATH: certificates.stranger}))).toMatchObject({
      message: expect.stringContaining('was not signed by the ca.pem that was given'),
    });
  });

  test('a client that it does not know', async () => {
    const {DOCKER_TLS_VERIFY: _, ...unverified} = withTls({DOCKER_CERT_PATH: certificates.stranger});
    expect(await failure({...unverified, DOCKER_TLS: '1'})).toMatchObject({
      message: expect.stringContaining('does not accept the client certificate'),
    });
  });

  test('TLS to an engine that speaks none', async () => {
    const port = await freePort();
    const plain = createServer().listen(port, '127.0.0.1');
    await once(plain, 'listening');
    expect(await failure(withTls({DOCKER_HOST: `tcp://127.0.0.1:${port}`}))).toMatchObject({
      message: expect.stringContaining('it speaks no TLS on that port'),
    });
    plain.close();
  });
});
