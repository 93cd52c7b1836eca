/** `npm run bentoml-image`: builds the service's image with the Docker CLI, on the vLLM image of docker/images.yaml. */
import {join} from 'node:path';
import {execa} from 'execa';
import {projectRoot} from '../../src/root.ts';
import {imageFor} from '../../src/runtimes/docker/image/images-file.ts';

const folder = join(projectRoot, 'docker', 'bentoml');
const base = await imageFor('vllm', {});
const words = ['build', '--build-arg', `VLLM_IMAGE=${base}`, '--tag', 'cutover-bentoml:1.4.39', folder];
const {exitCode} = await execa('docker', words, {stdio: 'inherit', reject: false});
process.exitCode = exitCode ?? 1;
