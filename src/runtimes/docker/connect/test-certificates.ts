import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';

/** Folders with ca.pem, cert.pem and key.pem, as DOCKER_CERT_PATH wants them, made by openssl. */
export interface Certificates {
  readonly server: string;
  readonly client: string;
  /** Signed by an authority that nobody knows. */
  readonly stranger: string;
}

export const makeCertificates = async (folder: string): Promise<Certificates> => {
  const signed = async (authority: string, name: string, extension: string) => {
    const path = join(folder, name);
    await mkdir(path, {recursive: true});
    const run = (...words: string[]) => execa('openssl', words, {cwd: path});
    await run(...key, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', `/CN=${name}`);
    await writeFile(join(path, 'extension'), extension);
    const by = ['-CA', `../${authority}/ca.pem`, '-CAkey', `../${authority}/ca-key.pem`, '-CAcreateserial'];
    await run('x509', '-req', '-in', 'request.pem', ...by, '-days', '2', '-extfile', 'extension', '-out', 'cert.pem');
    await execa('cp', [`../${authority}/ca.pem`, '.'], {cwd: path});
    return path;
  };
  for (const authority of ['authority', 'unknown-authority']) {
    const path = join(folder, authority);
    await mkdir(path, {recursive: true});
    const itself = ['-x509', '-days', '2', '-subj', `/CN=${authority}`];
    await execa('openssl', [...key, ...itself, '-keyout', 'ca-key.pem', '-out', 'ca.pem'], {cwd: path});
  }
  return {
    server: await signed('authority', 'server', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n'),
    client: await signed('authority', 'client', 'extendedKeyUsage=clientAuth\n'),
    stranger: await signed('unknown-authority', 'stranger', 'extendedKeyUsage=clientAuth\n'),
  };
};

// Elliptic: an RSA key takes seconds on a busy machine.
const key = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
