/** What the hub and the network need. Passed by name from the harness's environment into containers, and nowhere else. */
const passed = /^(HF_TOKEN|HUGGING_FACE_HUB_TOKEN|HF_ENDPOINT|(http|https|no)_proxy|(HTTP|HTTPS|NO)_PROXY)$/;

export const passedEnvironment = (environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      passed.test(name) && value !== undefined && value !== '' ? [[name, value]] : [],
    ),
  );
