/** Fails as an engine does that finds too little memory. The number in the middle is the secret that it was given. */
process.stdout.write('INFO 11-21 10:00:00 [gpu_model_runner.py:2600] Starting to load model...\n');
process.stdout.write(`INFO 11-21 10:00:01 token ${process.env.TEST_TOKEN}\n`);
process.stderr.write(
  'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.02 GiB is free.\n',
);
process.exitCode = 1;
